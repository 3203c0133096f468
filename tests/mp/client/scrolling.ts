import type { MiniProgram } from '../host/handle'

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
 * Scrolls the open room `steps` times by `px` (positive: towards older messages; the list is mirrored) and watches the bubble
 * in the middle in every frame in between. Ends early at either end of the list.
 */
export function scroll(program: MiniProgram, px: number, steps = 1): Promise<Step[]> {
  const plan = { by: px, steps, quiet: quietFrames, loading: '正在加载消息…' }
  return program.id('messages').evaluate(scrollInPage, plan)
}

/** Runs inside the page. */
async function scrollInPage(list: Element, { by, steps, quiet, loading }: Plan): Promise<Step[]> {
  const page = list.closest('.mp-page') ?? list
  const topOf = (element: Element): number => element.getBoundingClientRect().top
  const bubbles = (): Element[] =>
    Array.from(list.querySelectorAll('[id*="--m-"]')).sort((a, b) => topOf(a) - topOf(b))
  const historyState = (): string =>
    list.querySelector('[id$="--history-state"]')?.textContent ?? ''
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
      ids: bubbles().map(({ id }) => id.slice(id.indexOf('--m-') + 4)),
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
