import type { ComponentPublicInstance } from 'vue'

/** Where an element is in the window, in px. */
export type Rect = { top: number; height: number }

/** The browser's elements of a component that match a CSS selector, in document order. H5 only; none elsewhere. */
export function elementsIn(component: ComponentPublicInstance | null, selector: string): Element[] {
  if (process.env.UNI_PLATFORM !== 'h5') return []
  const element: unknown = component?.$el
  if (element instanceof Element) return Array.from(element.querySelectorAll(selector))
  // While developing, comments are part of a template, and then a component begins with a node that is no element.
  const parent = element instanceof Node ? element.parentElement : null
  return Array.from((parent ?? document).querySelectorAll(selector))
}

/** Places of all elements of a component that match, in document order. */
export function measureRects(
  component: ComponentPublicInstance | null,
  selector: string,
): Promise<Rect[]> {
  if (process.env.UNI_PLATFORM === 'h5') {
    // uni's query brings canvas, map and video along, 13 KB of the start.
    return Promise.resolve(
      elementsIn(component, selector).map((element) => element.getBoundingClientRect()),
    )
  }
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

/** How far a scrolling element is scrolled, in px. */
export function measureScroll(
  component: ComponentPublicInstance | null,
  selector: string,
): Promise<number> {
  if (process.env.UNI_PLATFORM === 'h5') {
    return Promise.resolve(elementsIn(component, selector)[0]?.scrollTop ?? 0)
  }
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
