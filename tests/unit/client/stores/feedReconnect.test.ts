import { flush } from '../support/fakeClock'
import { createClient } from './support/client'
import { networkError } from './support/fakeChat'

/** Ann is in `general`, and her connection is cut; `checks` are the moments at which it was told to look. */
async function setUp() {
  const client = createClient()
  client.server.addRoom('general', ['ann', 'bob'])
  await client.start('ann')
  const checks: number[] = []
  client.realtime.checkNow = () => {
    checks.push(client.clock.now())
  }
  return { client, checks }
}

describe('an answer to a request', () => {
  test('makes a connection that waits try at once', async () => {
    const { client, checks } = await setUp()
    client.realtime.cut()
    client.connection.noteAnswer()
    expect(checks).toEqual([client.clock.now()])
  })

  test('leaves alone a connection that lives, is being made, was refused or does not exist', async () => {
    const { client, checks } = await setUp()
    client.connection.noteAnswer()
    client.realtime.cut()
    client.realtime.open()
    client.connection.noteAnswer()
    client.im.onAuthenticate = () => Promise.reject(networkError())
    client.realtime.reject()
    client.connection.noteAnswer()
    client.connection.close()
    client.connection.noteAnswer()
    expect(checks).toEqual([])
  })

  test('is one try a second at first, and fewer where only requests get through', async () => {
    const { client, checks } = await setUp()
    client.realtime.cut()
    const begin = client.clock.now()
    for (let passed = 0; passed < 60_000; passed += 100) {
      client.connection.noteAnswer()
      await client.clock.elapse(100)
    }
    const seconds = checks.map((at) => (at - begin) / 1_000)
    expect(seconds).toEqual([0, 1, 3, 7, 15, 25, 35, 45, 55])
  })

  test('counts afresh once the connection was live', async () => {
    const { client, checks } = await setUp()
    client.realtime.cut()
    for (let passed = 0; passed < 20_000; passed += 100) {
      client.connection.noteAnswer()
      await client.clock.elapse(100)
    }
    client.realtime.goLive()
    await client.clock.elapse(1_000)
    client.realtime.cut()
    checks.length = 0
    client.connection.noteAnswer()
    await client.clock.elapse(1_000)
    client.connection.noteAnswer()
    expect(checks).toHaveLength(2)
  })

  test('still counts after the clock of the device was set back', async () => {
    const { client, checks } = await setUp()
    client.realtime.cut()
    client.connection.noteAnswer()
    const { now } = client.clock
    client.clock.now = () => now() - 3_600_000
    client.connection.noteAnswer()
    expect(checks).toHaveLength(2)
  })
})

describe('somebody who does not want to wait', () => {
  test('makes the connection try and sends what waits', async () => {
    const { client, checks } = await setUp()
    client.realtime.cut()
    client.server.intercept = () => ({ refuse: networkError() })
    client.outbox.add('general', 'hello')
    await flush()
    client.server.intercept = () => ({})
    const { opens } = client.realtime
    client.feed.tryNow()
    await flush()
    expect([client.realtime.opens - opens, checks.length]).toEqual([1, 1])
    expect([client.outbox.unsentCount, client.server.callsOf('chat.sendMessage').length]).toEqual([
      0, 2,
    ])
  })

  test('has the lists completed at once, and no second time by the wait that was cut short', async () => {
    const { client } = await setUp()
    client.realtime.cut()
    client.server.intercept = () => ({ refuse: networkError() })
    client.realtime.goLive()
    await client.settle()
    client.realtime.open = () => undefined
    client.server.intercept = () => ({})
    const before = client.server.callsOf('rooms.get').length
    client.feed.tryNow()
    await client.settle()
    expect(client.feed.lineState).toBe('live')
    await client.clock.elapse(60_000)
    expect(client.server.callsOf('rooms.get')).toHaveLength(before + 1)
  })

  test('has a refused token renewed at once instead of offering it again', async () => {
    const { client } = await setUp()
    const answer = client.im.onAuthenticate
    client.im.onAuthenticate = () => Promise.reject(networkError())
    client.realtime.reject()
    await flush()
    client.im.onAuthenticate = answer
    const { opens } = client.realtime
    client.feed.tryNow()
    expect(client.realtime.opens).toBe(opens)
    await flush()
    expect([client.im.renewals, client.realtime.opens]).toEqual([2, opens + 1])
  })

  test('changes nothing after the session has ended', async () => {
    const { client, checks } = await setUp()
    await client.session.signOut()
    const { opens } = client.realtime
    client.feed.tryNow()
    await flush()
    expect([client.realtime.opens, checks]).toEqual([opens, []])
  })
})
