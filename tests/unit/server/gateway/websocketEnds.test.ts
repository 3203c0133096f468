import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import WebSocket, { WebSocketServer } from 'ws'
import { createLogger } from '../../../../server/gateway/logging'
import {
  createWebsocketPass,
  type WebsocketPass,
} from '../../../../server/gateway/proxy/websocketPass'

const secret = 'words-that-nobody-may-read'
const evil = 'https://evil.example.com'
const levels = { info: 30, warn: 40 }

type Line = { level: number; by: string; reason: string; code?: number | string; msg: string }

let chat: Server
let chatSockets: WebSocketServer
/** How the chat server answers a request for a websocket. */
let answer: (request: Parameters<WebSocketServer['handleUpgrade']>[0], socket: Duplex) => void
let gateway: Server
let pass: WebsocketPass
let isIssued: () => Promise<boolean>
let lines: Line[]
let open: Set<{ destroy(): void }>

const portOf = (server: Server) => (server.address() as AddressInfo).port
const listen = async (server: Server) => {
  server.on('connection', (socket: Socket) => open.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
}

beforeEach(async () => {
  lines = []
  open = new Set()
  isIssued = () => Promise.resolve(false)
  chatSockets = new WebSocketServer({ noServer: true })
  answer = (asked, socket) =>
    chatSockets.handleUpgrade(asked, socket, Buffer.alloc(0), (accepted) => {
      chatSockets.emit('connection', accepted)
    })
  chat = createServer().on('upgrade', (asked, socket) => answer(asked, socket))
  await listen(chat)
  pass = createWebsocketPass({
    chatAddress: new URL(`http://127.0.0.1:${portOf(chat)}`),
    isAllowedOrigin: (origin) => origin !== evil,
    addressOf: () => '127.0.0.1',
    isIssued: () => isIssued(),
    logger: createLogger('debug', { write: (text) => lines.push(JSON.parse(text) as Line) }),
  })
  gateway = createServer().on('upgrade', (asked, socket, head) => pass.upgrade(asked, socket, head))
  await listen(gateway)
})
afterEach(async () => {
  pass.close()
  for (const socket of open) socket.destroy()
  for (const server of [chat, gateway]) {
    if (!server.listening) continue
    server.close()
    await once(server, 'close')
  }
})

function connect(path = '/websocket', headers: Record<string, string> = {}): WebSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${portOf(gateway)}${path}`, { headers })
  return socket.on('error', () => undefined)
}

/** Both ends of a connection that is passed through. */
async function joined(): Promise<{ client: WebSocket; server: WebSocket }> {
  const accepted = once(chatSockets, 'connection') as Promise<[WebSocket]>
  const client = connect()
  const [[server]] = await Promise.all([accepted, once(client, 'open')])
  return { client, server }
}

/** What was logged about one connection when everything about it is over. */
async function theLine(): Promise<Line> {
  const isOver = async (server: Server) =>
    (await new Promise<number>((resolve) =>
      server.getConnections((_e, count) => resolve(count)),
    )) === 0
  while (lines.length === 0 || !(await isOver(chat)) || !(await isOver(gateway))) {
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(lines).toHaveLength(1)
  expect(JSON.stringify(lines)).not.toContain(secret)
  return lines[0]!
}

const ended = (by: string, code: number | string | undefined, level = levels.info) => ({
  ...{ msg: 'websocket: off', by, level },
  ...(code === undefined ? {} : { code }),
})

describe('what is logged when a websocket ends', () => {
  it('says that the client has closed it', async () => {
    const { client } = await joined()
    client.close(1000, secret)
    expect(await theLine()).toMatchObject(ended('client', 1000))
  })

  it('says that the client has gone', async () => {
    const { client } = await joined()
    client.terminate()
    const line = await theLine()
    expect(line).toMatchObject({ ...ended('client', 1006), reason: 'the client has gone' })
  })

  it('says that the chat server has closed it', async () => {
    const { server } = await joined()
    server.close(4001, secret)
    const line = await theLine()
    expect(line).toMatchObject(ended('chat server', 4001))
    expect(line.reason).toBe('the chat server has closed')
  })

  it.each([
    ['no DDP', secret, 'the client has sent what is no DDP'],
    ['bytes', Buffer.from(secret), 'the client has sent bytes instead of text'],
  ])('says that the gateway has refused a frame: %s', async (_name, frame, reason) => {
    const { client } = await joined()
    client.send(frame)
    expect(await theLine()).toMatchObject({ ...ended('gateway', 1008), reason })
  })

  it('says that a frame of the client was too long', async () => {
    const { client } = await joined()
    client.send(secret.repeat(50_000))
    const line = await theLine()
    expect(line).toMatchObject(ended('gateway', 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'))
    expect(line.reason).toContain('the client')
  })

  it('warns of a frame of the chat server that is none, and closes the client’s socket properly', async () => {
    let raw: Duplex | undefined
    const accept = answer
    answer = (asked, socket) => {
      raw = socket
      accept(asked, socket)
    }
    const { client } = await joined()
    const closed = once(client, 'close') as Promise<[number]>
    raw!.write(Buffer.from([0xff, 0xff, 0xff, 0xff]))
    const [code] = await closed
    expect(code).toBe(1001)
    const line = await theLine()
    expect(line).toMatchObject({ by: 'gateway', level: levels.warn, msg: 'websocket: off' })
    expect(line.reason).toBe('a frame of the chat server is too long or not valid')
  })

  it('warns when a sign-in could not be checked, which is no fault of the client', async () => {
    isIssued = () => Promise.reject(Object.assign(new Error(secret), { code: 'SQLITE_IOERR' }))
    const { client } = await joined()
    const closed = once(client, 'close') as Promise<[number]>
    const login = { msg: 'method', id: '1', method: 'login', params: [{ resume: secret }] }
    client.send(JSON.stringify(login))
    const [code] = await closed
    expect(code).toBe(1011)
    const line = await theLine()
    expect(line).toMatchObject(ended('gateway', 1011, levels.warn))
    expect(line.reason).toContain('SQLITE_IOERR')
  })

  it('lets nothing pass that comes after a refused frame', async () => {
    const { client, server } = await joined()
    const passed: string[] = []
    server.on('message', (data) => passed.push((data as Buffer).toString('utf8')))
    for (const text of ['{"msg":"ping"}', 'hello', '{"msg":"pong"}']) client.send(text)
    await theLine()
    expect(passed).toEqual(['{"msg":"ping"}'])
  })

  it('says that the gateway is stopping', async () => {
    await joined()
    pass.close()
    const line = await theLine()
    expect(line).toMatchObject({
      ...ended('gateway', undefined),
      reason: 'the gateway is stopping',
    })
  })
})

describe('what is logged when a websocket is not let in', () => {
  it('does not blame the chat server when the gateway stops before it has answered', async () => {
    const asked = new Promise<void>((resolve) => {
      answer = (_request, socket) => {
        // Sockets of HTTP servers stay half open otherwise.
        socket.resume().once('end', () => socket.destroy())
        resolve()
      }
    })
    connect()
    await asked
    pass.close()
    const line = await theLine()
    expect(line).toMatchObject({
      ...ended('gateway', undefined),
      reason: 'the gateway is stopping',
    })
  })

  it('names the status with which the chat server refuses', async () => {
    answer = (_request, socket) =>
      socket.end('HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n')
    const [, response] = (await once(connect(), 'unexpected-response')) as [
      { destroy(): void },
      { statusCode: number; destroy(): void },
    ]
    expect(response.statusCode).toBe(429)
    response.destroy()
    const refused = { msg: 'websocket: refused', by: 'chat server', code: 429, level: levels.warn }
    expect(await theLine()).toMatchObject(refused)
  })

  it('names the error when the chat server cannot be reached', async () => {
    chat.close()
    await once(chat, 'close')
    chat.getConnections = function (done) {
      done(null, 0)
      return this
    }
    connect()
    const line = await theLine()
    const refused = { msg: 'websocket: refused', by: 'gateway', code: 'ECONNREFUSED' }
    expect(line).toMatchObject({ ...refused, level: levels.warn })
  })

  it.each([
    ['a page of another origin', '/websocket', { origin: evil }, 403],
    ['another path', `/other?token=${secret}`, {}, 404],
  ])('says that the gateway refuses %s', async (_name, path, headers, code) => {
    connect(path, headers)
    const refused = { msg: 'websocket: refused', by: 'gateway', code, level: levels.info }
    expect(await theLine()).toMatchObject(refused)
  })

  it('says that a request without a key is no handshake', async () => {
    const headers = { connection: 'Upgrade', upgrade: 'websocket' }
    const asked = request({ port: portOf(gateway), path: '/websocket', headers, agent: false })
    asked.on('error', () => undefined).end()
    asked.on('response', (response) => response.resume())
    const refused = { msg: 'websocket: refused', by: 'gateway', code: 400, level: levels.info }
    expect(await theLine()).toMatchObject(refused)
  })
})
