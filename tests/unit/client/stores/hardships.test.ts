import { createMemoryDisk } from '../../../../src/platform/cacheDisk'
import { StorageError } from '../../../../src/platform/types'
import { createClient, restart, type Client, type ClientOptions } from './support/client'
import { refusal } from './support/fakeChat'

const minute = 60_000

async function setUp(options: ClientOptions = {}): Promise<Client> {
  const client = createClient(options)
  const { server } = client
  for (const id of ['team', 'other']) {
    server.addRoom(id, ['ann', 'bob'])
    server.post('bob', id, `first in ${id}`)
  }
  await client.start('ann')
  await client.open('other')
  await client.clock.elapse(5_000)
  await client.open('team')
  await client.clock.elapse(5_000)
  return client
}

const kept = async ({ cache }: Client, roomId: string): Promise<string[] | undefined> =>
  (await cache.load(roomId))?.messages.map(({ text }) => text)

describe.each([10 * minute, -10 * minute])('a device whose clock is %i ms off', (skewMs) => {
  test('misses nothing after an interruption, on screen and in rooms nobody looks at', async () => {
    const client = await setUp({ skewMs })
    const { server, clock } = client
    client.realtime.cut()
    await clock.elapse(minute)
    server.post('bob', 'team', 'while away')
    server.post('bob', 'other', 'elsewhere')
    client.chat.send('typed offline')
    await clock.elapse(minute)
    client.realtime.goLive()
    await clock.elapse(minute)
    expect(client.texts()).toEqual(['first in team', 'while away', 'typed offline'])
    expect(await kept(client, 'other')).toEqual(['first in other', 'elsewhere'])
    expect(server.messagesOf('team').map(({ msg }) => msg)).toEqual(client.texts())
  })

  test('asks with the times of the server only, also after a restart', async () => {
    const before = await setUp({ skewMs })
    const { server, clock } = before
    before.lifecycle.goToBackground()
    await clock.elapse(0)
    before.die()
    server.post('bob', 'team', 'while closed')
    server.calls.length = 0
    const client = await restart(before, { skewMs })
    client.realtime.goLive()
    await client.open('team')
    await clock.elapse(2_000)
    expect(client.texts()).toEqual(['first in team', 'while closed'])
    const times = server.calls
      .flatMap(({ name, args }) => (name.endsWith('.get') ? [Number(args[0])] : []))
      .concat(server.callsOf('chat.syncMessages').map(({ args }) => Number(args[2])))
    expect(times.length).toBeGreaterThanOrEqual(4)
    for (const at of times) expect(Math.abs(at - clock.now())).toBeLessThan(minute)
  })

  test('marks what was read offline as read, and nothing that came after', async () => {
    const client = await setUp({ skewMs })
    const { server, clock } = client
    server.post('bob', 'team', 'look @ann')
    client.realtime.cut()
    await clock.elapse(20_000)
    client.realtime.goLive()
    await clock.elapse(20_000)
    expect(server.subscriptionOf('ann', 'team').unread).toBe(0)
    client.chat.leaveChannel()
    server.post('bob', 'team', 'later @ann')
    await clock.elapse(20_000)
    expect(server.subscriptionOf('ann', 'team').unread).toBe(1)
  })
})

describe('a token that ends', () => {
  test('in the middle of sending loses and doubles nothing', async () => {
    const client = await setUp()
    const { server, clock } = client
    let isOver = true
    server.intercept = ({ name }) =>
      isOver && name === 'chat.sendMessage' ? { refuse: refusal(401, 'token') } : {}
    client.chat.send('one')
    client.chat.send('two')
    await clock.elapse(500)
    client.realtime.reject()
    await clock.elapse(500)
    expect(client.im.renewals).toBe(1)
    expect(client.outbox.entries.map(({ state }) => state)).toEqual(['waiting', 'waiting'])
    isOver = false
    client.realtime.goLive()
    await clock.elapse(10_000)
    expect(server.messagesOf('team').map(({ msg }) => msg)).toEqual(['first in team', 'one', 'two'])
    expect(client.texts()).toEqual(['first in team', 'one', 'two'])
  })

  test('in the middle of a sync is renewed, and the sync begins again', async () => {
    const client = await setUp()
    const { server, clock } = client
    client.realtime.cut()
    server.post('bob', 'team', 'new')
    server.post('bob', 'other', 'new')
    server.intercept = ({ name }) =>
      name === 'chat.syncMessages' ? { refuse: refusal(401, 'token') } : {}
    client.realtime.goLive()
    await clock.elapse(200)
    client.realtime.reject()
    await clock.elapse(200)
    server.intercept = () => ({})
    client.realtime.goLive()
    await clock.elapse(2 * minute)
    expect([client.feed.lineState, client.texts()]).toEqual(['live', ['first in team', 'new']])
    expect(await kept(client, 'other')).toEqual(['first in other', 'new'])
  })
})

describe('the background', () => {
  test.each([
    ['30 seconds', 30_000],
    ['10 minutes', 10 * minute],
  ])('of %s costs nothing that came meanwhile', async (_name, ms) => {
    const client = await setUp()
    const { server, clock } = client
    client.lifecycle.goToBackground()
    // The system stops timers and sockets: the connection is found dead on the way back.
    client.realtime.cut()
    server.post('bob', 'team', 'meanwhile @ann')
    server.edit('other', server.messagesOf('other')[0]!._id, { msg: 'edited' })
    clock.jump(ms)
    client.lifecycle.goToForeground()
    client.realtime.goLive()
    await clock.elapse(2 * minute)
    expect(client.texts()).toEqual(['first in team', 'meanwhile @ann'])
    expect(await kept(client, 'other')).toEqual(['edited'])
    client.chat.setListVisible(true)
    expect(client.list()).toEqual(['team', 'other'])
  })

  test('puts everything on disk before the app may end', async () => {
    const client = await setUp()
    client.server.post('bob', 'team', 'just now')
    client.server.post('bob', 'other', 'also @ann')
    await client.settle()
    client.chat.leaveChannel()
    client.lifecycle.goToBackground()
    await client.clock.elapse(0)
    client.die()
    client.server.intercept = () => ({ before: new Promise(() => undefined) })
    const next = await restart(client)
    next.chat.setListVisible(true)
    await next.settle()
    expect(next.list()).toEqual(['other:1', 'team'])
    await next.open('team')
    expect(next.texts()).toEqual(['first in team', 'just now'])
  })
})

describe('a device that is full', () => {
  /** A cache that refuses every write; what is there can be read. */
  function fullDisk() {
    const disk = createMemoryDisk()
    const state = { isFull: false }
    const write: typeof disk.write = (changes) =>
      state.isFull ? Promise.reject(new StorageError('The device is full.')) : disk.write(changes)
    return { disk: { ...disk, write }, state }
  }

  test('shows, sends and syncs as ever, and keeps copies again when there is room', async () => {
    const { disk, state } = fullDisk()
    const client = await setUp({ cacheDisk: disk })
    const { server, clock, storage } = client
    state.isFull = true
    storage.isFull = true
    server.post('bob', 'team', 'one')
    expect(client.chat.send('two')).toBe(false)
    await client.settle()
    client.realtime.cut()
    server.post('bob', 'team', 'three')
    client.realtime.goLive()
    await clock.elapse(minute)
    expect(client.texts()).toEqual(['first in team', 'one', 'two', 'three'])
    expect([client.feed.lineState, client.outbox.entries]).toEqual(['live', []])
    state.isFull = false
    storage.isFull = false
    server.post('bob', 'team', 'four')
    await clock.elapse(10_000)
    client.die()
    server.intercept = () => ({ before: new Promise(() => undefined) })
    const next = await restart(client)
    await next.open('team')
    expect(next.texts().slice(-1)).toEqual(['four'])
  })

  test('that stays full shows after the next start what the server has', async () => {
    const { disk, state } = fullDisk()
    state.isFull = true
    const client = await setUp({ cacheDisk: disk })
    client.die()
    const next = await restart(client)
    next.chat.setListVisible(true)
    next.realtime.goLive()
    await next.open('team')
    await next.clock.elapse(5_000)
    next.chat.setListVisible(true)
    expect([next.list(), next.texts()]).toEqual([['other', 'team'], ['first in team']])
  })
})
