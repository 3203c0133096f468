import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { closePhonePage, newPhonePage } from '../browser/browser'
import { drawChinese } from '../browser/fonts'
import { rest, type RestPerson } from '../e2e/rest'
import type { TestServer } from '../e2e/server'
import { enterRoom, isLive, signIn, startProduct, stopProduct } from './support/client'

jest.setTimeout(60_000)

const output = resolve(__dirname, 'output')
/** The README's pictures; written on demand, so that a test run changes no tracked file. */
const readme = resolve(__dirname, '../../docs/screenshots')
const isUpdating = process.env.UPDATE_SCREENSHOTS === '1'

let server: TestServer
let alice: RestPerson

beforeAll(async () => {
  await mkdir(output, { recursive: true })
  if (isUpdating) await mkdir(readme, { recursive: true })
})

// What was read in one picture is unread again in the next.
beforeEach(async () => {
  server = await startProduct()
  alice = await rest(server.url).signIn('alice')
})

afterEach(() => server.stop())
afterAll(stopProduct)

type Look = { locale: string; colorScheme: 'light' | 'dark'; width: number }

const looks: Look[] = [
  { locale: 'zh-CN', colorScheme: 'light', width: 390 },
  { locale: 'zh-CN', colorScheme: 'dark', width: 390 },
  { locale: 'en-US', colorScheme: 'light', width: 390 },
  { locale: 'en-US', colorScheme: 'dark', width: 390 },
  { locale: 'zh-CN', colorScheme: 'light', width: 360 },
  { locale: 'en-US', colorScheme: 'light', width: 430 },
]

it.each(looks)('draws every page: $locale $colorScheme, $width px wide', async (look) => {
  const page = await newPhonePage({ ...look, deviceScaleFactor: 1.5 })
  page.setDefaultTimeout(10_000)
  await drawChinese(page)
  await page.goto(server.url)
  await page.locator('#submit').waitFor()
  await picture(page, look, 'signin')

  await signIn(page, 'alice')
  await isLive(page)
  await picture(page, look, 'list')

  await enterRoom(page, await alice.roomId('project-aurora'))
  await picture(page, look, 'room')
  if (look.width === 390) await otherPages(page, look)
  await closePhonePage(page)
})

/** Pages whose layout does not depend on the width. */
async function otherPages(page: Page, look: Look): Promise<void> {
  await page.locator('#back').tap()
  await page.locator(`#room-${await alice.roomId('book-club')}`).tap()
  await page.locator('#history-state').filter({ hasText: /\S/ }).waitFor()
  await picture(page, look, 'empty')
  await page.locator('#back').tap()
  await page.locator('#settings').tap()
  await page.locator('#theme').waitFor()
  await picture(page, look, 'settings')
}

it('draws a phone without a network: the line, a waiting message', async () => {
  const look = looks[0] as Look
  const page = await newPhonePage({ ...look, deviceScaleFactor: 1.5 })
  await drawChinese(page)
  await page.goto(server.url)
  await signIn(page, 'alice')
  await enterRoom(page, await alice.roomId('bob'))
  await page.context().setOffline(true)
  await page.locator('#composer textarea').fill('网络恢复后会发出 👍')
  await page.locator('#send').tap()
  await page.locator('#connection').waitFor()
  await page.locator('#messages .waiting, #messages .sending').waitFor()
  await picture(page, look, 'offline')
  await closePhonePage(page)
})

/** Takes a picture and checks what no eye has to: nothing is wider than the screen. */
async function picture(page: Page, look: Look, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  // Page transitions of uni take 300 ms and tell nobody when they end.
  await page.waitForTimeout(400)
  const language = look.locale.slice(0, 2)
  const file = `${name}-${language}-${look.colorScheme}`
  await page.screenshot({
    path: resolve(output, `${file}-${look.width}.png`),
    animations: 'disabled',
  })
  const inReadme = ['zh-light', 'en-dark'].some((ending) => file.endsWith(ending))
  if (isUpdating && inReadme && look.width === 390 && ['list', 'room'].includes(name)) {
    await page.screenshot({ path: resolve(readme, `${file}.png`), animations: 'disabled' })
  }
  const tooWide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(tooWide).toBe(0)
}
