type Watched = {
  /** When a frame came in, by the number in its text. */
  arrivals: Map<string, number>
  /** Milliseconds from the frame until its text stands in the document, and until the next frame of the screen. */
  drawn: number[]
  shown: number[]
}

declare global {
  // A property of the page, so `var`.
  var watched: Watched
}

/** Runs in a page before its own scripts: watches frames of websockets and when their texts are on the screen. */
export const watchScreen = (): void => {
  const pattern = /sent:(\d+);/
  const watched: Watched = { arrivals: new Map(), drawn: [], shown: [] }
  globalThis.watched = watched
  globalThis.WebSocket = class extends WebSocket {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols)
      // The first listener of all.
      this.addEventListener('message', ({ data }) => {
        const number = pattern.exec(String(data))?.[1]
        if (number !== undefined && !watched.arrivals.has(number)) {
          watched.arrivals.set(number, performance.now())
        }
      })
    }
  }
  const look = (text: string): void => {
    const number = pattern.exec(text)?.[1]
    const at = number === undefined ? undefined : watched.arrivals.get(number)
    if (number === undefined || at === undefined) return
    watched.arrivals.set(number, NaN)
    if (Number.isNaN(at)) return
    watched.drawn.push(performance.now() - at)
    requestAnimationFrame(() => watched.shown.push(performance.now() - at))
  }
  new MutationObserver((records) => {
    for (const { addedNodes, target } of records) {
      if (!(target instanceof Element) || target.closest('#messages') === null) continue
      for (const node of Array.from(addedNodes)) look(node.textContent ?? '')
    }
  }).observe(document, { childList: true, subtree: true })
}
