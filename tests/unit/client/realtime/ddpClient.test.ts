import { DdpError } from '../../../../src/realtime/ddpError'
import { flush } from '../support/fakeClock'
import { setUp, failureOf } from './support/ddp'

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
