import { authenticate, headersOf, logout } from '../unit/server/gateway/harness'
import { everyTestHasAGateway, harness, me, rawStatus, socketStatus } from './reviewSupport'

/**
 * Regression tests of the weaknesses of the published design (gateway reference, section 7): requests and sockets. Those of the live
 * connection are in relay.test.ts.
 */
everyTestHasAGateway()

describe('security review of the published design, requests and sockets', () => {
  it('weakness 12: chat cookies alone change nothing, whether they are switched on or off', async () => {
    const alice = await harness.open('alice')
    const prefixes = ['', '__Host-']
    for (const cookies of [false, true]) {
      await harness.restart({ cookies })
      for (const prefix of prefixes) {
        const cookie = `${prefix}chat_token=${alice.authToken}; ${prefix}chat_uid=${alice.userId}`
        for (const more of [{}, { authorization: `Bearer ${alice.bearer}` }]) {
          const { status } = await harness.post(
            '/api/v1/chat.sendMessage',
            { message: { rid: 'r', msg: 'x' } },
            { cookie, origin: 'https://evil.example', ...more },
          )
          expect([401, 403]).toContain(status)
        }
      }
    }
    expect(harness.chat.seenOf('chat.sendMessage')).toHaveLength(0)
  })

  it('weakness 13: a token in an address is refused by REST and hub, and never reaches the chat server', async () => {
    await harness.restart({ realtimeMode: 'signalr' })
    const bearer = await harness.signIn('alice')
    await authenticate(harness, bearer)
    const before = harness.chat.seen.length
    const headers = { authorization: `Bearer ${bearer}` }
    for (const name of [
      'access_token',
      'rc_token',
      'token',
      'authToken',
      'resume',
      'ACCESS_TOKEN',
    ]) {
      const { status } = await harness.send(`/api/v1/me?${name}=${bearer}`, { headers })
      expect(status).toBe(400)
    }
    expect(await socketStatus(harness, `/signalr?access_token=${bearer}`)).toBe(401)
    expect(harness.chat.seen).toHaveLength(before)
    expect(harness.logText()).not.toContain(bearer)
  })

  it('weakness 14: a page of another site opens no socket and negotiates none', async () => {
    await harness.restart({ realtimeMode: 'signalr', cookies: true })
    const bearer = await harness.signIn('alice')
    const { authToken, userId } = { authToken: 'x', userId: 'y' }
    const headers = {
      origin: 'https://evil.example',
      authorization: `Bearer ${bearer}`,
      cookie: `__Host-chat_token=${authToken}; __Host-chat_uid=${userId}`,
    }
    for (const path of ['/websocket', '/signalr'])
      expect(await socketStatus(harness, path, headers)).toBe(403)
    expect((await harness.post('/signalr/negotiate', {}, headers)).status).toBe(403)
    expect(await socketStatus(harness, '/websocket', { origin: 'null' })).toBe(403)
  })

  it('weakness 15: failures of the chat server in the middle of things are answered, and the gateway lives', async () => {
    const alice = await harness.open('alice')
    const bearer = await harness.signIn('bob')
    await harness.chat.close()
    const statuses = await Promise.all([
      ...Array.from({ length: 20 }, () => me(harness, alice)),
      ...Array.from({ length: 20 }, () => authenticate(harness, bearer)),
      ...Array.from({ length: 5 }, () =>
        harness.post('/api/v1/chat.sendMessage', { message: {} }, headersOf(alice)),
      ),
    ])
    expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set([503]))
    expect((await logout(harness, alice.bearer)).status).toBe(200)
    expect((await harness.send('/healthz')).status).toBe(200)
  })

  it('weakness 16: requests of several people that overlap never mix', async () => {
    const people = [await harness.open('alice'), await harness.open('bob')]
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, n) => {
        const one = people[n % 2]!
        return (await me(harness, one)).body.userId === one.userId
      }),
    )
    expect(answers).toEqual(answers.map(() => true))
  })

  it('weakness 20: large bodies, headers and calls are refused before they reach anything', async () => {
    const alice = await harness.open('alice')
    const before = harness.chat.seen.length
    const large = { renew: true, more: 'x'.repeat(70_000) }
    expect((await authenticate(harness, alice.bearer, large)).status).toBe(413)
    const call = { message: JSON.stringify({ params: ['x'.repeat(70_000)] }) }
    const headers = headersOf(alice)
    expect((await harness.post('/api/v1/method.call/loadHistory', call, headers)).status).toBe(400)
    const many = { ...headers, 'x-more': 'x'.repeat(20_000) }
    expect((await harness.send('/api/v1/me', { headers: many })).status).toBe(431)
    expect(harness.chat.seen).toHaveLength(before)
  })

  it('weakness 20: one user’s flood of requests is stopped and does not stop another', async () => {
    await harness.restart({ rateLimit: { perSecond: 1, burst: 10 } })
    const [alice, bob] = [await harness.open('alice'), await harness.open('bob')]
    const answers = await Promise.all(Array.from({ length: 30 }, () => me(harness, alice)))
    const counts = [200, 429].map((code) => answers.filter(({ status }) => status === code).length)
    expect(counts).toEqual([9, 21])
    expect((await me(harness, bob)).status).toBe(200)
  })

  it('weakness 23: an image needs no token in its address, and one there is refused', async () => {
    const alice = await harness.open('alice')
    const { body } = await harness.post(
      '/api/services/app/Im/SignMedia',
      { paths: ['/file-upload/f/a.png', `/file-upload/f/a.png?rc_token=${alice.authToken}`] },
      { authorization: `Bearer ${alice.bearer}` },
    )
    const [address, refused] = (body.result as unknown as { addresses: string[] }).addresses
    expect(refused).toBeNull()
    expect(address).not.toContain(alice.authToken)
    expect((await harness.send(address!)).status).toBe(200)
    const query = `rc_uid=${alice.userId}&rc_token=${alice.authToken}`
    expect((await harness.send(`/file-upload/f/a.png?${query}`)).status).toBe(401)
    const headers = headersOf(alice)
    expect((await harness.send(`/file-upload/f/a.png?${query}`, { headers })).status).toBe(400)
  })

  it('an open proxy: no address leads to another server or out of the listed routes', async () => {
    const alice = await harness.open('alice')
    const before = harness.chat.seen.length
    const headers = headersOf(alice)
    for (const path of [
      '/api/v1/../admin',
      '/api/v1/me/../users.create',
      '/api/v1/%2e%2e/info',
      '/api/v1/me%2f..%2fusers.create',
      '/api/v1//evil.example/me',
      '/api/v1/@evil.example/me',
      '/api/v1/me%00',
      '/api/v1/ME',
      '/api/v1/login',
      '/file-upload/..%2f..%2fapi/v1/users.list',
      '/avatar/..;/api/v1/users.list',
      '/livechat',
      '/hooks/token',
      '/sockjs/info',
    ]) {
      const status = await rawStatus(harness, `GET ${path} HTTP/1.1`, headers)
      expect([path, [400, 403, 404].includes(status) || status]).toEqual([path, true])
    }
    for (const line of [
      'GET http://evil.example/api/v1/me HTTP/1.1',
      'CONNECT evil.example:443 HTTP/1.1',
      'TRACE /api/v1/me HTTP/1.1',
      'PROPFIND /api/v1/me HTTP/1.1',
    ]) {
      expect(await rawStatus(harness, line, headers)).not.toBe(200)
    }
    const leaked = harness.chat.seen.slice(before).filter(({ url }) => !url.startsWith('/avatar/'))
    expect(leaked).toEqual([])
  })
})
