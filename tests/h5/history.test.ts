import type { Page } from 'playwright-core'
import { rest, type StoredMessage } from '../e2e/rest'
import type { TestServer } from '../e2e/server'
import {
  bubbleWith,
  enterRoom,
  openAs,
  says,
  startProduct,
  stopProduct,
  type Client,
} from './support/client'
import { pickAnchor, scroll, type Settled } from './support/scrolling'

jest.setTimeout(90_000)

/** Pixels per scroll: less than the list's height, so that nothing is skipped. */
const step = 640
const tolerance = 0.5
const maxElements = 800
const maxDepth = 20

let server: TestServer
let alice: Client
let stored: StoredMessage[]
const seen = new Set<string>()

beforeAll(async () => {
  server = await startProduct()
  const outside = await rest(server.url).signIn('alice')
  const roomId = await outside.roomId('release-notes')
  stored = (await outside.history(roomId)).filter(({ t }) => t === undefined)
  alice = await openAs(server.url, 'alice')
  await enterRoom(alice.page, roomId)
})

afterAll(stopProduct)

/** Scrolls one step; everything that must hold at every step is checked here. */
async function turn(page: Page, px: number): Promise<Settled> {
  const rest = await scroll(page, px)
  checkPositions(rest.tops)
  expect(rest.elements).toBeLessThanOrEqual(maxElements)
  expect(rest.depth).toBeLessThanOrEqual(maxDepth)
  checkOrder(rest.ids)
  return rest
}

/** Once the scroll itself is done, not one frame shows the anchor anywhere else. */
function checkPositions([first = Number.NaN, ...later]: readonly number[]): void {
  const shifts = later.map((top) => Math.abs(top - first))
  expect(Math.max(...shifts)).toBeLessThan(tolerance)
}

/** What is drawn is one uninterrupted piece of what the server has. */
function checkOrder(ids: readonly string[]): void {
  const start = stored.findIndex(({ _id }) => _id === ids[0])
  expect(start).toBeGreaterThanOrEqual(0)
  expect(ids).toEqual(stored.slice(start, start + ids.length).map(({ _id }) => _id))
  for (const id of ids) seen.add(id)
}

it('scrolls 1,000 messages to the very beginning without a jump of one pixel', async () => {
  expect(stored.length).toBeGreaterThanOrEqual(1000)
  const { page } = alice
  for (let turns = 0; turns < 1000; turns += 1) {
    const { isAtOldest } = await turn(page, -step)
    const state = await page.locator('#history-state').textContent()
    if (isAtOldest && state === '这是会话的开头') break
  }
  await says(page.locator('#history-state'), '这是会话的开头')
  expect(seen.size).toBe(stored.length)
})

it('scrolls back to the newest message without a jump of one pixel', async () => {
  const { page } = alice
  let rest = await turn(page, step)
  for (let turns = 0; turns < 1000 && !rest.isAtNewest; turns += 1) rest = await turn(page, step)
  expect(rest.isAtNewest).toBe(true)
  expect(rest.ids.at(-1)).toBe(stored.at(-1)?._id)
  await page.locator('#pill').waitFor({ state: 'detached' })
})

it('goes from far up to the newest message with one tap on the pill', async () => {
  const { page } = alice
  for (let turns = 0; turns < 12; turns += 1) await turn(page, -step)
  await page.locator('#pill').tap()
  await page.locator('#pill').waitFor({ state: 'detached' })
  const last = stored.at(-1)
  const anchor = page.locator(`[id="m-${last?._id}"]`)
  await anchor.waitFor()
  const { isAtNewest, ids } = await scroll(page, 0)
  expect(isAtNewest).toBe(true)
  expect(ids.at(-1)).toBe(last?._id)
})

it('stands still for a reader further up while messages come in, and counts them', async () => {
  const { page } = alice
  const bob = await rest(server.url).signIn('bob')
  const roomId = await bob.roomId('release-notes')
  for (let turns = 0; turns < 3; turns += 1) await turn(page, -step)
  const anchor = await pickAnchor(page)
  const watching = watch(page, anchor.id)
  for (let count = 1; count <= 5; count += 1) await bob.send(roomId, `incoming ${count}`)
  await says(page.locator('#pill'), '5 条新消息')
  await page.evaluate(() => window.dispatchEvent(new Event('stop-watching')))
  expect(await watching).toEqual([anchor.top])

  await page.locator('#pill').tap()
  await bubbleWith(page, 'incoming 5').waitFor()
  const newest = page.locator('#messages .bubble').filter({ hasText: 'incoming 5' })
  expect(await newest.evaluate((bubble) => bubble.getBoundingClientRect().bottom)).toBeLessThan(844)
  expect(alice.errors).toEqual([])
})

/** Every position that the anchor has, frame by frame, until the page hears `stop-watching`. */
function watch(page: Page, anchorId: string): Promise<number[]> {
  return page.evaluate(async (id) => {
    const tops = new Set<number>()
    let isOver = false
    window.addEventListener('stop-watching', () => (isOver = true), { once: true })
    while (!isOver) {
      await new Promise((resolve) => requestAnimationFrame(resolve))
      tops.add(document.getElementById(id)?.getBoundingClientRect().top ?? Number.NaN)
    }
    return Array.from(tops)
  }, anchorId)
}
