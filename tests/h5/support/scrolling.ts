import type { Page } from 'playwright-core'

/** What the message list looked like while it came to rest. */
export type Settled = {
  /** Top of the anchor's bubble in px, right after the scroll and in every frame from then on. */
  tops: number[]
  /** Ids of the drawn messages, oldest first. */
  ids: string[]
  /** Elements inside #messages, and the deepest nesting below it. */
  elements: number
  depth: number
  /** True at the newest message. */
  isAtNewest: boolean
  /** True when nothing is above the visible part. */
  isAtOldest: boolean
}

export type Anchor = { id: string; top: number }

/** A frame may say nothing new while a page of history is on its way; this many unchanged ones are rest. */
const quietFrames = 6

/** The first visible bubble. */
export function pickAnchor(page: Page): Promise<Anchor> {
  return page.evaluate(() => {
    const edge = document.querySelector('#messages')?.getBoundingClientRect().top ?? 0
    const found = Array.from(document.querySelectorAll('#messages .bubble'))
      .map((bubble) => ({ id: bubble.id, top: bubble.getBoundingClientRect().top }))
      .filter((bubble) => bubble.top >= edge)
      .sort((one, other) => one.top - other.top)[0]
    if (!found) throw new Error('No bubble is visible')
    return found
  })
}

/**
 * Scrolls by `px` (negative: towards older messages), takes the bubble in the middle as the anchor and watches it in
 * every frame from then on until history and drawn chunks have come to rest.
 */
export function scroll(page: Page, px: number): Promise<Settled> {
  return page.evaluate(scrollInPage, { by: px, quiet: quietFrames, loading: ['正在加载消息…'] })
}

type Watch = { by: number; quiet: number; loading: readonly string[] }

/** Runs inside the page. */
async function scrollInPage({ by, quiet, loading }: Watch): Promise<Settled> {
  const list = document.querySelector('#messages')
  if (!list) throw new Error('No message list')
  const bubbles = (): Element[] => Array.from(list.querySelectorAll('.bubble'))
  const topOf = (element: Element): number => element.getBoundingClientRect().top
  list.scrollTop += by
  const { top, height } = list.getBoundingClientRect()
  const distance = (bubble: Element): number => Math.abs(topOf(bubble) - top - height / 2)
  const [anchor] = bubbles().sort((one, other) => distance(one) - distance(other))
  if (!anchor || distance(anchor) > height / 2) throw new Error('No bubble is visible')
  const tops = [topOf(anchor)]
  let last = ''
  for (let unchanged = 0; unchanged < quiet;) {
    await new Promise((resolve) => requestAnimationFrame(resolve))
    if (!anchor.isConnected) throw new Error('The anchor was taken out of the list')
    tops.push(topOf(anchor))
    const isLoading = loading.includes(document.querySelector('#history-state')?.textContent ?? '')
    const state = `${tops.at(-1)} ${list.scrollHeight} ${bubbles().length}`
    unchanged = isLoading || state !== last ? 0 : unchanged + 1
    last = state
  }
  const all = Array.from(list.querySelectorAll('*'))
  const depthOf = (element: Element | null): number =>
    !element || element === list ? 0 : 1 + depthOf(element.parentElement)
  const chunks = Array.from(list.querySelectorAll('.chunk-slot')).reverse()
  const drawn = chunks.flatMap((chunk) => Array.from(chunk.querySelectorAll('.bubble')))
  return {
    tops,
    ids: drawn.map((bubble) => bubble.id.slice(2)),
    elements: all.length,
    depth: Math.max(...all.map(depthOf)),
    // The column is reversed: 0 is the newest end.
    isAtNewest: Math.abs(list.scrollTop) <= 1,
    isAtOldest: Math.abs(list.scrollTop) + list.clientHeight >= list.scrollHeight - 1,
  }
}
