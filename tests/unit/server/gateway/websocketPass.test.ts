import WebSocket from 'ws'
import { startHarness, type Harness } from './harness'

let harness: Harness
let sockets: WebSocket[]
beforeEach(async () => {
  harness = await startHarness()
  sockets = []
})
afterEach(async () => {
  for (const socket of sockets) socket.terminate()
  await harness.close()
})

function open(path = '/websocket', headers: Record<string, string> = {}): WebSocket {
  const socket = new WebSocket(`${harness.gateway.url.replace('http', 'ws')}${path}`, { headers })
  sockets.push(socket)
  return socket
}

const once = (socket: WebSocket, event: string) =>
  new Promise<void>((resolve) => socket.once(event, () => resolve()))

const refusal = (socket: WebSocket) =>
  new Promise<number>((resolve) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
    socket.on('error', () => undefined)
  })

describe('/websocket', () => {
  it('passes frames in both directions unchanged and in order', async () => {
    const socket = open()
    await once(socket, 'open')
    const sent = ['{"msg":"connect"}', '会议 😀', 'x'.repeat(1_000_000), 'last']
    const received: string[] = []
    const isComplete = new Promise<void>((resolve) => {
      socket.on('message', (data) => {
        received.push((data as Buffer).toString('utf8'))
        if (received.length === sent.length) resolve()
      })
    })
    for (const text of sent) socket.send(text)
    await isComplete
    expect(received).toEqual(sent)
  })

  it('tells the chat server the real address and none of the client’s credentials', async () => {
    await once(
      open('/websocket', {
        cookie: 'rc_token=x',
        authorization: 'Bearer x',
        'x-forwarded-for': '6.6.6.6',
      }),
      'open',
    )
    const { headers } = harness.chat.seen.at(-1)!
    expect(headers['x-forwarded-for']).toBe('127.0.0.1')
    expect(headers).not.toHaveProperty('cookie')
    expect(headers).not.toHaveProperty('authorization')
  })

  it('accepts its own origin, configured ones and mini-programs', async () => {
    await harness.restart({ corsOrigins: ['https://app.example.com'] })
    const own = harness.gateway.url
    for (const origin of [own, 'https://app.example.com', 'https://servicewechat.com']) {
      await once(open('/websocket', { origin }), 'open')
    }
  })

  it.each(['https://evil.example.com', 'null', 'http://127.0.0.1.evil.example.com'])(
    'refuses a page of %s',
    async (origin) => {
      expect(await refusal(open('/websocket', { origin }))).toBe(403)
    },
  )

  it.each(['/', '/sockjs/websocket', '/websocket/x', '/api/v1/me'])(
    'refuses a socket at %s',
    async (path) => {
      expect(await refusal(open(path))).toBe(404)
    },
  )

  it('answers 503 while the chat server is down', async () => {
    await harness.chat.close()
    expect(await refusal(open())).toBe(503)
  })

  it('closes the client’s socket when the chat server goes away', async () => {
    const socket = open()
    await once(socket, 'open')
    const closed = once(socket, 'close')
    await harness.chat.close()
    await closed
  })

  it('lets the gateway stop while sockets are open', async () => {
    const socket = open()
    await once(socket, 'open')
    const closed = once(socket, 'close')
    await harness.restart()
    await closed
  })
})
