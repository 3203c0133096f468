import type { Page } from 'playwright-core'
import { eventually } from '../browser/eventually'
import { rest } from '../e2e/rest'
import { ways, type TestServer } from '../e2e/server'
import {
  bubbleWith,
  drawnMessages,
  enterRoom,
  isLive,
  markOf,
  openAs,
  ownErrors,
  send,
  startProduct,
  stopProduct,
  type Client,
} from './support/client'

jest.setTimeout(60_000)

describe.each(ways)('over %s:', (way) => {
  let server: TestServer
  let alice: Client
  let bob: Client
  let roomId: string

  beforeAll(async () => {
    server = await startProduct({ way })
    roomId = await (await rest(server.url).signIn('alice')).roomId('bob')
    ;[alice, bob] = await Promise.all([
      openAs(server.url, 'alice'),
      openAs(server.url, 'bob', { locale: 'en-US' }),
    ])
    await Promise.all([enterRoom(alice.page, roomId), enterRoom(bob.page, roomId)])
  })

  afterAll(stopProduct)

  it('loses, doubles and mixes up nothing when the server is killed and restarted', async () => {
    await send(alice.page, 'before: from Alice')
    await bubbleWith(bob.page, 'before: from Alice').waitFor()

    await server.kill9()
    for (const text of ['down: first', 'down: second']) {
      await send(alice.page, text)
      const row = alice.page.locator('.waiting, .sending').filter({ hasText: text })
      await row.waitFor()
      expect(await markOf(row.locator('.meta'))).toBe('clock')
    }
    await send(bob.page, 'down: from Bob')
    await server.restart()

    await Promise.all([isLive(alice.page), isLive(bob.page)])
    for (const { page } of [alice, bob]) {
      for (const text of ['down: second', 'down: from Bob']) {
        await bubbleWith(page, text).waitFor({ timeout: 35_000 })
      }
      await page.locator('.waiting, .sending').waitFor({ state: 'detached' })
    }

    await send(alice.page, 'after: from Alice')
    await bubbleWith(bob.page, 'after: from Alice').waitFor()
    await send(bob.page, 'after: from Bob')
    await bubbleWith(alice.page, 'after: from Bob').waitFor()

    const outside = await rest(server.url).signIn('alice')
    const stored = (await outside.history(roomId)).map(({ _id, msg }) => ({ id: _id, text: msg }))
    const sent = stored.map(({ text }) => text)
    for (const text of ['down: first', 'down: second', 'down: from Bob']) {
      expect(sent.filter((one) => one === text)).toHaveLength(1)
    }
    expect(sent.indexOf('down: first')).toBeLessThan(sent.indexOf('down: second'))
    for (const { page } of [alice, bob]) {
      await eventually(async () => {
        const drawn = (await drawnMessages(page)).map(({ id, text }) => ({ id, text }))
        expect(drawn).toEqual(stored.slice(-drawn.length))
      })
    }
    for (const { errors } of [alice, bob]) expect(ownErrors(errors)).toEqual([])
  })

  it('is back at once by a key on the line or a message that leaves, however long the wait is', async () => {
    const pages = [alice.page, bob.page]
    await Promise.all(pages.map((page) => drawLongWait(page)))
    await server.kill9()
    for (const page of pages) await page.locator('#connection').waitFor({ timeout: 15_000 })
    await Promise.all(pages.map((page) => drawAsEver(page)))
    await server.restart()

    const again = alice.page.locator('#connection .again')
    expect(await again.textContent()).toContain('点此重试')
    expect(await again.getAttribute('aria-label')).toContain('立即重试')
    await again.focus()
    await alice.page.keyboard.press('Enter')
    await gone(alice.page)

    expect(await bob.page.locator('#connection').textContent()).toContain('Tap to try now')
    await send(bob.page, 'a sign of life')
    await gone(bob.page)
    await bubbleWith(alice.page, 'a sign of life').waitFor({ timeout: 15_000 })
  })

  it('says without a network what is wrong in one line, on a narrow phone too', async () => {
    for (const { page } of [alice, bob]) {
      await page.setViewportSize({ width: 320, height: 640 })
      await page.context().setOffline(true)
      const again = page.locator('#connection .again')
      await again.waitFor({ timeout: 15_000 })
      const box = await again.evaluate((one) => [
        one.clientHeight,
        one.scrollWidth - one.clientWidth,
      ])
      expect(box).toEqual([28, 0])
      await page.context().setOffline(false)
      await gone(page)
    }
  })
})

/** From now on chance makes a wait before reconnecting last minutes. */
async function drawLongWait(page: Page): Promise<void> {
  await page.evaluate(() => {
    Object.assign(window, { ownRandom: Math.random })
    Math.random = () => 1_000
  })
}

async function drawAsEver(page: Page): Promise<void> {
  await page.evaluate(() => {
    Math.random = (window as unknown as { ownRandom: () => number }).ownRandom
  })
}

/** Waits until the line is gone, for less than the wait that was drawn. */
async function gone(page: Page): Promise<void> {
  await page.locator('#connection').waitFor({ state: 'detached', timeout: 20_000 })
}
