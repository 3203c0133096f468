import { DdpError } from '../../../../src/realtime/ddpError'
import type { StreamFrame } from '../../../../src/realtime/realtime'
import { createSignalrRealtime } from '../../../../src/realtime/signalrRealtime'
import { createFakeClock, flush } from '../support/fakeClock'
import { createFakeHub } from '../support/fakeHub'
import { createFakeLifecycle, createFakeNetwork } from '../support/fakePlatform'
import { createFakeSockets } from '../support/fakeSockets'

// The official client runs here, on fake sockets against a hub of the tests. Its own timers are real ones and never due.

const open: { close(): void }[] = []
afterEach(async () => {
  for (const realtime of open.splice(0)) realtime.close()
  await flush()
})

/** Everything that was asked and answered has come: the official client goes through many promises. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) await flush()
}

function setUp() {
  const clock = createFakeClock()
  const sockets = createFakeSockets()
  const hub = createFakeHub(sockets)
  const lifecycle = createFakeLifecycle()
  const network = createFakeNetwork()
  let token = 'token-1'
  const realtime = createSignalrRealtime({
    url: 'wss://im.example/signalr',
    userId: 'u1',
    token: () => token,
    openSocket: sockets.openSocket,
    clock,
    lifecycle,
    network,
  })
  open.push(realtime)
  const states: string[] = []
  const frames: StreamFrame[] = []
  realtime.onState((state) => states.push(state))
  realtime.onFrame((frame) => frames.push(frame))
  const connect = async (): Promise<void> => {
    sockets.latest.open()
    await settle()
  }
  const goLive = async (): Promise<void> => {
    realtime.open()
    await settle()
    await connect()
  }
  /** Lets the back-off pass and opens the next socket. */
  const comeBack = async (): Promise<void> => {
    const attempts = sockets.all.length
    for (let waited = 0; waited < 40_000 && sockets.all.length === attempts; waited += 100) {
      await clock.elapse(100)
    }
    expect(sockets.all.length).toBe(attempts + 1)
    await connect()
  }
  const setToken = (next: string): void => {
    token = next
  }
  return {
    ...{ clock, sockets, hub, lifecycle, network, realtime, states, frames },
    ...{ connect, goLive, comeBack, setToken },
  }
}

const invocation = (target: string, ...args: unknown[]): string =>
  `${JSON.stringify({ type: 1, target, arguments: args })}\u001e`

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

describe('events', () => {
  it('become the frames that the chat server has sent', async () => {
    const { goLive, hub, frames } = setUp()
    await goLive()
    const message = { _id: 'm1', rid: 'room-1', msg: '你好', ts: { $date: 1 } }
    hub.push('getRoomMessageNotification', message)
    hub.push('getRoomSubscriptionChangedNotification', {
      action: 'updated',
      subscription: { n: 1 },
    })
    hub.push('streamEvent', { collection: 'stream-x', eventName: 'e', args: [1, null] })
    await settle()
    expect(frames).toEqual([
      { collection: 'stream-room-messages', eventName: 'room-1', args: [message] },
      {
        collection: 'stream-notify-user',
        eventName: 'u1/subscriptions-changed',
        args: ['updated', { n: 1 }],
      },
      { collection: 'stream-x', eventName: 'e', args: [1, null] },
    ])
  })

  it.each([
    'no JSON\u001e',
    'null\u001e',
    '{"type":"1"}\u001e',
    '{"type":1,"arguments":[]}\u001e',
    '{"type":1,"target":"streamEvent","arguments":"x"}\u001e',
    invocation('getRoomMessageNotification'),
    invocation('getRoomMessageNotification', { rid: 5 }),
    invocation('getRoomSubscriptionChangedNotification', { action: 5 }),
    invocation('streamEvent', { collection: 'c', eventName: 'e', args: 'x' }),
    invocation('streamEvent', { collection: 'c', args: [] }),
    invocation('sessionState', { state: 'unknown' }),
    invocation('sessionState', null),
  ])('that cannot be used are left out and counted: %s', async (frame) => {
    const { goLive, sockets, realtime, states, frames } = setUp()
    await goLive()
    const good = invocation('streamEvent', { collection: 'c', eventName: 'e', args: [] })
    sockets.latest.receive(frame + good)
    await settle()
    expect(realtime.counters.malformed).toBe(1)
    expect(frames).toHaveLength(1)
    expect(states.at(-1)).toBe('live')
  })

  it('of a kind that this client does not know change nothing', async () => {
    const { goLive, sockets, hub, realtime, states } = setUp()
    await goLive()
    hub.push('newerMethod', 1)
    sockets.latest.receive('{"type":99}\u001e{"type":3,"invocationId":"nobody","result":1}\u001e')
    await settle()
    expect([realtime.counters.malformed, states.at(-1)]).toEqual([0, 'live'])
  })

  it('may span frames', async () => {
    const { goLive, sockets, frames, realtime } = setUp()
    await goLive()
    const text = invocation('streamEvent', { collection: 'c', eventName: 'e', args: ['长'] })
    for (const part of [text.slice(0, 10), text.slice(10, -1), text.slice(-1)]) {
      sockets.latest.receive(part)
    }
    await settle()
    expect([frames.length, realtime.counters.malformed]).toEqual([1, 0])
  })

  it('without an end are not waited for: the connection is replaced', async () => {
    const { goLive, sockets, states, comeBack } = setUp()
    await goLive()
    sockets.latest.receive('x'.repeat(4 * 1024 * 1024 + 1))
    await settle()
    expect(states.at(-1)).toBe('offline')
    await comeBack()
    expect(states.at(-1)).toBe('live')
  })
})

describe('rooms', () => {
  it('are asked for once however often they are open, and taken back with the last', async () => {
    const { goLive, realtime, hub } = setUp()
    await goLive()
    const [first, second] = [realtime.openRoom('r'), realtime.openRoom('r')]
    await Promise.all([first.ready, second.ready])
    first.dispose()
    first.dispose()
    await settle()
    expect([hub.calls('subscribeRoom').length, hub.calls('unsubscribeRoom').length]).toEqual([1, 0])
    second.dispose()
    await settle()
    expect(hub.calls('unsubscribeRoom').map((call) => call.arguments)).toEqual([['r']])
  })

  it('that are refused say with which code, and do not keep the rest from being live', async () => {
    const { goLive, realtime, hub, states } = setUp()
    hub.onCall = ({ target }) =>
      target === 'subscribeRoom' ? { error: 'error-not-allowed' } : { result: null }
    const { ready } = realtime.openRoom('secret')
    await goLive()
    await expect(ready).rejects.toMatchObject({ name: 'DdpError', code: 'error-not-allowed' })
    await expect(ready).rejects.toBeInstanceOf(DdpError)
    expect(states.at(-1)).toBe('live')
  })

  it.each(['timeout', 'closed', 'too_many_invocations'])(
    'that cannot be confirmed now are asked for again (%s)',
    async (error) => {
      const { goLive, realtime, hub, clock, states } = setUp()
      hub.onCall = () => ({ error })
      const { ready } = realtime.openRoom('r')
      await goLive()
      expect(states.at(-1)).toBe('connecting')
      hub.onCall = () => ({ result: null })
      await clock.elapse(1_000)
      await settle()
      await ready
      expect(states.at(-1)).toBe('live')
    },
  )

  it('are asked for at once when the gateway is back at the chat server', async () => {
    const { goLive, realtime, hub, states } = setUp()
    hub.sessionState = 'connecting'
    hub.onCall = () => ({ error: 'timeout' })
    realtime.openRoom('r')
    await goLive()
    hub.onCall = () => ({ result: null })
    hub.push('sessionState', { state: 'live' })
    await settle()
    expect(states.at(-1)).toBe('live')
  })

  it('without an answer cost the connection', async () => {
    const { goLive, realtime, hub, clock, states } = setUp()
    await goLive()
    hub.onCall = () => 'silence'
    realtime.openRoom('r')
    await settle()
    await clock.elapse(19_999)
    expect(states.at(-1)).toBe('live')
    await clock.elapse(1)
    expect(states).toContain('offline')
  })

  it('that are closed before the answer are taken back and reject', async () => {
    const { goLive, realtime, hub } = setUp()
    await goLive()
    hub.onCall = () => 'silence'
    const { ready, dispose } = realtime.openRoom('r')
    dispose()
    await expect(ready).rejects.toMatchObject({ name: 'TransportError', failure: 'closed' })
    await settle()
    expect(hub.calls('unsubscribeRoom')).toHaveLength(1)
  })
})

describe('telling', () => {
  it('sends typing sparingly, wants no answer, and says nothing while not live', async () => {
    const { goLive, realtime, hub, clock } = setUp()
    realtime.sendTyping('r', true)
    await goLive()
    realtime.sendTyping('r', true)
    realtime.sendTyping('r', true)
    realtime.sendTyping('r', true, 'thread')
    await clock.elapse(4_000)
    realtime.sendTyping('r', false)
    await settle()
    expect(hub.calls('typing').map((call) => [call.arguments, call.invocationId])).toEqual([
      [['r', true], undefined],
      [['r', true, 'thread'], undefined],
      [['r', false], undefined],
    ])
  })

  it('is away in the background, also on a connection that is made there', async () => {
    const { goLive, lifecycle, hub, sockets, comeBack, clock } = setUp()
    await goLive()
    lifecycle.goToBackground()
    await settle()
    expect(hub.calls('away').map((call) => call.arguments)).toEqual([[true]])
    lifecycle.goToForeground()
    await settle()
    expect(hub.calls('away').map((call) => call.arguments)).toEqual([[true], [false]])
    sockets.latest.end()
    lifecycle.goToBackground()
    await clock.elapse(0)
    expect(sockets.all).toHaveLength(1)
    await clock.elapse(500)
    sockets.latest.open()
    await settle()
    expect(hub.calls('away').map((call) => call.arguments)).toEqual([[true]])
    lifecycle.goToForeground()
    sockets.latest.end()
    await comeBack()
    expect(hub.calls('away')).toEqual([])
  })
})
