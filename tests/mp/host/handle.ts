import type { Locator, Page } from 'playwright-core'
import { closePhonePage } from '../../browser/browser'
import type { HostServer } from '../../browser/nativeBridge'
import { holdFinger } from '../../browser/touch'
import type { LogEntry, Meter, NetworkEntry } from './bundle'

/** A running mini-program. Locators wait as playwright's do; everything else asks the program as it is now. */
export type MiniProgram = {
  page: Page
  /** The element with this id in the visible page. */
  id(id: string): Locator
  /** Elements of the visible page by CSS selector; built-in tags are `wx-view`, `wx-text`... */
  find(selector: string): Locator
  text(id: string): Promise<string>
  /** Types into the field inside an input or textarea. */
  fill(id: string, text: string): Promise<void>
  /** Presses Enter in a field, as the keyboard's confirm key. */
  confirm(id: string): Promise<void>
  tap(id: string): Promise<void>
  /** Holds a finger on the element until a long press is told. */
  longPress(id: string): Promise<void>
  /** Chooses in a picker, slider or swiper. */
  pick(id: string, value: unknown): Promise<void>
  /** Counts of setData since the start or the last reset, once no call came for 50 ms. */
  meter(): Promise<Meter>
  resetMeter(): Promise<void>
  /** Errors of the program, refused navigations, calls of functions that this host lacks. */
  errors(): Promise<string[]>
  /** Warnings of the component framework. */
  warnings(): Promise<string[]>
  /** What the browser itself complained about: uncaught errors, console.error. */
  problems: string[]
  network(): Promise<NetworkEntry[]>
  log(): Promise<LogEntry[]>
  /** Queues the user's answer to a later call: true, false or a text for showModal, an index or false for showActionSheet. */
  answer(api: string, value: unknown): Promise<void>
  stack(): Promise<string[]>
  storage(): Promise<Record<string, unknown>>
  /** The user leaves the program, and comes back. */
  hide(): Promise<void>
  show(): Promise<void>
  setOnline(online: boolean): Promise<void>
  setColorScheme(scheme: 'light' | 'dark'): Promise<void>
  /** Tells the program, and the field that has the focus, that the keyboard now covers this many pixels. */
  keyboard(height: number): Promise<void>
  /** Turns the phone, or resizes its window: the window gets this size, and then the program is told. */
  resize(size: Size): Promise<void>
  pullDown(): Promise<void>
  screenshot(file?: string): Promise<Buffer>
  /** Ends the program without any check. */
  end(): Promise<void>
  /**
   * Ends the program and gives back what it may hold.
   * @throws with every error, warning and problem that the test did not take with takeComplaints
   */
  close(): Promise<void>
  /** Returns and forgets all errors, warnings and problems: for tests that cause them. */
  takeComplaints(): Promise<string[]>
}

/** In CSS pixels. */
type Size = { width: number; height: number }

const quiet = 50

/** Chromium's remarks about touch handlers that the framework installs, and about servers that refuse a socket. */
const harmless =
  /Unable to preventDefault inside passive event listener|^WebSocket connection to '[^']*__native/

export function createHandle(page: Page, server: HostServer): MiniProgram {
  const problems = collectProblems(page)
  const find = (selector: string): Locator => page.locator(`.mp-page:visible ${selector}`)
  const id = (name: string): Locator => find(`[id$="--${name}"]`)
  const field = (name: string): Locator => id(name).locator('input, textarea')
  const handle: MiniProgram = {
    page,
    problems,
    id,
    find,
    text: async (name) => (await id(name).textContent()) ?? '',
    fill: (name, text) => field(name).fill(text),
    confirm: (name) => field(name).press('Enter'),
    tap: (name) => id(name).tap(),
    longPress: (name) => holdFinger(page, id(name)),
    pick: (name, value) =>
      id(name).evaluate(
        (element, detail) => void element.dispatchEvent(new CustomEvent('mp-pick', { detail })),
        value,
      ),
    ...inspection(page),
    ...phoneControls(page),
    screenshot: (file) => page.screenshot(file === undefined ? {} : { path: file }),
    async takeComplaints() {
      const { errors, warnings } = await page.evaluate(() => {
        const { records } = miniProgram
        return { errors: records.errors.splice(0), warnings: records.warnings.splice(0) }
      })
      return [...errors, ...new Set(warnings), ...problems.splice(0)]
    },
    async end() {
      await closePhonePage(page)
      await server.close()
    },
    async close() {
      const complaints = await handle.takeComplaints()
      await handle.end()
      if (complaints.length > 0)
        throw new Error(`The program complained:\n${complaints.join('\n')}`)
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
    meter: () => page.evaluate((time) => miniProgram.meter.settle(time), quiet),
    resetMeter: () =>
      page.evaluate(async (time) => {
        await miniProgram.meter.settle(time)
        miniProgram.meter.reset()
      }, quiet),
    errors: () => page.evaluate(() => [...miniProgram.records.errors]),
    warnings: () => page.evaluate(() => [...new Set(miniProgram.records.warnings)]),
    network: () => page.evaluate(() => [...miniProgram.records.network]),
    log: () => page.evaluate(() => [...miniProgram.records.log]),
    stack: () => page.evaluate(() => miniProgram.stack().map(({ path }) => path)),
    storage: () => page.evaluate(() => miniProgram.storage()),
  }
}

function phoneControls(page: Page) {
  return {
    answer: (api: string, value: unknown) =>
      page.evaluate(
        ([name, answer]) => {
          const { answers } = miniProgram.records
          answers[name] = [...(answers[name] ?? []), answer]
        },
        [api, value] as const,
      ),
    hide: () => page.evaluate(() => miniProgram.hide()),
    show: () => page.evaluate(() => miniProgram.show()),
    setOnline: (online: boolean) =>
      page.evaluate((value) => miniProgram.phone.setOnline(value), online),
    setColorScheme: (scheme: 'light' | 'dark') => page.emulateMedia({ colorScheme: scheme }),
    keyboard: (height: number) =>
      page.evaluate((value) => {
        miniProgram.phone.emit('KeyboardHeightChange', { height: value, duration: 0.25 })
        document.activeElement?.dispatchEvent(new CustomEvent('mp-keyboard', { detail: value }))
      }, height),
    async resize(size: Size) {
      await page.setViewportSize(size)
      await page.evaluate(
        ({ width, height }) =>
          miniProgram.phone.emit('WindowResize', {
            size: { windowWidth: width, windowHeight: height },
            deviceOrientation: width > height ? 'landscape' : 'portrait',
          }),
        size,
      )
    },
    pullDown: () => page.evaluate(() => miniProgram.pullDown()),
  }
}
