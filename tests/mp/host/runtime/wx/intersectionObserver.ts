import type { Records } from '../records'
import type { ComponentInstance, FrameworkElement } from '../types'

type Margins = { left?: number; right?: number; top?: number; bottom?: number }
type Options = { thresholds?: number[]; initialRatio?: number; observeAll?: boolean }

/**
 * wx.createIntersectionObserver on the browser's own observer, with its reference area as root and margins.
 * Selectors, the reference area's too, are looked up only in the component that observes, as in WeChat.
 */
export function createIntersectionObserver(
  records: Records,
  scope: ComponentInstance | undefined,
  options: Options = {},
) {
  let root: Element | Document = document
  let margin = '0px'
  let observer: IntersectionObserver | undefined
  const find = (selector: string): FrameworkElement[] =>
    scope?._$.getShadowRoot?.()?.querySelectorAll(selector) ?? []
  const face = {
    relativeTo(selector: string, margins: Margins = {}) {
      const reference = find(selector)[0]?.$$
      if (!reference) records.warnings.push(`relativeTo("${selector}") found no element`)
      root = reference ?? document
      margin = marginOf(margins)
      return face
    },
    relativeToViewport(margins: Margins = {}) {
      root = document
      margin = marginOf(margins)
      return face
    },
    observe(selector: string, callback: (result: object) => void): void {
      const found = find(selector)
      const targets = options.observeAll === true ? found : found.slice(0, 1)
      const ratios = new Map<Element, number>()
      observer = new IntersectionObserver(
        (entries) => {
          for (const entry of entries) {
            const before = ratios.get(entry.target) ?? options.initialRatio ?? 0
            ratios.set(entry.target, entry.intersectionRatio)
            // A first report that tells nothing new is not sent.
            if (before !== entry.intersectionRatio || entry.isIntersecting)
              callback(toResult(entry))
          }
        },
        { root, rootMargin: margin, threshold: options.thresholds ?? [0] },
      )
      for (const target of targets) observer.observe(target.$$)
    },
    disconnect: () => observer?.disconnect(),
  }
  return face
}

function marginOf({ top = 0, right = 0, bottom = 0, left = 0 }: Margins): string {
  return `${top}px ${right}px ${bottom}px ${left}px`
}

function toResult(entry: IntersectionObserverEntry): object {
  const element = (entry.target as { __wxElement?: FrameworkElement }).__wxElement
  return {
    id: element?.id ?? '',
    dataset: { ...element?.dataset },
    intersectionRatio: entry.intersectionRatio,
    boundingClientRect: toRect(entry.boundingClientRect),
    intersectionRect: toRect(entry.intersectionRect),
    relativeRect: entry.rootBounds ? toRect(entry.rootBounds) : null,
    time: entry.time,
  }
}

function toRect({ left, top, right, bottom, width, height }: DOMRectReadOnly): object {
  return { left, top, right, bottom, width, height }
}
