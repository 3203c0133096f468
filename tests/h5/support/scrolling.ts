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
const quietFrames = 8

/**
 * A message's bubble that stays visible when the list is scrolled by less than half of its height.
 * @param direction where the reader goes: towards older messages the anchor is taken from the upper half
 */
export function pickAnchor(page: Page, direction: 'older' | 'newer'): Promise<Anchor> {
  return page.evaluate((towards) => {
    const list = document.querySelector('#messages')
    if (!list) throw new Error('No message list')
    const { top, height } = list.getBoundingClientRect()
    const found = Array.from(list.querySelectorAll('.bubble'))
      .map((bubble) => ({ id: bubble.id, top: bubble.getBoundingClientRect().top }))
      .filter((bubble) => bubble.top >= top && bubble.top < top + height)
      .sort((one, other) => one.top - other.top)
    const anchor = towards === 'older' ? found[0] : found.at(-1)
    if (!anchor) throw new Error('No bubble is visible')
    return anchor
  }, direction)
}

/**
 * Scrolls by `px` (negative: towards older messages) and watches the anchor in every frame from then on until history
 * and drawn chunks have come to rest.
 */
export function scroll(page: Page, anchorId: string, px: number): Promise<Settled> {
  return page.evaluate(
    async ({ id, by, quiet, loading }) => {
      const list = document.querySelector('#messages')
      const anchor = document.getElementById(id)
      if (!list || !anchor) throw new Error('The list or the anchor is gone')
      const tops: number[] = []
      list.scrollTop += by
      tops.push(anchor.getBoundingClientRect().top)
      let last = ''
      for (let unchanged = 0; unchanged < quiet;) {
        await new Promise((resolve) => requestAnimationFrame(resolve))
        if (!anchor.isConnected) throw new Error('The anchor was taken out of the list')
        const top = anchor.getBoundingClientRect().top
        tops.push(top)
        const isLoading = loading.includes(
          document.querySelector('#history-state')?.textContent ?? '',
        )
        const state = `${top} ${list.scrollHeight} ${list.querySelectorAll('.bubble').length}`
        unchanged = isLoading || state !== last ? 0 : unchanged + 1
        last = state
      }
      const chunks = Array.from(list.querySelectorAll('.chunk-slot')).reverse()
      const all = Array.from(list.querySelectorAll('*'))
      const depthOf = (element: Element): number => {
        let depth = 0
        for (let one: Element | null = element; one && one !== list; one = one.parentElement) {
          depth += 1
        }
        return depth
      }
      return {
        tops,
        ids: chunks
          .flatMap((chunk) => Array.from(chunk.querySelectorAll('.bubble')))
          .map((bubble) => bubble.id.slice(2)),
        elements: all.length,
        depth: Math.max(...all.map(depthOf)),
        // The column is reversed: 0 is the newest end.
        isAtNewest: Math.abs(list.scrollTop) < 1,
        isAtOldest: Math.abs(list.scrollTop) + list.clientHeight >= list.scrollHeight - 1,
      }
    },
    { id: anchorId, by: px, quiet: quietFrames, loading: ['正在加载消息…'] },
  )
}
