import { eventually } from '../browser/eventually'
import { rest, type RestPerson } from '../e2e/rest'
import { ways, type TestServer } from '../e2e/server'
import {
  bubbleOf,
  bubbleWith,
  drawnMessages,
  enterRoom,
  openAs,
  patience,
  says,
  send,
  startProduct,
  stopProduct,
  write,
  type Client,
} from './support/client'

jest.setTimeout(30_000)

describe.each(ways)('over %s:', (way) => {
  let server: TestServer
  let bobOutside: RestPerson
  let directId: string

  beforeAll(async () => {
    server = await startProduct({ way })
    bobOutside = await rest(server.url).signIn('bob')
    directId = await bobOutside.roomId('alice')
  })

  afterAll(stopProduct)

  const open: Client[] = []

  async function phoneOf(username: string): Promise<Client> {
    const client = await openAs(server.url, username)
    open.push(client)
    return client
  }

  afterEach(async () => {
    const clients = open.splice(0)
    await Promise.all(clients.map((client) => client.close()))
    for (const { errors, requests } of clients) {
      expect(errors).toEqual([])
      const hosts = new Set(requests.map((address) => new URL(address).host))
      expect(requests.filter((address) => /token|bearer/i.test(new URL(address).search))).toEqual(
        [],
      )
      expect([...hosts]).toEqual([`127.0.0.1:${server.port}`])
    }
  })

  it('lets two people chat both ways', async () => {
    const [alice, bob] = await Promise.all([phoneOf('alice'), phoneOf('bob')])
    await Promise.all([enterRoom(alice.page, directId), enterRoom(bob.page, directId)])
    await send(alice.page, '你好 Bob 👋')
    await bubbleWith(bob.page, '你好 Bob 👋').waitFor()
    await send(bob.page, 'Hi Alice,\nsecond line')
    await bubbleWith(alice.page, 'second line').waitFor()

    const stored = (await bobOutside.history(directId)).slice(-2)
    expect(stored.map(({ msg }) => msg)).toEqual(['你好 Bob 👋', 'Hi Alice,\nsecond line'])
    for (const { page } of [alice, bob]) {
      const drawn = (await drawnMessages(page)).slice(-2)
      expect(drawn.map(({ id }) => id)).toEqual(stored.map(({ _id }) => _id))
    }
    const [own, other] = (await drawnMessages(alice.page)).slice(-2)
    expect(own?.row).toMatch(/\bown\b/)
    expect(other?.row).toMatch(/\bother\b/)
  })

  it('says in the head who is typing, and that the person is there once the message is', async () => {
    const [alice, bob] = await Promise.all([phoneOf('alice'), phoneOf('bob')])
    await Promise.all([enterRoom(alice.page, directId), enterRoom(bob.page, directId)])
    await write(bob.page, 'thinking')
    await says(alice.page.locator('#nav-subtitle'), 'Bob Martin 正在输入…')
    await bob.page.locator('#send').tap()
    await says(alice.page.locator('#nav-subtitle'), '在线')
  })

  it('counts unread messages, marks mentions and moves the conversation to the top', async () => {
    const alice = await phoneOf('alice')
    const generalId = await bobOutside.roomId('general')
    const row = alice.page.locator(`#room-${generalId}`)
    await row.waitFor()
    expect(await alice.page.locator('.item').first().getAttribute('id')).not.toBe(
      `room-${generalId}`,
    )
    expect(await row.locator('.badge').count()).toBe(0)

    await bobOutside.send(generalId, 'nothing special')
    await row.locator('.dot, .badge').waitFor()
    await bobOutside.send(generalId, '@alice 请看一下')
    await says(row.locator('.badge.at'), '1')
    await says(row.locator('.mention'), '[有人@我]')
    expect(await row.locator('.preview').textContent()).toContain('@alice 请看一下')
    expect(await alice.page.locator('.item').first().getAttribute('id')).toBe(`room-${generalId}`)

    await bobOutside.send(directId, 'direct one')
    const direct = alice.page.locator(`#room-${directId}`)
    await eventually(async () => {
      expect(await alice.page.locator('.item').first().getAttribute('id')).toBe(`room-${directId}`)
      expect(Number(await direct.locator('.badge').textContent())).toBeGreaterThan(0)
    }, patience)
  })

  it('takes the badges away of conversations that were read one after another', async () => {
    const alice = await phoneOf('alice')
    const rooms = [directId, await bobOutside.roomId('general')]
    for (const roomId of rooms) {
      await bobOutside.send(roomId, '@alice one more')
      await alice.page.locator(`#room-${roomId} .badge`).waitFor()
    }
    for (const roomId of rooms) {
      await enterRoom(alice.page, roomId)
      // A person needs a second to read a line.
      await alice.page.waitForTimeout(1000)
      await alice.page.locator('#back').tap()
      await alice.page.locator(`#room-${roomId}`).waitFor()
    }
    for (const roomId of rooms) {
      await alice.page.locator(`#room-${roomId} .badge`).waitFor({ state: 'detached' })
    }
  })

  it('shows an edit and a deletion that happen elsewhere', async () => {
    const alice = await phoneOf('alice')
    await enterRoom(alice.page, directId)
    const kept = await bobOutside.send(directId, 'first wording')
    const gone = await bobOutside.send(directId, 'written by mistake')
    await bubbleOf(alice.page, gone._id).waitFor()

    await bobOutside.edit(directId, kept._id, 'better wording')
    await says(bubbleOf(alice.page, kept._id).locator('.text'), 'better wording')
    expect(await bubbleOf(alice.page, kept._id).locator('.meta').textContent()).toContain('已编辑')

    await bobOutside.remove(directId, gone._id)
    await bubbleOf(alice.page, gone._id).waitFor({ state: 'detached' })
    await alice.page.locator('#back').tap()
    await says(alice.page.locator(`#room-${directId} .preview`), 'better wording')
  })

  it('shows the list after at most 8 calls', async () => {
    const alice = await phoneOf('alice')
    await alice.page.waitForLoadState('networkidle')
    const signIn = alice.requests.findIndex((address) => address.includes('/TokenAuth/'))
    const calls = alice.requests.slice(signIn + 1).filter(isCall)
    expect(calls.length).toBeGreaterThanOrEqual(3)
    expect(calls.length).toBeLessThanOrEqual(8)
  })

  function isCall(address: string): boolean {
    return /\/api\/|\/websocket|\/signalr/.test(new URL(address).pathname)
  }
})
