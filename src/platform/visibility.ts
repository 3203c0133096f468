import type { ComponentPublicInstance } from 'vue'
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

/**
 * Tells when an element enters or leaves the visible part of a scrolling element, once at the start and then at each
 * change, and on which half of the scrolling element it is. Uses the platform's intersection observer, because WeChat advises against scroll handlers
 * (performance reference, section 1).
 */
export function observeVisibility(
  { component, root, target, margin = 0 }: VisibilityOptions,
  onChange: (isVisible: boolean, isInLowerHalf: boolean) => void,
): Disposer {
  const observer = uni.createIntersectionObserver(component, { thresholds: [0, 0.01] })
  observer
    .relativeTo(scrollerOf(root), { top: margin, bottom: margin })
    .observe(target, ({ intersectionRatio, boundingClientRect, relativeRect }) => {
      const middle = (relativeRect.top + relativeRect.bottom) / 2
      onChange(intersectionRatio > 0, boundingClientRect.top > middle)
    })
  return () => observer.disconnect()
}

/**
 * The App draws a scroll-view as three nested elements of which the innermost scrolls. That one must be the root: it cuts off
 * what is outside of it, so around any other element a margin sees nothing.
 */
function scrollerOf(root: string): string {
  return process.env.UNI_PLATFORM === 'app' ? `${root} .uni-scroll-view .uni-scroll-view` : root
}

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
  const observer = uni.createIntersectionObserver(component, { thresholds: [0, 0.01] })
  // The bar at the top of the page and the composer cover what lies there.
  observer
    .relativeToViewport({ top: -60, bottom: -60 })
    .observe(target, ({ intersectionRatio }) => {
      if (intersectionRatio > 0) onSeen()
    })
  return () => observer.disconnect()
}

/** Where an element is in the window, in px. */
export type Rect = { top: number; height: number }

/** Places of all elements of a component that match, in document order. */
export function measureRects(
  component: ComponentPublicInstance | null,
  selector: string,
): Promise<Rect[]> {
  return new Promise((resolve) => {
    uni
      .createSelectorQuery()
      .in(component)
      .selectAll(selector)
      .boundingClientRect((rects) => {
        const list: UniApp.NodeInfo[] = Array.isArray(rects) ? rects : [rects]
        resolve(list.map(({ top, height }) => ({ top: top ?? 0, height: height ?? 0 })))
      })
      .exec()
  })
}

/** How far a scroll-view is scrolled, in px. */
export function measureScroll(
  component: ComponentPublicInstance | null,
  selector: string,
): Promise<number> {
  return new Promise((resolve) => {
    uni
      .createSelectorQuery()
      .in(component)
      .select(selector)
      .scrollOffset((offset) => {
        const { scrollTop } = (Array.isArray(offset) ? offset[0] : offset) ?? {}
        resolve(scrollTop ?? 0)
      })
      .exec()
  })
}
