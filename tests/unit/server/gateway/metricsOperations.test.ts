import WebSocket from 'ws'
import { authenticate, headersOf, startHarness, type Answer, type Harness } from './harness'

let harness: Harness
beforeEach(async () => {
  harness = await startHarness()
})
afterEach(() => harness.close())

const ready = async () => {
  const { status, body } = await harness.send('/readyz')
  const { checks } = body as unknown as { checks: Record<string, unknown> }
  return { status, checks }
}
const textOf = ({ body }: Answer) => body as unknown as string
const numbers = async (headers: Record<string, string> = {}) =>
  textOf(await harness.send('/metrics', { headers }))

describe('/readyz', () => {
  it('is 200 when the chat server answers, the agent is signed in and the database is writable', async () => {
    expect(await ready()).toMatchObject({
      status: 200,
      checks: { chat: true, agent: true, database: true, running: true },
    })
  })

  it('asks for the agent once in half a minute', async () => {
    await ready()
    const before = harness.chat.seenOf('me').length
    for (let i = 0; i < 5; i++) await ready()
    expect(harness.chat.seenOf('me')).toHaveLength(before)
    harness.clock.advance(30_001)
    await ready()
    expect(harness.chat.seenOf('me')).toHaveLength(before + 1)
  })

  it('is 503 while the chat server is down, and the gateway itself stays healthy', async () => {
    await harness.chat.close()
    expect(await ready()).toMatchObject({ status: 503, checks: { chat: false, agent: false } })
    expect((await harness.send('/healthz')).status).toBe(200)
  })

  it('is 503 when the agent is refused', async () => {
    await harness.restart({ agent: { kind: 'password', username: 'im-agent', password: 'old' } })
    expect(await ready()).toMatchObject({ status: 503, checks: { chat: true, agent: false } })
    // Whoever asks often does not get the agent's account locked.
    const before = harness.chat.seenOf('login').length
    for (let i = 0; i < 5; i++) await ready()
    expect(harness.chat.seenOf('login')).toHaveLength(before)
    harness.clock.advance(5_001)
    await ready()
    expect(harness.chat.seenOf('login')).toHaveLength(before + 1)
  })

  it('is 200 without an agent, and says so', async () => {
    await harness.restart({ agent: undefined })
    expect(await ready()).toMatchObject({ status: 200, checks: { agent: 'none' } })
  })
})

describe('the agent', () => {
  it('signs in when the gateway starts, where that is wanted', async () => {
    const signedIn = new Promise<void>((resolve) => {
      harness.chat.override.set('login', (response) => {
        response.writeHead(401).end('{"status":"error"}')
        resolve()
      })
    })
    await harness.restart({ signInAgent: true })
    await signedIn
    expect(harness.chat.seenOf('login').at(-1)!.text).toContain('im-agent')
    expect((await harness.send('/healthz')).status).toBe(200)
  })
})

describe('/metrics', () => {
  it('counts requests by the pattern of their route, sign-ins, refusals and times', async () => {
    const session = await harness.open('alice')
    await harness.send('/api/v1/me', { headers: headersOf(session) })
    await harness.send('/api/v1/secret-of-somebody', { headers: headersOf(session) })
    await harness.post('/api/TokenAuth/Authenticate', {
      userNameOrEmailAddress: 'alice',
      password: 'wrong',
    })
    const text = await numbers()
    expect(text).toContain('im_http_requests_total{method="GET",route="/api/v1/*",status="200"} 1')
    expect(text).toContain('im_http_requests_total{method="GET",route="/api/v1/*",status="403"} 1')
    expect(text).toContain('im_http_seconds_count{route="/api/v1/*"} 2')
    const signIn = 'im_sign_ins_total{route="/api/TokenAuth/Authenticate",outcome='
    expect(text).toContain(`${signIn}"accepted"} 1`)
    expect(text).toContain(`${signIn}"refused"} 1`)
    for (const secret of ['secret-of-somebody', 'alice', session.authToken, session.userId]) {
      expect(text).not.toContain(secret)
    }
  })

  it('counts open websockets', async () => {
    const socket = new WebSocket(`${harness.gateway.url.replace('http', 'ws')}/websocket`)
    await new Promise((resolve) => socket.once('open', resolve))
    expect(await numbers()).toContain('im_sockets 1')
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.close()
    await closed
  })

  it('counts failures of the chat server', async () => {
    const session = await harness.open('alice')
    harness.chat.override.set('me', (response) => void response.writeHead(500).end('{}'))
    await harness.send('/api/v1/me', { headers: headersOf(session) })
    expect(await numbers()).toContain('im_upstream_errors_total{kind="status"} 1')
    await harness.chat.close()
    await harness.send('/api/v1/me', { headers: headersOf(session) })
    expect(await numbers()).toContain('im_upstream_errors_total{kind="network"} 1')
  })

  it.each(['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'])(
    'is refused to callers that come through a proxy on this machine (%s)',
    async (name) => {
      const answer = await harness.send('/metrics', { headers: { [name]: '127.0.0.1' } })
      expect([answer.status, textOf(answer).includes('im_http')]).toEqual([403, false])
    },
  )

  it('wants the configured bearer', async () => {
    const metricsToken = 'token-of-the-monitoring-system-1'
    await harness.restart({ metricsToken })
    expect(await numbers()).not.toContain('im_http')
    expect(await numbers({ authorization: `Bearer ${metricsToken}x` })).not.toContain('im_http')
    const text = await numbers({ authorization: `Bearer ${metricsToken}`, via: 'proxy' })
    expect(text).toContain('im_http_requests_total')
  })
})

describe('the limit per user', () => {
  beforeEach(() => harness.restart({ rateLimit: { perSecond: 1, burst: 5 } }))

  it('answers 429 with the time to wait, in the shape of each interface', async () => {
    const session = await harness.open('alice')
    const me = () => harness.send('/api/v1/me', { headers: headersOf(session) })
    const statuses = []
    for (let i = 0; i < 4; i++) statuses.push((await me()).status)
    expect(statuses).toEqual([200, 200, 200, 200])
    const chat = await me()
    expect([chat.status, chat.headers.get('retry-after')]).toEqual([429, '1'])
    expect(chat.body).toMatchObject({ success: false, errorType: 'error-too-many-attempts' })
    const abp = await authenticate(harness, session.bearer)
    expect([abp.status, abp.headers.get('retry-after'), abp.body.__abp]).toEqual([429, '1', true])
    expect(await numbers()).toContain('im_rate_limited_total{route="/api/v1/*"} 1')
  })

  it('is over after the time to wait', async () => {
    const session = await harness.open('alice')
    const me = () => harness.send('/api/v1/me', { headers: headersOf(session) })
    for (let i = 0; i < 5; i++) await me()
    expect((await me()).status).toBe(429)
    harness.clock.advance(1000)
    expect([(await me()).status, (await me()).status]).toEqual([200, 429])
  })

  it('counts a person on all devices and nobody else', async () => {
    const first = await harness.open('alice')
    const second = await harness.open('alice')
    const bob = await harness.open('bob')
    const me = (session: typeof first) =>
      harness.send('/api/v1/me', { headers: headersOf(session) })
    for (let i = 0; i < 3; i++) await me(first)
    expect((await me(second)).status).toBe(429)
    expect((await me(bob)).status).toBe(200)
  })
})

describe('stopping', () => {
  it('lets a request that is under way end, and calls itself not ready meanwhile', async () => {
    await harness.restart({ drainMs: 10_000 })
    const session = await harness.open('alice')
    const { url } = harness.gateway
    let release: (() => void) | undefined
    const arrived = new Promise<void>((resolve) => {
      harness.chat.override.set('subscriptions.get', (response) => {
        release = () => response.writeHead(200).end('{"success":true}')
        resolve()
      })
    })
    const slow = fetch(`${url}/api/v1/subscriptions.get`, { headers: headersOf(session) })
    await arrived
    const stopped = harness.restart()
    const during = await fetch(`${url}/readyz`)
    expect(during.status).toBe(503)
    expect(await during.json()).toMatchObject({ checks: { running: false } })
    release?.()
    expect((await slow).status).toBe(200)
    await stopped
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
  })
})
