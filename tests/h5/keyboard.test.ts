import type { Page } from 'playwright-core'
import { eventually } from '../browser/eventually'
import type { TestServer } from '../e2e/server'
import { rest } from '../e2e/rest'
import {
  enterRoom,
  openAs,
  openClient,
  ownErrors,
  patience,
  startProduct,
  stopProduct,
} from './support/client'
import { pickAnchor, scroll } from './support/scrolling'

jest.setTimeout(30_000)

let server: TestServer

beforeAll(async () => {
  server = await startProduct()
})

afterAll(stopProduct)

it('can be used without touching anything: sign in, open a conversation, write two lines, send', async () => {
  const client = await openClient(server.url, {})
  const { page } = client
  await page.locator('#account input').fill('alice')
  await page.locator('#account input').press('Enter')
  const password = page.locator('#password input:focus')
  await password.waitFor()
  await password.fill('alice-demo')
  await password.press('Enter')
  await page.locator('#conversations .item').first().focus()
  await page.keyboard.press('Enter')
  const field = page.locator('#composer textarea')
  await field.focus()
  await page.keyboard.type('first line')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('second line')
  expect(await field.inputValue()).toBe('first line\nsecond line')
  await page.keyboard.press('Enter')
  await page.locator('.own .text', { hasText: 'second line' }).waitFor()
  expect(await page.locator('.own .text', { hasText: 'first line' }).allInnerTexts()).toEqual([
    'first line\nsecond line',
  ])
  // uni tells the text area's text up to 100 ms late; then the field is empty and stays so.
  await eventually(async () => expect(await field.inputValue()).toBe(''))
  await client.close()
  expect(ownErrors(client.errors)).toEqual([])
})

/** What a browser tells when a phone's keyboard covers so many px: the visible part is lower, the page is as high as before. */
async function coverBy(page: Page, px: number): Promise<void> {
  await page.evaluate((covered) => {
    const visible = window.visualViewport
    if (!visible) throw new Error('No visual viewport')
    Object.defineProperty(visible, 'height', {
      configurable: true,
      value: window.innerHeight - covered,
    })
    visible.dispatchEvent(new Event('resize'))
  }, px)
}

const composerBottom = (page: Page): Promise<number> =>
  page.locator('#composer').evaluate((field) => field.getBoundingClientRect().bottom)

it.each([
  ['at the newest message', 0],
  ['further up', 5],
])('the composer stays above a keyboard and what is read stays in sight, %s', async (_, turns) => {
  const client = await openAs(server.url, 'alice')
  const { page } = client
  await enterRoom(page, await (await rest(server.url).signIn('alice')).roomId('release-notes'))
  for (let turn = 0; turn < turns; turn += 1) await scroll(page, -600)
  const before = await pickAnchor(page)
  const newest = page.locator('#messages .bubble').first()
  const restBefore = await composerBottom(page)
  await coverBy(page, 340)
  await eventually(
    async () => expect(await composerBottom(page)).toBeLessThanOrEqual(844 - 340),
    patience,
  )
  if (turns > 0) {
    await eventually(async () => {
      const top = await page
        .locator(`[id="${before.id}"]`)
        .evaluate((b) => b.getBoundingClientRect().top)
      expect(Math.abs(top - before.top)).toBeLessThan(1)
    }, patience)
  } else {
    // Whoever answers goes on seeing what they answer.
    await newest.waitFor()
    const rows = await page.locator('#messages .bubble').evaluateAll((all) => {
      const list = document.querySelector('#messages')?.getBoundingClientRect() ?? new DOMRect()
      return Math.max(...all.map((one) => one.getBoundingClientRect().bottom)) - list.bottom
    })
    expect(rows).toBeLessThanOrEqual(0)
    expect(rows).toBeGreaterThan(-40)
  }
  await coverBy(page, 0)
  await eventually(async () => expect(await composerBottom(page)).toBe(restBefore), patience)
  if (turns > 0) {
    const top = await page
      .locator(`[id="${before.id}"]`)
      .evaluate((b) => b.getBoundingClientRect().top)
    expect(Math.abs(top - before.top)).toBeLessThan(1)
  }
  await client.close()
  expect(client.errors).toEqual([])
})
