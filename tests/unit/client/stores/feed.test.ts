import { flush } from '../support/fakeClock'
import { createClient, deferred } from './support/client'
import { networkError, refusal, type RestCall } from './support/fakeChat'

/** Ann and bob share `general` and `team`. */
function setUp() {
  const client = createClient()
  client.server.addRoom('general', ['ann', 'bob'])
  client.server.addRoom('team', ['ann', 'bob'], { t: 'p' })
  return client
}

const argsOf = (calls: RestCall[]): unknown[] => calls.map(({ args }) => args[0])

describe('the start', () => {
  test('everything is loaded while the connection opens, afterwards only what changed', async () => {
    const client = setUp()
    await client.signIn('ann')
    expect(client.targets).toMatchObject([{ url: '/websocket', userId: 'ann', username: 'ann' }])
    expect(argsOf(client.server.callsOf('subscriptions.get'))).toEqual([undefined])
    expect(client.chat.listState).toBe('ready')
    client.realtime.goLive()
    await client.settle()
    expect(client.server.callsOf('subscriptions.get')).toHaveLength(2)
    expect(argsOf(client.server.callsOf('rooms.get'))[1]).toEqual(expect.any(Number))
    expect(client.server.calls.length).toBeLessThanOrEqual(8)
    expect(client.feed.lineState).toBe('live')
  })

  test('what happens between the first load and the connection is there', async () => {
    const client = setUp()
    await client.signIn('ann')
    client.chat.setListVisible(true)
    client.server.post('bob', 'general', 'hi @ann')
    client.realtime.goLive()
    await client.settle()
    expect(client.list()).toEqual(['general:1', 'team'])
  })

  test('a change told before the answers does not hide one from before', async () => {
    const client = setUp()
    await client.signIn('ann')
    client.chat.setListVisible(true)
    client.server.post('bob', 'team', '@ann before')
    await client.clock.elapse(10_000)
    const { doc } = client.server.room('general')
    client.realtime.receive({
      collection: 'stream-notify-user',
      eventName: 'ann/rooms-changed',
      args: ['updated', { ...doc, _updatedAt: client.server.now() }],
    })
    const subscription = client.server.subscriptionOf('ann', 'general')
    client.realtime.receive({
      collection: 'stream-notify-user',
      eventName: 'ann/subscriptions-changed',
      args: ['updated', { ...subscription, _updatedAt: client.server.now() }],
    })
    client.realtime.goLive()
    await client.settle()
    expect(client.list()).toContain('team:1')
  })

  test('a room that was left while an older list was on its way stays away', async () => {
    const client = setUp()
    await client.start('ann')
    client.realtime.cut()
    client.server.post('bob', 'team', 'news')
    const answer = deferred()
    client.server.intercept = ({ name }) =>
      name === 'subscriptions.get' ? { after: answer.promise } : {}
    client.realtime.goLive()
    await flush()
    client.server.leave('ann', 'team')
    answer.resolve()
    await client.settle()
    expect(client.list()).toEqual(['general'])
    client.server.join('ann', 'team')
    await client.settle()
    expect(client.list().sort()).toEqual(['general', 'team'])
  })

  test('a failed first load is made up when the connection is there', async () => {
    const client = setUp()
    client.server.intercept = () => ({ refuse: networkError() })
    await client.signIn('ann')
    expect(client.chat.listState).toBe('failed')
    client.server.intercept = () => ({})
    client.chat.setListVisible(true)
    client.realtime.goLive()
    await client.settle()
    expect([client.chat.listState, client.list()]).toEqual(['ready', ['team', 'general']])
  })

  test('nobody signed in means nothing to do', () => {
    const client = setUp()
    client.feed.start()
    expect([client.server.calls, client.realtimes]).toEqual([[], []])
  })
})

describe('reconnecting', () => {
  test('nothing is missing and nothing twice, however often the connection breaks', async () => {
    const client = setUp()
    const first = client.server.post('bob', 'general', 'one')
    await client.start('ann')
    await client.open('general')
    for (const text of ['two', 'three', 'four']) {
      client.realtime.cut()
      await client.clock.elapse(20_000)
      client.server.post('bob', 'general', text)
      client.realtime.goLive()
      client.server.post('bob', 'general', `${text} live`)
      await client.settle()
    }
    client.realtime.cut()
    client.server.edit('general', first._id, { msg: 'one, edited' })
    client.server.remove('general', client.server.messagesOf('general')[1]!._id)
    client.realtime.goLive()
    await client.settle()
    expect(client.texts()).toEqual([
      'one, edited',
      'two live',
      'three',
      'three live',
      'four',
      'four live',
    ])
  })

  test('live while the first load is under way waits for it', async () => {
    const client = setUp()
    const answer = deferred()
    client.server.intercept = () => ({ after: answer.promise })
    await client.signIn('ann')
    client.server.intercept = () => ({})
    client.realtime.goLive()
    await client.settle()
    expect(client.server.callsOf('subscriptions.get')).toHaveLength(1)
    answer.resolve()
    await client.settle()
    expect(client.server.callsOf('subscriptions.get')).toHaveLength(2)
    expect(client.feed.lineState).toBe('live')
  })

  test('an answer asked for in an older connection does not count as having caught up', async () => {
    const client = setUp()
    client.server.post('bob', 'general', 'one')
    await client.start('ann')
    await client.open('general')
    client.realtime.cut()
    const late = deferred()
    client.server.intercept = ({ name }) =>
      name === 'chat.syncMessages' ? { after: late.promise } : {}
    client.realtime.goLive()
    await flush()
    client.realtime.cut()
    client.server.post('bob', 'general', 'missed')
    await client.clock.elapse(20_000)
    const lists = deferred()
    client.server.intercept = ({ name }) => (name === 'rooms.get' ? { after: lists.promise } : {})
    client.realtime.goLive()
    late.resolve()
    await flush()
    client.server.post('bob', 'general', 'seen')
    lists.resolve()
    await client.settle()
    expect(client.texts()).toEqual(['one', 'missed', 'seen'])
  })

  test('only what changed since the interruption is asked for, and a little before it', async () => {
    const client = setUp()
    await client.start('ann')
    await client.clock.elapse(3_600_000)
    const lm = client.server.post('bob', 'general', 'late').ts
    client.realtime.cut()
    const slow = client.server.subscriptionOf('ann', 'team')
    client.server.updateSubscription(slow, { unread: 7 })
    slow._updatedAt = lm - 2_000
    client.server.calls.length = 0
    client.realtime.goLive()
    await client.settle()
    const [since] = argsOf(client.server.callsOf('rooms.get'))
    expect(Number(since)).toBeGreaterThan(lm - 10_000)
    expect(client.list()).toContain('team:7')
  })

  test('a connection that is cut during the catch-up starts it again', async () => {
    const client = setUp()
    await client.start('ann')
    client.realtime.cut()
    const answer = deferred()
    client.server.intercept = () => ({ after: answer.promise })
    client.realtime.goLive()
    await flush()
    client.realtime.cut()
    answer.resolve()
    await client.settle()
    expect(client.feed.lineState).toBe('live')
    await client.clock.elapse(1_500)
    expect(client.feed.lineState).toBe('connecting')
    client.server.intercept = () => ({})
    client.realtime.goLive()
    await client.settle()
    expect(client.feed.lineState).toBe('live')
  })

  test('a failing catch-up is tried again after growing waits, and then all is there', async () => {
    const client = setUp()
    await client.start('ann')
    client.realtime.cut()
    client.server.post('bob', 'general', 'hi @ann')
    client.server.intercept = () => ({ refuse: refusal(503, 'down') })
    client.server.calls.length = 0
    client.realtime.goLive()
    await client.clock.elapse(30_000)
    const waits = client.server.callsOf('rooms.get').length
    expect(waits).toBe(4)
    client.server.intercept = () => ({})
    await client.clock.elapse(40_000)
    expect([client.feed.lineState, client.list()[0]]).toEqual(['live', 'general:1'])
    const { length } = client.server.calls
    await client.clock.elapse(100_000)
    expect(client.server.calls).toHaveLength(length)
  })
})

describe('the line under the head', () => {
  test('says nothing in the first 1.5 seconds of an interruption', async () => {
    const client = setUp()
    await client.signIn('ann')
    await client.clock.elapse(1_499)
    expect(client.feed.lineState).toBe('live')
    await client.clock.elapse(1)
    expect(client.feed.lineState).toBe('connecting')
    const answer = deferred()
    client.server.intercept = () => ({ after: answer.promise })
    client.realtime.goLive()
    await flush()
    expect(client.feed.lineState).toBe('updating')
    answer.resolve()
    await flush()
    expect(client.feed.lineState).toBe('live')
    client.realtime.cut()
    await client.clock.elapse(1_499)
    expect(client.feed.lineState).toBe('live')
    await client.clock.elapse(1)
    expect(client.feed.lineState).toBe('connecting')
  })

  test('says at once that there is no network, and not when the connection is live', async () => {
    const client = setUp()
    await client.start('ann')
    client.network.change(false)
    expect(client.feed.lineState).toBe('live')
    client.realtime.cut()
    expect(client.feed.lineState).toBe('offline')
    client.network.change(true)
    expect(client.feed.lineState).toBe('live')
    client.network.change(false)
    client.realtime.goLive()
    await client.settle()
    expect(client.feed.lineState).toBe('live')
  })
})

describe('documents that cannot be read', () => {
  test('do not stop the others', async () => {
    const client = setUp()
    client.server.subscriptions.unshift({ _id: '', rid: '', userId: 'ann', _updatedAt: 1 })
    client.server.addRoom('odd', ['ann'], { t: 'l' })
    client.server.post('bob', 'general', 'one')
    client.server.post('bob', 'general', 'broken', { ts: 'never' as unknown as number })
    await client.start('ann')
    await client.open('general')
    expect(client.texts()).toEqual(['one'])
    client.realtime.receive({ collection: 'stream-room-messages', eventName: 'general', args: [1] })
    client.realtime.receive({ collection: 'stream-other', eventName: 'x/y', args: [] })
    client.server.post('bob', 'general', 'two')
    await client.settle()
    expect(client.texts()).toEqual(['one', 'two'])
    expect(client.feed.droppedFrames).toBe(2)
    client.chat.setListVisible(true)
    expect(client.list()).toEqual(['general', 'team'])
  })
})
