import { chromium, type Browser, type Page } from 'playwright-core'

/** What a test may choose about the phone that shows its page. */
export type PhoneOptions = {
  /** CSS pixels; 390 x 844 when left out. */
  width?: number
  height?: number
  colorScheme?: 'light' | 'dark'
  /** BCP 47 tag of the phone's language; zh-CN when left out. */
  locale?: string
  /** Device pixels per CSS pixel; 2 when left out. */
  deviceScaleFactor?: number
  /** Whether the screen takes touches (and page.tap works); true when left out. */
  hasTouch?: boolean
}

let connecting: Promise<Browser> | undefined

/**
 * The one browser that globalSetup.cjs started for this run, connected once per test file.
 * @throws when the run has no browser, because its jest project does not name the global set-up
 */
export function connectBrowser(): Promise<Browser> {
  const endpoint = process.env.TEST_BROWSER_ENDPOINT
  if (!endpoint) throw new Error('No test browser: the jest project must use globalSetup.cjs')
  connecting ??= chromium.connect(endpoint)
  return connecting
}

/**
 * A page in a browser context of its own: no cookies, storage or cache is shared with any other page.
 * Close it with `closePhonePage`, or close its context.
 */
export async function newPhonePage(options: PhoneOptions = {}): Promise<Page> {
  const browser = await connectBrowser()
  const context = await browser.newContext({
    viewport: { width: options.width ?? 390, height: options.height ?? 844 },
    colorScheme: options.colorScheme ?? 'light',
    locale: options.locale ?? 'zh-CN',
    deviceScaleFactor: options.deviceScaleFactor ?? 2,
    hasTouch: options.hasTouch ?? true,
    isMobile: options.hasTouch ?? true,
    // Tests add fonts to pages whose content security policy would refuse them.
    bypassCSP: true,
  })
  return context.newPage()
}

/** Closes a page of `newPhonePage` together with everything its context holds. */
export async function closePhonePage(page: Page): Promise<void> {
  await page.context().close()
}

/** Ends this test file's connection; the browser itself lives on. */
export async function disconnectBrowser(): Promise<void> {
  const browser = await connecting?.catch(() => undefined)
  connecting = undefined
  await browser?.close()
}
