import { createFakeHub } from '../support/fakeHub'
import { closeAll, settle, setUp, invocation } from './support/signalr'

afterEach(closeAll)

describe('connecting', () => {
  it('becomes live after the handshake, with the token in no address', async () => {
    const { goLive, realtime, states, sockets } = setUp()
    await goLive()
    expect(states).toEqual(['connecting', 'live'])
    expect(realtime.generation).toBe(1)
    expect(sockets.latest.url).toBe('wss://im.example/signalr')
    expect(sockets.latest.protocols).toEqual(['im.hub', 'im.bearer.token-1'])
    expect(sockets.latest.sent.join('')).not.toContain('token-1')
  })

  it('sends the token of now with every connection', async () => {
    const { goLive, sockets, setToken, comeBack } = setUp()
    await goLive()
    setToken('a/b+c=(d)')
    sockets.latest.end()
    await comeBack()
    expect(sockets.latest.protocols).toEqual(['im.hub', 'im.bearer.a%2Fb%2Bc%3D%28d%29'])
  })

  it('waits until the gateway is connected to the chat server', async () => {
    const { goLive, hub, states } = setUp()
    hub.sessionState = 'connecting'
    await goLive()
    expect(states).toEqual(['connecting'])
    hub.push('sessionState', { state: 'live' })
    await settle()
    expect(states).toEqual(['connecting', 'live'])
  })

  it('waits until the rooms are confirmed', async () => {
    const { goLive, hub, realtime, states, sockets } = setUp()
    hub.onCall = ({ target }) => (target === 'subscribeRoom' ? 'silence' : { result: null })
    const { ready } = realtime.openRoom('room-1')
    await goLive()
    expect(states).toEqual(['connecting'])
    const [call, ...more] = hub.calls('subscribeRoom')
    expect(more).toEqual([])
    sockets.latest.receive(
      `${JSON.stringify({ type: 3, invocationId: call!.invocationId, result: null })}\u001e`,
    )
    await ready
    expect(states).toEqual(['connecting', 'live'])
  })

  it.each([
    ['no handshake', (hub: ReturnType<typeof createFakeHub>) => (hub.handshake = undefined)],
    ['no session state', (hub: ReturnType<typeof createFakeHub>) => (hub.sessionState = undefined)],
  ])('tries again when the hub tells %s for ten seconds', async (_name, spoil) => {
    const { goLive, hub, states, clock, sockets, comeBack } = setUp()
    spoil(hub)
    await goLive()
    await clock.elapse(9_999)
    expect(sockets.latest.isClosed).toBe(false)
    await clock.elapse(1)
    expect(states.at(-1)).toBe('offline')
    Object.assign(hub, { handshake: {}, sessionState: 'live' })
    await comeBack()
    expect(states.at(-1)).toBe('live')
  })

  it('tries again after a refused handshake', async () => {
    const { goLive, hub, states, comeBack } = setUp()
    hub.handshake = { error: 'The server is stopping.' }
    await goLive()
    expect(states.at(-1)).toBe('offline')
    hub.handshake = {}
    await comeBack()
    expect(states.at(-1)).toBe('live')
  })
})

describe('presence', () => {
  const watched = (hub: ReturnType<typeof createFakeHub>): unknown[] =>
    hub.calls('watchPresence').map((call) => call.arguments)

  it('is told to the hub as the whole set, sparingly, and to each new connection', async () => {
    const { goLive, realtime, hub, clock, sockets, comeBack } = setUp()
    await goLive()
    const first = realtime.watchPresence(['u2', 'u3'])
    await clock.elapse(0)
    await first
    for (const ids of [['u3'], ['u3', 'u4']]) void realtime.watchPresence(ids)
    await clock.elapse(500)
    await settle()
    expect(watched(hub)).toEqual([[['u2', 'u3']], [['u3', 'u4']]])
    sockets.latest.end()
    await comeBack()
    await clock.elapse(0)
    await realtime.watchPresence(['u3', 'u4'])
    expect(watched(hub)).toEqual([[['u3', 'u4']]])
  })

  it('is asked for again when the gateway had lost the chat server', async () => {
    const { goLive, realtime, hub, clock } = setUp()
    await goLive()
    void realtime.watchPresence(['u2'])
    await clock.elapse(0)
    hub.push('sessionState', { state: 'connecting' })
    await settle()
    hub.push('sessionState', { state: 'live' })
    await settle()
    await clock.elapse(0)
    await realtime.watchPresence(['u2'])
    expect(watched(hub)).toEqual([[['u2']], [['u2']]])
  })

  it('that the hub does not know or cannot confirm is asked for again, later', async () => {
    const { goLive, realtime, hub, clock } = setUp()
    hub.onCall = () => ({ error: 'timeout' })
    await goLive()
    const confirmed = realtime.watchPresence(['u2'])
    await clock.elapse(0)
    await settle()
    expect([watched(hub).length, realtime.state]).toEqual([1, 'live'])
    hub.onCall = () => ({ result: null })
    await clock.elapse(30_000)
    await confirmed
    expect(watched(hub)).toHaveLength(2)
  })
})

describe('a connection that ends', () => {
  it('comes back with its rooms and a new generation', async () => {
    const { goLive, realtime, hub, sockets, states, comeBack } = setUp()
    realtime.openRoom('room-1')
    await goLive()
    sockets.latest.end()
    expect(states.at(-1)).toBe('offline')
    await comeBack()
    expect(states).toEqual(['connecting', 'live', 'offline', 'connecting', 'live'])
    expect(hub.calls('subscribeRoom').map((call) => call.arguments)).toEqual([['room-1']])
    expect(realtime.generation).toBe(2)
  })

  it('is found by a probe on coming to the foreground, when nothing answers', async () => {
    const { goLive, lifecycle, hub, clock, states, sockets } = setUp()
    await goLive()
    lifecycle.goToForeground()
    await clock.elapse(2_000)
    expect([states.at(-1), sockets.all.length]).toEqual(['live', 1])
    hub.onCall = () => 'silence'
    lifecycle.goToForeground()
    await clock.elapse(2_000)
    expect(states).toContain('offline')
    await clock.elapse(30_000)
    expect(sockets.all.length).toBeGreaterThan(1)
  })

  it('does not send the probe into the handshake', async () => {
    const { realtime, sockets, hub, lifecycle } = setUp()
    hub.handshake = undefined
    realtime.open()
    await settle()
    sockets.latest.open()
    lifecycle.goToForeground()
    await settle()
    expect(sockets.latest.sent).toEqual(['{"protocol":"json","version":1}\u001e'])
  })

  it('sleeps in the background and is back at once', async () => {
    const { goLive, lifecycle, clock, states, sockets, connect } = setUp()
    await goLive()
    lifecycle.goToBackground()
    await clock.elapse(10_000)
    expect([states.at(-1), sockets.latest.isClosed]).toEqual(['offline', true])
    lifecycle.goToForeground()
    expect(sockets.all).toHaveLength(2)
    await connect()
    expect(states.at(-1)).toBe('live')
  })

  it('ignores what a replaced connection still says', async () => {
    const { goLive, sockets, frames, comeBack } = setUp()
    await goLive()
    const [old] = sockets.all
    old!.end()
    await comeBack()
    old!.receive(invocation('getRoomMessageNotification', { _id: 'm', rid: 'r' }))
    await settle()
    expect(frames).toEqual([])
  })

  it('stays closed after close()', async () => {
    const { goLive, realtime, clock, sockets, states, lifecycle, network } = setUp()
    await goLive()
    realtime.close()
    await clock.elapse(120_000)
    expect([sockets.all.length, states.at(-1)]).toEqual([1, 'offline'])
    expect([lifecycle.listenerCount, network.listenerCount, clock.timerCount]).toEqual([0, 0, 0])
  })
})

describe('the hub’s last word', () => {
  it.each([undefined, 'client_timeout'])(
    'brings the client back when allowed (%s)',
    async (error) => {
      const { goLive, hub, states, comeBack } = setUp()
      await goLive()
      hub.close(error, true)
      await settle()
      expect(states.at(-1)).toBe('offline')
      await comeBack()
      expect(states.at(-1)).toBe('live')
    },
  )

  it.each([
    ['too_many_invocations', false],
    ['A message is longer than 32768 bytes.', false],
    [undefined, undefined],
  ])('keeps it away for a minute when not (%s)', async (error, allowReconnect) => {
    const { goLive, hub, states, clock, sockets, connect } = setUp()
    await goLive()
    hub.close(error, allowReconnect)
    await settle()
    await clock.elapse(59_999)
    expect([sockets.all.length, states.at(-1)]).toEqual([1, 'offline'])
    await clock.elapse(1)
    await connect()
    expect(states.at(-1)).toBe('live')
  })

  it.each([
    ['session_revoked', false],
    ['unauthorized', false],
    ['account_changed', true],
  ])('asks for another session: %s', async (error, allowReconnect) => {
    const { goLive, hub, states, clock, sockets, realtime, setToken, connect } = setUp()
    await goLive()
    hub.close(error, allowReconnect)
    await settle()
    await clock.elapse(120_000)
    expect([sockets.all.length, states.at(-1)]).toEqual([1, 'rejected'])
    setToken('token-2')
    realtime.open()
    await connect()
    expect(states.at(-1)).toBe('live')
    expect(sockets.latest.protocols).toContain('im.bearer.token-2')
  })

  it('is the close code when the token was refused', async () => {
    const { realtime, states, sockets, clock } = setUp()
    realtime.open()
    await settle()
    sockets.latest.open()
    sockets.latest.end(4401)
    await clock.elapse(120_000)
    expect([states.at(-1), sockets.all.length]).toEqual(['rejected', 1])
  })

  it.each([4429, 4503, 1006])('lets it try again after %i', async (code) => {
    const { realtime, states, sockets, comeBack } = setUp()
    realtime.open()
    await settle()
    sockets.latest.open()
    sockets.latest.end(code)
    await settle()
    expect(states.at(-1)).toBe('offline')
    await comeBack()
    expect(states.at(-1)).toBe('live')
  })
})

describe('a gap between gateway and chat server', () => {
  it('is no longer live, and live again in a new generation', async () => {
    const { goLive, hub, states, realtime } = setUp()
    await goLive()
    hub.push('sessionState', { state: 'connecting' })
    await settle()
    hub.push('resync', { since: 1 })
    hub.push('sessionState', { state: 'live' })
    await settle()
    expect(states).toEqual(['connecting', 'live', 'connecting', 'live'])
    expect(realtime.generation).toBe(2)
  })

  it('is also told by a resync alone', async () => {
    const { goLive, hub, states, realtime } = setUp()
    await goLive()
    hub.push('resync', { since: 1 })
    await settle()
    expect(states).toEqual(['connecting', 'live', 'connecting', 'live'])
    expect(realtime.generation).toBe(2)
  })
})
