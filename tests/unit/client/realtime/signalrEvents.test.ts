import { DdpError } from '../../../../src/realtime/ddpError'
import { closeAll, settle, setUp, invocation } from './support/signalr'

afterEach(closeAll)

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

  it('are asked for again within ten seconds of the cause, and at once when somebody asks to look', async () => {
    const { goLive, realtime, hub, clock, states } = setUp()
    clock.random = () => 0.999
    hub.onCall = () => ({ error: 'timeout' })
    realtime.openRoom('r')
    await goLive()
    for (let passed = 0; passed < 60; passed += 1) {
      await clock.elapse(1_000)
      await settle()
    }
    const asked = hub.calls('subscribeRoom').length
    for (let passed = 0; passed < 10; passed += 1) {
      await clock.elapse(1_000)
      await settle()
    }
    expect(hub.calls('subscribeRoom').length).toBeGreaterThan(asked)
    hub.onCall = () => ({ result: null })
    realtime.checkNow()
    await settle()
    expect(states.at(-1)).toBe('live')
  })

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
