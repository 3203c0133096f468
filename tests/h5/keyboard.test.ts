import { eventually } from '../browser/eventually'
import type { TestServer } from '../e2e/server'
import { openClient, ownErrors, startProduct, stopProduct } from './support/client'

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
