// The parts of the component framework that this host uses. The framework's own types describe how components are
// written with it; here components arrive as compiled JavaScript, so only their run-time faces matter.

/** An element of the framework; `$$` is the DOM element that draws it, or null for a component with a virtual host. */
export type FrameworkElement = {
  $$: HTMLElement
  id: string
  dataset: Record<string, unknown>
  getShadowRoot?(): { querySelectorAll(selector: string): FrameworkElement[] } | null
  getMethodCaller?(): ComponentInstance
  triggerEvent(type: string, detail: unknown, options?: object): void
  triggerLifetime(name: string, args: unknown[]): void
  triggerPageLifetime(name: string, args: unknown[]): void
}

/** `this` of a page or component. */
export type ComponentInstance = {
  _$: FrameworkElement
  is: string
  data: Record<string, unknown>
  properties: Record<string, unknown>
  setData(data: Record<string, unknown>, callback?: () => void): void
  triggerEvent(type: string, detail?: unknown, options?: object): void
  [member: string]: unknown
}

/** The object that the program hands to Page, Component or Behavior. */
export type Definition = Record<string, unknown> & {
  lifetimes?: Record<string, unknown>
  observers?: Record<string, unknown>
}

export type ComponentEnvironment = {
  Page(definition: Definition): unknown
  Component(definition: Definition): { _$: unknown }
}

export type CodeSpace = {
  addComponentStaticConfig(path: string, config: object): void
  addCompiledTemplate(path: string, template: object): void
  addStyleSheet(path: string, url: string | undefined, scope: string): void
  componentEnv<T>(path: string, define: (environment: ComponentEnvironment) => T): T
  behavior(): { definition(definition: Definition): { register(): unknown } }
  getComponentSpace(): { setGlobalUsingComponent(name: string, component: unknown): void }
}

export type PageRoot = {
  get(): ComponentInstance
  getComponent(): FrameworkElement
  attach(parent: HTMLElement, placeholder: HTMLElement): void
  release(): void
}

/** What a listener receives inside the framework, before the host makes a mini-program event of it. */
export type FrameworkEvent = {
  type: string
  timeStamp: number
  detail: unknown
  mark: unknown
  target: ComponentInstance | FrameworkElement
  currentTarget: ComponentInstance | FrameworkElement
  getOriginalEvent?(): Event | undefined
}

export function elementOf(value: ComponentInstance | FrameworkElement): FrameworkElement {
  return '_$' in value ? value._$ : value
}

export function isFunction(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === 'function'
}
