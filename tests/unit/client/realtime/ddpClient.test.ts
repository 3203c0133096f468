import { createDdpClient, ddpPing } from '../../../../src/realtime/ddpClient'
import type { DdpClientOptions } from '../../../../src/realtime/ddpOptions'
import { DdpError, TransportError } from '../../../../src/realtime/ddpError'
import type { StreamFrame } from '../../../../src/realtime/realtime'
import { Socket } from '../../../../src/realtime/socket'
import { createFakeClock, flush } from '../support/fakeClock'
import { serveFakeDdp } from '../support/fakeDdpServer'
import { createFakeSockets } from '../support/fakeSockets'

function setUp(options: Partial<DdpClientOptions> = {}) {
  const clock = createFakeClock()
  const sockets = createFakeSockets()
  const server = serveFakeDdp(sockets)
  const socket = new Socket({
    server: 'ws://chat.example/websocket',
    openSocket: sockets.openSocket,
    clock,
    ping: () => ddpPing,
  })
  const client = createDdpClient({ socket, clock, token: () => 'token-1', ...options })
  const states: string[] = []
  const frames: StreamFrame[] = []
  client.onState((state) => states.push(state))
  client.onFrame((frame) => frames.push(frame))
  const goLive = async (): Promise<void> => {
    client.open()
    await flush()
  }
  /** Cuts the connection and waits until the next one is through its handshake. */
  const reconnect = async (): Promise<void> => {
    sockets.latest.end()
    await clock.elapse(500)
  }
  const kinds = (): unknown[] =>
    server.received.map(({ msg, method, name }) => method ?? name ?? msg)
  return { clock, sockets, server, socket, client, states, frames, goLive, reconnect, kinds }
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no failure',
    (error: unknown) => error,
  )
}

describe('handshake', () => {
  it('connects, logs in with the token and only then subscribes', async () => {
    const { client, server, goLive, kinds, states } = setUp()
    client.subscribe('stream-notify-user', 'u1/message')
    await goLive()
    expect(kinds()).toEqual(['connect', 'login', 'stream-notify-user'])
    expect(server.received[0]).toEqual({
      msg: 'connect',
      version: '1',
      support: ['1', 'pre2', 'pre1'],
    })
    expect(server.received[1]).toMatchObject({ params: [{ resume: 'token-1' }] })
    expect(server.received[2]).toMatchObject({
      params: ['u1/message', { useCollection: false, args: [] }],
    })
    expect(states).toEqual(['connecting', 'live'])
  })

  it('sends connect inside of the open event, before a ping can be answered', () => {
    const { client, server, sockets } = setUp()
    server.accepts = false
    client.open()
    sockets.latest.open()
    expect(sockets.latest.frames()[0]).toMatchObject({ msg: 'connect' })
  })

  it('is live only when every subscription is answered', async () => {
    const { client, server, sockets, goLive } = setUp()
    server.answersSubs = false
    client.subscribe('stream-notify-user', 'u1/message')
    client.subscribe('stream-notify-user', 'u1/notification')
    await goLive()
    const ids = sockets.latest
      .frames()
      .filter(({ msg }) => msg === 'sub')
      .map(({ id }) => id)
    sockets.latest.receive({ msg: 'ready', subs: [ids[0]] })
    expect(client.state).toBe('connecting')
    sockets.latest.receive({ msg: 'ready', subs: [ids[1]] })
    expect(client.state).toBe('live')
  })

  it('replaces a connection whose connect is not answered', async () => {
    const { server, sockets, clock, goLive } = setUp({ handshakeTimeout: 3_000 })
    server.answersConnect = false
    await goLive()
    await clock.elapse(3_000)
    expect(sockets.all[0]!.isClosed).toBe(true)
    await clock.elapse(250)
    expect(sockets.all).toHaveLength(2)
  })

  it('replaces a connection whose login is not answered', async () => {
    const { server, sockets, clock, goLive, states } = setUp({ handshakeTimeout: 3_000 })
    server.answersLogin = false
    await goLive()
    await clock.elapse(3_000)
    expect(sockets.all[0]!.isClosed).toBe(true)
    expect(states).toEqual(['connecting', 'offline'])
  })

  it('replaces a connection whose subscription is not answered', async () => {
    const { client, server, sockets, clock, goLive } = setUp({ handshakeTimeout: 3_000 })
    server.answersSubs = false
    client.subscribe('stream-notify-user', 'u1/message')
    await goLive()
    await clock.elapse(3_000)
    expect(sockets.all[0]!.isClosed).toBe(true)
    server.answersSubs = true
    await clock.elapse(250)
    expect(client.state).toBe('live')
  })

  it('takes up the version that the server proposes', async () => {
    const { client, sockets, server, clock } = setUp()
    server.answersConnect = false
    client.open()
    await flush()
    sockets.latest.receive({ msg: 'failed', version: 'pre2' })
    server.answersConnect = true
    await clock.elapse(500)
    expect(server.received[0]).toMatchObject({ msg: 'connect', version: 'pre2' })
    expect(client.state).toBe('live')
  })

  it('waits longer and longer for a server whose version it does not speak', async () => {
    const { client, sockets, server, clock } = setUp()
    server.answersConnect = false
    const proposed: unknown[] = []
    client.open()
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await flush()
      proposed.push(server.received[0]?.version)
      sockets.latest.receive({ msg: 'failed', version: '9' })
      await clock.elapse(250 * 2 ** attempt)
    }
    expect(proposed).toEqual(['1', '1', '1'])
    expect(sockets.all).toHaveLength(4)
  })

  it('logs in once although connected is said twice', async () => {
    const { sockets, goLive, kinds } = setUp()
    await goLive()
    sockets.latest.receive({ msg: 'connected', session: 'again' })
    await flush()
    expect(kinds()).toEqual(['connect', 'login'])
  })
})

describe('a refused login', () => {
  it.each([401, 403, '401', 'error-user-is-not-activated', 'totp-required'])(
    'with %s rejects, closes and is not tried again by itself',
    async (error) => {
      const { client, server, sockets, clock, goLive, states } = setUp()
      server.loginError = { error, reason: 'No' }
      await goLive()
      expect(states).toEqual(['connecting', 'rejected'])
      await clock.elapse(600_000)
      client.checkNow()
      expect(sockets.all).toHaveLength(1)
      expect(sockets.latest.isClosed).toBe(true)
      expect(clock.timerCount).toBe(0)
    },
  )

  it('is tried again with the renewed token when opened again', async () => {
    let token = 'old'
    const { client, goLive, states } = setUp({ token: () => token })
    client.subscribe('stream-notify-user', 'u1/message')
    await goLive()
    token = 'token-1'
    client.open()
    await flush()
    expect(states).toEqual(['connecting', 'rejected', 'offline', 'connecting', 'live'])
  })

  it.each([
    { error: 500, reason: 'Internal server error' },
    { error: 'too-many-requests', details: { timeToReset: 5 } },
  ])('with $error is no refusal: it is tried again', async (loginError) => {
    const { client, server, clock, goLive, states } = setUp()
    server.loginError = loginError
    await goLive()
    expect(states).toEqual(['connecting', 'offline'])
    server.loginError = undefined
    await clock.elapse(500)
    expect(client.state).toBe('live')
  })

  it('of a token that was revoked meanwhile rejects after the reconnect', async () => {
    const { client, server, goLive, reconnect } = setUp()
    await goLive()
    server.token = 'another'
    await reconnect()
    expect(client.state).toBe('rejected')
  })

  it('whose answer comes after the cut changes nothing', async () => {
    const { client, server, sockets, clock, goLive } = setUp()
    server.answersLogin = false
    await goLive()
    const login = sockets.latest.frames()[1]!
    const old = sockets.latest
    old.end()
    old.receive({ msg: 'result', id: login.id, error: { error: 401 } })
    server.answersLogin = true
    await clock.elapse(500)
    expect(client.state).toBe('live')
  })
})

describe('reconnecting', () => {
  it('subscribes everything again with fresh ids, and only after the login', async () => {
    const { client, server, goLive, reconnect, kinds } = setUp()
    client.subscribe('stream-notify-user', 'u1/message')
    client.subscribe('stream-room-messages', 'room-1')
    await goLive()
    const before = [...server.subs.keys()]
    await reconnect()
    expect(kinds()).toEqual(['connect', 'login', 'stream-notify-user', 'stream-room-messages'])
    const after = [...server.subs.keys()]
    expect(after).toHaveLength(2)
    expect(after.filter((id) => before.includes(id))).toEqual([])
  })

  it('subscribes nothing while the new login is not answered', async () => {
    const { client, server, goLive, reconnect, kinds } = setUp()
    client.subscribe('stream-room-messages', 'room-1')
    await goLive()
    server.answersLogin = false
    await reconnect()
    expect(kinds()).toEqual(['connect', 'login'])
    expect(client.state).toBe('connecting')
  })

  it('numbers its connections', async () => {
    const { client, goLive, reconnect } = setUp()
    expect(client.generation).toBe(0)
    await goLive()
    expect(client.generation).toBe(1)
    await reconnect()
    await reconnect()
    expect(client.generation).toBe(3)
  })

  it('leaves a good connection alone for as long as the server answers', async () => {
    const { client, sockets, clock, goLive } = setUp()
    client.subscribe('stream-room-messages', 'room-1')
    await goLive()
    await clock.elapse(3_600_000)
    expect(sockets.all).toHaveLength(1)
    expect(client.state).toBe('live')
  })

  it('tells live once per connection', async () => {
    const { client, goLive, reconnect, states } = setUp()
    await goLive()
    const { ready } = client.subscribe('stream-room-messages', 'room-1')
    await ready
    await reconnect()
    expect(states).toEqual(['connecting', 'live', 'offline', 'connecting', 'live'])
  })

  it('starts with the shortest wait after a connection that went live, however short it lived', async () => {
    const { client, goLive, sockets, clock } = setUp()
    await goLive()
    for (let cut = 0; cut < 20; cut += 1) {
      sockets.latest.end()
      await clock.elapse(250)
      expect(client.state).toBe('live')
    }
  })

  it('drops what an old connection still says', async () => {
    const { client, sockets, frames, goLive, reconnect } = setUp()
    client.subscribe('stream-room-messages', 'room-1')
    await goLive()
    const old = sockets.latest
    await reconnect()
    old.receive({
      msg: 'changed',
      collection: 'stream-room-messages',
      fields: { eventName: 'room-1', args: [] },
    })
    old.end()
    expect(frames).toEqual([])
    expect(client.state).toBe('live')
  })
})

describe('subscriptions', () => {
  it('are one on the wire for the same event, and end with the last reference', async () => {
    const { client, server, goLive, kinds } = setUp()
    await goLive()
    const first = client.subscribe('stream-room-messages', 'room-1')
    const second = client.subscribe('stream-room-messages', 'room-1')
    await Promise.all([first.ready, second.ready])
    expect([...server.subs.values()]).toEqual(['stream-room-messages room-1'])
    first.dispose()
    first.dispose()
    expect(server.subs.size).toBe(1)
    second.dispose()
    expect(server.subs.size).toBe(0)
    expect(kinds().filter((kind) => kind === 'unsub')).toHaveLength(1)
  })

  it('are not sent again after a reconnect once disposed', async () => {
    const { client, server, goLive, reconnect } = setUp()
    await goLive()
    client.subscribe('stream-room-messages', 'room-1').dispose()
    await reconnect()
    expect(server.subs.size).toBe(0)
    expect(client.state).toBe('live')
  })

  it('wanted while offline are confirmed by the connection that comes', async () => {
    const { client, goLive } = setUp()
    const { ready } = client.subscribe('stream-room-messages', 'room-1')
    await goLive()
    await expect(ready).resolves.toBeUndefined()
  })

  it('cut before their confirmation are confirmed by the next connection', async () => {
    const { client, server, goLive, reconnect } = setUp()
    await goLive()
    server.answersSubs = false
    const { ready } = client.subscribe('stream-room-messages', 'room-1')
    server.answersSubs = true
    await reconnect()
    await expect(ready).resolves.toBeUndefined()
  })

  it('joined after a cut wait for the new connection', async () => {
    const { client, server, sockets, goLive, clock } = setUp()
    client.subscribe('stream-room-messages', 'room-1')
    await goLive()
    sockets.latest.end()
    let isReady = false
    void client.subscribe('stream-room-messages', 'room-1').ready.then(() => {
      isReady = true
    })
    await flush()
    expect(isReady).toBe(false)
    await clock.elapse(500)
    expect(isReady).toBe(true)
    expect(server.subs.size).toBe(1)
  })

  it('refused reject with the code and do not keep the connection from being live', async () => {
    const { client, server, goLive } = setUp()
    server.refusals.set('stream-room-messages room-1', { error: 'not-allowed' })
    const { ready } = client.subscribe('stream-room-messages', 'room-1')
    await goLive()
    const error = await failureOf(ready)
    expect(error).toBeInstanceOf(DdpError)
    expect(error).toMatchObject({ code: 'not-allowed', reason: '' })
    expect(client.state).toBe('live')
  })

  it('refused in one connection are asked for again in the next', async () => {
    const { client, server, goLive, reconnect } = setUp()
    server.refusals.set('stream-room-messages room-1', { error: 'not-allowed' })
    client.subscribe('stream-room-messages', 'room-1')
    await goLive()
    server.refusals.clear()
    await reconnect()
    expect(server.subs.size).toBe(1)
  })

  it('refused by the rate limit are repeated when told, and live waits for them', async () => {
    const { client, server, goLive, clock } = setUp()
    server.refusals.set('stream-room-messages room-1', {
      error: 'too-many-requests',
      details: { timeToReset: 4_000 },
    })
    client.subscribe('stream-room-messages', 'room-1')
    await goLive()
    expect(client.state).toBe('connecting')
    server.refusals.clear()
    await clock.elapse(3_999)
    expect(server.subs.size).toBe(0)
    await clock.elapse(1)
    expect(server.subs.size).toBe(1)
    expect(client.state).toBe('live')
  })

  it('ended without an error are no failure', async () => {
    const { client, server, sockets, goLive } = setUp()
    server.answersSubs = false
    const { ready } = client.subscribe('stream-user-presence', '')
    await goLive()
    const { id } = sockets.latest.frames().find(({ msg }) => msg === 'sub')!
    sockets.latest.receive({ msg: 'nosub', id })
    await expect(ready).resolves.toBeUndefined()
    expect(client.state).toBe('live')
  })

  it('disposed before their confirmation reject without an unhandled rejection', async () => {
    const { client, goLive } = setUp()
    const { ready, dispose } = client.subscribe('stream-room-messages', 'room-1')
    dispose()
    await goLive()
    expect(await failureOf(ready)).toMatchObject({ name: 'TransportError', failure: 'closed' })
    expect(client.state).toBe('live')
  })
})

describe('methods', () => {
  it('resolve with the result, whose dates are epoch milliseconds', async () => {
    const { client, server, goLive } = setUp()
    server.methods.set('when', () => ({ at: { $date: 1_716_030_000_123 } }))
    await goLive()
    await expect(client.call('when')).resolves.toEqual({ at: 1_716_030_000_123 })
  })

  it('encode dates in what they are given', async () => {
    const { client, server, goLive } = setUp()
    await goLive()
    await client.call('since', new Date(5), { at: new Date(6) })
    expect(server.received.at(-1)).toMatchObject({
      params: [{ $date: 5 }, { at: { $date: 6 } }],
    })
  })

  it('resolve with undefined where the server leaves the result out', async () => {
    const { client, goLive } = setUp()
    await goLive()
    await expect(client.call('UserPresence:away')).resolves.toBeUndefined()
  })

  it('do not end at updated', async () => {
    const { client, sockets, goLive } = setUp()
    await goLive()
    sockets.latest.onSent = undefined
    let isDone = false
    void client.call('slow').then(() => {
      isDone = true
    })
    await flush()
    const { id } = sockets.latest.frames().at(-1)!
    sockets.latest.receive({ msg: 'updated', methods: [id] })
    await flush()
    expect(isDone).toBe(false)
    sockets.latest.receive({ msg: 'result', id })
    await flush()
    expect(isDone).toBe(true)
  })

  it('reject with the typed error of the server', async () => {
    const { client, sockets, goLive } = setUp()
    await goLive()
    sockets.latest.onSent = undefined
    const failure = failureOf(client.call('joinRoom', 'room-1'))
    await flush()
    const { id } = sockets.latest.frames().at(-1)!
    sockets.latest.receive({
      msg: 'result',
      id,
      error: { error: 'error-not-allowed', reason: 'Not allowed', details: { method: 'joinRoom' } },
    })
    const error = await failure
    expect(error).toBeInstanceOf(DdpError)
    expect(error).toMatchObject({
      code: 'error-not-allowed',
      reason: 'Not allowed',
      details: { method: 'joinRoom' },
      message: 'Not allowed [error-not-allowed]',
    })
  })

  it('time out, and a late answer does nothing', async () => {
    const { client, sockets, clock, goLive } = setUp({ methodTimeout: 2_000 })
    await goLive()
    sockets.latest.onSent = undefined
    const failure = failureOf(client.call('slow'))
    await clock.elapse(2_000)
    expect(await failure).toMatchObject({ name: 'TransportError', failure: 'timeout' })
    const { id } = sockets.latest.frames().at(-1)!
    sockets.latest.receive({ msg: 'result', id, result: 1 })
    expect(client.state).toBe('live')
  })

  it('in flight at a cut reject and are not sent again', async () => {
    const { client, sockets, goLive, reconnect, kinds } = setUp()
    await goLive()
    sockets.latest.onSent = undefined
    const failure = failureOf(client.call('slow'))
    await flush()
    await reconnect()
    expect(await failure).toMatchObject({ name: 'TransportError', failure: 'cut' })
    expect(kinds()).toEqual(['connect', 'login'])
  })

  it('are refused before the login and after the close', async () => {
    const { client, server, goLive } = setUp()
    expect(await failureOf(client.call('early'))).toMatchObject({ failure: 'offline' })
    server.answersLogin = false
    await goLive()
    expect(await failureOf(client.call('still early'))).toBeInstanceOf(TransportError)
    client.close()
    expect(await failureOf(client.call('late'))).toMatchObject({ failure: 'offline' })
  })

  it('in flight when the client closes are told so', async () => {
    const { client, sockets, clock, goLive } = setUp()
    await goLive()
    sockets.latest.onSent = undefined
    const failure = failureOf(client.call('slow'))
    await flush()
    client.close()
    expect(await failure).toMatchObject({ failure: 'closed' })
    expect(client.state).toBe('offline')
    expect(clock.timerCount).toBe(0)
  })
})

describe('frames', () => {
  it('of streams are handed on as they are, dates undecoded', async () => {
    const { client, server, frames, goLive } = setUp()
    client.subscribe('stream-room-messages', 'room-1')
    await goLive()
    server.emit('stream-room-messages', 'room-1', { _id: 'm1', ts: { $date: 5 } })
    expect(frames).toEqual([
      {
        collection: 'stream-room-messages',
        eventName: 'room-1',
        args: [{ _id: 'm1', ts: { $date: 5 } }],
      },
    ])
  })

  it.each([
    ['with an id', { msg: 'ping', id: 'p7' }, { msg: 'pong', id: 'p7' }],
    ['without an id', { msg: 'ping' }, { msg: 'pong' }],
  ])('ping %s is answered alike', async (_, ping, pong) => {
    const { sockets, goLive } = setUp()
    await goLive()
    sockets.latest.receive(ping)
    expect(sockets.latest.frames().at(-1)).toEqual(pong)
  })

  it.each([
    ['{', 'malformed'],
    ['', 'malformed'],
    ['null', 'malformed'],
    ['5', 'malformed'],
    ['"changed"', 'malformed'],
    ['{"msg":"changed"}', 'malformed'],
    ['{"msg":"changed","collection":"stream-x","fields":null}', 'malformed'],
    ['{"msg":"changed","collection":"stream-x","fields":{"eventName":"e"}}', 'malformed'],
    ['{"msg":"changed","collection":"stream-x","fields":{"eventName":1,"args":[]}}', 'malformed'],
    ['{"msg":"changed","collection":"stream-x","fields":{"eventName":"e","args":{}}}', 'malformed'],
    ['{"msg":"ready","subs":"s1"}', 'malformed'],
    ['{"msg":"addedBefore"}', 'unknown'],
    ['{"msg":7}', 'unknown'],
    ['{"msg":"error","reason":"Bad request"}', 'protocolErrors'],
  ] as const)('%s is dropped and counted', async (text, counter) => {
    const { client, sockets, frames, goLive } = setUp()
    await goLive()
    sockets.latest.receive(text)
    expect(client.counters).toEqual({
      malformed: 0,
      unknown: 0,
      protocolErrors: 0,
      [counter]: 1,
    })
    expect(frames).toEqual([])
    expect(client.state).toBe('live')
  })

  it.each([
    '{"server_id":"0"}',
    '[]',
    '{"msg":"added","collection":"users","id":"u1","fields":{"username":"ann"}}',
    '{"msg":"changed","collection":"users","id":"u1","fields":{"username":"ann"}}',
    '{"msg":"removed","collection":"users","id":"u1"}',
    '{"msg":"pong"}',
    '{"msg":"result","id":"nobody"}',
    '{"msg":"result"}',
    '{"msg":"ready","subs":["nobody",7]}',
    '{"msg":"nosub","id":"nobody","error":{"error":404}}',
    '{"msg":"nosub"}',
  ])('%s is ignored without a count', async (text) => {
    const { client, sockets, frames, goLive } = setUp()
    await goLive()
    sockets.latest.receive(text)
    expect(client.counters).toEqual({ malformed: 0, unknown: 0, protocolErrors: 0 })
    expect(frames).toEqual([])
    expect(client.state).toBe('live')
  })

  it.each([null, 'text', {}, { error: {} }, { error: 403, reason: 5 }])(
    'with the odd error %j still end the method',
    async (error) => {
      const { client, sockets, goLive } = setUp()
      await goLive()
      sockets.latest.onSent = undefined
      const failure = failureOf(client.call('odd'))
      await flush()
      sockets.latest.receive({ msg: 'result', id: sockets.latest.frames().at(-1)!.id, error })
      expect(await failure).toBeInstanceOf(DdpError)
    },
  )
})
