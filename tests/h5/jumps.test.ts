import type { Page } from 'playwright-core'
import { eventually } from '../browser/eventually'
import { rest, type RestPerson, type StoredMessage } from '../e2e/rest'
import type { TestServer } from '../e2e/server'
import {
  bubbleOf,
  bubbleWith,
  drawnMessages,
  isSent,
  openAs,
  patience,
  send,
  startProduct,
  stopProduct,
  type Client,
} from './support/client'
import { pickAnchor, scroll } from './support/scrolling'

jest.setTimeout(120_000)

// Less than a pixel: heights are fractions, and browsers round where they scroll to.
const tolerance = 1
/** Pixels per scroll: less than the list's height, so that nothing is skipped. */
const step = 600

let server: TestServer
let outside: RestPerson
let bob: RestPerson
let roomId: string
let stored: StoredMessage[]
let alice: Client

beforeAll(async () => {
  server = await startProduct()
  outside = await rest(server.url).signIn('alice')
  bob = await rest(server.url).signIn('bob')
  roomId = await outside.roomId('release-notes')
})

beforeEach(async () => {
  stored = (await bob.history(roomId)).filter(({ t }) => t === undefined)
})

afterEach(async () => {
  expect(alice.errors).toEqual([])
  await alice.close()
})

afterAll(stopProduct)

async function enter(): Promise<void> {
  alice = await openAs(server.url, 'alice')
  await tapRoom(alice.page)
}

async function tapRoom(page: Page): Promise<void> {
  await page.locator(`#room-${roomId}`).tap()
  await page.locator('#messages .bubble').first().waitFor()
}

/** Where a message's middle is between the list's top (0) and bottom (1). */
async function heightOf(page: Page, id: string): Promise<number> {
  return bubbleOf(page, id).evaluate((bubble) => {
    const list = document.querySelector('#messages')?.getBoundingClientRect() ?? new DOMRect()
    const { top, height } = bubble.getBoundingClientRect()
    return (top + height / 2 - list.top) / list.height
  })
}

async function isCentred(page: Page, id: string): Promise<void> {
  await eventually(async () => {
    const height = await heightOf(page, id)
    expect(height).toBeGreaterThan(0.3)
    expect(height).toBeLessThan(0.7)
  }, patience)
}

/** Scrolls until an end; at every step what is read stands still, and the drawn messages are in order. */
async function walk(page: Page, px: number, until: () => Promise<boolean>): Promise<Set<string>> {
  const seen = new Set<string>()
  const order = new Map(stored.map(({ _id }, index) => [_id, index]))
  for (let turns = 0; turns < 400 && !(await until()); turns += 1) {
    const { tops, ids } = await scroll(page, px)
    const shifts = tops.map((top) => Math.abs(top - (tops[0] ?? Number.NaN)))
    expect(Math.max(...shifts)).toBeLessThan(tolerance)
    const places = ids.map((id) => order.get(id) ?? -1)
    expect(places).toEqual([...places].sort((a, b) => a - b))
    for (const id of ids) seen.add(id)
  }
  return seen
}

const noPill = (page: Page) => async () => (await page.locator('#pill').count()) === 0

it('goes to the first unread message far above, and reads down to the newest without a gap or a jump', async () => {
  const others = stored.filter(({ u }) => u.username !== 'alice')
  const first = others[others.length - 300] as StoredMessage
  const at = stored.indexOf(first)
  await outside.post('subscriptions.unread', { firstUnreadMessage: { _id: first._id } })
  await enter()
  const { page } = alice
  await page.locator('#unread-pill').tap()
  await bubbleOf(page, first._id).waitFor()
  await page.locator('#unread-divider').waitFor()
  await isCentred(page, first._id)
  await page.locator('#unread-pill').waitFor({ state: 'detached' })
  expect(await page.locator('#messages .target').count()).toBe(1)
  const seen = await walk(page, step, noPill(page))
  const newer = stored.slice(at).map(({ _id }) => _id)
  expect(newer.filter((id) => !seen.has(id))).toEqual([])
})

it('fills the gap from its newer side when somebody reads up to it', async () => {
  const quoted = stored[stored.length - 160] as StoredMessage
  await bob.send(roomId, `[ ](${server.url}/channel/release-notes?msg=${quoted._id}) about this`)
  stored = (await outside.history(roomId)).filter(({ t }) => t === undefined)
  await enter()
  const { page } = alice
  await bubbleWith(page, 'about this').tap()
  await isCentred(page, quoted._id)
  await page.locator('#pill').tap()
  await page.locator('#pill').waitFor({ state: 'detached' })
  const isThere = async () =>
    (await bubbleOf(page, quoted._id).count()) > 0 && (await heightOf(page, quoted._id)) > 0
  const seen = await walk(page, -step, isThere)
  const between = stored.slice(stored.length - 155).map(({ _id }) => _id)
  expect(between.filter((id) => !seen.has(id))).toEqual([])
})

it('opens a message of another room that a message names, and leads back', async () => {
  const general = (await bob.history('GENERAL')).find(({ t }) => t === undefined) as StoredMessage
  await bob.send(roomId, `look at ${server.url}/channel/general?msg=${general._id}`)
  await enter()
  const { page } = alice
  await bubbleWith(page, 'look at').tap()
  await page.locator('#messages .target').waitFor()
  expect(await page.locator('#messages .target .bubble').getAttribute('id')).toBe(
    `m-${general._id}`,
  )
  await page.locator('#back:visible').tap()
  await bubbleWith(page, 'look at').waitFor()
})

it('says so when the message of a link is not there, and shows no address of a quotation', async () => {
  await bob.send(
    roomId,
    `[ ](${server.url}/channel/release-notes?msg=doesNotExist12345) of nothing`,
  )
  await enter()
  const { page } = alice
  const reply = bubbleWith(page, 'of nothing')
  await reply.waitFor()
  expect((await reply.locator('.text').textContent())?.trim()).toBe('of nothing')
  await reply.tap()
  await page.locator('uni-toast').waitFor()
})

it('lets the reader choose a day at the line of a day', async () => {
  await enter()
  const { page } = alice
  for (let turns = 0; turns < 3; turns += 1) await scroll(page, -step)
  await page.locator('#messages .day').first().tap()
  await page.locator('#day-field').waitFor({ state: 'attached' })
})

it('stands still while new messages come in at a place a jump led to, and counts them', async () => {
  const quoted = stored[stored.length - 600] as StoredMessage
  await bob.send(roomId, `[ ](${server.url}/channel/release-notes?msg=${quoted._id}) far away`)
  await enter()
  const { page } = alice
  await bubbleWith(page, 'far away').tap()
  await isCentred(page, quoted._id)
  const before = await heightOf(page, quoted._id)
  for (let count = 0; count < 3; count += 1) await bob.send(roomId, `meanwhile ${count}`)
  await page.locator('#pill').filter({ hasText: '3 条新消息' }).waitFor()
  expect(await heightOf(page, quoted._id)).toBeCloseTo(before, 3)
  await page.locator('#pill').tap()
  await bubbleWith(page, 'meanwhile 2').waitFor()
})

it('goes to a day', async () => {
  const wanted = stored[stored.length - 500] as StoredMessage
  const at = new Date(wanted.ts)
  const two = (part: number): string => String(part).padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  const first = stored.find(({ ts }) => new Date(ts) >= new Date(`${day}T00:00:00`))
  await enter()
  const { page } = alice
  await page.locator('#calendar').tap()
  await page.locator('#day-field').evaluate((field, value) => {
    ;(field as HTMLInputElement).value = value
    field.dispatchEvent(new Event('change'))
  }, day)
  await bubbleOf(page, first?._id ?? '').waitFor()
})

it('comes back to the message that was being read, also after a restart', async () => {
  await enter()
  const { page } = alice
  for (let turns = 0; turns < 5; turns += 1) await scroll(page, -step)
  const left = await pickAnchor(page)
  await page.locator('#back').tap()
  await page.locator('#conversations .item').first().waitFor()
  await tapRoom(page)
  const returned = async (): Promise<void> => {
    await eventually(async () => {
      const top = await page
        .locator(`[id="${left.id}"]`)
        .evaluate((bubble) => bubble.getBoundingClientRect().top)
      expect(Math.abs(top - left.top)).toBeLessThan(1)
    }, patience)
  }
  await returned()
  await page.reload()
  await returned()
})

it('keeps the message at the top when the phone is turned and when something above it grows', async () => {
  await enter()
  const { page } = alice
  for (let turns = 0; turns < 4; turns += 1) await scroll(page, -step)
  const { id } = await pickAnchor(page)
  const topOf = () =>
    page.locator(`[id="${id}"]`).evaluate((bubble) => {
      const list = document.querySelector('#messages')?.getBoundingClientRect()
      return bubble.getBoundingClientRect().top - (list?.top ?? 0)
    })
  const before = await topOf()
  await page.setViewportSize({ width: 844, height: 390 })
  await eventually(async () => expect(Math.abs((await topOf()) - before)).toBeLessThan(1), patience)
  await page.setViewportSize({ width: 390, height: 844 })
  await eventually(async () => expect(Math.abs((await topOf()) - before)).toBeLessThan(1), patience)
  // As an image that loads late, first above and then below what is read.
  for (const isAbove of [true, false]) {
    const shift = await page.evaluate(grow, { id, isAbove })
    expect(shift).toBeLessThan(tolerance)
  }
})

/** Makes a drawn row on one side of a message 180 px higher; how far the message moved in any frame after. */
async function grow({ id, isAbove }: { id: string; isAbove: boolean }): Promise<number> {
  const anchor = document.getElementById(id)
  if (!anchor) throw new Error('The message is not drawn')
  const start = anchor.getBoundingClientRect().top
  const other = Array.from(document.querySelectorAll('#messages .bubble')).find((bubble) => {
    const { top } = bubble.getBoundingClientRect()
    return isAbove ? top < start - 100 : top > start + 100
  })
  if (!(other instanceof HTMLElement)) throw new Error('No message is there')
  other.style.minHeight = `${other.offsetHeight + 180}px`
  let shift = 0
  for (let frame = 0; frame < 10; frame += 1) {
    // A frame's callbacks run before sizes are told; what counts is what was painted.
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
    shift = Math.max(shift, Math.abs(anchor.getBoundingClientRect().top - start))
  }
  return shift
}

it('changes and deletes an own message', async () => {
  await enter()
  const { page } = alice
  await send(page, 'with a tpyo')
  await isSent(page, 'with a tpyo')
  await bubbleWith(page, 'with a tpyo').dispatchEvent('longpress')
  await page.getByText('编辑', { exact: true }).tap()
  await page.locator('#editing').waitFor()
  await page.locator('#composer textarea').fill('without a typo')
  await page.locator('#send').tap()
  await page.locator('#editing').waitFor({ state: 'detached' })
  await bubbleWith(page, 'without a typo').waitFor()
  await eventually(async () => {
    expect((await bob.history(roomId)).at(-1)?.msg).toBe('without a typo')
  }, patience)
  await isSent(page, 'without a typo')
  await bubbleWith(page, 'without a typo').dispatchEvent('longpress')
  await page.getByText('删除', { exact: true }).tap()
  await page.locator('uni-modal').getByText('删除', { exact: true }).tap()
  await eventually(async () => {
    const texts = (await drawnMessages(page)).map(({ text }) => text)
    expect(texts).not.toContain('without a typo')
  }, patience)
})

it('keeps the part that is read of a message that is higher than the screen when the phone is turned', async () => {
  const { _id } = await outside.send(roomId, '一段很长的说明，'.repeat(600))
  await enter()
  const { page } = alice
  await bubbleOf(page, _id).waitFor()
  await bubbleOf(page, _id).evaluate((bubble) => {
    const list = document.querySelector('#messages')
    list?.scrollBy(0, -bubble.clientHeight / 2)
    // What was scrolled to is known with the next frame.
    return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
  })
  /** How much of the message is above the list's top. */
  const shareAbove = () =>
    bubbleOf(page, _id).evaluate((bubble) => {
      const { top, height } = bubble.getBoundingClientRect()
      return (
        ((document.querySelector('#messages')?.getBoundingClientRect().top ?? 0) - top) / height
      )
    })
  const before = await shareAbove()
  expect(before).toBeGreaterThan(0.2)
  expect(before).toBeLessThan(0.8)
  for (const [width, height] of [
    [844, 390],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height })
    // One line in a hundred, because lines end elsewhere.
    const off = async (): Promise<number> => Math.abs((await shareAbove()) - before)
    await eventually(async () => expect(await off()).toBeLessThan(0.01), patience)
  }
})
