import type { OutboxEntry } from '../../../../src/stores/outboxEntry'
import { flush } from '../support/fakeClock'
import { createClient, deferred } from './support/client'
import { networkError, refusal, type Interceptor } from './support/fakeChat'

async function setUp() {
  const client = createClient()
  for (const id of ['general', 'team']) client.server.addRoom(id, ['ann', 'bob'])
  await client.start('ann')
  await client.open('general')
  return client
}

type Client = Awaited<ReturnType<typeof setUp>>

const only =
  (name: string, effect: ReturnType<Interceptor>): Interceptor =>
  (call) =>
    call.name === name ? effect : {}

const serverTexts = (client: Client, roomId = 'general') =>
  client.server.messagesOf(roomId).map(({ msg }) => msg)
const states = (client: Client) => client.rows().map(({ text, state }) => `${text}:${state}`)

describe('sending', () => {
  test('is on disk before the first attempt and gone when the server has it', async () => {
    const client = await setUp()
    const answer = deferred()
    client.server.intercept = only('chat.sendMessage', { before: answer.promise })
    expect(client.chat.send('hi')).toBe(true)
    expect(client.storage.get('outbox:ann')).toMatchObject([{ text: 'hi', state: 'sending' }])
    await client.settle()
    expect(states(client)).toEqual(['hi:sending'])
    answer.resolve()
    await client.settle()
    expect([states(client), client.storage.get('outbox:ann')]).toEqual([['hi:'], []])
    expect(client.server.messagesOf('general')[0]?._id).toMatch(/^[2-9A-Za-z]{17}$/)
  })

  test('keeps the order of a room, and rooms do not wait for each other', async () => {
    const client = await setUp()
    const slow = deferred()
    client.server.intercept = ({ name, args }) =>
      name === 'chat.sendMessage' && (args[0] as OutboxEntry).text === 'one'
        ? { before: slow.promise }
        : {}
    for (const text of ['one', 'two', 'three']) client.chat.send(text)
    await client.open('team')
    client.chat.send('other')
    await client.settle()
    expect([serverTexts(client), serverTexts(client, 'team')]).toEqual([[], ['other']])
    slow.resolve()
    await client.settle()
    expect(serverTexts(client)).toEqual(['one', 'two', 'three'])
  })

  test("the stream's echo before the answer is no second message", async () => {
    const client = await setUp()
    const answer = deferred()
    client.server.intercept = only('chat.sendMessage', { after: answer.promise })
    client.chat.send('hi')
    await client.settle()
    expect([states(client), client.outbox.entries]).toEqual([['hi:'], []])
    answer.resolve()
    await client.settle()
    expect([states(client), serverTexts(client)]).toEqual([['hi:'], ['hi']])
  })

  test('nothing is sent without a room or a text', async () => {
    const client = await setUp()
    client.chat.send('')
    client.chat.leaveChannel()
    client.chat.send('hi')
    await client.settle()
    expect(client.server.callsOf('chat.sendMessage')).toEqual([])
  })

  test('a full storage is told, and the message is sent all the same', async () => {
    const client = await setUp()
    client.storage.isFull = true
    expect(client.chat.send('hi')).toBe(false)
    await client.settle()
    expect(serverTexts(client)).toEqual(['hi'])
  })
})

describe('without an answer', () => {
  test.each([
    ['no network', networkError()],
    ['a server error', refusal(502, 'http-502')],
    ['too many requests', refusal(429, 'error-too-many-requests')],
    ['an expired session', refusal(401, 'http-401')],
  ])('it waits and is tried again: %s', async (_case, error) => {
    const client = await setUp()
    client.server.intercept = () => ({ refuse: error })
    client.chat.send('one')
    client.chat.send('two')
    await client.settle()
    expect(states(client)).toEqual(['one:waiting', 'two:waiting'])
    await client.clock.elapse(60_000)
    expect(client.server.calls.length).toBeLessThan(20)
    client.server.intercept = () => ({})
    await client.clock.elapse(40_000)
    expect([states(client), serverTexts(client)]).toEqual([
      ['one:', 'two:'],
      ['one', 'two'],
    ])
  })

  test('a new connection sends at once what waited', async () => {
    const client = await setUp()
    client.realtime.cut()
    client.server.intercept = () => ({ refuse: networkError() })
    client.chat.send('hi')
    await client.clock.elapse(60_000)
    client.server.intercept = () => ({})
    client.realtime.goLive()
    await flush()
    expect(serverTexts(client)).toEqual(['hi'])
    await client.settle()
    expect(states(client)).toEqual(['hi:'])
  })

  test('a message whose answer was lost is asked for, not sent twice', async () => {
    const client = await setUp()
    client.realtime.cut()
    client.server.intercept = only('chat.sendMessage', { lose: true })
    client.chat.send('hi')
    await client.settle()
    expect([states(client), serverTexts(client)]).toEqual([['hi:waiting'], ['hi']])
    client.server.intercept = () => ({})
    await client.clock.elapse(3_000)
    expect(client.server.callsOf('chat.sendMessage')).toHaveLength(1)
    expect(client.server.callsOf('chat.getMessage')).toHaveLength(1)
    expect([states(client), serverTexts(client), client.outbox.entries]).toEqual([
      ['hi:'],
      ['hi'],
      [],
    ])
  })

  test('a repeated id that is refused although it is stored counts as sent', async () => {
    const client = await setUp()
    client.realtime.cut()
    let isAsked = false
    client.server.intercept = ({ name }) => {
      if (name === 'chat.sendMessage') return { lose: client.server.calls.length < 2 }
      // The first question comes too early: the message is not stored yet.
      if (name !== 'chat.getMessage' || isAsked) return {}
      isAsked = true
      return { refuse: refusal(400, 'http-400') }
    }
    client.server.calls.length = 0
    client.chat.send('hi')
    await client.clock.elapse(3_000)
    expect(client.server.callsOf('chat.sendMessage')).toHaveLength(2)
    expect([states(client), serverTexts(client)]).toEqual([['hi:'], ['hi']])
  })
})

describe('refused', () => {
  const refuse = only('chat.sendMessage', { refuse: refusal(400, 'room_is_archived') })

  test('it stays with its reason, holds up nobody, and can be sent again or removed', async () => {
    const client = await setUp()
    client.server.intercept = refuse
    client.chat.send('one')
    client.chat.send('two')
    await client.settle()
    expect(states(client)).toEqual(['one:failed', 'two:failed'])
    const [first, second] = client.outbox.entries
    expect(first).toMatchObject({ code: 'room_is_archived', reason: 'refused: room_is_archived' })
    expect(client.outbox.lastFailure?.id).toBe(second?.id)
    expect(client.chat.sendStateOf(first!.id)).toBe('failed')
    client.server.intercept = () => ({})
    client.chat.retry(first!.id)
    client.chat.discard(second!.id)
    await client.settle()
    expect([states(client), serverTexts(client)]).toEqual([['one:'], ['one']])
    expect(client.chat.sendStateOf(first!.id)).not.toBe('failed')
    expect(client.storage.get('outbox:ann')).toEqual([])
  })

  test('it is not tried again by itself', async () => {
    const client = await setUp()
    client.server.intercept = refuse
    client.chat.send('one')
    await client.clock.elapse(300_000)
    expect(client.server.callsOf('chat.sendMessage')).toHaveLength(1)
  })

  test('it fails also when the question whether it is stored is refused', async () => {
    const client = await setUp()
    client.server.intercept = ({ name }) => {
      if (name === 'chat.sendMessage') return { refuse: refusal(400, 'error-not-allowed') }
      return name === 'chat.getMessage' ? { refuse: refusal(403, 'unauthorized') } : {}
    }
    client.chat.send('one')
    await client.clock.elapse(60_000)
    expect(states(client)).toEqual(['one:failed'])
    expect(client.outbox.entries).toMatchObject([{ code: 'error-not-allowed' }])
    client.chat.retry(client.outbox.entries[0]!.id)
    await client.clock.elapse(60_000)
    expect(states(client)).toEqual(['one:failed'])
  })

  test('whether it is stored is asked until somebody answers', async () => {
    const client = await setUp()
    client.server.intercept = ({ name }) => {
      if (name === 'chat.sendMessage') return { refuse: refusal(400, 'room_is_archived') }
      return name === 'chat.getMessage' ? { refuse: networkError() } : {}
    }
    client.chat.send('one')
    await client.settle()
    expect(states(client)).toEqual(['one:waiting'])
    client.server.intercept = refuse
    await client.clock.elapse(3_000)
    expect(states(client)).toEqual(['one:failed'])
  })

  test('what is being sent cannot be taken back, and unknown ids change nothing', async () => {
    const client = await setUp()
    const answer = deferred()
    client.server.intercept = only('chat.sendMessage', { before: answer.promise })
    client.chat.send('one')
    client.chat.discard(client.outbox.entries[0]!.id)
    client.chat.retry(client.outbox.entries[0]!.id)
    client.chat.discard('unknown')
    client.chat.retry('unknown')
    answer.resolve()
    await client.settle()
    expect([states(client), serverTexts(client)]).toEqual([['one:'], ['one']])
    expect(client.server.callsOf('chat.sendMessage')).toHaveLength(1)
  })
})

describe('restarts and other people', () => {
  test('a restart in the middle sends everything once and in order', async () => {
    const client = await setUp()
    client.server.intercept = only('chat.sendMessage', { lose: true })
    client.realtime.cut()
    client.chat.send('one')
    client.chat.send('two')
    await flush()
    const next = createClient({ storage: client.storage, server: client.server })
    client.server.intercept = () => ({})
    expect(next.session.restore()).toBe(true)
    next.feed.start()
    await next.settle()
    expect(next.outbox.unsentCount).toBe(2)
    await next.open('general')
    next.realtime.goLive()
    await next.settle()
    expect([states(next), serverTexts(client), next.outbox.unsentCount]).toEqual([
      ['one:', 'two:'],
      ['one', 'two'],
      0,
    ])
  })

  test('two people on one device have an outbox each', async () => {
    const client = await setUp()
    client.server.intercept = only('chat.sendMessage', { refuse: networkError() })
    client.chat.send("ann's")
    await client.settle()
    client.session.expire()
    await client.start('bob')
    expect(client.outbox.entries).toEqual([])
    await client.open('general')
    client.server.intercept = () => ({})
    client.chat.send("bob's")
    await client.settle()
    expect(serverTexts(client)).toEqual(["bob's"])
    client.session.expire()
    await client.start('ann')
    expect(serverTexts(client)).toEqual(["bob's", "ann's"])
    expect(client.server.messagesOf('general').map(({ u }) => (u as { _id: string })._id)).toEqual([
      'bob',
      'ann',
    ])
  })

  test('an answer after the end of the session changes nothing for the next person', async () => {
    const client = await setUp()
    const answer = deferred()
    client.server.intercept = only('chat.sendMessage', { before: answer.promise, lose: true })
    client.chat.send("ann's")
    await flush()
    client.session.expire()
    client.server.intercept = () => ({})
    await client.start('bob')
    answer.resolve()
    await client.clock.elapse(60_000)
    expect([client.outbox.entries, client.storage.get('outbox:bob')]).toEqual([[], undefined])
    expect(client.storage.get('outbox:ann')).toHaveLength(1)
  })

  test("the next person does not see why the last one's message failed", async () => {
    const client = await setUp()
    client.server.intercept = only('chat.sendMessage', { refuse: refusal(400, 'x') })
    client.chat.send('one')
    await client.settle()
    await client.session.signOut()
    expect(client.outbox.lastFailure).toBeUndefined()
  })
})
