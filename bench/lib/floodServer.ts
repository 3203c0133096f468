// A process that speaks just enough DDP to let clients in, and then writes frames faster than any of them reads: what is
// measured is the client. Messages of the parent: `{ flood: <room>, frames, from }`.
import type { Socket as TcpSocket } from 'node:net'
import { createServer as createHttpServer } from 'node:http'
import { WebSocketServer, type WebSocket } from 'ws'
import { roomMessageFrame } from './frames'

/** Frames of a server are not masked, so many can be written at once (RFC 6455, 5.2). */
const encode = (text: string): Buffer => {
  const payload = Buffer.from(text)
  const header = Buffer.from([0x81, 126, payload.length >> 8, payload.length & 0xff])
  return Buffer.concat([header, payload])
}

const perWrite = 200

const writeAll = async (socket: TcpSocket, room: string, frames: number, from: number) => {
  const parts: Buffer[] = []
  for (let at = 0; at < frames; at += perWrite) {
    const size = Math.min(perWrite, frames - at)
    const texts = Array.from({ length: size }, (_, i) =>
      encode(roomMessageFrame(room, from + at + i)),
    )
    parts.push(Buffer.concat(texts))
  }
  // All is ready before the first byte leaves.
  for (const part of parts) {
    if (!socket.write(part)) await new Promise((resolve) => socket.once('drain', resolve))
  }
}

const rooms = new Map<string, TcpSocket>()

const answer = (socket: WebSocket, tcp: TcpSocket, text: string): void => {
  const frame = JSON.parse(text) as { msg: string; id: string; method?: string; params?: unknown[] }
  const send = (reply: unknown): void => socket.send(JSON.stringify(reply))
  if (frame.msg === 'connect') send({ msg: 'connected', session: 'flood' })
  if (frame.msg === 'ping') send({ msg: 'pong', id: frame.id })
  if (frame.msg === 'method') {
    send({
      msg: 'result',
      id: frame.id,
      result: { id: 'u1', token: 't', tokenExpires: { $date: 9e12 } },
    })
    send({ msg: 'updated', methods: [frame.id] })
  }
  if (frame.msg === 'sub') {
    rooms.set(String(frame.params?.[0]), tcp)
    send({ msg: 'ready', subs: [frame.id] })
  }
}

const http = createHttpServer()
const sockets = new WebSocketServer({ server: http, perMessageDeflate: false })
sockets.on('connection', (socket, request) => {
  socket.on('message', (data: Buffer) => answer(socket, request.socket, data.toString()))
})
http.listen(0, '127.0.0.1', () => {
  const address = http.address()
  if (typeof address === 'object') process.send?.({ port: address?.port })
})
process.on(
  'message',
  ({ flood, frames, from }: { flood: string; frames: number; from: number }) => {
    const tcp = rooms.get(flood)
    if (tcp !== undefined) void writeAll(tcp, flood, frames, from)
  },
)
process.on('disconnect', () => process.exit(0))
