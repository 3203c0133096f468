import type { BootOptions, MiniProgramBundle } from '../bundle'
import { installBuiltIns } from './builtins/all'
import { installEvents } from './events'
import { startFramework } from './framework'
import { createMeter } from './meter'
import { createNodeIds } from './nodeIds'
import { createPages, type Pages } from './pages'
import { createRecords, describeError, type Records } from './records'
import { createRegistry } from './registry'
import { createSandbox } from './sandbox'
import { createScriptLoader } from './scripts'
import { isFunction, type ComponentInstance } from './types'
import { createWx } from './wx/create'
import { createPhone, type Phone } from './wx/phone'
import { createStorage } from './wx/storage'

/** What tests reach inside the browser. */
export type MiniProgramRuntime = {
  records: Records
  meter: ReturnType<typeof createMeter>
  phone: Phone
  wx: Record<string, unknown>
  storage(): Record<string, unknown>
  stack(): { path: string; query: Record<string, string> }[]
  /** The user leaves WeChat, and comes back. */
  hide(): void
  show(): void
  /** The user pulls the page down. */
  pullDown(): void
}

type AppDefinition = Record<string, unknown>

/** Starts the program: app.js, onLaunch, onShow, and its first page. */
export function boot(bundle: MiniProgramBundle, options: BootOptions): MiniProgramRuntime {
  const records = createRecords(options.answers)
  const framework = startFramework(records)
  const wx: Record<string, unknown> = {}
  installEvents()
  installBuiltIns(framework, bundle.builtInTemplates, () => wx)
  const meter = createMeter(records)
  const nodeIds = createNodeIds()
  const phone = createPhone()
  const storage = createStorage(options.storage)
  const { language = 'zh_CN' } = options
  const launch = { path: options.path ?? bundle.app.pages[0] ?? '', query: options.query ?? {} }
  const ready = createReadyQueue((instance) => pages.call(instance, 'onReady'))
  let app: AppDefinition | undefined
  const scope = createSandbox({
    wx,
    global: {},
    App: (definition: AppDefinition) => void (app = { ...definition }),
    getApp: () => app,
    getCurrentPages: () => pages.stack.map((page) => page.instance),
  })
  const scripts = createScriptLoader(bundle.scripts, scope)
  const registry = createRegistry({
    bundle,
    space: framework.programSpace(),
    meter,
    nodeIds,
    load: (file) => scripts.load(file),
    onAttached: ready,
  })
  Object.assign(scope, registry.globals)
  const pages = createPages({ bundle, framework, registry, records })
  Object.assign(wx, createWx({ pages, nodeIds, phone, records, storage, launch, language }))
  collectErrors(records)
  scripts.load('app.js')
  if (!app) throw new Error('app.js did not call App()')
  const life = createLife(app, pages, phone, { ...launch, scene: 1001 })
  life.launch()
  pages.open(`/${launch.path}${searchOf(launch.query)}`)
  return {
    records,
    meter,
    phone,
    wx,
    storage: storage.dump,
    stack: () => pages.stack.map(({ path, query }) => ({ path, query })),
    hide: life.hide,
    show: life.show,
    pullDown() {
      const top = pages.top()
      if (top) pages.call(top.instance, 'onPullDownRefresh')
    },
  }
}

function createLife(
  app: AppDefinition,
  pages: Pages,
  phone: Phone,
  launch: Record<string, unknown>,
) {
  const tell = (hook: string, argument?: unknown): void => {
    const method = app[hook]
    if (isFunction(method)) method.call(app, argument)
  }
  return {
    launch(): void {
      tell('onLaunch', launch)
      tell('onShow', launch)
    },
    hide(): void {
      const top = pages.top()
      if (top) pages.call(top.instance, 'onHide')
      tell('onHide')
      phone.emit('AppHide', {})
    },
    show(): void {
      tell('onShow', launch)
      phone.emit('AppShow', launch)
      const top = pages.top()
      if (top) pages.call(top.instance, 'onShow')
    },
  }
}

/** The framework leaves `ready` to its host: after the drawing, children before their parents. */
function createReadyQueue(onReady: (instance: ComponentInstance) => void) {
  let queue: ComponentInstance[] = []
  return (instance: ComponentInstance): void => {
    queue.push(instance)
    if (queue.length > 1) return
    setTimeout(() => {
      const instances = queue.reverse()
      queue = []
      for (const one of instances) {
        one._$.triggerLifetime('ready', [])
        if (one.route !== undefined) onReady(one)
      }
    })
  }
}

function collectErrors(records: Records): void {
  window.addEventListener('error', ({ error, message }) => {
    // A resize loop is Chromium's own complaint, not the program's.
    if (!message.startsWith('ResizeObserver')) records.errors.push(describeError(error ?? message))
  })
  window.addEventListener('unhandledrejection', ({ reason }) => {
    records.errors.push(`Unhandled rejection: ${describeError(reason)}`)
  })
}

function searchOf(query: Record<string, string>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${value}`)
  return pairs.length > 0 ? `?${pairs.join('&')}` : ''
}
