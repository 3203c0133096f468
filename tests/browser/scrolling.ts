import type { Locator } from 'playwright-core'

/** What the message list looked like after one step of scrolling. */
export type Step = {
  /** How far the bubble in the middle moved by itself, in px: the most of all frames until the next step. */
  shift: number
  /** Ids of the drawn messages, oldest first. */
  ids: string[]
  /** Elements of the page, and the deepest nesting in it. */
  elements: number
  depth: number
  isAtNewest: boolean
  isAtOldest: boolean
  /** The text above the oldest message. */
  historyState: string
}

type Plan = { by: number; steps: number; quiet: number; loading: string }

/** A frame may say nothing new while the list is still at work; this many unchanged ones are rest. */
const quietFrames = 4

/**
 * Scrolls the open room's list `steps` times by `px` (positive: towards older messages; the list is mirrored) and watches the bubble
 * in the middle in every frame in between. Ends early at either end of the list.
 */
export function scroll(list: Locator, px: number, steps = 1): Promise<Step[]> {
  const plan = { by: px, steps, quiet: quietFrames, loading: '正在加载消息…' }
  return list.evaluate(scrollInPage, plan)
}

/** Runs inside the page. */
async function scrollInPage(list: Element, { by, steps, quiet, loading }: Plan): Promise<Step[]> {
  const page = list.closest('.mp-page') ?? document.body
  const topOf = (element: Element): number => element.getBoundingClientRect().top
  const bubbles = (): Element[] =>
    Array.from(list.querySelectorAll('.bubble, [class*="--bubble"]')).sort(
      (a, b) => topOf(a) - topOf(b),
    )
  const historyState = (): string => list.querySelector('[id$="history-state"]')?.textContent ?? ''
  const middle = (): Element => {
    const { top, height } = list.getBoundingClientRect()
    const distance = (bubble: Element): number => Math.abs(topOf(bubble) - top - height / 2)
    const [nearest] = bubbles().sort((a, b) => distance(a) - distance(b))
    if (!nearest || distance(nearest) > height / 2) throw new Error('No bubble is visible')
    return nearest
  }
  const rest = async (anchor: Element): Promise<number> => {
    const start = topOf(anchor)
    let shift = 0
    let last = ''
    for (let unchanged = 0; unchanged < quiet;) {
      await new Promise((resolve) => requestAnimationFrame(resolve))
      if (!anchor.isConnected) throw new Error('The anchor was taken out of the list')
      shift = Math.max(shift, Math.abs(topOf(anchor) - start))
      const state = `${topOf(anchor)} ${list.scrollHeight} ${bubbles().length}`
      unchanged = historyState() === loading || state !== last ? 0 : unchanged + 1
      last = state
    }
    return shift
  }
  const depthOf = (element: Element | null): number =>
    !element || element === page ? 0 : 1 + depthOf(element.parentElement)
  const result: Step[] = []
  while (result.length < steps) {
    list.scrollTop += by
    const shift = await rest(middle())
    const all = Array.from(page.querySelectorAll('*'))
    const isAtNewest = list.scrollTop <= 1
    const isAtOldest = list.scrollTop + list.clientHeight >= list.scrollHeight - 1
    result.push({
      shift,
      ids: bubbles().map(({ id }) => id.replace(/^(?:.*--)?m-/, '')),
      elements: all.length,
      depth: Math.max(...all.map(depthOf)),
      isAtNewest,
      isAtOldest,
      historyState: historyState(),
    })
    if (by < 0 ? isAtNewest : isAtOldest) break
  }
  return result
}

/** How far a visible bubble moves by itself, in px, until its window hears `stop-watching`. */
export function watchMiddle(scroller: Locator): Promise<number> {
  return scroller.evaluate(async (list) => {
    const { top, height } = list.getBoundingClientRect()
    const topOf = (element: Element): number => element.getBoundingClientRect().top
    const anchor = Array.from(list.querySelectorAll('.bubble, [class*="--bubble"]')).find(
      (bubble) => topOf(bubble) > top && topOf(bubble) < top + height,
    )
    if (!anchor) throw new Error('No bubble is visible')
    const start = topOf(anchor)
    let shift = 0
    let isOver = false
    window.addEventListener('stop-watching', () => (isOver = true), { once: true })
    while (!isOver) {
      await new Promise((resolve) => requestAnimationFrame(resolve))
      shift = Math.max(shift, anchor.isConnected ? Math.abs(topOf(anchor) - start) : Infinity)
    }
    return shift
  })
}
