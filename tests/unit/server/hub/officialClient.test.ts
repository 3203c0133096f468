import { HubConnectionState, type HubConnection } from '@microsoft/signalr'
import { officialClient, startHub, until, type ClientOptions, type HubHarness } from './hubHarness'

let harness: HubHarness
let clients: HubConnection[]
beforeEach(async () => {
  harness = await startHub()
  clients = []
})
afterEach(async () => {
  await Promise.all(clients.map((client) => client.stop()))
  await harness.close()
})

function client(options?: ClientOptions): HubConnection {
  const made = officialClient(harness.url, options)
  clients.push(made)
  return made
}

const started = async (options?: ClientOptions) => {
  const made = client(options)
  await made.start()
  return made
}

const closeOf = (connection: HubConnection) =>
  new Promise<Error | undefined>((resolve) => connection.onclose(resolve))

describe.each([
  { way: 'with negotiation', negotiation: true },
  { way: 'without negotiation', negotiation: false },
])('the official client $way', ({ negotiation }) => {
  it('starts, invokes, gets results and stops', async () => {
    const connection = await started({ negotiation })
    expect(connection.connectionId === null).toBe(!negotiation)
    expect(await connection.invoke('add', 2, 3)).toBe(5)
    expect(await connection.invoke('whoami')).toEqual({ userId: 'ann' })
    await connection.stop()
    await until(() => harness.gone.length === 1)
    expect(harness.hub.connectionCount).toBe(0)
  })

  it('gets pushes in order and unchanged', async () => {
    const connection = await started({ negotiation })
    const received: unknown[] = []
    connection.on('news', (...args: unknown[]) => received.push(args))
    const texts = Array.from({ length: 500 }, (_, n) => `会议 😀 ${n}`)
    for (const text of texts) harness.push('news', text, { nested: [text] })
    await until(() => received.length === texts.length)
    expect(received).toEqual(texts.map((text) => [text, { nested: [text] }]))
  })

  it('is refused with a wrong token', async () => {
    await expect(client({ negotiation, token: 'wrong' }).start()).rejects.toThrow(
      /401|failed to connect/,
    )
    expect(harness.connected).toEqual([])
  })
})

describe('the official client', () => {
  it('is told the refusal of a method, and nothing about a fault', async () => {
    const connection = await started()
    await expect(connection.invoke('refuse')).rejects.toThrow('error-not-allowed')
    await expect(connection.invoke('fail')).rejects.toThrow('unexpected_fault')
    await expect(connection.invoke('fail')).rejects.not.toThrow('secret detail')
    await expect(connection.invoke('nothing')).rejects.toThrow('unknown_method')
  })

  it('is answered nothing to what it sends without wanting an answer', async () => {
    const connection = await started()
    await connection.send('note', 'one')
    await connection.send('nothing', 'two')
    expect(await connection.invoke('add', 1, 1)).toBe(2)
    expect(harness.notes).toEqual(['one'])
  })

  it('is told at once that there are no streams', async () => {
    const connection = await started()
    const error = await new Promise<Error>((resolve) => {
      const ignore = () => undefined
      connection.stream('add').subscribe({ next: ignore, complete: ignore, error: resolve })
    })
    expect(error.message).toContain('no streams')
  })

  it('comes back by itself after a close that allows it', async () => {
    const connection = await started({ reconnect: true })
    const reconnected = new Promise((resolve) => connection.onreconnected(resolve))
    harness.connected[0]!.close(undefined, true)
    await reconnected
    expect(await connection.invoke('add', 1, 1)).toBe(2)
    expect(harness.connected).toHaveLength(1)
  })

  it('stays away after a close that forbids it', async () => {
    const connection = await started({ reconnect: true })
    const closed = closeOf(connection)
    harness.hub.endSession('phone')
    expect((await closed)?.message).toContain('session_revoked')
    expect(connection.state).toBe(HubConnectionState.Disconnected)
  })

  it('is asked to come back when the server stops', async () => {
    const connection = await started({ reconnect: true })
    const reconnecting = new Promise((resolve) => connection.onreconnecting(resolve))
    await harness.hub.close()
    await reconnecting
  })

  it('stays connected over quiet minutes by pings in both directions', async () => {
    const connection = await started()
    for (let quarter = 0; quarter < 8; quarter += 1) {
      await harness.clock.elapse(14_000)
      expect(await connection.invoke('add', 1, 1)).toBe(2)
    }
    expect(harness.gone).toEqual([])
  })

  it('sends a message of 30,000 bytes, and is cut off with one over 32 KB', async () => {
    const connection = await started()
    await connection.invoke('note', 'x'.repeat(30_000))
    const closed = closeOf(connection)
    await expect(connection.invoke('note', '界'.repeat(11_000))).rejects.toThrow()
    expect((await closed)?.message).toContain('longer than 32768 bytes')
    expect(harness.notes).toHaveLength(1)
  })

  it('leaves no token in the log, also with the token in the address', async () => {
    const connection = await started({ negotiation: true, token: 'ann.verySecretToken' })
    await connection.invoke('add', 1, 1)
    await fetch(`${harness.url}/negotiate?negotiateVersion=1&access_token=ann.verySecretToken`, {
      method: 'POST',
    })
    expect(harness.logText()).toContain('negotiate')
    expect(harness.logText()).not.toContain('verySecretToken')
  })
})
