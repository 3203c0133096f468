import type { ComponentPublicInstance } from 'vue'
import { elementsIn } from './elements'
import type { Disposer } from './types'

export type VisibilityOptions = {
  /** Component whose template holds both elements. */
  component: ComponentPublicInstance | null
  /** CSS selector of the scrolling element. */
  root: string
  /** CSS selector of the element to watch. */
  target: string
  /** Extra px above and below the scrolling element that count as visible. @default 0 */
  margin?: number
}

/** `isInLowerHalf`: where the element is in the scrolling element. */
export type VisibilityListener = (isVisible: boolean, isInLowerHalf: boolean) => void

const thresholds = [0, 0.01]

/**
 * Tells when an element enters or leaves the visible part of a scrolling element, once at the start and then at each
 * change. Uses the platform's intersection observer, because WeChat advises against scroll handlers (performance reference,
 * section 1).
 */
export function observeVisibility(
  { component, root, target, margin = 0 }: VisibilityOptions,
  onChange: VisibilityListener,
): Disposer {
  if (process.env.UNI_PLATFORM === 'h5') {
    const [scroller = null] = elementsIn(component, root)
    return observeInBrowser(component, target, { root: scroller, top: margin }, onChange)
  }
  const observer = uni.createIntersectionObserver(component, { thresholds })
  observer
    .relativeTo(scrollerOf(root), { top: margin, bottom: margin })
    .observe(target, ({ intersectionRatio, boundingClientRect, relativeRect }) => {
      onChange(intersectionRatio > 0, boundingClientRect.top > middleOf(relativeRect))
    })
  return () => observer.disconnect()
}

/** The browser's own observer: uni's brings a replacement for old browsers along, 9 KB of the start. */
function observeInBrowser(
  component: ComponentPublicInstance | null,
  target: string,
  { root, top }: { root: Element | null; top: number },
  onChange: VisibilityListener,
): Disposer {
  const [element] = elementsIn(component, target)
  if (!element) return () => undefined
  const observer = new IntersectionObserver(
    (entries) => {
      const last = entries[entries.length - 1]
      if (!last) return
      const { intersectionRatio, boundingClientRect, rootBounds } = last
      const middle = rootBounds ? middleOf(rootBounds) : 0
      onChange(intersectionRatio > 0, boundingClientRect.top > middle)
    },
    { root, rootMargin: `${top}px 0px`, threshold: thresholds },
  )
  observer.observe(element)
  return () => observer.disconnect()
}

const middleOf = ({ top, bottom }: { top: number; bottom: number }): number => (top + bottom) / 2

/**
 * The App draws a scroll-view as three nested elements of which the innermost scrolls. That one must be the root: it cuts off
 * what is outside of it, so around any other element a margin sees nothing.
 */
function scrollerOf(root: string): string {
  return process.env.UNI_PLATFORM === 'app' ? `${root} .uni-scroll-view .uni-scroll-view` : root
}

/** In px: the bar at the top of the page and the composer cover what lies there. */
const coveredMargin = -60

/**
 * Tells once when an element comes into the visible part of the page.
 *
 * @param target CSS selector of an element inside the component
 */
export function observeFirstSight(
  component: ComponentPublicInstance | null,
  target: string,
  onSeen: () => void,
): Disposer {
  const onChange = (isVisible: boolean): void => {
    if (isVisible) onSeen()
  }
  if (process.env.UNI_PLATFORM === 'h5') {
    return observeInBrowser(component, target, { root: null, top: coveredMargin }, onChange)
  }
  const observer = uni.createIntersectionObserver(component, { thresholds })
  observer
    .relativeToViewport({ top: coveredMargin, bottom: coveredMargin })
    .observe(target, ({ intersectionRatio }) => onChange(intersectionRatio > 0))
  return () => observer.disconnect()
}
