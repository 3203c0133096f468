import { createDdpRealtime } from '../../../../src/realtime/ddpRealtime'
import type { StreamFrame } from '../../../../src/realtime/realtime'
import { createFakeClock, flush } from '../support/fakeClock'
import { serveFakeDdp } from '../support/fakeDdpServer'
import { createFakeLifecycle, createFakeNetwork } from '../support/fakePlatform'
import { createFakeSockets } from '../support/fakeSockets'

const userStreams = [
  'stream-notify-user u1/subscriptions-changed',
  'stream-notify-user u1/rooms-changed',
  'stream-notify-user u1/message',
  'stream-notify-user u1/notification',
  'stream-notify-user u1/force_logout',
]
const roomStreams = [
  'stream-room-messages room-1',
  'stream-notify-room room-1/user-activity',
  'stream-notify-room room-1/deleteMessage',
  'stream-notify-room room-1/deleteMessageBulk',
]

function setUp() {
  const clock = createFakeClock()
  const sockets = createFakeSockets()
  const server = serveFakeDdp(sockets)
  const lifecycle = createFakeLifecycle()
  const network = createFakeNetwork()
  let token = 'token-1'
  const realtime = createDdpRealtime({
    url: 'ws://chat.example/websocket',
    userId: 'u1',
    username: 'ann',
    token: () => token,
    openSocket: sockets.openSocket,
    clock,
    lifecycle,
    network,
  })
  const states: string[] = []
  const frames: StreamFrame[] = []
  realtime.onState((state) => states.push(state))
  realtime.onFrame((frame) => frames.push(frame))
  const goLive = async (): Promise<void> => {
    realtime.open()
    await flush()
  }
  const calls = (method: string): unknown[] =>
    server.received.filter((frame) => frame.method === method).map(({ params }) => params)
  const setToken = (renewed: string): void => {
    token = renewed
  }
  return {
    clock,
    sockets,
    server,
    lifecycle,
    network,
    realtime,
    states,
    frames,
    goLive,
    calls,
    setToken,
  }
}

describe('streams', () => {
  it('of the user are subscribed before it is live', async () => {
    const { server, realtime, states, goLive } = setUp()
    expect(realtime.state).toBe('offline')
    await goLive()
    expect([...server.subs.values()]).toEqual(userStreams)
    expect(states).toEqual(['connecting', 'live'])
  })

  it('of a room are confirmed by ready and end with the last reference', async () => {
    const { server, realtime, goLive, frames } = setUp()
    await goLive()
    const first = realtime.openRoom('room-1')
    const second = realtime.openRoom('room-1')
    await Promise.all([first.ready, second.ready])
    expect([...server.subs.values()]).toEqual([...userStreams, ...roomStreams])
    server.emit('stream-room-messages', 'room-1', { _id: 'm1' })
    expect(frames).toHaveLength(1)
    first.dispose()
    expect(server.subs.size).toBe(9)
    second.dispose()
    expect([...server.subs.values()]).toEqual(userStreams)
  })

  it('of a refused room reject ready', async () => {
    const { server, realtime, goLive } = setUp()
    server.refusals.set('stream-notify-room room-1/deleteMessage', { error: 'not-allowed' })
    await goLive()
    await expect(realtime.openRoom('room-1').ready).rejects.toMatchObject({ code: 'not-allowed' })
    expect(realtime.state).toBe('live')
  })

  it('are all subscribed again before a reconnect is told as live', async () => {
    const { server, realtime, sockets, clock, goLive, states } = setUp()
    await goLive()
    await realtime.openRoom('room-1').ready
    server.answersSubs = false
    sockets.latest.end()
    await clock.elapse(250)
    const ids = sockets.latest
      .frames()
      .filter(({ msg }) => msg === 'sub')
      .map(({ id }) => id)
    expect(ids).toHaveLength(9)
    sockets.latest.receive({ msg: 'ready', subs: ids.slice(0, 8) })
    expect(states.at(-1)).toBe('connecting')
    sockets.latest.receive({ msg: 'ready', subs: ids.slice(8) })
    expect(states).toEqual(['connecting', 'live', 'offline', 'connecting', 'live'])
    expect(realtime.generation).toBe(2)
  })
})

describe('presence', () => {
  const subs = ({ server }: ReturnType<typeof setUp>): unknown[] =>
    server.received
      .filter(({ name }) => name === 'stream-user-presence')
      .map(({ params }) => params)

  it('is one subscription that later ones change, and that a reconnect makes anew', async () => {
    const all = setUp()
    const { realtime, clock, sockets, frames, goLive } = all
    await goLive()
    const first = realtime.watchPresence(['u2', 'u3'])
    await clock.elapse(0)
    await first
    const second = realtime.watchPresence(['u3', 'u4'])
    await clock.elapse(500)
    await second
    expect(subs(all)).toEqual([
      ['', { added: ['u2', 'u3'], removed: [] }],
      ['', { added: ['u4'], removed: ['u2'] }],
    ])
    expect(all.server.received.filter(({ msg }) => msg === 'unsub')).toEqual([])
    const fields = { uid: 'u4', eventName: 'u4', args: [['dan', 2, 'lunch']] }
    const collection = 'stream-user-presence'
    sockets.latest.receive({ msg: 'changed', collection, id: 'u4', fields })
    expect(frames).toEqual([{ collection, eventName: 'u4', args: [['dan', 2, 'lunch']] }])
    sockets.latest.end()
    await clock.elapse(250)
    expect(realtime.state).toBe('live')
    await realtime.watchPresence(['u3', 'u4'])
    expect(subs(all)).toEqual([['', { added: ['u3', 'u4'], removed: [] }]])
  })

  it('that is refused keeps nothing from being live, and is asked for again', async () => {
    const all = setUp()
    const { realtime, server, clock, goLive } = all
    await goLive()
    server.refusals.set('stream-user-presence ', { error: 'not-allowed' })
    const watched = realtime.watchPresence(['u2'])
    await clock.elapse(1_000)
    expect([realtime.state, subs(all).length]).toEqual(['live', 1])
    server.refusals.clear()
    await clock.elapse(30_000)
    await watched
    expect(subs(all)).toHaveLength(2)
  })

  it('that is not answered costs no connection', async () => {
    const all = setUp()
    const { realtime, server, sockets, clock, goLive } = all
    await goLive()
    server.answersSubs = false
    void realtime.watchPresence(['u2'])
    await clock.elapse(20_000)
    expect([sockets.all.length, subs(all).length]).toEqual([1, 1])
    server.answersSubs = true
    await clock.elapse(20_000)
    await realtime.watchPresence(['u2'])
    expect([sockets.all.length, subs(all).length]).toEqual([1, 2])
  })
})

describe('sessions', () => {
  it('that are refused are rejected until opened with a renewed token', async () => {
    const { realtime, sockets, clock, server, goLive, states, setToken } = setUp()
    server.token = 'token-2'
    await goLive()
    expect(realtime.state).toBe('rejected')
    await clock.elapse(600_000)
    expect(sockets.all).toHaveLength(1)
    setToken('token-2')
    realtime.open()
    await flush()
    expect(states).toEqual(['connecting', 'rejected', 'offline', 'connecting', 'live'])
  })

  it('that are closed leave no timer and no listener behind', async () => {
    const { realtime, clock, lifecycle, network, goLive } = setUp()
    await goLive()
    realtime.sendTyping('room-1', true)
    realtime.close()
    expect(realtime.state).toBe('offline')
    expect(clock.timerCount).toBe(0)
    expect(lifecycle.listenerCount + network.listenerCount).toBe(0)
  })

  it('can be opened again after they were closed', async () => {
    const { realtime, goLive, server } = setUp()
    await goLive()
    realtime.close()
    await goLive()
    expect(realtime.state).toBe('live')
    expect(server.subs.size).toBe(5)
  })
})

describe('presence', () => {
  it('is away in the background and online again in the foreground', async () => {
    const { lifecycle, goLive, calls } = setUp()
    await goLive()
    lifecycle.goToForeground()
    expect(calls('UserPresence:online')).toHaveLength(0)
    lifecycle.goToBackground()
    expect(calls('UserPresence:away')).toEqual([[]])
    lifecycle.goToForeground()
    expect(calls('UserPresence:online')).toEqual([[]])
  })

  it('is away on a connection that comes back in the background', async () => {
    const { lifecycle, sockets, clock, goLive, calls } = setUp()
    await goLive()
    lifecycle.goToBackground()
    sockets.latest.end()
    await clock.elapse(500)
    expect(calls('UserPresence:away')).toEqual([[]])
  })
})

describe('typing', () => {
  it('is told under the own username, with the thread where there is one', async () => {
    const { realtime, goLive, calls } = setUp()
    await goLive()
    realtime.sendTyping('room-1', true)
    realtime.sendTyping('room-1', true, 'root')
    expect(calls('stream-notify-room')).toEqual([
      ['room-1/user-activity', 'ann', ['user-typing'], {}],
      ['room-1/user-activity', 'ann', ['user-typing'], { tmid: 'root' }],
    ])
  })

  it('is told once per 5 seconds of key strokes, and its end once', async () => {
    const { realtime, clock, goLive, calls } = setUp()
    await goLive()
    for (let key = 0; key < 8; key += 1) {
      realtime.sendTyping('room-1', true)
      await clock.elapse(1_000)
    }
    realtime.sendTyping('room-1', false)
    realtime.sendTyping('room-1', false)
    const activities = calls('stream-notify-room').map((params) => (params as unknown[])[2])
    expect(activities).toEqual([['user-typing'], ['user-typing'], []])
  })

  it('ends by itself 15 seconds after the last start', async () => {
    const { realtime, clock, goLive, calls } = setUp()
    await goLive()
    realtime.sendTyping('room-1', true)
    await clock.elapse(14_999)
    expect(calls('stream-notify-room')).toHaveLength(1)
    await clock.elapse(1)
    expect(calls('stream-notify-room')[1]).toEqual(['room-1/user-activity', 'ann', [], {}])
    await clock.elapse(20_000)
    expect(calls('stream-notify-room')).toHaveLength(2)
  })

  it('is not kept for later when offline, and told anew on a new connection', async () => {
    const { realtime, sockets, clock, goLive, calls } = setUp()
    realtime.sendTyping('room-1', true)
    await goLive()
    expect(calls('stream-notify-room')).toHaveLength(0)
    realtime.sendTyping('room-1', true)
    sockets.latest.end()
    await clock.elapse(500)
    realtime.sendTyping('room-1', true)
    expect(calls('stream-notify-room')).toHaveLength(1)
  })
})

describe('checking', () => {
  it('finds a zombie on coming to the foreground within two seconds', async () => {
    const { realtime, sockets, lifecycle, clock, goLive, states } = setUp()
    await goLive()
    sockets.latest.onSent = undefined
    clock.setRandom(0)
    lifecycle.goToForeground()
    await clock.elapse(2_000)
    expect(sockets.all).toHaveLength(2)
    expect(realtime.state).toBe('live')
    expect(states).toEqual(['connecting', 'live', 'offline', 'connecting', 'live'])
  })

  it('probes on demand', async () => {
    const { realtime, sockets, goLive } = setUp()
    await goLive()
    realtime.checkNow()
    expect(sockets.latest.frames().at(-1)).toEqual({ msg: 'ping' })
  })
})
