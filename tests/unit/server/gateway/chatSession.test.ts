import { SignJWT } from 'jose'
import { agentPassword } from './fakeChat'
import { authenticate, headersOf, hex, logout, startHarness, type Harness } from './harness'

const minute = 60_000
const day = 24 * 60 * minute

let harness: Harness
beforeEach(async () => {
  harness = await startHarness()
})
afterEach(() => harness.close())

const me = (session: Parameters<typeof headersOf>[0]) =>
  harness.send('/api/v1/me', { headers: headersOf(session) })

describe('Im/Authenticate', () => {
  it('makes the chat account on first use and answers its id and token', async () => {
    const bearer = await harness.signIn('xiaoming')
    const { status, body } = await authenticate(harness, bearer)
    const account = harness.chat.users.find(({ username }) => username === 'xiaoming')!
    expect(status).toBe(200)
    expect(body.result).toEqual({
      userId: account._id,
      authToken: expect.any(String) as string,
      username: 'xiaoming',
      name: '李晓明',
      realtime: { mode: 'ddp', url: '/websocket' },
    })
    expect(harness.chat.tokens.get(body.result.authToken)).toBe(account._id)
  })

  it('works without a body', async () => {
    const bearer = await harness.signIn('alice')
    const headers = { authorization: `Bearer ${bearer}` }
    const answer = await harness.send('/api/services/app/Im/Authenticate', {
      method: 'POST',
      headers,
    })
    expect(answer.status).toBe(200)
  })

  it('names the address of the chat server when clients reach it directly', async () => {
    await harness.restart({ realtimeUrl: 'wss://chat.example.com/websocket' })
    const { body } = await authenticate(harness, await harness.signIn('alice'))
    expect(body.result.realtime.url).toBe('wss://chat.example.com/websocket')
  })

  it('takes an existing account over when its verified e-mail is the same', async () => {
    const emails = [{ address: 'Alice@example.com', verified: true }]
    const existing = harness.chat.addUser({ username: 'alice', emails })
    expect((await harness.open('alice')).userId).toBe(existing._id)
    expect(harness.chat.seenOf('users.create')).toHaveLength(0)
  })

  it.each([
    ['another e-mail', [{ address: 'other@example.com', verified: true }], ['user']],
    ['an unverified e-mail', [{ address: 'alice@example.com', verified: false }], ['user']],
  ])('does not take over an account of the same name with %s', async (_name, emails, roles) => {
    const existing = harness.chat.addUser({ username: 'alice', emails, roles })
    const bearer = await harness.signIn('alice')
    const { body } = await authenticate(harness, bearer)
    if (body.success) expect(body.result).toMatchObject({ username: 'alice.1' })
    expect(body.success && body.result.userId).not.toBe(existing._id)
  })

  it('does not take over an administrator', async () => {
    const emails = [{ address: 'alice@example.com', verified: true }]
    harness.chat.addUser({ username: 'alice', emails, roles: ['admin'] })
    const { status, body } = await authenticate(harness, await harness.signIn('alice'))
    expect(status).toBe(502)
    expect(body.error.message).toBe('No chat account could be made: its name or e-mail is taken.')
  })

  it('gives the same token again until it is renewed', async () => {
    const bearer = await harness.signIn('alice')
    const first = (await authenticate(harness, bearer)).body.result.authToken
    expect((await authenticate(harness, bearer)).body.result.authToken).toBe(first)
    const renewed = (await authenticate(harness, bearer, { renew: true })).body.result.authToken
    expect(renewed).not.toBe(first)
    expect(harness.chat.tokens.has(first)).toBe(false)
    expect(harness.chat.tokens.has(renewed)).toBe(true)
  })

  it('replaces a token before it ends', async () => {
    const sixtyDays = 60 * day
    const bearer = await harness.signIn('alice')
    const first = (await authenticate(harness, bearer)).body.result
    harness.clock.advance(sixtyDays - day)
    const session = { ...first, bearer: await harness.signIn('alice') }
    expect((await me(session)).status).toBe(200)
    harness.clock.advance(day)
    expect((await me({ ...session, bearer: await harness.signIn('alice') })).status).toBe(401)
  })

  it('gives each sign-in its own token, and shares the newest one beyond five', async () => {
    const sessions = []
    for (let device = 0; device < 8; device++) sessions.push(await harness.open('alice'))
    expect(harness.chat.seenOf('users.createToken')).toHaveLength(5)
    expect(new Set(sessions.map(({ authToken }) => authToken)).size).toBe(5)
    for (const session of sessions) expect((await me(session)).status).toBe(200)
    // Whoever comes again gets the same token: no device takes it from another one.
    for (const session of sessions) {
      const again = await authenticate(harness, session.bearer)
      expect(again.body.result.authToken).toBe(session.authToken)
    }
  })

  it('renews one of five tokens without taking any other away', async () => {
    const sessions = []
    for (let device = 0; device < 5; device++) sessions.push(await harness.open('alice'))
    await authenticate(harness, sessions[2]!.bearer, { renew: true })
    for (const at of [0, 1, 3, 4]) expect((await me(sessions[at]!)).status).toBe(200)
    expect((await me(sessions[2]!)).status).toBe(401)
  })

  it('takes a shared token back with one sign-out; the other sign-in gets one of its own', async () => {
    const sessions = []
    for (let device = 0; device < 6; device++) sessions.push(await harness.open('alice'))
    const [fifth, sixth] = [sessions[4]!, sessions[5]!]
    expect(sixth.authToken).toBe(fifth.authToken)
    await logout(harness, sixth.bearer)
    expect(harness.chat.tokens.has(fifth.authToken)).toBe(false)
    const { authToken } = (await authenticate(harness, fifth.bearer)).body.result
    expect((await me({ ...fifth, authToken })).status).toBe(200)
    expect((await authenticate(harness, sixth.bearer)).status).toBe(401)
  })

  it('drops tokens of sign-ins that have ended before those of devices that are in use', async () => {
    const account = { userNameOrEmailAddress: 'alice', password: 'alice-demo' }
    const remembered = { ...account, rememberClient: true }
    const signIn = await harness.post('/api/TokenAuth/Authenticate', remembered)
    const bearer = signIn.body.result.accessToken
    const kept = { ...(await authenticate(harness, bearer)).body.result, bearer }
    const tokens = [kept.authToken]
    for (let round = 0; round < 8; round++) {
      harness.clock.advance(day + minute)
      // One device renews its business token again and again, the other one does not need to.
      tokens.push((await harness.open('alice')).authToken)
    }
    expect(new Set(tokens).size).toBe(9)
    expect(tokens.filter((token) => harness.chat.tokens.has(token))).toHaveLength(5)
    expect((await me(kept)).status).toBe(200)
  })

  it('makes the account again when it was deleted on the chat server', async () => {
    const before = await harness.open('alice')
    harness.chat.users.splice(
      harness.chat.users.findIndex(({ _id }) => _id === before.userId),
      1,
    )
    const { status, body } = await authenticate(harness, before.bearer, { renew: true })
    expect(status).toBe(200)
    expect(body.result.userId).not.toBe(before.userId)
  })

  it('signs in with the stored random password when the server has no createToken secret', async () => {
    await harness.restart({ createTokenSecret: undefined })
    const session = await harness.open('bob')
    expect(harness.chat.seenOf('users.createToken')).toHaveLength(0)
    const login = harness.chat.seenOf('login').at(-1)!
    expect(JSON.parse(login.text)).toMatchObject({ user: 'bob' })
    expect(login.headers['x-forwarded-for']).toBe('127.0.0.1')
    expect((await me(session)).status).toBe(200)
  })

  it('tries the password when the createToken secret is wrong', async () => {
    await harness.restart({ createTokenSecret: 'not the one' })
    expect((await authenticate(harness, await harness.signIn('bob'))).status).toBe(200)
    expect(harness.chat.seenOf('users.createToken')).toHaveLength(1)
  })

  it('names the variable when no way to get a token is left', async () => {
    const emails = [{ address: 'bob@example.com', verified: true }]
    harness.chat.addUser({ username: 'bob', emails })
    await harness.restart({ createTokenSecret: undefined })
    const { status, body } = await authenticate(harness, await harness.signIn('bob'))
    expect(status).toBe(502)
    expect(body.error.message).toContain('IM_CREATE_TOKEN_SECRET')
  })

  it('names the variables when there is no agent account', async () => {
    await harness.restart({ agent: undefined })
    const { status, body } = await authenticate(harness, await harness.signIn('alice'))
    // Clients show the sentence of a refusal; of a fault they only say that there is one.
    expect(status).toBe(403)
    expect(body.error.message).toContain('IM_AGENT_USER_ID and IM_AGENT_TOKEN')
  })

  it('needs no agent account for whom an account was made before', async () => {
    await harness.restart({ createTokenSecret: undefined })
    await harness.open('alice')
    await harness.restart({ agent: undefined, createTokenSecret: undefined })
    expect((await authenticate(harness, await harness.signIn('alice'))).status).toBe(200)
    expect((await authenticate(harness, await harness.signIn('bob'))).status).toBe(403)
  })

  it('says so when the agent account is refused', async () => {
    await harness.restart({ agent: { kind: 'password', username: 'im-agent', password: 'old' } })
    const { status, body } = await authenticate(harness, await harness.signIn('alice'))
    expect(status).toBe(502)
    expect(body.error.message).toContain('IM_AGENT_PASSWORD')
  })

  it('signs the agent in again, once, when its token has become invalid', async () => {
    await harness.open('alice')
    for (const [token, userId] of harness.chat.tokens) {
      if (userId === 'agentId') harness.chat.tokens.delete(token)
    }
    expect((await authenticate(harness, await harness.signIn('bob'))).status).toBe(200)
    const agentLogins = harness.chat
      .seenOf('login')
      .filter(({ text }) => text.includes(agentPassword))
    expect(agentLogins).toHaveLength(2)
  })

  it('gives the agent session back when it stops', async () => {
    await harness.open('alice')
    await harness.restart()
    expect([...harness.chat.tokens.values()]).not.toContain('agentId')
  })

  it('says when to try again while the chat server is down', async () => {
    const bearer = await harness.signIn('alice')
    await harness.chat.close()
    const { status, headers, body } = await authenticate(harness, bearer)
    expect(status).toBe(503)
    expect(headers.get('retry-after')).toBe('5')
    expect(body.error.message).toBe('The chat server cannot be reached; try again soon.')
  })

  it('passes the waiting time of the chat server on when it is busy', async () => {
    const bearer = await harness.signIn('alice')
    harness.chat.override.set('login', (response) => {
      const reset = String(harness.clock.now() + 12_000)
      response.writeHead(429, { 'x-ratelimit-reset': reset }).end('{"success":false,"error":"x"}')
    })
    const { status, headers } = await authenticate(harness, bearer)
    expect([status, headers.get('retry-after')]).toEqual([503, '12'])
  })

  it.each([
    ['a refused method', 400, { errorType: 'error-too-many-requests', error: 'Wait. [error-x]' }],
    ['a refused call', 200, { error: { error: 'too-many-requests' } }],
    ['text only', 400, { error: 'Wait 7 seconds. [error-too-many-requests]' }],
  ])('backs off for the time that the body names: %s', async (_name, code, answer) => {
    const details = { timeToReset: 6_200 }
    const body =
      typeof answer.error === 'object'
        ? { success: false, error: { ...answer.error, details } }
        : { success: false, ...answer, details }
    harness.chat.override.set('login', (response) => {
      response.writeHead(code).end(JSON.stringify(body))
    })
    const { status, headers } = await authenticate(harness, await harness.signIn('alice'))
    expect([status, headers.get('retry-after')]).toEqual([503, '7'])
  })

  it('hands a caller who wants another token not the one that is just being given out', async () => {
    const bearer = await harness.signIn('alice')
    const { body } = await authenticate(harness, bearer)
    const [plain, renewed] = await Promise.all([
      authenticate(harness, bearer),
      authenticate(harness, bearer, { renew: true }),
    ])
    expect(plain.status).toBe(200)
    expect(renewed.body.result.authToken).not.toBe(body.result.authToken)
  })

  it.each([
    ['no token', ''],
    ['a token that is none', 'Bearer x.y.z'],
    ['another scheme', 'Basic YWxpY2U6YWxpY2U='],
  ])('refuses %s', async (_name, authorization) => {
    const headers: Record<string, string> = authorization === '' ? {} : { authorization }
    const { status, body } = await harness.post('/api/services/app/Im/Authenticate', {}, headers)
    expect(status).toBe(401)
    expect(body.unAuthorizedRequest).toBe(true)
  })

  it('refuses an expired business token', async () => {
    const bearer = await harness.signIn('alice')
    harness.clock.advance(day + minute)
    const { status, body } = await authenticate(harness, bearer)
    expect(status).toBe(401)
    expect(body.error.message).toBe('Your session has expired; sign in again.')
  })

  it.each([
    ['signed with another key', 'HS256', hex('c'), 'uni-rocketchat-gateway', '1'],
    ['signed with another algorithm', 'HS512', hex('a'), 'uni-rocketchat-gateway', '1'],
    ['for another audience', 'HS256', hex('a'), 'other', '1'],
    ['of a user who does not exist', 'HS256', hex('a'), 'uni-rocketchat-gateway', '99'],
  ])('refuses a business token %s', async (_name, alg, key, audience, subject) => {
    const token = await new SignJWT()
      .setProtectedHeader({ alg })
      .setIssuer('uni-rocketchat')
      .setAudience(audience)
      .setSubject(subject)
      .setJti('j')
      .setExpirationTime(Math.floor(harness.clock.now() / 1000) + 3600)
      .sign(Buffer.from(key, 'hex'))
    expect((await authenticate(harness, token)).status).toBe(401)
  })

  it('refuses an unsigned business token', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const token = `${part({ alg: 'none' })}.${part({ sub: '1', jti: 'j', exp: 9e9 })}.`
    expect((await authenticate(harness, token)).status).toBe(401)
  })

  it('refuses a body of the wrong type', async () => {
    const bearer = await harness.signIn('alice')
    expect((await authenticate(harness, bearer, { renew: { a: 1 } })).status).toBe(400)
  })
})

describe('a restart', () => {
  it('signs nobody out', async () => {
    const session = await harness.open('alice')
    await harness.restart()
    expect((await me(session)).status).toBe(200)
    const { body } = await authenticate(harness, session.bearer)
    expect(body.result.authToken).toBe(session.authToken)
  })

  it('does not bring a signed-out session back', async () => {
    const session = await harness.open('alice')
    await logout(harness, session.bearer)
    await harness.restart()
    expect((await authenticate(harness, session.bearer)).status).toBe(401)
  })

  it('does not reuse accounts and tokens for another chat server', async () => {
    const session = await harness.open('alice')
    await harness.restart({ chatServerName: 'another' })
    expect((await me(session)).status).toBe(401)
  })

  it('issues new tokens when the encryption key was replaced', async () => {
    const session = await harness.open('alice')
    await harness.restart({ encryptionKey: hex('d') })
    const { status, body } = await authenticate(harness, session.bearer)
    expect(status).toBe(200)
    expect(body.result.authToken).not.toBe(session.authToken)
  })
})

describe('Im/Logout', () => {
  it('revokes the chat token and the business token', async () => {
    const session = await harness.open('alice')
    const { status, body } = await logout(harness, session.bearer)
    expect([status, body.success, body.result]).toEqual([200, true, null])
    expect(harness.chat.tokens.has(session.authToken)).toBe(false)
    expect((await me(session)).status).toBe(401)
    const again = await authenticate(harness, session.bearer)
    expect([again.status, again.body.error.message]).toEqual([
      401,
      'This session was signed out; sign in again.',
    ])
  })

  it('leaves other sign-ins of the same person alone', async () => {
    const phone = await harness.open('alice')
    const browser = await harness.open('alice')
    await logout(harness, phone.bearer)
    expect((await me(browser)).status).toBe(200)
  })

  it('also works while the chat server is down', async () => {
    const session = await harness.open('alice')
    await harness.chat.close()
    expect((await logout(harness, session.bearer)).status).toBe(200)
    expect((await me(session)).status).toBe(401)
  })

  it('refuses callers who are not signed in', async () => {
    expect((await logout(harness, 'nothing')).status).toBe(401)
  })
})
