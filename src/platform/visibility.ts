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
 * change. Uses the platform's intersection observer, because WeChat advises against scroll handlers
 * (performance reference, section 1).
 */
export function observeVisibility(
  { component, root, target, margin = 0 }: VisibilityOptions,
  onChange: (isVisible: boolean) => void,
): Disposer {
  const observer = uni.createIntersectionObserver(component, { thresholds: [0, 0.01] })
  observer
    .relativeTo(scrollerOf(root), { top: margin, bottom: margin })
    .observe(target, ({ intersectionRatio }) => onChange(intersectionRatio > 0))
  return () => observer.disconnect()
}

/**
 * The App draws a scroll-view as three nested elements of which the innermost scrolls. That one must be the root: it cuts off
 * what is outside of it, so around any other element a margin sees nothing.
 */
function scrollerOf(root: string): string {
  return process.env.UNI_PLATFORM === 'app' ? `${root} .uni-scroll-view .uni-scroll-view` : root
}

/** Heights in px of all elements that match, in document order. */
export function measureHeights(
  component: ComponentPublicInstance | null,
  selector: string,
): Promise<number[]> {
  return new Promise((resolve) => {
    uni
      .createSelectorQuery()
      .in(component)
      .selectAll(selector)
      .boundingClientRect((rects) => {
        const list: UniApp.NodeInfo[] = Array.isArray(rects) ? rects : [rects]
        resolve(list.map(({ height }) => height ?? 0))
      })
      .exec()
  })
}
