import type { FrameLocator, Locator, Page } from 'playwright-core'
import { closePhonePage } from '../../browser/browser'
import type { HostServer } from '../../browser/nativeBridge'
import { holdFinger } from '../../browser/touch'
import type { AppLogEntry, AppNetworkEntry, BridgeMeter } from './types'

/** A running app. Locators look into the webview on top. */
export type AppProgram = {
  page: Page
  /** The webview on top. */
  view: FrameLocator
  id(id: string): Locator
  find(selector: string): Locator
  text(id: string): Promise<string>
  fill(id: string, text: string): Promise<void>
  confirm(id: string): Promise<void>
  tap(id: string): Promise<void>
  longPress(id: string): Promise<void>
  /** The phone's back key. */
  back(): Promise<void>
  /** Traffic between service layer and webviews since the start or the last reset. */
  meter(): Promise<BridgeMeter>
  resetMeter(): Promise<void>
  /** Errors of the app, and calls of native functions that this host lacks. */
  errors(): Promise<string[]>
  /** What the browser itself complained about: uncaught errors, console.error. */
  problems: string[]
  network(): Promise<AppNetworkEntry[]>
  log(): Promise<AppLogEntry[]>
  /**
   * Queues the user's answer: true, false or a text for showModal, an index or false for showActionSheet; false for openURL when
   * the phone has nothing to open it with.
   */
  answer(api: string, value: unknown): Promise<void>
  stack(): Promise<string[]>
  /** Paths of all pages that the build knows, each with a leading slash. */
  routes(): Promise<string[]>
  storage(): Promise<Record<string, unknown>>
  /** The user leaves the app, and comes back. */
  hide(): Promise<void>
  show(): Promise<void>
  setOnline(online: boolean): Promise<void>
  setColorScheme(scheme: 'light' | 'dark'): Promise<void>
  /** Tells the app that the keyboard now covers this many pixels. */
  keyboard(height: number): Promise<void>
  /** Turns the phone: its window gets this size, and then the app is told. */
  resize(size: Size): Promise<void>
  screenshot(file?: string): Promise<Buffer>
  /** Ends the app without any check. */
  end(): Promise<void>
  /** @throws with every error and problem that the test did not take with takeComplaints */
  close(): Promise<void>
  /** Returns and forgets all errors and problems: for tests that cause them. */
  takeComplaints(): Promise<string[]>
}

/** In CSS pixels. */
type Size = { width: number; height: number }

/** Chromium's remarks about touch handlers of uni-app's views, and about servers that refuse a socket. */
const harmless =
  /Unable to preventDefault inside passive event listener|^WebSocket connection to '[^']*__native/

export function createAppHandle(page: Page, server: HostServer): AppProgram {
  const problems = collectProblems(page)
  const view = page.frameLocator('iframe[data-top]')
  const find = (selector: string): Locator => view.locator(selector)
  const id = (name: string): Locator => view.locator(`[id="${name}"]`)
  const field = (name: string): Locator => id(name).locator('input, textarea')
  const handle: AppProgram = {
    page,
    view,
    problems,
    find,
    id,
    text: async (name) => (await id(name).textContent()) ?? '',
    fill: (name, text) => field(name).fill(text),
    confirm: (name) => field(name).press('Enter'),
    tap: (name) => id(name).tap(),
    longPress: (name) => holdFinger(page, id(name)),
    ...inspection(page),
    ...phoneControls(page),
    screenshot: (file) => page.screenshot(file === undefined ? {} : { path: file }),
    async takeComplaints() {
      const errors = await page.evaluate(() => runningApp.records.errors.splice(0))
      return [...errors, ...problems.splice(0)]
    },
    async end() {
      await closePhonePage(page)
      await server.close()
    },
    async close() {
      const complaints = await handle.takeComplaints()
      await handle.end()
      if (complaints.length > 0) throw new Error(`The app complained:\n${complaints.join('\n')}`)
    },
  }
  return handle
}

function collectProblems(page: Page): string[] {
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(`Uncaught: ${error.stack ?? error.message}`))
  page.on('console', (message) => {
    if (message.type() !== 'error' || harmless.test(message.text())) return
    problems.push(`console.error: ${message.text()} (${message.location().url})`)
  })
  return problems
}

function inspection(page: Page) {
  return {
    meter: () => page.evaluate(() => ({ ...runningApp.records.meter })),
    resetMeter: () =>
      page.evaluate(() => {
        Object.assign(runningApp.records.meter, { calls: 0, size: 0, messages: 0 })
      }),
    errors: () => page.evaluate(() => [...runningApp.records.errors]),
    network: () => page.evaluate(() => [...runningApp.records.network]),
    log: () => page.evaluate(() => [...runningApp.records.log]),
    stack: () => page.evaluate(() => runningApp.stack()),
    routes: () => page.evaluate(() => [...runningApp.routes]),
    storage: () =>
      page.evaluate(() => {
        const { uni } = runningApp
        const { keys } = uni.getStorageInfoSync()
        return Object.fromEntries(keys.map((key) => [key, uni.getStorageSync(key)]))
      }),
  }
}

function phoneControls(page: Page) {
  return {
    back: () => page.evaluate(() => runningApp.phone.keys.emit('backbutton')),
    answer: (api: string, value: unknown) =>
      page.evaluate(
        ([name, answer]) => {
          const { answers } = runningApp.records
          answers[name] = [...(answers[name] ?? []), answer]
        },
        [api, value] as const,
      ),
    hide: () => page.evaluate(() => runningApp.phone.plusEvents.emit('pause')),
    show: () => page.evaluate(() => runningApp.phone.plusEvents.emit('resume')),
    setOnline: (online: boolean) =>
      page.evaluate((value) => runningApp.phone.setOnline(value), online),
    setColorScheme: (scheme: 'light' | 'dark') => page.emulateMedia({ colorScheme: scheme }),
    keyboard: (height: number) => page.evaluate((value) => runningApp.keyboard(value), height),
    async resize(size: Size) {
      await page.setViewportSize(size)
      await page.evaluate((value) => runningApp.resize(value), size)
    },
  }
}
