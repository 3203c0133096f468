import { DdpError } from '../../../../src/realtime/ddpError'
import { flush } from '../support/fakeClock'
import { setUp, failureOf } from './support/ddp'

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
