import type { Page } from 'playwright-core'
import { holdFinger } from '../browser/touch'
import { rest, type RestPerson } from '../e2e/rest'
import type { TestServer } from '../e2e/server'
import { scroll } from './support/scrolling'
import {
  bubbleOf,
  enterRoom,
  openAs,
  ownErrors,
  startProduct,
  stopProduct,
  type Client,
} from './support/client'

jest.setTimeout(60_000)

let server: TestServer
let bob: RestPerson
let roomId: string
let phone: Client
let page: Page

beforeAll(async () => {
  server = await startProduct()
  bob = await rest(server.url).signIn('bob')
  roomId = await bob.roomId('alice')
})

beforeEach(async () => {
  phone = await openAs(server.url, 'alice')
  page = phone.page
  await enterRoom(page, roomId)
})

afterEach(async () => {
  await phone.close()
  expect(ownErrors(phone.errors)).toEqual([])
})

afterAll(stopProduct)

/** Sends a text to alice and waits until she sees it. */
async function show(text: string): Promise<string> {
  const { _id } = await bob.send(roomId, text)
  await bubbleOf(page, _id).waitFor()
  return _id
}

it('shows web addresses as links of a new tab that cannot reach back, and the text as it was written', async () => {
  const text =
    '看（https://a.example/Foo_(bar)），还有http://b.example:8080/x?y=1#z。\njavascript:alert(1) end'
  const bubble = bubbleOf(page, await show(text))
  expect(await bubble.locator('.text').evaluate(({ textContent }) => textContent)).toBe(text)
  const links = await bubble
    .locator('a')
    .evaluateAll((all) =>
      all.map((one) => ['href', 'target', 'rel'].map((name) => one.getAttribute(name))),
    )
  expect(links).toEqual([
    ['https://a.example/Foo_(bar)', '_blank', 'noopener noreferrer'],
    ['http://b.example:8080/x?y=1#z', '_blank', 'noopener noreferrer'],
  ])
})

it('opens a tapped link in another tab and leaves the conversation where it is', async () => {
  // An address of this machine: no test asks anybody else for anything.
  const url = `${server.url}/healthz?from=link`
  const bubble = bubbleOf(page, await show(`see ${url} now`))
  const opening = page.context().waitForEvent('page')
  await bubble.locator('a').tap()
  const opened = await opening
  await opened.waitForURL(url)
  expect(await opened.evaluate(() => window.opener === null)).toBe(true)
  await opened.close()
  expect(await bubble.isVisible()).toBe(true)
})

it('goes to the message itself when its address is tapped', async () => {
  const history = (await bob.history(roomId)).filter(({ t }) => t === undefined)
  const first = history[0]?._id ?? ''
  const id = await show(`as you wrote: ${server.url}/direct/${roomId}?msg=${first}`)
  await page.locator(`[id="l0-${id}"]`).tap()
  await page.locator('.row.target').waitFor()
  expect(await bubbleOf(page, first).isVisible()).toBe(true)
  expect(page.context().pages()).toHaveLength(1)
})

it('offers the links of a held message, and asks which when there are several', async () => {
  const urls = ['one', 'two'].map((name) => `${server.url}/healthz?from=${name}`)
  const bubble = bubbleOf(page, await show(urls.join(' and ')))
  await holdFinger(page, bubble.locator('.meta'))
  await page.locator('.sheet-item', { hasText: '打开链接' }).tap()
  const opening = page.context().waitForEvent('page')
  await page.locator('.sheet-item', { hasText: urls[1] ?? '' }).tap()
  const opened = await opening
  await opened.waitForURL(urls[1] ?? '')
  await opened.close()
})

it('stays within 800 elements where one author after the other sends links, and every text is whole', async () => {
  const people = [bob, await rest(server.url).signIn('carlos')]
  const lunch = await bob.roomId('lunch')
  const text = (number: number): string =>
    `https://a.example/${number} and https://b.example/${number}`
  for (let number = 0; number < 130; number += 1) {
    await people[number % 2]?.send(lunch, text(number))
  }
  await page.locator('#back').tap()
  await enterRoom(page, lunch)
  await page.locator('.bubble', { hasText: 'https://a.example/129' }).waitFor()
  for (let turn = 0; turn < 8; turn += 1) await scroll(page, -600)

  expect(await page.locator('body *').count()).toBeLessThanOrEqual(800)
  expect(await page.locator('#messages a').count()).toBeGreaterThan(6)
  const texts = await page.locator('#messages .text').allTextContents()
  expect(texts.length).toBeGreaterThan(80)
  const linked = texts.filter((one) => one.startsWith('https://a.example/'))
  expect(linked).toEqual(linked.map((one) => text(Number(/\d+$/.exec(one)?.[0]))))
})
