import { elementOf, isFunction, type ComponentInstance, type FrameworkElement } from './types'

/** The face that a WXS function sees of a component or element (a part of WeChat's ComponentDescriptor). */
export type WxsDescriptor = Record<string, unknown>

const states = new WeakMap<FrameworkElement, object>()

export function createWxsDescriptor(
  element: FrameworkElement,
  owner: ComponentInstance,
): WxsDescriptor {
  const dom = element.$$
  const select = (selector: string): WxsDescriptor[] =>
    (element.getShadowRoot?.()?.querySelectorAll(selector) ?? []).map((found) =>
      createWxsDescriptor(found, owner),
    )
  return {
    getState: () => stateOf(element),
    getDataset: () => ({ ...element.dataset }),
    selectComponent: (selector: string) => select(selector)[0] ?? null,
    selectAllComponents: select,
    addClass: (name: string) => dom.classList.add(name),
    removeClass: (name: string) => dom.classList.remove(name),
    hasClass: (name: string) => dom.classList.contains(name),
    setStyle: (style: Record<string, string>) => setStyle(dom, style),
    getBoundingClientRect: () => dom.getBoundingClientRect(),
    getComputedStyle: (names: string[]) => pick(getComputedStyle(dom), names),
    requestAnimationFrame: (callback: () => void) => requestAnimationFrame(callback),
    callMethod: (name: string, argument: unknown) => {
      const method = owner[name]
      if (isFunction(method)) method.call(owner, argument)
    },
    triggerEvent: (type: string, detail: unknown) => owner.triggerEvent(type, detail),
  }
}

/** Gives a `change:property` function of WXS its four arguments. */
export function wrapChangeListener(listener: (...args: unknown[]) => unknown) {
  return (now: unknown, before: unknown, host: FrameworkElement, element: FrameworkElement) => {
    const owner = (host.getMethodCaller?.() ?? host) as ComponentInstance
    const hostDescriptor = createWxsDescriptor(elementOf(host), owner)
    return listener(now, before, hostDescriptor, createWxsDescriptor(element, owner))
  }
}

function stateOf(element: FrameworkElement): object {
  const state = states.get(element) ?? {}
  states.set(element, state)
  return state
}

function setStyle(dom: HTMLElement, style: Record<string, string>): void {
  for (const [name, value] of Object.entries(style)) {
    const property = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    dom.style.setProperty(property, value)
  }
}

function pick(style: CSSStyleDeclaration, names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(name)]))
}
