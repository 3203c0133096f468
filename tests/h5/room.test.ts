import type { Page } from 'playwright-core'
import { rest, type RestPerson } from '../e2e/rest'
import type { TestServer } from '../e2e/server'
import {
  bubbleOf,
  drawnMessages,
  enterRoom,
  openAs,
  startProduct,
  stopProduct,
  type Client,
} from './support/client'

jest.setTimeout(30_000)

let server: TestServer
let alice: RestPerson
let phone: Client

beforeAll(async () => {
  server = await startProduct()
  alice = await rest(server.url).signIn('alice')
})

beforeEach(async () => {
  phone = await openAs(server.url, 'alice')
})

afterEach(async () => {
  await phone.close()
  expect(phone.errors).toEqual([])
})

afterAll(stopProduct)

it('draws the line above the first message that was not seen', async () => {
  const { page } = phone
  const roomId = await alice.roomId('project-aurora')
  await enterRoom(page, roomId)
  const unread = page.locator('.row').filter({ has: page.locator('#unread-divider') })
  expect(await unread.count()).toBe(1)
  const stored = await alice.history(roomId)
  // The demo leaves the last four of this room unseen by alice.
  expect(await unread.locator('.bubble').getAttribute('id')).toBe(`m-${stored.at(-4)?._id}`)
})

it('draws a separator where another day begins, and nowhere else', async () => {
  const { page } = phone
  const roomId = await alice.roomId('lunch')
  await enterRoom(page, roomId)
  const stored = new Map((await alice.history(roomId)).map((message) => [message._id, message]))
  const dayOf = (id: string): string => new Date(stored.get(id)?.ts ?? '').toDateString()
  const ids = (await drawnMessages(page)).map(({ id }) => id)
  const first = ids.filter((id, index) => index > 0 && dayOf(id) !== dayOf(ids[index - 1] ?? ''))
  expect(first.length).toBeGreaterThanOrEqual(3)
  expect((await separated(page)).slice(-first.length)).toEqual(first)
})

it('names the author once for messages that follow each other', async () => {
  const { page } = phone
  const bob = await rest(server.url).signIn('bob')
  const roomId = await bob.roomId('alice')
  await enterRoom(page, roomId)
  const sent = []
  for (const text of ['first of three', 'second of three', 'third of three']) {
    sent.push(await bob.send(roomId, text))
  }
  const [one, two, three] = sent.map(({ _id }) => bubbleOf(page, _id).locator('xpath=..'))
  await three?.waitFor()
  expect(await one?.getAttribute('class')).toContain('other')
  for (const row of [two, three]) {
    expect(await row?.getAttribute('class')).not.toContain('head')
    expect(await row?.locator('.name, .avatar').count()).toBe(0)
  }
})

it('invites to begin where nothing was said yet', async () => {
  const { page } = phone
  await page.locator(`#room-${await alice.roomId('book-club')}`).tap()
  await page.getByText('还没有消息，打个招呼吧！').waitFor()
})

/** Ids of the messages below a day separator, oldest first. */
async function separated(page: Page): Promise<string[]> {
  const ids = await page
    .locator('.row')
    .filter({ has: page.locator('.day') })
    .locator('.bubble')
    .evaluateAll((found) => found.map((bubble) => bubble.id.slice(2)))
  const order = (await drawnMessages(page)).map(({ id }) => id)
  return ids.sort((one, other) => order.indexOf(one) - order.indexOf(other))
}
