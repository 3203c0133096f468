import type { Page } from 'playwright-core'
import { eventually } from '../browser/eventually'
import { rest, type RestPerson } from '../e2e/rest'
import { ways, type TestServer } from '../e2e/server'
import { createChance, type Chance } from '../faults/chance'
import { createFaultProxy, type FaultProxy } from '../faults/faultProxy'
import {
  bubbles,
  bubbleWith,
  drawnMessages,
  enterRoom,
  isLive,
  openAs,
  send,
  startProduct,
  stopProduct,
} from './support/client'

// The built client in a browser, behind a proxy that breaks its connections.

jest.setTimeout(120_000)

const seeds = [1, 2]
const steps = 16

/** A phone whose page reaches the server only through its own proxy. */
type Phone = { page: Page; proxy: FaultProxy; sent: string[] }

describe.each(ways)('over %s:', (way) => {
  let server: TestServer
  let outsider: RestPerson
  let roomId: string
  const phones: Phone[] = []

  beforeAll(async () => {
    server = await startProduct({ way })
    outsider = await rest(server.url).signIn('alice')
    roomId = await outsider.roomId('bob')
    for (const username of ['alice', 'bob']) {
      const proxy = await createFaultProxy(server.port)
      const { page } = await openAs(proxy.url, username)
      await enterRoom(page, roomId)
      phones.push({ page, proxy, sent: [] })
    }
  })

  afterAll(async () => {
    await stopProduct()
    await Promise.all(phones.splice(0).map(({ proxy }) => proxy.close()))
  })

  it.each(seeds)('two phones agree with the server after run %i', async (seed) => {
    const chance = createChance(seed)
    for (let step = 1; step <= steps; step += 1) {
      const phone = chance.pick(phones)
      if (chance.isLucky(0.55)) await write(phone, `run ${seed}, text ${step}`)
      else await breakSomething(chance, phone)
    }
    for (const { page, proxy } of phones) {
      proxy.heal()
      await page.context().setOffline(false)
    }
    for (const { page } of phones) {
      await isLive(page)
      await eventually(
        async () => expect(await page.locator('.waiting, .sending').count()).toBe(0),
        40_000,
      )
    }
    const stored = (await outsider.history(roomId)).map(({ _id, msg }) => ({ id: _id, text: msg }))
    for (const { page, sent } of phones) {
      await eventually(async () => {
        const drawn = (await drawnMessages(page)).map(({ id, text }) => ({ id, text }))
        expect(drawn.length).toBeGreaterThan(5)
        expect(drawn).toEqual(stored.slice(-drawn.length))
      }, 10_000)
      expect(stored.map(({ text }) => text).filter((text) => sent.includes(text))).toEqual(sent)
    }
  })

  it('finds a dead connection when it comes to the foreground, and one that is back', async () => {
    const { page, proxy } = phones[0]!
    await isLive(page)
    await setVisible(page, false)
    proxy.freeze('websockets')
    await outsider.send(roomId, `${way}: in the background`)
    const found = await timeUntil(page, `${way}: in the background`, () => setVisible(page, true))

    await page.context().setOffline(true)
    proxy.cut('reset')
    await page.locator('#connection').waitFor({ timeout: 10_000 })
    await outsider.send(roomId, `${way}: without a network`)
    const back = await timeUntil(page, `${way}: without a network`, () =>
      page.context().setOffline(false),
    )
    process.stdout.write(`${way}: foreground ${found} ms, network back ${back} ms\n`)
    // Measured figures are in tests/faults/README.md; here only what a busy machine keeps too.
    expect(found).toBeLessThan(8_000)
    expect(back).toBeLessThan(8_000)
  })
})

async function write({ page, sent }: Phone, text: string): Promise<void> {
  await send(page, text)
  sent.push(text)
}

async function breakSomething(chance: Chance, phone: Phone): Promise<void> {
  const { page, proxy } = phone
  const luck = chance.between(0, 6)
  if (luck === 0) proxy.cut(chance.pick(['reset', 'finish'] as const))
  else if (luck === 1) proxy.freeze('websockets')
  else if (luck === 2) {
    proxy.arm({ fault: 'loseAnswer', direction: 'up', pattern: '/api/v1/chat.sendMessage' })
  } else if (luck === 3) {
    await page.context().setOffline(true)
    proxy.cut('reset')
    await write(phone, `offline ${chance.between(0, 1_000_000)}`)
    await page.context().setOffline(false)
  } else if (luck === 4) {
    proxy.setWeather({ isRefusing: true })
    proxy.cut('reset')
    setTimeout(() => proxy.setWeather({ isRefusing: false }), chance.between(100, 500))
  } else {
    // In the middle of a send: the text is on the device, its answer is not here yet.
    proxy.heal()
    await write(phone, `reload ${chance.between(0, 1_000_000)}`)
    await page.reload()
    await bubbles(page).first().waitFor({ timeout: 15_000 })
  }
}

/** What the system tells a page that another one covers, or that comes back. */
function setVisible(page: Page, isVisible: boolean): Promise<void> {
  return page.evaluate(
    (state) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
      document.dispatchEvent(new Event('visibilitychange'))
    },
    isVisible ? 'visible' : 'hidden',
  )
}

/** Milliseconds from the beginning of an action until the page shows a text. */
async function timeUntil(page: Page, text: string, act: () => Promise<void>): Promise<number> {
  const from = performance.now()
  await act()
  await bubbleWith(page, text).waitFor({ timeout: 20_000 })
  return Math.round(performance.now() - from)
}
