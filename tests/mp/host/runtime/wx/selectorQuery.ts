import type { OpenPage } from '../pages'
import type { ComponentInstance, FrameworkElement } from '../types'

type Fields = {
  id?: boolean
  dataset?: boolean
  rect?: boolean
  size?: boolean
  scrollOffset?: boolean
  node?: boolean
  properties?: string[]
  computedStyle?: string[]
}
type Result = Record<string, unknown> | null | (Record<string, unknown> | null)[]
type Query = {
  find(): FrameworkElement[] | 'viewport'
  single: boolean
  fields: Fields
  callback: ((result: Result) => void) | undefined
}

/** wx.createSelectorQuery: measures real elements, in a later task. */
export function createSelectorQuery(top: () => OpenPage | undefined) {
  let scope: ComponentInstance | undefined
  const queries: Query[] = []
  const find = (selector: string): FrameworkElement[] => {
    const instance = scope?._$ ? scope : top()?.instance
    return instance?._$.getShadowRoot?.()?.querySelectorAll(selector) ?? []
  }
  const refer = (single: boolean, findAll: Query['find']) => {
    const ask = (fields: Fields, callback: Query['callback']) => {
      queries.push({ find: findAll, single, fields, callback })
      return query
    }
    return {
      fields: ask,
      boundingClientRect: (callback?: Query['callback']) =>
        ask({ id: true, dataset: true, rect: true, size: true }, callback),
      scrollOffset: (callback?: Query['callback']) =>
        ask({ id: true, dataset: true, scrollOffset: true }, callback),
      node: (callback?: Query['callback']) => ask({ node: true }, callback),
      context: (callback?: Query['callback']) => ask({}, callback),
    }
  }
  const query = {
    in(component: ComponentInstance) {
      scope = component
      return query
    },
    select: (selector: string) => refer(true, () => find(selector).slice(0, 1)),
    selectAll: (selector: string) => refer(false, () => find(selector)),
    selectViewport: () => refer(true, () => 'viewport'),
    exec(callback?: (results: Result[]) => void) {
      setTimeout(() => {
        const results = queries.map((one) => answer(one, top()))
        queries.forEach((one, index) => one.callback?.(results[index] ?? null))
        callback?.(results)
      })
      return query
    },
  }
  return query
}

function answer({ find, single, fields }: Query, page: OpenPage | undefined): Result {
  const found = find()
  if (found === 'viewport') return page ? measure(page.element, undefined, fields) : null
  const measured = found.map((element) => measure(element.$$, element, fields))
  return single ? (measured[0] ?? null) : measured
}

function measure(
  dom: HTMLElement,
  element: FrameworkElement | undefined,
  fields: Fields,
): Record<string, unknown> {
  const { left, top, right, bottom, width, height } = dom.getBoundingClientRect()
  const result: Record<string, unknown> = {}
  if (fields.id) result.id = element?.id ?? ''
  if (fields.dataset) result.dataset = { ...element?.dataset }
  if (fields.rect) Object.assign(result, { left, top, right, bottom })
  if (fields.size) Object.assign(result, { width, height })
  if (fields.scrollOffset) {
    const { scrollLeft, scrollTop, scrollWidth, scrollHeight } = dom
    Object.assign(result, { scrollLeft, scrollTop, scrollWidth, scrollHeight })
  }
  if (fields.node) result.node = scrollViewContext(dom) ?? element?.getMethodCaller?.()
  for (const name of fields.properties ?? []) {
    result[name] = element?.getMethodCaller?.().data[name]
  }
  const style = getComputedStyle(dom)
  for (const name of fields.computedStyle ?? []) {
    result[name] = style[name as keyof CSSStyleDeclaration]
  }
  return result
}

/** The ScrollViewContext of an `enhanced` scroll-view; undefined for every other element. */
function scrollViewContext(dom: HTMLElement): object | undefined {
  if (dom.tagName !== 'WX-SCROLL-VIEW') return undefined
  return {
    scrollTo({ top, left, animated }: { top?: number; left?: number; animated?: boolean }): void {
      const target: ScrollToOptions = { behavior: animated === true ? 'smooth' : 'instant' }
      if (top !== undefined) target.top = top
      if (left !== undefined) target.left = left
      dom.scrollTo(target)
    },
    scrollIntoView(selector: string): void {
      dom.querySelector(`[id$="--${selector.replace(/^#/, '')}"]`)?.scrollIntoView()
    },
  }
}
