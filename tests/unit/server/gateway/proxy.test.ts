import { createHash, randomBytes } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { request } from 'undici'
import { headersOf, startHarness, type Harness, type Session } from './harness'

let harness: Harness
let session: Session
beforeEach(async () => {
  harness = await startHarness()
  session = await harness.open('alice')
})
afterEach(() => harness.close())

const asAlice = (extra: Record<string, string> = {}) => ({ ...headersOf(session), ...extra })
const get = (path: string, headers = asAlice()) => harness.send(path, { headers })
const lastSeen = () => harness.chat.seen.at(-1)!

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
    const { status, text } = await rawRequest(method, `/api/v1/${route}`, asAlice())
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
    const response = await rawRequest('GET', path, asAlice())
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

describe('what passes through the proxy', () => {
  it('replaces credentials and addresses and drops cookies and hop-by-hop headers', async () => {
    await rawRequest('GET', '/api/v1/me', {
      ...asAlice(),
      cookie: 'secret=1',
      'x-forwarded-for': '6.6.6.6',
      'proxy-authorization': 'Basic x',
      connection: 'keep-alive, x-2fa-code',
      'x-2fa-code': '123456',
      te: 'trailers',
      'x-custom': 'no',
    })
    const { headers } = lastSeen()
    expect(headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-user-id': session.userId })
    for (const name of [
      'authorization',
      'cookie',
      'proxy-authorization',
      'x-2fa-code',
      'te',
      'x-custom',
    ]) {
      expect(headers).not.toHaveProperty(name)
    }
  })

  it('passes a second factor on', async () => {
    await get('/api/v1/me', asAlice({ 'x-2fa-code': '123456', 'x-2fa-method': 'totp' }))
    expect(lastSeen().headers).toMatchObject({ 'x-2fa-code': '123456', 'x-2fa-method': 'totp' })
  })

  it('keeps cookies and technical headers of the chat server to itself', async () => {
    const { headers } = await get('/api/v1/me')
    expect(headers.get('set-cookie')).toBeNull()
    expect(headers.get('x-powered-by')).toBeNull()
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('asks for avatars with the cookies that the chat server wants', async () => {
    const { status, headers } = await get('/avatar/alice?size=64&format=png')
    expect([status, headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
    expect(lastSeen().headers.cookie).toBe(
      `rc_uid=${session.userId}; rc_token=${session.authToken}`,
    )
    expect(lastSeen().url).toBe('/avatar/alice?size=64&format=png')
  })

  it.each([['with a length'], ['in chunks of unknown length']])(
    'streams 20 MB unchanged %s',
    async (kind) => {
      const bytes = randomBytes(20 * 1024 * 1024)
      const body =
        kind === 'with a length' ? bytes : Readable.from([bytes.subarray(0, 7), bytes.subarray(7)])
      const { statusCode, body: answer } = await request(
        `${harness.gateway.url}/api/v1/rooms.media/room1`,
        {
          method: 'POST',
          headers: asAlice({ 'content-type': 'application/octet-stream' }),
          body,
        },
      )
      expect(statusCode).toBe(200)
      const { sha256 } = (await answer.json()) as { sha256: string }
      expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
    },
  )

  it('streams a 20 MB answer unchanged', async () => {
    const bytes = randomBytes(20 * 1024 * 1024)
    harness.chat.override.set('/file-upload/f1/a.bin', (response) => response.end(bytes))
    const response = await fetch(`${harness.gateway.url}/file-upload/f1/a.bin`, {
      headers: asAlice(),
    })
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
  })

  it('ends the request to the chat server when the client goes away', async () => {
    const isGone = new Promise<void>((resolve) => {
      harness.chat.override.set('me', (response) => {
        response.once('close', resolve)
        client.destroy()
      })
    })
    const client = httpRequest(`${harness.gateway.url}/api/v1/me`, { headers: asAlice() })
    client.on('error', () => undefined)
    client.end()
    await isGone
  })

  it('answers 503 when the chat server accepts a request and stays silent', async () => {
    await harness.restart({ answerTimeoutMs: 20 })
    for (const route of ['me', 'chat.sendMessage'])
      harness.chat.override.set(route, () => undefined)
    expect((await get('/api/v1/me')).status).toBe(503)
    expect((await harness.post('/api/v1/chat.sendMessage', {}, asAlice())).status).toBe(503)
  })

  it('does not count the time that a client takes for its upload', async () => {
    await harness.restart({ answerTimeoutMs: 20 })
    harness.chat.override.set('me', () => undefined)
    const body = new PassThrough()
    body.write('first ')
    const upload = request(`${harness.gateway.url}/api/v1/rooms.media/r1`, {
      method: 'POST',
      headers: asAlice(),
      body,
    })
    // Takes as long as the limit: had it been counted for the upload, that would be over as well.
    expect((await get('/api/v1/me')).status).toBe(503)
    body.end('second')
    const answer = await upload
    await answer.body.dump()
    expect([answer.statusCode, lastSeen().text]).toEqual([200, 'first second'])
  })

  it('cuts the connection when an answer breaks off, so that half of it is not taken for all', async () => {
    harness.chat.override.set('/file-upload/f1/a.bin', (response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('half', () => response.destroy())
    })
    const response = await fetch(`${harness.gateway.url}/file-upload/f1/a.bin`, {
      headers: asAlice(),
    })
    await expect(response.text()).rejects.toThrow()
  })

  it('passes 429 with its waiting time on', async () => {
    const error = 'Error, too many requests. [error-too-many-requests]'
    harness.chat.override.set('me', (response) => {
      const headers = { 'x-ratelimit-reset': '1790000000000', 'content-type': 'application/json' }
      response.writeHead(429, headers).end(JSON.stringify({ success: false, error }))
    })
    const { status, headers, body } = await get('/api/v1/me')
    expect(body).toMatchObject({ error })
    expect([status, headers.get('x-ratelimit-reset')]).toEqual([429, '1790000000000'])
  })

  it('answers 503 with a waiting time while the chat server is down', async () => {
    await harness.chat.close()
    const { status, headers, body } = await get('/api/v1/me')
    expect([status, headers.get('retry-after')]).toEqual([503, '5'])
    expect(body).toEqual({
      success: false,
      error: 'The chat server cannot be reached. [error-chat-unavailable]',
      errorType: 'error-chat-unavailable',
    })
  })

  it('refuses two lengths of one body before the chat server sees it', async () => {
    const before = harness.chat.seen.length
    const lines = [
      'POST /api/v1/chat.sendMessage HTTP/1.1',
      'Host: x',
      ...Object.entries(asAlice()).map(([name, value]) => `${name}: ${value}`),
      'Content-Length: 5',
      'Transfer-Encoding: chunked',
    ]
    const answer = await rawText(
      `${lines.join('\r\n')}\r\n\r\n0\r\n\r\nGET /api/v1/me HTTP/1.1\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(harness.chat.seen).toHaveLength(before)
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

/** Sends a path as it is: fetch would tidy it up. */
function rawRequest(method: string, path: string, headers: Record<string, string>) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const { hostname, port } = new URL(harness.gateway.url)
    const client = httpRequest({ method, path, headers, hostname, port }, (response) => {
      let text = ''
      response.on('data', (chunk) => (text += String(chunk)))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    client.on('error', reject)
    client.end()
  })
}

function rawText(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(harness.gateway.port, '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.on('data', (chunk) => (answer += String(chunk)))
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}
