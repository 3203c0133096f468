import type { Disposer } from './types'

/**
 * Scrolls an element of the H5 page to where its scrolling starts: the newest message in a reversed column.
 * On other platforms pages have no elements; their scroll-view is moved by its `scroll-top` property.
 *
 * @param elementId id of the scrolling element
 */
export function scrollToStart(elementId: string): void {
  if (process.env.UNI_PLATFORM !== 'h5') return
  const element = document.getElementById(elementId)
  if (element) element.scrollTop = 0
}

/**
 * Moves what a reversed column shows down by so many px. False where pages have no elements.
 *
 * @param elementId id of the scrolling element
 */
export function moveContentDown(elementId: string, px: number): boolean {
  if (process.env.UNI_PLATFORM !== 'h5') return false
  const element = document.getElementById(elementId)
  if (element) element.scrollTop -= px
  return true
}

/**
 * Brings an element of the H5 page back to where it was scrolled when its page shows again: a page that is covered is taken out
 * of the document, which forgets that. Elsewhere pages stay as they are.
 *
 * @param elementId id of the scrolling element
 */
export function keepScrollWhileAway(elementId: string): Disposer {
  if (process.env.UNI_PLATFORM !== 'h5') return () => undefined
  const element = document.getElementById(elementId)
  if (!element) return () => undefined
  let top = 0
  let isAway = false
  const note = (): void => {
    if (!isAway) top = element.scrollTop
  }
  const sizes = new ResizeObserver(() => {
    const wasAway = isAway
    isAway = element.clientHeight === 0
    if (wasAway && !isAway) element.scrollTop = top
  })
  sizes.observe(element)
  element.addEventListener('scroll', note, { passive: true })
  return () => {
    sizes.disconnect()
    element.removeEventListener('scroll', note)
  }
}

export type PlaceKeeperOptions = {
  /** Id of the scrolling element. */
  elementId: string
  /** CSS selector of the things inside of it of which the topmost visible one must not move. */
  anchors: string
  /** CSS selector of the row that such a thing is in: a place is told by it. */
  rows: string
  /** Whether the list stays at its newest end instead. */
  isFollowing: () => boolean
}

export type PlaceKeeper = {
  /** The list was moved on purpose: what is at its top now is what must not move. */
  note(): void
  /** Something has just changed its size: puts what is read back at once instead of before the next frame. */
  correct(): void
  /** The topmost visible thing and how far it is below the list's top, in px. */
  place(): { elementId: string; offset: number } | undefined
  dispose: Disposer
}

/**
 * Keeps what is being read where it is, whatever changes its size: rows above and below, the list itself when a keyboard
 * opens or the phone is turned. A reversed column does so by itself only for what is older. Corrections happen before the
 * browser paints. H5 only; undefined elsewhere.
 */
export function keepPlace(options: PlaceKeeperOptions): PlaceKeeper | undefined {
  if (process.env.UNI_PLATFORM !== 'h5') return undefined
  const scroller = document.getElementById(options.elementId)
  if (!scroller) return undefined
  const list: HTMLElement = scroller
  let anchor: { element: Element; offset: number; height: number } | undefined
  /** The list's width and height that the anchor belongs to. */
  let size = ''

  const offsetOf = (element: Element): number =>
    element.getBoundingClientRect().top - list.getBoundingClientRect().top

  function topmost(): typeof anchor {
    const { top, bottom } = list.getBoundingClientRect()
    let found: typeof anchor
    let cut: typeof anchor
    for (const element of Array.from(list.querySelectorAll(options.anchors))) {
      const rect = element.getBoundingClientRect()
      const offset = rect.top - top
      // Chunks stand newest first in the document, so the order says nothing.
      if (rect.height === 0 || rect.bottom <= top || rect.top >= bottom) continue
      // What is cut off at the top would change with its own height; it serves when nothing else is there.
      const { height } = rect
      if (offset < 0) cut = { element, offset, height }
      else if (!found || offset < found.offset) found = { element, offset, height }
    }
    return found ?? cut
  }

  const sizeNow = (): string => `${list.clientWidth}x${list.clientHeight}`

  /** Also while the list follows: whether one scroll has ended that is only known after it. */
  function note(): void {
    anchor = topmost()
    size = sizeNow()
  }

  function correct(): void {
    if (options.isFollowing() || !anchor?.element.isConnected) {
      note()
      return
    }
    if (sizeNow() !== size) keepShareAbove(anchor)
    const shift = offsetOf(anchor.element) - anchor.offset
    if (Math.abs(shift) > 0.1) list.scrollTop += shift
    size = sizeNow()
  }

  /** A message that fills the screen gets another height with another width: as much of it stays above the list's top. */
  function keepShareAbove(kept: NonNullable<typeof anchor>): void {
    const { height } = kept.element.getBoundingClientRect()
    if (kept.offset < 0) kept.offset *= height / kept.height
    kept.height = height
  }

  /** A phone that is turned scrolls by itself, and says so before it says that the list has another size. */
  function onScroll(): void {
    if (sizeNow() === size) note()
    else correct()
  }

  const sizes = new ResizeObserver(correct)
  const watchAll = (): void => {
    sizes.observe(list)
    for (const child of Array.from(list.children)) sizes.observe(child)
  }
  const children = new MutationObserver(watchAll)
  children.observe(list, { childList: true })
  watchAll()
  list.addEventListener('scroll', onScroll, { passive: true })
  return {
    note,
    correct,
    place() {
      const found = topmost()
      const row = found?.element.closest(options.rows)
      return found && row ? { elementId: found.element.id, offset: offsetOf(row) } : undefined
    },
    dispose() {
      sizes.disconnect()
      children.disconnect()
      list.removeEventListener('scroll', onScroll)
    },
  }
}
