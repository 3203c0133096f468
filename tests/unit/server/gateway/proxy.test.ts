import { useAlice, type Harness, type Session } from './harness'
import { rawRequest } from './rawRequest'

let harness: Harness
let session: Session
const { asAlice, get, lastSeen } = useAlice((opened) => ({ harness, session } = opened))

const loginFirst = {
  success: false,
  error: 'You must be logged in to do this.',
  status: 'error',
  message: 'You must be logged in to do this.',
}

describe('who may use the proxy', () => {
  it('lets a user through with the id and token that were issued to them', async () => {
    const { status, body } = await get(
      '/api/v1/rooms.get?updatedSince=2026-11-22T00%3A00%3A00.000Z',
    )
    expect([status, body.userId]).toEqual([200, session.userId])
    expect(lastSeen().url).toBe('/api/v1/rooms.get?updatedSince=2026-11-22T00%3A00%3A00.000Z')
  })

  it.each(['authorization', 'x-user-id', 'x-auth-token'])(
    'refuses a request without %s',
    async (name) => {
      const headers = Object.fromEntries(
        Object.entries(asAlice()).filter(([header]) => header !== name),
      )
      for (const path of ['/api/v1/me', '/avatar/alice', '/file-upload/f1/a.png']) {
        const { status, body } = await get(path, headers)
        expect(status).toBe(401)
        expect(body).toEqual(loginFirst)
      }
      expect(harness.chat.seenOf('me')).toHaveLength(0)
    },
  )

  it('refuses a token that this gateway did not issue, also a valid one', async () => {
    const foreign = 'token-of-a-direct-login'
    harness.chat.tokens.set(foreign, session.userId)
    expect((await get('/api/v1/me', asAlice({ 'x-auth-token': foreign }))).status).toBe(401)
  })

  it('refuses an expired business token', async () => {
    harness.clock.advance(25 * 60 * 60_000)
    expect((await get('/api/v1/me')).status).toBe(401)
  })

  it('does not read tokens from cookies', async () => {
    const { authorization } = asAlice()
    const cookie = `rc_uid=${session.userId}; rc_token=${session.authToken}; chat_token=${session.authToken}`
    expect((await get('/api/v1/me', { authorization: authorization!, cookie })).status).toBe(401)
  })

  it.each(['rc_token', 'rc_uid', 'token', 'access_token'])(
    'refuses %s in an address',
    async (name) => {
      const { status, body } = await get(`/file-upload/f1/a.png?${name}=x`)
      expect(status).toBe(400)
      expect(body.errorType).toBe('error-bad-request')
    },
  )

  it('forgets a pair that the chat server no longer accepts', async () => {
    harness.chat.tokens.delete(session.authToken)
    expect((await get('/api/v1/rooms.get')).status).toBe(401)
    harness.chat.tokens.set(session.authToken, session.userId)
    expect((await get('/api/v1/rooms.get')).status).toBe(401)
    expect(harness.chat.seenOf('rooms.get')).toHaveLength(1)
  })

  it('keeps a pair that is valid although one request was answered with 401', async () => {
    harness.chat.override.set('rooms.get', (response) => {
      response.writeHead(401, { 'content-type': 'application/json' })
      response.end('{"success":false,"error":"unauthorized"}')
    })
    const { status, body } = await get('/api/v1/rooms.get')
    expect([status, body.error]).toEqual([401, 'unauthorized'])
    expect((await get('/api/v1/me')).status).toBe(200)
  })
})

describe('which routes the proxy has', () => {
  it.each([
    ['POST', 'users.create'],
    ['POST', 'users.createToken'],
    ['POST', 'users.update'],
    ['POST', 'users.delete'],
    ['POST', 'users.setActiveStatus'],
    ['POST', 'users.generatePersonalAccessToken'],
    ['GET', 'users.getPersonalAccessTokens'],
    ['POST', 'users.regeneratePersonalAccessToken'],
    ['POST', 'settings/Accounts_LoginExpiration'],
    ['GET', 'settings/Accounts_LoginExpiration'],
    ['POST', 'permissions.update'],
    ['POST', 'roles.addUserToRole'],
    ['POST', 'login'],
    ['POST', 'logout'],
    ['POST', 'import.run'],
    ['GET', 'statistics'],
    ['GET', 'chat.sendMessage'],
    ['PUT', 'me'],
    ['POST', 'chat%2EsendMessage'],
    ['POST', 'chat.sendMessage/../users.create'],
    ['POST', 'chat.sendMessage/'],
    ['POST', 'rooms.media/r1/extra'],
    ['POST', 'rooms.media/..%2fusers.create'],
    ['POST', '/users.create'],
    ['GET', 'me%00'],
  ])('refuses %s %s', async (method, route) => {
    const before = harness.chat.seen.length
    const { status, text } = await rawRequest(
      harness.gateway.url,
      method,
      `/api/v1/${route}`,
      asAlice(),
    )
    expect(status).toBe(403)
    expect(JSON.parse(text)).toEqual({
      success: false,
      error: 'This endpoint is not available through the gateway. [error-not-allowed]',
      errorType: 'error-not-allowed',
    })
    expect(harness.chat.seen).toHaveLength(before)
  })

  it.each([
    '/avatar/../api/v1/me',
    '/avatar/%2e%2e/api/v1/me',
    '/file-upload/a%2f..%2fb',
    '/avatar/%252e%252e/x',
  ])('refuses the path %s', async (path) => {
    const before = harness.chat.seen.length
    const response = await rawRequest(harness.gateway.url, 'GET', path, asAlice())
    expect([400, 403, 404]).toContain(response.status)
    expect(harness.chat.seen).toHaveLength(before)
  })

  it('calls the listed methods only, and takes the name from the body', async () => {
    const call = (pathName: string, method: string) =>
      harness.post(
        `/api/v1/method.call/${pathName}`,
        { message: JSON.stringify({ msg: 'method', id: '1', method, params: ['rid'] }) },
        asAlice(),
      )
    expect((await call('loadHistory', 'loadHistory')).status).toBe(200)
    const sent = JSON.parse(lastSeen().text) as { message: string }
    expect(JSON.parse(sent.message)).toEqual({
      msg: 'method',
      id: '1',
      method: 'loadHistory',
      params: ['rid'],
    })
    expect((await call('saveSettings', 'saveSettings')).status).toBe(403)
    expect((await call('loadHistory', 'saveSettings')).status).toBe(400)
    expect(harness.chat.seenOf('method.call/saveSettings')).toHaveLength(0)
  })

  it.each([
    '',
    'x',
    '[]',
    'null',
    '{"message":1}',
    '{"message":"x"}',
    '{"message":"{\\"method\\":\\"loadHistory\\"}"}',
  ])('refuses %j as a method call', async (body) => {
    const init = { method: 'POST', headers: asAlice(), body }
    const answer = await harness.send('/api/v1/method.call/loadHistory', init)
    expect([answer.status, answer.body.errorType]).toEqual([400, 'error-bad-request'])
  })

  it('refuses an oversized method call', async () => {
    const message = JSON.stringify({ id: '1', method: 'loadHistory', params: ['x'.repeat(70_000)] })
    const answer = await harness.post('/api/v1/method.call/loadHistory', { message }, asAlice())
    expect(answer.body).toMatchObject({
      error: 'The method call is too large. [error-bad-request]',
    })
  })
})

describe('other addresses', () => {
  it('answers health checks without a session', async () => {
    expect((await harness.send('/healthz')).body).toEqual({ status: 'ok' })
  })

  it('answers 404 in the envelope for unknown endpoints', async () => {
    const { status, body } = await harness.send('/api/services/app/Im/Unknown')
    expect([status, body.__abp]).toEqual([404, true])
  })

  it('lets pages of configured origins in, and no others', async () => {
    await harness.restart({ corsOrigins: ['https://app.example.com'] })
    const preflight = (origin: string) =>
      harness.send('/api/v1/me', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'GET' },
      })
    const ours = await preflight('https://app.example.com')
    expect(ours.status).toBe(204)
    expect(ours.headers.get('access-control-allow-origin')).toBe('https://app.example.com')
    expect(ours.headers.get('access-control-allow-credentials')).toBeNull()
    const other = await preflight('https://evil.example.com')
    expect(other.status).toBe(404)
    expect(other.headers.get('access-control-allow-origin')).toBeNull()
  })
})
