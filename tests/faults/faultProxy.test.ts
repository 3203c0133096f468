import { once } from 'node:events'
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { eventually } from '../browser/eventually'
import { createFaultProxy, type FaultProxy } from './faultProxy'
import { createRequestRecorder } from './requestRecorder'

// What the proxy is asked to do really happens to the bytes; otherwise the fault runs would prove nothing.

let echo: Server
let web: HttpServer
let requests: string[]
let proxies: FaultProxy[]

beforeEach(async () => {
  requests = []
  proxies = []
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined)
    socket.pipe(socket)
  })
  web = createHttpServer((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => (body += part.toString()))
    request.on('end', () => {
      requests.push(`${request.method} ${request.url} ${body}`)
      response.end(`answer ${requests.length}`)
    })
  })
  for (const server of [echo, web]) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
})

afterEach(async () => {
  await Promise.all(proxies.map((proxy) => proxy.close()))
  web.closeAllConnections()
  await Promise.all([echo, web].map((server) => new Promise((done) => server.close(done))))
})

async function before(server: Server | HttpServer): Promise<FaultProxy> {
  const proxy = await createFaultProxy((server.address() as AddressInfo).port)
  proxies.push(proxy)
  return proxy
}

/** A connection with everything that happens to it. */
async function open(proxy: FaultProxy) {
  const socket: Socket = connect({ port: proxy.port, host: '127.0.0.1' })
  const seen = { parts: [] as string[], ends: [] as string[] }
  socket.on('data', (part: Buffer) => seen.parts.push(part.toString()))
  socket.on('end', () => seen.ends.push('end'))
  socket.on('error', (error: NodeJS.ErrnoException) => seen.ends.push(error.code ?? ''))
  await once(socket, 'connect')
  return { socket, seen, text: () => seen.parts.join('') }
}

const post = (proxy: FaultProxy, body: string): Promise<string> =>
  fetch(`${proxy.url}/send`, { method: 'POST', body }).then((answer) => answer.text())

test('without faults all bytes pass in both directions, and the end too', async () => {
  const line = await open(await before(echo))
  line.socket.end('hello')
  await eventually(() => expect([line.text(), line.seen.ends]).toEqual(['hello', ['end']]))
})

test.each([
  ['reset', 'ECONNRESET'],
  ['finish', 'end'],
] as const)('a cut by %s is told as %s', async (how, told) => {
  const proxy = await before(echo)
  const line = await open(proxy)
  line.socket.write('hello')
  await eventually(() => expect(line.text()).toBe('hello'))
  proxy.cut(how)
  await eventually(() => expect(line.seen.ends).toEqual([told]))
  expect(proxy.counts[how]).toBe(1)
})

test('a rule with a pattern strikes once, before or after the bytes that met it', async () => {
  const proxy = await before(echo)
  proxy.arm({ fault: 'reset', direction: 'down', pattern: 'two', passesFirst: false })
  const first = await open(proxy)
  first.socket.write('one ')
  await eventually(() => expect(first.text()).toBe('one '))
  first.socket.write('two ')
  await eventually(() => expect(first.seen.ends).toEqual(['ECONNRESET']))
  expect(first.text()).toBe('one ')

  proxy.arm({ fault: 'finish', direction: 'down', pattern: 'two', passesFirst: true })
  const second = await open(proxy)
  second.socket.write('two ')
  await eventually(() => expect([second.text(), second.seen.ends]).toEqual(['two ', ['end']]))

  const third = await open(proxy)
  third.socket.write('two ')
  await eventually(() => expect(third.text()).toBe('two '))
})

test('a rule with a number of bytes counts them per connection', async () => {
  const proxy = await before(echo)
  proxy.arm({ fault: 'reset', direction: 'up', afterBytes: 6 })
  const line = await open(proxy)
  line.socket.write('1234')
  await eventually(() => expect(line.text()).toBe('1234'))
  line.socket.write('56')
  await eventually(() => expect(line.seen.ends).toEqual(['ECONNRESET']))
})

test('a half-open connection swallows both directions and tells nobody, until it is healed', async () => {
  const proxy = await before(echo)
  const line = await open(proxy)
  proxy.freeze()
  line.socket.write('lost')
  const other = await open(proxy)
  other.socket.write('passes')
  await eventually(() => expect(other.text()).toBe('passes'))
  expect([line.text(), line.seen.ends, line.socket.destroyed]).toEqual(['', [], false])
  proxy.heal()
  await eventually(() => expect(line.seen.ends).toEqual(['ECONNRESET']))
})

test('silent weather accepts connections that never say anything', async () => {
  const proxy = await before(echo)
  proxy.setWeather({ isSilent: true })
  const line = await open(proxy)
  line.socket.write('lost')
  await eventually(() => expect(proxy.counts.halfOpen).toBe(1))
  expect(line.text()).toBe('')
})

test('refused connections are reset, later ones are not', async () => {
  const proxy = await before(echo)
  proxy.setWeather({ isRefusing: true })
  const refused = connect({ port: proxy.port, host: '127.0.0.1' })
  const [error] = (await once(refused, 'error').catch((thrown: unknown) => [thrown])) as [Error]
  expect(String(error)).toMatch(/ECONNRESET/)
  proxy.setWeather({ isRefusing: false })
  const line = await open(proxy)
  line.socket.write('hello')
  await eventually(() => expect(line.text()).toBe('hello'))
})

test('a lost answer: the server has the request, the caller an error', async () => {
  const proxy = await before(web)
  proxy.arm({ fault: 'loseAnswer', direction: 'up', pattern: 'POST /send' })
  await expect(post(proxy, 'one')).rejects.toThrow()
  expect(requests).toEqual(['POST /send one'])
  expect(await post(proxy, 'two')).toBe('answer 2')
})

test('a repeated request reaches the server twice, and the caller gets one answer', async () => {
  const proxy = await before(web)
  proxy.arm({ fault: 'repeat', direction: 'up', pattern: 'POST /send' })
  expect(await post(proxy, 'one')).toMatch(/^answer [12]$/)
  expect(requests).toEqual(['POST /send one', 'POST /send one'])
  await post(proxy, 'two')
  expect(requests).toHaveLength(3)
})

test('split bytes arrive whole and in order, delayed and throttled ones later', async () => {
  const text = 'abcdefghij'.repeat(200)
  const proxy = await before(echo)
  proxy.setWeather({ segmentBytes: 3 })
  const split = await open(proxy)
  split.socket.write(text)
  await eventually(() => expect(split.text()).toBe(text))
  expect(split.seen.parts.length).toBeGreaterThan(10)

  for (const weather of [{ delayMs: 60 }, { bytesPerSecond: 20_000 }]) {
    proxy.heal()
    proxy.setWeather(weather)
    const line = await open(proxy)
    const from = performance.now()
    line.socket.write(text)
    await eventually(() => expect(line.text()).toBe(text))
    // 60 ms each way; or 100 ms each way, of which most overlap. Timers may be early by a millisecond for each piece.
    expect(performance.now() - from).toBeGreaterThan(90)
  }
})

test('whole requests are found in any segments; nothing is after an upgrade', () => {
  const request = 'POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello'
  const recorder = createRequestRecorder()
  expect(recorder.add(Buffer.from(request.slice(0, 20)))).toBeUndefined()
  expect(recorder.add(Buffer.from(request.slice(20, -1)))).toBeUndefined()
  expect(recorder.add(Buffer.from('o'))?.toString()).toBe(request)
  expect(recorder.add(Buffer.from('GET /b HTTP/1.1\r\n\r\n'))?.toString()).toMatch(/^GET/)
  const upgrade = 'GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n'
  expect(recorder.add(Buffer.from(upgrade))).toBeUndefined()
  expect(recorder.add(Buffer.from(request))).toBeUndefined()
})
