import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { demoPeople } from '../../../server/demo/people'
import { connectBrowser, disconnectBrowser } from '../../browser/browser'
import { eventually } from '../../browser/eventually'
import { startServer, type StartOptions, type TestServer } from '../../e2e/server'

const build = resolve(__dirname, '../../../dist/build/h5/index.html')

/** How long a state may take that crosses the network; far more than it needs. */
export const patience = 5_000

/**
 * The product's server with the H5 build.
 * @throws one sentence when the build is missing
 */
export async function startProduct(options: StartOptions = {}): Promise<TestServer> {
  if (!existsSync(build)) {
    throw new Error('The H5 build is missing: run `npm run build:h5` before the h5 tests.')
  }
  const server = await startServer(options)
  started.push(server)
  return server
}

const started: TestServer[] = []

/** For `afterAll`: ends what the test file started, also when its set-up failed half-way. */
export async function stopProduct(): Promise<void> {
  await disconnectBrowser()
  await Promise.all(started.splice(0).map((server) => server.stop()))
}

/** One person's phone: a browser context of its own, with the page's content security policy in force. */
export type Client = {
  readonly page: Page
  /** Errors in the console and uncaught ones, content security policy violations among them. */
  readonly errors: string[]
  /** Addresses of everything the page asked for, websockets included. */
  readonly requests: string[]
  close(): Promise<void>
}

export type ClientOptions = { locale?: string; path?: string }

/** Opens the product on a fresh phone. */
export async function openClient(url: string, options: ClientOptions = {}): Promise<Client> {
  const browser = await connectBrowser()
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    locale: options.locale ?? 'zh-CN',
    deviceScaleFactor: 2,
    hasTouch: true,
    isMobile: true,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(patience)
  const errors: string[] = []
  const requests: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('request', (request) => requests.push(request.url()))
  page.on('websocket', (socket) => requests.push(socket.url()))
  await page.goto(`${url}/${options.path ?? ''}`)
  return { page, errors, requests, close: () => context.close() }
}

/** Opens the product and signs a demo person in; resolves when the list shows. */
export async function openAs(
  url: string,
  username: string,
  options: ClientOptions = {},
): Promise<Client> {
  const client = await openClient(url, options)
  await signIn(client.page, username)
  return client
}

/** Fills the sign-in page in and waits for the list. */
export async function signIn(page: Page, username: string): Promise<void> {
  const person = demoPeople.find((one) => one.username === username)
  await fillSignIn(page, username, person?.password ?? '')
  await page.locator('#conversations .item').first().waitFor()
}

export async function fillSignIn(page: Page, account: string, password: string): Promise<void> {
  await page.locator('#account input').fill(account)
  await page.locator('#password input').fill(password)
  await page.locator('#submit').tap()
}

/** Taps a conversation and waits for its messages. */
export async function enterRoom(page: Page, roomId: string): Promise<void> {
  await page.locator(`#room-${roomId}`).tap()
  await bubbles(page).first().waitFor()
}

/** Writes into the composer and taps the send button. */
export async function send(page: Page, text: string): Promise<void> {
  await write(page, text)
  await page.locator('#send').tap()
}

/** The server has the message; before that, other things are offered for it. */
export async function isSent(page: Page, text: string): Promise<void> {
  await bubbleWith(page, text).waitFor()
  const waiting = page.locator('.row.waiting, .row.sending', { hasText: text })
  await waiting.waitFor({ state: 'detached' })
}

export async function write(page: Page, text: string): Promise<void> {
  await page.locator('#composer textarea').fill(text)
}

export function bubbles(page: Page): Locator {
  return page.locator('#messages .bubble')
}

export function bubbleOf(page: Page, messageId: string): Locator {
  return page.locator(`[id="m-${messageId}"]`)
}

export function bubbleWith(page: Page, text: string): Locator {
  return bubbles(page).filter({ hasText: text })
}

/** The drawn messages from oldest to newest. */
export type DrawnMessage = { id: string; text: string; row: string }

export function drawnMessages(page: Page): Promise<DrawnMessage[]> {
  return page.evaluate(() => {
    // The column is reversed: the newest chunk comes first in the document.
    const chunks = Array.from(document.querySelectorAll('#messages .chunk-slot')).reverse()
    const found = chunks.flatMap((chunk) => Array.from(chunk.querySelectorAll('.bubble')))
    return found.map((bubble) => ({
      id: bubble.id.slice(2),
      text: bubble.querySelector('.text')?.textContent ?? '',
      row: bubble.parentElement?.className ?? '',
    }))
  })
}

/** Waits until an element says exactly this. */
export async function says(element: Locator, text: string): Promise<void> {
  await eventually(async () => {
    expect((await element.textContent({ timeout: 1000 }))?.trim()).toBe(text)
  }, patience)
}

/** The mark behind a message's time, by the shape of its icon (src/styles/icons.scss); for a removed one behind its words. */
export function markOf(element: Locator): Promise<'clock' | 'tick' | 'alert' | ''> {
  return element.evaluate((one) => {
    const { content, maskImage } = getComputedStyle(one, '::after')
    if (content === 'none') return ''
    if (maskImage.includes('M12 7v5l3 2')) return 'clock'
    return maskImage.includes('M12 7v6') ? 'alert' : 'tick'
  })
}

/** Waits until the line that says what is wrong with the connection is gone. */
export async function isLive(page: Page): Promise<void> {
  await page.locator('#connection').waitFor({ state: 'detached', timeout: 40_000 })
}

/** Failed requests that a test caused on purpose are told by the browser in the console. */
export function ownErrors(errors: readonly string[]): string[] {
  return errors.filter((text) => !/Failed to load resource|WebSocket connection to/.test(text))
}
