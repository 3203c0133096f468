import { pagePaths, resolvePath, type MiniProgramBundle } from '../bundle'
import type { Framework } from './framework'
import { describeError, type Records } from './records'
import type { Registry } from './registry'
import { createStyleSheets } from './styleSheets'
import { isFunction, type ComponentInstance, type PageRoot } from './types'

/** One page of the stack. */
export type OpenPage = {
  path: string
  query: Record<string, string>
  /** Fills the window and scrolls; WeChat's `page` element. */
  element: HTMLElement
  root: PageRoot
  instance: ComponentInstance
}

export type EventChannel = Record<'on' | 'once' | 'off' | 'emit', (...args: unknown[]) => void>

export type Pages = {
  stack: OpenPage[]
  tabs: readonly string[]
  top(): OpenPage | undefined
  open(address: string, events?: Record<string, (...args: unknown[]) => void>): EventChannel
  close(page: OpenPage): void
  show(page: OpenPage): void
  hide(page: OpenPage): void
  /** Turns `../room?id=1` into a path of the package and a query. */
  parse(address: string): { path: string; query: Record<string, string> }
  call(instance: ComponentInstance, hook: string, ...args: unknown[]): unknown
}

export type PagesOptions = {
  bundle: MiniProgramBundle
  framework: Framework
  registry: Registry
  records: Records
}

/** The page stack with WeChat's life cycle order: attach, onLoad, onShow, and onReady after the first drawing. */
export function createPages({ bundle, framework, registry, records }: PagesOptions): Pages {
  const stack: OpenPage[] = []
  const known = new Set(pagePaths(bundle.app))
  const sheets = createStyleSheets(bundle.styles)
  let count = 0
  const top = (): OpenPage | undefined => stack[stack.length - 1]

  const call: Pages['call'] = (instance, hook, ...args) => {
    const method = instance[hook]
    if (!isFunction(method)) return undefined
    try {
      return method.apply(instance, args)
    } catch (error) {
      records.errors.push(`${String(instance.route)} ${hook}: ${describeError(error)}`)
      return undefined
    }
  }
  const show = (page: OpenPage): void => {
    page.element.style.display = ''
    sheets.apply(registry.styleOwners(page.path))
    page.root.getComponent().triggerPageLifetime('show', [])
    call(page.instance, 'onShow')
  }
  const hide = (page: OpenPage): void => {
    call(page.instance, 'onHide')
    page.root.getComponent().triggerPageLifetime('hide', [])
    page.element.style.display = 'none'
  }
  const parse = (address: string) => {
    const [target = '', search = ''] = address.split('?')
    return { path: resolvePath(top()?.path ?? '', target), query: parseQuery(search) }
  }
  return {
    stack,
    tabs: (bundle.app.tabBar?.list ?? []).map((tab) => tab.pagePath),
    top,
    parse,
    call,
    show,
    hide,
    open(address, events) {
      const { path, query } = parse(address)
      if (!known.has(path)) throw new Error(`page "${path}" is not found`)
      const covered = top()
      if (covered) hide(covered)
      registry.define(path)
      // The sheets apply before the page draws, so that its first layout is the right one.
      sheets.apply(registry.styleOwners(path))
      const element = createPageElement(path, bundle.configs[path]?.disableScroll === true)
      const root = framework.createRoot(path)
      const page: OpenPage = { path, query, element, root, instance: root.get() }
      const channel = createChannel(events)
      identify(page, (count += 1), channel)
      stack.push(page)
      watchScroll(page, bundle.configs[path]?.onReachBottomDistance ?? 50, call)
      root.attach(element, element.appendChild(document.createElement('div')))
      call(page.instance, 'onLoad', query)
      show(page)
      return channel
    },
    close(page) {
      call(page.instance, 'onUnload')
      page.root.release()
      page.element.remove()
      stack.splice(stack.indexOf(page), 1)
    },
  }
}

function createPageElement(path: string, disableScroll: boolean): HTMLElement {
  const element = document.createElement('div')
  element.className = 'mp-page'
  element.dataset.route = path
  if (disableScroll) element.style.overflowY = 'hidden'
  document.body.append(element)
  return element
}

/** uni tells pages from components by `route`, so this comes before the page is attached. */
function identify(page: OpenPage, id: number, channel: EventChannel): void {
  Object.assign(page.instance, {
    route: page.path,
    __route__: page.path,
    options: page.query,
    __wxWebviewId__: id,
    getOpenerEventChannel: () => channel,
  })
}

function parseQuery(search: string): Record<string, string> {
  const pairs = search.split('&').filter((pair) => pair !== '')
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}

function watchScroll(page: OpenPage, distance: number, call: Pages['call']): void {
  const { element, instance } = page
  let atBottom = false
  element.addEventListener('scroll', () => {
    call(instance, 'onPageScroll', { scrollTop: element.scrollTop })
    const below = element.scrollHeight - element.scrollTop - element.clientHeight
    if (below <= distance && !atBottom) call(instance, 'onReachBottom')
    atBottom = below <= distance
  })
}

function createChannel(events: Record<string, (...args: unknown[]) => void> = {}): EventChannel {
  const listeners = new Map<unknown, unknown[]>(
    Object.entries(events).map(([name, listener]) => [name, [listener]]),
  )
  const on = (name: unknown, listener: unknown): void => {
    listeners.set(name, [...(listeners.get(name) ?? []), listener])
  }
  const off = (name: unknown, listener?: unknown): void => {
    const left = (listeners.get(name) ?? []).filter((one) => listener && one !== listener)
    listeners.set(name, left)
  }
  return {
    on,
    off,
    once(name, listener) {
      const run = (...args: unknown[]): void => {
        off(name, run)
        if (isFunction(listener)) listener(...args)
      }
      on(name, run)
    },
    emit(name, ...args) {
      for (const listener of listeners.get(name) ?? []) if (isFunction(listener)) listener(...args)
    },
  }
}
