import type { Page } from 'playwright-core'
import { eventually } from '../browser/eventually'
import { rest, type RestPerson } from '../e2e/rest'
import type { TestServer } from '../e2e/server'
import { openAs, patience, startProduct, stopProduct, type Client } from './support/client'

jest.setTimeout(180_000)

const conversations = 2_000
const lineHeight = 72

let server: TestServer
let bob: RestPerson
let alice: Client

beforeAll(async () => {
  server = await startProduct()
  bob = await rest(server.url).signIn('bob')
  const names = Array.from({ length: conversations }, (_, index) => `long-list-${index}`)
  const one = async (): Promise<void> => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      await bob.post('channels.create', { name, members: ['alice'] })
    }
  }
  await Promise.all(Array.from({ length: 16 }, one))
  alice = await openAs(server.url, 'alice')
})

afterAll(stopProduct)

/** The drawn lines from the top, and how many elements the list has. */
function look(page: Page) {
  return page.evaluate(() => {
    const list = document.querySelector('#conversations') as HTMLElement
    const edge = list.getBoundingClientRect()
    const lines = Array.from(list.querySelectorAll('.item')).map((item) => ({
      id: item.id,
      title: item.querySelector('.title')?.textContent.trim() ?? '',
      top: item.getBoundingClientRect().top - edge.top,
    }))
    return {
      lines,
      seen: lines.filter(({ top }) => top > -72 && top < edge.height),
      elements: list.querySelectorAll('*').length,
      height: list.scrollHeight,
      visible: edge.height,
    }
  })
}

async function scrollTo(page: Page, px: number): Promise<void> {
  await page.locator('#conversations').evaluate((list, top) => {
    list.scrollTop = top
  }, px)
}

/** Waits until lines are drawn over the whole visible part. */
async function isCovered(page: Page) {
  await eventually(async () => {
    const { seen, visible } = await look(page)
    expect(seen.length).toBeGreaterThanOrEqual(Math.floor(visible / lineHeight))
  }, patience)
  return look(page)
}

it('draws a few of 2,000 conversations wherever it is scrolled to, and each of them once', async () => {
  const { page } = alice
  await eventually(async () => {
    expect((await look(page)).height).toBeGreaterThan(conversations * lineHeight)
  }, 20_000)
  const { height } = await look(page)
  const met = new Set<string>()
  for (const share of [0, 0.01, 0.25, 0.5, 0.99, 1, 0.7, 0.02, 0]) {
    await scrollTo(page, share * height)
    const { elements, lines, height: now } = await isCovered(page)
    expect(lines.length).toBeLessThanOrEqual(40)
    expect(elements).toBeLessThanOrEqual(600)
    expect(now).toBe(height)
    expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length)
    for (const { id } of lines) met.add(id)
  }
  expect(met.size).toBeGreaterThanOrEqual(160)
})

it('reads every line of the whole list, from the first to the last', async () => {
  const { page } = alice
  const titles = new Set<string>()
  const { height } = await look(page)
  for (let px = 0; px < height; px += 1_900) {
    await scrollTo(page, px)
    const { lines } = await isCovered(page)
    for (const { title } of lines) titles.add(title)
  }
  const missing = Array.from({ length: conversations }, (_, i) => `long-list-${i}`)
  expect(missing.filter((name) => !titles.has(name))).toEqual([])
})

it('moves a conversation from far below to the top, and the reader stays where they are', async () => {
  const { page } = alice
  await scrollTo(page, 1_000 * lineHeight)
  const before = await isCovered(page)
  const anchor = before.seen[3]
  const roomId = await bob.roomId('long-list-1999')
  await bob.send(roomId, 'up to the top')
  // One line came above: what is read moves down by one, the list itself does not.
  await eventually(async () => {
    const { lines } = await look(page)
    const now = lines.find(({ id }) => id === anchor?.id)
    expect(Math.round((now?.top ?? NaN) - (anchor?.top ?? NaN))).toBe(lineHeight)
  }, patience)
  expect(await page.locator('#conversations').evaluate((list) => list.scrollTop)).toBe(
    1_000 * lineHeight,
  )
  await scrollTo(page, 0)
  const { lines } = await isCovered(page)
  expect(lines[0]?.title).toBe('long-list-1999')
})

it('comes back to the same lines from a room', async () => {
  const { page } = alice
  await scrollTo(page, 300 * lineHeight)
  const { seen } = await isCovered(page)
  await page.locator(`#${seen[2]?.id}`).tap()
  await page.locator('#composer').waitFor()
  await page.locator('#back').tap()
  await eventually(async () => {
    const now = await look(page)
    expect(now.seen.map(({ id }) => id)).toContain(seen[4]?.id)
  }, patience)
  expect(alice.errors).toEqual([])
})
