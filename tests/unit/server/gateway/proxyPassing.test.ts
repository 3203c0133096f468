import { createHash, randomBytes } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { PassThrough, Readable } from 'node:stream'
import { request } from 'undici'
import { rawExchange } from '../../../security/rawSocket'
import { useAlice, type Harness, type Session } from './harness'
import { rawRequest } from './rawRequest'

let harness: Harness
let session: Session
const { asAlice, get, lastSeen } = useAlice((opened) => ({ harness, session } = opened))

describe('what passes through the proxy', () => {
  it('replaces credentials and addresses and drops cookies and hop-by-hop headers', async () => {
    await rawRequest(harness.gateway.url, 'GET', '/api/v1/me', {
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
    const answer = await rawExchange(
      harness.gateway.port,
      `${lines.join('\r\n')}\r\n\r\n0\r\n\r\nGET /api/v1/me HTTP/1.1\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(harness.chat.seen).toHaveLength(before)
  })
})
