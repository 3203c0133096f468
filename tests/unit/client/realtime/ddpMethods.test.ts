import { DdpError, TransportError } from '../../../../src/realtime/ddpError'
import { flush } from '../support/fakeClock'
import { setUp, failureOf } from './support/ddp'

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
