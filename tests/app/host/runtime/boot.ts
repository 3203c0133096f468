import type { AppBootOptions } from '../types'
import { createPhone, type Phone } from './phone'
import { createPlus } from './plus'
import { createRecords, describeError, type AppRecords } from './records'
import { createWebviews } from './webviews'
import { createWeex } from './weex'

export type ServiceFramework = {
  Vue: object
  runtime: Record<string, unknown> & {
    uni: Record<string, unknown> & {
      setStorageSync(key: string, value: unknown): void
      getStorageSync(key: string): unknown
      getStorageInfoSync(): { keys: string[] }
    }
    getCurrentPages(): { route: string; $page?: { fullPath: string } }[]
  }
}

/** What tests reach inside the browser. */
export type AppRuntime = {
  records: AppRecords
  phone: Phone
  uni: ServiceFramework['runtime']['uni']
  stack(): string[]
  routes: string[]
  /** Every webview tells that it has this size now. */
  resize(size: { width: number; height: number }): void
  /** The service layer and every webview are told that the keyboard covers so many px. */
  keyboard(height: number): void
}

declare global {
  /** Set by the service bundle when it is evaluated. */
  var serviceFramework: ServiceFramework
  /** The running app, for the test that launched it. */
  var runningApp: AppRuntime
  var bootApp: (options: AppBootOptions) => Promise<void>
}

/** Has further names with undefined values: what the base app hides from the service layer. */
type AppConfig = { __uniConfig: unknown; __uniRoutes: { path: string }[]; [name: string]: unknown }

/** Names of the browser that app-service.js must not see: the phone's service layer has no window. */
const hidden = [
  ...['window', 'document', 'frames', 'self', 'location', 'navigator', 'localStorage', 'history'],
  ...['sessionStorage', 'indexedDB', 'Caches', 'caches', 'screen', 'alert', 'confirm', 'prompt'],
  ...['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'webkit', 'print', 'global'],
]

/** Starts the app: its configuration, the launch webview, the service framework, app-service.js. */
export async function boot(options: AppBootOptions): Promise<void> {
  const records = createRecords(options.answers)
  collectErrors(records)
  const phone = createPhone()
  const webviews = createWebviews(phone, records)
  const plus = createPlus(phone, webviews, records)
  const weex = createWeex(phone, records, options)
  const config = await readConfig(weex)
  // The framework and the app find these as globals, as on the phone.
  const { __uniConfig, __uniRoutes } = config
  Object.assign(window, { plus, weex, exports: { platform: 'Android' }, global: window })
  Object.assign(window, { __uniConfig, __uniRoutes })
  const first = await webviews.create('1')
  first.addEventListener('show', phone.closeSplash)
  evaluate(await read('/__service.js'), 'service.js')
  const { Vue, runtime } = serviceFramework
  const { uni } = runtime
  for (const [key, value] of Object.entries(options.storage ?? {})) uni.setStorageSync(key, value)
  Object.assign(window, runtime, { Vue, __vuePlugin: uni.__vuePlugin })
  globalThis.runningApp = {
    records,
    phone,
    uni,
    stack: () => runtime.getCurrentPages().map(({ route }) => route),
    routes: __uniRoutes.map(({ path }) => path),
    resize: (size) => {
      for (const webview of webviews.all()) webview.emit('resize', size)
    },
    keyboard: (height) => {
      phone.plusEvents.emit('KeyboardHeightChange', { height })
      const event = `Object.assign(new Event('keyboardchange'), { height: ${height} })`
      for (const webview of webviews.all()) webview.evalJS(`document.dispatchEvent(${event})`)
    },
  }
  const scope: Record<string, unknown> = { plus, weex, Vue, ...config, ...runtime }
  for (const name of hidden) scope[name] = undefined
  run(await read('/app-service.js'), scope)
}

/** app-config-service.js registers itself as a service of the native runtime. */
async function readConfig(weex: object): Promise<AppConfig> {
  let config: AppConfig | undefined
  type Service = { create(id: string, env: object, config: object): { instance: AppConfig } }
  const service = {
    register: (_name: string, { create }: Service) => {
      config = create('', { weex }, {}).instance
    },
  }
  run(await read('/app-config-service.js'), { service })
  if (!config) throw new Error('app-config-service.js did not register a service')
  return config
}

async function read(path: string): Promise<string> {
  const response = await fetch(path)
  if (!response.ok) throw new Error(`The build has no ${path}`)
  return response.text()
}

function run(source: string, scope: Record<string, unknown>): void {
  const names = Object.keys(scope)
  // The build is run as its base app runs it: with its globals as parameters.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const script = new Function(...names, source) as (...values: unknown[]) => void
  script(...names.map((name) => scope[name]))
}

function evaluate(source: string, name: string): void {
  ;(0, eval)(`${source}\n//# sourceURL=${name}`)
}

function collectErrors(records: AppRecords): void {
  window.addEventListener('error', ({ error, message }) => {
    if (!message.startsWith('ResizeObserver')) records.errors.push(describeError(error ?? message))
  })
  window.addEventListener('unhandledrejection', ({ reason }) => {
    records.errors.push(`Unhandled rejection: ${describeError(reason)}`)
  })
}
