import { createChatCookies } from '../../../../server/gateway/web/chatCookies'
import { authenticate, headersOf, hex, logout, startHarness, type Harness } from './harness'

type WithCookies = {
  bearer: string
  userId: string
  authToken: string
  cookie: string
  token: string
}

let harness: Harness
let origin: string
beforeEach(async () => {
  harness = await startHarness({ cookies: true, corsOrigins: ['https://app.example.com'] })
  origin = harness.gateway.url
})
afterEach(() => harness.close())

const open = async (username: string): Promise<WithCookies> => {
  const bearer = await harness.signIn(username)
  const { headers, body } = await authenticate(harness, bearer)
  const cookie = headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const { userId, authToken } = body.result
  return {
    bearer,
    userId,
    authToken,
    cookie,
    token: (body.result as unknown as { csrfToken: string }).csrfToken,
  }
}

const send = (who: WithCookies, headers: Record<string, string>, bearer = who.bearer) =>
  harness.post(
    '/api/v1/chat.sendMessage',
    { message: { rid: 'r', msg: 'x' } },
    {
      authorization: `Bearer ${bearer}`,
      cookie: who.cookie,
      ...headers,
    },
  )

describe('the chat session in cookies', () => {
  it('is set so that scripts, other hosts and plain http cannot reach it', async () => {
    const { headers } = await authenticate(harness, await harness.signIn('alice'))
    const lines = headers.getSetCookie()
    expect(lines.map((line) => line.split('=')[0])).toEqual([
      '__Host-chat_token',
      '__Host-chat_uid',
    ])
    for (const line of lines) {
      expect(line).toMatch(/; Path=\/; Secure; HttpOnly; SameSite=Strict$/)
      expect(line).not.toMatch(/domain/i)
    }
    expect(headers.get('cache-control')).toBe('no-store')
  })

  it('takes the place of the two headers for reading', async () => {
    const alice = await open('alice')
    const headers = { authorization: `Bearer ${alice.bearer}`, cookie: alice.cookie }
    const { status, body } = await harness.send('/api/v1/me', { headers })
    expect([status, body.userId]).toEqual([200, alice.userId])
    expect(harness.chat.seenOf('me').at(-1)!.headers.cookie).toBeUndefined()
  })

  it('changes something only for a page of ours that knows the header token', async () => {
    const alice = await open('alice')
    const good = { origin, 'x-csrf-token': alice.token }
    expect((await send(alice, good)).status).toBe(200)
    expect((await send(alice, { ...good, origin: 'https://app.example.com' })).status).toBe(200)
    const before = harness.chat.seenOf('chat.sendMessage').length
    for (const headers of [
      {},
      { origin },
      { 'x-csrf-token': alice.token },
      { origin: 'https://evil.example', 'x-csrf-token': alice.token },
      { origin: 'null', 'x-csrf-token': alice.token },
      { origin: 'https://servicewechat.com', 'x-csrf-token': alice.token },
      { origin, 'x-csrf-token': '' },
      { origin, 'x-csrf-token': `${alice.token.slice(1)}A` },
      { origin, 'x-csrf-token': (await open('bob')).token },
    ]) {
      expect((await send(alice, headers as Record<string, string>)).status).toBe(403)
    }
    expect(harness.chat.seenOf('chat.sendMessage')).toHaveLength(before)
  })

  it('does not work for another person, nor without a business token', async () => {
    const [alice, bob] = [await open('alice'), await open('bob')]
    const good = { origin, 'x-csrf-token': alice.token }
    expect((await send(alice, good, bob.bearer)).status).toBe(401)
    expect((await send(alice, good, 'nothing')).status).toBe(401)
    const headers = { cookie: alice.cookie, origin }
    expect((await harness.send('/api/v1/me', { headers })).status).toBe(401)
  })

  it('shows files and avatars to image tags, and nothing else', async () => {
    const { cookie } = await open('alice')
    for (const path of ['/avatar/bob', '/file-upload/f/a.svg']) {
      const response = await fetch(`${origin}${path}`, { headers: { cookie } })
      expect(response.status).toBe(200)
      expect(response.headers.get('content-security-policy')).toContain('sandbox')
    }
    const refused: [string, number][] = [
      ['/api/v1/me', 401],
      ['/avatar/%2e%2e%2fapi/v1/me', 403],
      ['/file-upload/f/a.svg?rc_token=x', 403],
    ]
    for (const [path, status] of refused) {
      const answer = await fetch(`${origin}${path}`, { headers: { cookie } })
      expect(answer.status === 400 ? 403 : answer.status).toBe(status)
    }
  })

  it('is worth nothing to an image tag under the names that another host could have set', async () => {
    const { cookie } = await open('alice')
    const headers = { cookie: cookie.replaceAll('__Host-', '') }
    expect((await fetch(`${origin}/avatar/bob`, { headers })).status).toBe(401)
  })

  it('is read under the published names too, together with the business token', async () => {
    const alice = await open('alice')
    const cookie = alice.cookie.replaceAll('__Host-', '')
    const headers = { authorization: `Bearer ${alice.bearer}`, cookie }
    expect((await harness.send('/api/v1/me', { headers })).status).toBe(200)
  })

  it('is taken back, and worth nothing more, after signing out', async () => {
    const alice = await open('alice')
    const { headers } = await logout(harness, alice.bearer)
    expect(headers.getSetCookie().map((line) => line.split(';')[0])).toEqual([
      '__Host-chat_token=',
      '__Host-chat_uid=',
    ])
    for (const line of headers.getSetCookie()) expect(line).toContain('Max-Age=0')
    const answer = await fetch(`${origin}/avatar/bob`, { headers: { cookie: alice.cookie } })
    expect(answer.status).toBe(401)
  })

  it('gives way to headers', async () => {
    const [alice, bob] = [await open('alice'), await open('bob')]
    const headers = { ...headersOf(alice), cookie: bob.cookie }
    const { body } = await harness.send('/api/v1/me', { headers })
    expect(body.userId).toBe(alice.userId)
  })
})

it.each([{}, { cookies: true, realtimeMode: 'signalr' as const }])(
  'cookies are neither set nor read with %j',
  async (changes) => {
    const alice = await open('alice')
    await harness.restart({ cookies: false, ...changes })
    const { headers } = await authenticate(harness, alice.bearer)
    expect(headers.getSetCookie()).toEqual([])
    const answer = await fetch(`${harness.gateway.url}/avatar/bob`, {
      headers: { cookie: alice.cookie },
    })
    expect(answer.status).toBe(401)
  },
)

it.each([
  '__Host-chat_token=a; __Host-chat_token=b; __Host-chat_uid=c',
  '__Host-chat_token=a',
  '=;;=',
  '__Host-chat_token=%; __Host-chat_uid=c',
  '__Host-chat_token=a%0d%0ab; __Host-chat_uid=c',
])('no chat session is read from the cookies %s', (cookie) => {
  const cookies = createChatCookies({ keyHex: hex('a'), isOwnOrigin: () => true })
  expect(cookies.pairOf({ headers: { cookie } } as never)).toBeUndefined()
})
