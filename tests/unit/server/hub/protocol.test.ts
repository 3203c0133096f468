import WebSocket from 'ws'
import {
  openClient,
  rawClient,
  refusal,
  separator,
  startHub,
  until,
  type HubHarness,
} from './hubHarness'

let harness: HubHarness
beforeEach(async () => {
  harness = await startHub()
})
afterEach(() => harness.close())

const negotiate = async (query: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${harness.url}/negotiate${query}`, {
    method: 'POST',
    headers: { authorization: 'Bearer ann.phone', ...headers },
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

/** A socket that offers these subprotocols, once it is open; close codes come after that. */
const offering = async (...names: string[]): Promise<WebSocket> => {
  const socket = new WebSocket(harness.url.replace('http', 'ws'), names)
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  return socket
}

const call = (invocationId: string, ...args: unknown[]) => ({
  type: 1,
  target: 'note',
  arguments: args,
  invocationId,
})

describe('negotiation', () => {
  it.each(['?negotiateVersion=1', '?NegotiateVersion=1', '?negotiateVersion=7'])(
    'answers %s with version 1 and websockets only',
    async (query) => {
      const { body } = await negotiate(`${query}&useStatefulReconnect=true`)
      expect(body).toEqual({
        negotiateVersion: 1,
        connectionId: expect.any(String) as string,
        connectionToken: expect.any(String) as string,
        availableTransports: [{ transport: 'WebSockets', transferFormats: ['Text'] }],
      })
      expect(body.connectionId).not.toBe(body.connectionToken)
    },
  )

  it('answers a client without a version with the one id that such a client knows', async () => {
    const { body } = await negotiate('')
    expect(body).toMatchObject({ negotiateVersion: 0 })
    expect(body).not.toHaveProperty('connectionToken')
    await rawClient(harness.url, { query: `?id=${String(body.connectionId)}` })
  })

  it('answers a version that is no number with an error in the body', async () => {
    const { status, body } = await negotiate('?negotiateVersion=one')
    expect(status).toBe(200)
    expect(body).toEqual({ error: expect.stringContaining('non-integer') as string })
  })

  it('refuses strangers and pages of other origins', async () => {
    const query = '?negotiateVersion=1'
    expect((await negotiate(query, { authorization: 'Bearer wrong' })).status).toBe(401)
    expect((await negotiate(query, { origin: 'https://evil.example.com' })).status).toBe(403)
    expect((await negotiate(query, { origin: 'https://app.example.com' })).status).toBe(200)
  })

  it('gives an id that is good once, for its user, for 15 seconds', async () => {
    const ids = await Promise.all([1, 2, 3].map(() => negotiate('?negotiateVersion=1')))
    const [used, stolen, late] = ids.map(({ body }) => `?id=${String(body.connectionToken)}`)
    const ann = { authorization: 'Bearer ann.phone' }
    await rawClient(harness.url, { query: used! })
    expect(await refusal(harness.url + used!, ann)).toBe(404)
    expect(await refusal(harness.url + stolen!, { authorization: 'Bearer eve.pc' })).toBe(404)
    await harness.clock.elapse(15_000)
    expect(await refusal(harness.url + late!, ann)).toBe(404)
  })

  it('keeps at most ten unused ids of one user', async () => {
    const ids: string[] = []
    for (let n = 0; n < 11; n += 1) {
      ids.push(String((await negotiate('?negotiateVersion=1')).body.connectionToken))
    }
    expect(
      await refusal(`${harness.url}?id=${ids[0]!}`, { authorization: 'Bearer ann.phone' }),
    ).toBe(404)
    await rawClient(harness.url, { query: `?id=${ids[1]!}` })
  })
})

describe('opening a socket', () => {
  it('takes the token from the Authorization header or from a subprotocol', async () => {
    expect(await refusal(harness.url, { authorization: 'Bearer ann.phone' })).toBe(101)
    const client = await offering('im.hub', 'im.bearer.ann.phone')
    expect(client.protocol).toBe('im.hub')
    client.terminate()
  })

  it('takes a fresh negotiation instead of the token, once', async () => {
    const id = String((await negotiate('?negotiateVersion=1')).body.connectionToken)
    expect(await refusal(`${harness.url}?id=${id}`)).toBe(101)
    expect(await refusal(`${harness.url}?id=${id}`)).toBe(401)
  })

  it('takes no negotiation of a sign-in that has ended, or that is too old', async () => {
    const [ended, old] = [
      await negotiate('?negotiateVersion=1'),
      await negotiate('?negotiateVersion=1'),
    ]
    await harness.clock.elapse(15_000)
    expect(await refusal(`${harness.url}?id=${String(old.body.connectionToken)}`)).toBe(401)
    const { body } = await negotiate('?negotiateVersion=1')
    harness.hub.endSession('phone')
    expect(await refusal(`${harness.url}?id=${String(body.connectionToken)}`)).toBe(401)
    expect(await refusal(`${harness.url}?id=${String(ended.body.connectionToken)}`)).toBe(401)
  })

  it('refuses a token in the address, also beside a good one', async () => {
    const query = '?access_token=ann.phone'
    expect(await refusal(harness.url + query)).toBe(401)
    expect(await refusal(harness.url + query, { authorization: 'Bearer ann.phone' })).toBe(401)
  })

  it.each([
    ['no token', ['im.hub'], 4401],
    ['a wrong token', ['im.hub', 'im.bearer.wrong'], 4401],
    ['a token that cannot be decoded', ['im.hub', 'im.bearer.%E0%A4'], 4401],
    ['a business system that is down', ['im.hub', 'im.bearer.broken'], 4503],
  ])('tells a client of the subprotocol by the close code: %s', async (_name, names, code) => {
    const socket = await offering(...names)
    expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(code)
    expect(harness.hub.connectionCount).toBe(0)
  })

  it('tells the eleventh socket of one user by the close code', async () => {
    await Promise.all(Array.from({ length: 10 }, () => openClient(harness.url)))
    const socket = await offering('im.hub', 'im.bearer.ann.phone')
    expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(4429)
  })

  it('refuses a foreign page by the status, whatever it offers', async () => {
    const headers = {
      origin: 'https://evil.example.com',
      'sec-websocket-protocol': 'im.hub, im.bearer.ann.phone',
    }
    expect(await refusal(harness.url, headers)).toBe(403)
  })

  it.each([
    ['no token', '', {}, 401],
    ['a wrong token', '', { authorization: 'Bearer wrong' }, 401],
    ['a business system that is down', '', { authorization: 'Bearer broken' }, 503],
    ['an unknown id', '?id=unknown', { authorization: 'Bearer ann.phone' }, 404],
    ['an unknown id without a token', '?id=unknown', {}, 401],
    [
      'a foreign page',
      '',
      { authorization: 'Bearer ann.phone', origin: 'https://evil.example.com' },
      403,
    ],
  ])('refuses %s', async (_name, query, headers, status) => {
    expect(await refusal(harness.url + query, headers)).toBe(status)
  })

  it('refuses the eleventh socket of one user, not of another', async () => {
    const clients = await Promise.all(Array.from({ length: 10 }, () => openClient(harness.url)))
    expect(await refusal(harness.url, { authorization: 'Bearer ann.pc' })).toBe(429)
    await openClient(harness.url, 'bob.pc')
    clients[0]!.socket.close()
    await until(() => harness.gone.length === 1)
    await openClient(harness.url, 'ann.pc')
  })

  it('refuses a sign-in that has just ended', async () => {
    harness.hub.endSession('phone')
    expect(await refusal(harness.url, { authorization: 'Bearer ann.phone' })).toBe(401)
  })

  it('refuses a user who was ended after the negotiation, and nobody else', async () => {
    const negotiated = async (bearer: string) => {
      const headers = { authorization: `Bearer ${bearer}` }
      const path = `${harness.url}/negotiate?negotiateVersion=1`
      const response = await fetch(path, { method: 'POST', headers })
      const { connectionToken } = (await response.json()) as { connectionToken: string }
      return `${harness.url}?id=${connectionToken}`
    }
    const [ann, bob] = [await negotiated('ann.pc'), await negotiated('bob.pc')]
    harness.hub.endUser('ann')
    expect(await refusal(ann, {})).toBe(401)
    await openClient(bob, '')
    void harness.clock.elapse(1_000)
    // Verified again, the user counts as let in again.
    await openClient(harness.url, 'ann.pc')
  })
})

describe('the handshake', () => {
  it.each([1, 2])('accepts version %d', async (version) => {
    const client = await rawClient(harness.url)
    client.send({ protocol: 'json', version })
    expect(await client.next()).toEqual({})
  })

  it.each([
    ['another protocol', '{"protocol":"messagepack","version":1}'],
    ['another version', '{"protocol":"json","version":3}'],
    ['a version that is text', '{"protocol":"json","version":"1"}'],
    ['no object', '[]'],
    ['null', 'null'],
    ['no JSON', 'GET / HTTP/1.1'],
    ['nothing', ''],
  ])('refuses %s', async (_name, text) => {
    const client = await rawClient(harness.url)
    client.socket.send(text + separator)
    expect(await client.next()).toEqual({ error: expect.any(String) as string })
    expect(await client.closed).toBe(1000)
    expect(harness.connected).toEqual([])
  })

  it('may be split over frames and be followed by calls in the same frame', async () => {
    const client = await rawClient(harness.url)
    client.socket.send('{"protocol":"js')
    client.socket.send(
      `on","version":1}${separator}${JSON.stringify(call('1', 'x'))}${separator}{"ty`,
    )
    client.socket.send(`pe":6}${separator}`)
    expect(await client.next()).toEqual({})
    expect(await client.next()).toEqual({ type: 3, invocationId: '1' })
    expect(harness.notes).toEqual(['x'])
  })

  it('has 15 seconds', async () => {
    const client = await rawClient(harness.url)
    await until(() => harness.hub.connectionCount === 1)
    await harness.clock.elapse(14_000)
    expect(harness.hub.connectionCount).toBe(1)
    await harness.clock.elapse(2_000)
    expect(await client.next()).toEqual({ error: expect.stringContaining('late') as string })
    await client.closed
    expect(harness.hub.connectionCount).toBe(0)
  })
})

describe('messages', () => {
  it('pings a quiet client after 15 seconds and gives it up after 30', async () => {
    const client = await openClient(harness.url)
    await harness.clock.elapse(15_000)
    expect(await client.next()).toEqual({ type: 6 })
    await harness.clock.elapse(15_000)
    expect(await client.next()).toEqual({ type: 7, error: 'client_timeout', allowReconnect: true })
    expect(await client.closed).toBe(1000)
  })

  it('closes when the business token ends', async () => {
    const client = await openClient(harness.url)
    for (let second = 0; second < 60 * 60; second += 10) {
      client.send({ type: 6 })
      client.send(call(String(second)))
      await until(() => client.messages.length > 0)
      client.messages.length = 0
      await harness.clock.elapse(10_000)
    }
    expect(await client.next()).toMatchObject({ error: 'session_revoked', allowReconnect: false })
    await client.closed
  })

  it('ignores types that it does not know', async () => {
    const client = await openClient(harness.url)
    client.send({ type: 99 }, { type: 2, item: 1 }, { type: 5 }, { type: 8 }, call('1'))
    expect(await client.next()).toEqual({ type: 3, invocationId: '1' })
  })

  it.each([
    ['no JSON', '{'],
    ['an array', '[1]'],
    ['null', 'null'],
    ['no type', '{}'],
    ['a type that is text', '{"type":"1"}'],
    ['no target', '{"type":1,"arguments":[]}'],
    ['no arguments', '{"type":1,"target":"note"}'],
    ['an id that is a number', '{"type":1,"target":"note","arguments":[],"invocationId":1}'],
  ])('closes after %s', async (_name, text) => {
    const client = await openClient(harness.url)
    client.socket.send(text + separator)
    expect(await client.next()).toMatchObject({ type: 7, allowReconnect: false })
    expect(await client.closed).toBe(1000)
    expect(harness.gone).toHaveLength(1)
  })

  it('closes after a binary frame', async () => {
    const client = await openClient(harness.url)
    client.socket.send(Buffer.from(JSON.stringify(call('1')) + separator))
    expect(await client.next()).toMatchObject({ type: 7, allowReconnect: false })
    expect(harness.notes).toEqual([])
  })

  it('takes many messages in a frame that is larger than one message may be', async () => {
    const client = await openClient(harness.url)
    client.send(...Array.from({ length: 40 }, (_, n) => call(String(n), 'x'.repeat(1_000))))
    await until(() => client.messages.length === 40)
    expect(client.messages).toEqual(
      Array.from({ length: 40 }, (_, n) => ({ type: 3, invocationId: String(n) })),
    )
  })

  it('does not collect an endless message', async () => {
    const client = await openClient(harness.url)
    for (let n = 0; n < 40; n += 1) client.socket.send('x'.repeat(1_024))
    expect(await client.next()).toMatchObject({
      type: 7,
      error: expect.stringContaining('longer') as string,
    })
  })

  it('refuses a frame over 4 MiB', async () => {
    const client = await openClient(harness.url)
    client.socket.send('x'.repeat(4 * 1024 * 1024 + 1))
    expect(await client.closed).toBe(1009)
    expect(harness.gone).toHaveLength(1)
  })

  it('allows 40 calls at once and 20 more each second', async () => {
    const client = await openClient(harness.url)
    const burst = (count: number) =>
      client.send(...Array.from({ length: count }, (_, n) => call(String(n))))
    const refused = () =>
      (client.messages as Record<string, unknown>[]).filter(
        ({ error }) => error === 'too_many_invocations',
      )
    burst(45)
    await until(() => client.messages.length === 45)
    expect(refused()).toHaveLength(5)
    client.messages.length = 0
    await harness.clock.elapse(1_000)
    burst(25)
    await until(() => client.messages.length === 25)
    expect(refused()).toHaveLength(5)
  })

  it('closes for good when a client floods it', async () => {
    const client = await openClient(harness.url)
    client.send(...Array.from({ length: 1_000 }, () => ({ ...call(''), invocationId: undefined })))
    expect(await client.next()).toEqual({
      type: 7,
      error: 'too_many_invocations',
      allowReconnect: false,
    })
    expect(harness.notes).toEqual([])
    expect(harness.hub.connectionCount).toBe(0)
  })

  it('cuts off a client that does not read', async () => {
    const client = await openClient(harness.url)
    client.socket.pause()
    await until(() => {
      harness.push('news', 'x'.repeat(100_000))
      return harness.connected.length === 0
    })
    expect(harness.hub.connectionCount).toBe(0)
    client.socket.terminate()
  })

  it('answers a close frame without a code with 1000, as ASP.NET does', async () => {
    const client = await openClient(harness.url)
    client.socket.close()
    expect(await client.closed).toBe(1000)
  })
})
