import { connect } from 'node:net'
import { once } from 'node:events'
import { headersOf, startHarness, type Harness, type Session } from '../unit/server/gateway/harness'
import { rawExchange, statusesOf } from './rawSocket'

jest.setTimeout(30_000)

let harness: Harness
let alice: Session
beforeEach(async () => {
  harness = await startHarness()
  alice = await harness.open('alice')
})
afterEach(() => harness.close())

const body = JSON.stringify({ message: { rid: 'r', msg: 'x' } })
/** What a smuggler hides behind a first request. */
const hidden = 'POST /api/v1/users.create HTTP/1.1\r\nHost: gateway\r\nContent-Length: 2\r\n\r\n{}'

function head(lines: string[], path = '/api/v1/chat.sendMessage', method = 'POST'): string {
  const own = Object.entries(headersOf(alice)).map(([name, value]) => `${name}: ${value}`)
  const first = [`${method} ${path} HTTP/1.1`, 'Host: gateway', 'Content-Type: application/json']
  return [...first, ...own, ...lines, '', ''].join('\r\n')
}

const send = (text: string) => rawExchange(harness.gateway.port, text)

/** Requests that reached the chat server since the given count. */
const reached = (before: number) =>
  harness.chat.seen.slice(before).map(({ method, url }) => `${method} ${url}`)

const chunked = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`

describe('request smuggling', () => {
  it.each<[string, () => string]>([
    [
      'a length and chunks',
      () =>
        head([`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked']) +
        chunked(body) +
        hidden,
    ],
    [
      'chunks and a length',
      () => head(['Transfer-Encoding: chunked', 'Content-Length: 4']) + chunked(body) + hidden,
    ],
    [
      'two different lengths',
      () => head([`Content-Length: ${body.length}`, 'Content-Length: 2']) + body + hidden,
    ],
    ['two lengths in one line', () => head([`Content-Length: ${body.length}, 2`]) + body + hidden],
    ['a length with a sign', () => head([`Content-Length: +${body.length}`]) + body + hidden],
    ['a negative length', () => head(['Content-Length: -1']) + body + hidden],
    ['a length in hex', () => head(['Content-Length: 0x10']) + body + hidden],
    [
      'an encoding that only looks like chunked',
      () => head(['Transfer-Encoding: xchunked']) + chunked(body) + hidden,
    ],
    [
      'two encodings, the last of which is not chunked',
      () => head(['Transfer-Encoding: chunked, identity']) + chunked(body) + hidden,
    ],
    [
      'a space before the colon',
      () => head(['Transfer-Encoding : chunked']) + chunked(body) + hidden,
    ],
    [
      'a folded header line',
      () => head(['X-One: a', ' Transfer-Encoding: chunked']) + chunked(body) + hidden,
    ],
    ['a folded encoding', () => head(['Transfer-Encoding:', ' chunked']) + chunked(body) + hidden],
    [
      'a line that ends with a line feed alone',
      () => head([`Content-Length: ${body.length}\nTransfer-Encoding: chunked`]) + body + hidden,
    ],
    [
      'a carriage return inside a header',
      () => head([`X-One: a\rTransfer-Encoding: chunked`]) + body + hidden,
    ],
    [
      'a chunk size that is no number',
      () => head(['Transfer-Encoding: chunked']) + `zz\r\n${body}\r\n0\r\n\r\n${hidden}`,
    ],
    [
      'a chunk that is longer than its size',
      () => head(['Transfer-Encoding: chunked']) + `2\r\n${body}\r\n0\r\n\r\n${hidden}`,
    ],
    [
      'a chunk size too large for any number',
      () => head(['Transfer-Encoding: chunked']) + `fffffffffffffffff1\r\n${body}\r\n0\r\n\r\n`,
    ],
    [
      'a zero byte in a header',
      () => head(['X-One: a\u0000b', 'Content-Length: 2']) + '{}' + hidden,
    ],
  ])('with %s ends the connection and hides nothing', async (_name, request) => {
    const before = harness.chat.seen.length
    const statuses = statusesOf(await send(request()))
    expect(statuses.length).toBeLessThanOrEqual(1)
    for (const status of statuses) expect(status).toBeGreaterThanOrEqual(400)
    expect(reached(before).filter((one) => one.includes('users.create'))).toEqual([])
  })

  it('with chunk extensions and trailers changes nothing of what the chat server gets', async () => {
    const size = body.length.toString(16)
    const text =
      head(['Transfer-Encoding: chunked', 'Trailer: x-user-id']) +
      `${size};x=${'y'.repeat(100)}\r\n${body}\r\n0\r\nx-user-id: agentId\r\n\r\n`
    expect(statusesOf(await send(text))).toEqual([200])
    const { headers, text: received } = harness.chat.seenOf('chat.sendMessage').at(-1)!
    expect(received).toBe(body)
    expect(headers['x-user-id']).toBe(alice.userId)
    expect(headers.trailer).toBeUndefined()
  })

  it('with a second request behind the first one meets the same checks', async () => {
    const before = harness.chat.seen.length
    const first = head([`Content-Length: ${body.length}`]) + body
    expect(statusesOf(await send(first + hidden)).slice(0, 2)).toEqual([200, 401])
    expect(reached(before)).toEqual(['POST /api/v1/chat.sendMessage'])
  })

  it('with a body on a GET does not make a second request of it', async () => {
    const before = harness.chat.seen.length
    const text = head([`Content-Length: ${hidden.length}`], '/api/v1/me', 'GET') + hidden
    await send(text)
    expect(reached(before).filter((one) => one.includes('users.create'))).toEqual([])
    for (const { headers, bytes } of harness.chat.seen.slice(before)) {
      expect([headers['content-length'], bytes]).toEqual([undefined, 0])
    }
  })

  it('with a body that breaks off is not a whole request for the chat server', async () => {
    const before = harness.chat.seenOf('chat.sendMessage').length
    const socket = connect(harness.gateway.port, '127.0.0.1')
    socket.write(head(['Content-Length: 1000']) + body)
    socket.end()
    socket.resume()
    await once(socket, 'close')
    expect(harness.chat.seenOf('chat.sendMessage')).toHaveLength(before)
  })
})

describe('header injection', () => {
  const crlf = [
    '%0d%0aX-Injected:%20yes',
    '%0aX-Injected:%20yes',
    '%E5%98%8A%E5%98%8DX-Injected:yes',
  ]

  it.each(crlf)('with %s in a path or a query makes no header', async (text) => {
    const before = harness.chat.seen.length
    const headers = headersOf(alice)
    for (const path of [`/api/v1/users.info?username=${text}`, `/file-upload/f/${text}.png`]) {
      const answer = await harness.send(path, { headers })
      expect(answer.headers.has('x-injected')).toBe(false)
    }
    for (const { headers: received } of harness.chat.seen.slice(before)) {
      expect(received['x-injected']).toBeUndefined()
    }
  })

  it('with control characters in the name of a file leaves one header of it', async () => {
    harness.chat.override.set('/file-upload/f/a.bin', (response) => {
      response.socket!.end(
        'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Disposition: inline; filename="a\u000b.html"; x="\u0080"\r\nContent-Length: 1\r\n\r\nx',
        'latin1',
      )
    })
    const text = await send(head([], '/file-upload/f/a.bin', 'GET'))
    const [top = ''] = text.split('\r\n\r\n')
    expect(top).not.toMatch(/^x-injected/im)
    expect([200, 500, 502, 503]).toContain(statusesOf(text)[0])
    if (statusesOf(text)[0] === 200) expect(top).toMatch(/content-disposition: attachment/i)
  })

  it('with a made-up address does not change whom the chat server counts', async () => {
    for (const name of ['x-forwarded-for', 'X-Real-IP', 'Forwarded', 'CF-Connecting-IP']) {
      await harness.send('/api/v1/me', { headers: { ...headersOf(alice), [name]: '203.0.113.1' } })
      const { headers } = harness.chat.seenOf('me').at(-1)!
      expect(headers['x-forwarded-for']).toBe('127.0.0.1')
      expect(JSON.stringify(headers)).not.toContain('203.0.113.1')
    }
  })

  it('believes a listed proxy about the last address only', async () => {
    await harness.restart({ trustedProxies: ['127.0.0.1'] })
    const forwarded = { 'x-forwarded-for': '203.0.113.1, 198.51.100.7' }
    await harness.send('/api/v1/me', { headers: { ...headersOf(alice), ...forwarded } })
    expect(harness.chat.seenOf('me').at(-1)!.headers['x-forwarded-for']).toBe('198.51.100.7')
  })

  it('keeps the headers of one hop, and those that Connection names, on their hop', async () => {
    const lines = [
      'Connection: close, X-User-Id, accept-language',
      'Accept-Language: xx',
      'Keep-Alive: timeout=5',
      'Proxy-Authorization: Basic eDp5',
      'TE: trailers',
      'Upgrade: h2c',
      'X-Forwarded-Host: evil.example',
      'X-HTTP-Method-Override: DELETE',
      'X-Original-URL: /api/v1/users.create',
    ]
    expect(statusesOf(await send(head(lines, '/api/v1/me', 'GET')))).toEqual([200])
    const { headers, method, url } = harness.chat.seenOf('me').at(-1)!
    expect([method, url, headers['x-user-id']]).toEqual(['GET', '/api/v1/me', alice.userId])
    for (const name of [
      ...['accept-language', 'keep-alive', 'proxy-authorization', 'te', 'upgrade', 'authorization'],
      ...['x-forwarded-host', 'x-http-method-override', 'x-original-url', 'cookie'],
    ]) {
      expect([name, headers[name]]).toEqual([name, undefined])
    }
  })

  it('never hands the business token to the chat server', async () => {
    const before = harness.chat.seen.length
    await harness.send('/api/v1/me', { headers: headersOf(alice) })
    await harness.send('/avatar/alice', { headers: headersOf(alice) })
    const seen = JSON.stringify(harness.chat.seen.slice(before))
    expect(seen).toContain(alice.authToken)
    expect(seen).not.toContain(alice.bearer)
  })
})

it('a head that does not end is refused', async () => {
  const socket = connect(harness.gateway.port, '127.0.0.1')
  socket.write(`GET /api/v1/me HTTP/1.1\r\n${'X-A: b\r\n'.repeat(5000)}`)
  const [data] = (await once(socket, 'data')) as [Buffer]
  expect(statusesOf(data.toString('latin1'))).toEqual([431])
  socket.destroy()
})
