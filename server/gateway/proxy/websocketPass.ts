import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { WebSocket, WebSocketServer } from 'ws'
import { createDdpGuard } from './ddpGuard'
import { joinSockets } from './framePass'

const websocketPath = '/websocket'
const connectTimeoutMs = 15_000
const keepAliveMs = 60_000
const maxClientFrameBytes = 1024 * 1024
const maxServerFrameBytes = 8 * 1024 * 1024

export type WebsocketPassOptions = {
  /** Address of the chat server, with its path prefix. */
  chatAddress: URL
  isAllowedOrigin(origin: string | undefined, host: string | undefined): boolean
  /** The real client's address. */
  addressOf(request: IncomingMessage): string
  /** Whether a chat token is one of this gateway's that still lasts. */
  isIssued(token: string): Promise<boolean>
  logger: Logger
}

export type WebsocketPass = {
  /** Handles the server's `upgrade` event. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Ends every connection. */
  close(): void
}

/**
 * Passes `/websocket` through to the chat server frame by frame, so that H5, REST and realtime share one origin and the
 * chat server need not be reachable. A guard looks at what clients call. No cookie and no Authorization header passes, so
 * a page of another site gains nothing; it is refused by its Origin all the same (gateway reference 7, item 14).
 */
export function createWebsocketPass(options: WebsocketPassOptions): WebsocketPass {
  const open = new Set<Duplex>()
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxClientFrameBytes,
    perMessageDeflate: false,
  })
  return {
    upgrade(request, socket, head) {
      track(open, socket)
      const [path] = (request.url ?? '').split('?', 1)
      const { origin, host } = request.headers
      if (path !== websocketPath) {
        refuse(socket, 404, 'Not Found')
        return
      }
      if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
        refuse(socket, 400, 'Bad Request')
        return
      }
      if (!options.isAllowedOrigin(origin, host)) {
        refuse(socket, 403, 'Forbidden')
        return
      }
      connect(options, sockets, request, socket, head)
    },
    close() {
      for (const socket of open) socket.destroy()
      sockets.close()
    },
  }
}

/** The client is let in when the chat server has let the gateway in. */
function connect(
  options: WebsocketPassOptions,
  sockets: WebSocketServer,
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
): void {
  const server = new WebSocket(upstreamUrl(options.chatAddress), {
    headers: upstreamHeaders(request, options.addressOf(request)),
    handshakeTimeout: connectTimeoutMs,
    maxPayload: maxServerFrameBytes,
    perMessageDeflate: false,
  })
  const leave = () => server.terminate()
  client.once('close', leave)
  server.once('unexpected-response', (_request, response) => {
    response.resume()
    refuse(client, response.statusCode ?? 502, response.statusMessage ?? 'Bad Gateway')
    server.terminate()
  })
  server.on('error', () => {
    if (server.readyState === server.OPEN) return
    options.logger.warn('the chat server does not accept websockets')
    refuse(client, 503, 'Service Unavailable', 'Retry-After: 5\r\n')
  })
  server.once('open', () => {
    if (client.destroyed) {
      server.terminate()
      return
    }
    if (client instanceof Socket) client.setKeepAlive(true, keepAliveMs)
    sockets.handleUpgrade(request, client, head, (websocket) => {
      client.off('close', leave)
      const guard = createDdpGuard((token) => options.isIssued(token))
      joinSockets(websocket, server, guard)
    })
  })
}

function upstreamUrl(chatAddress: URL): URL {
  const url = new URL(`${chatAddress.pathname.replace(/\/$/, '')}${websocketPath}`, chatAddress)
  url.protocol = url.protocol.replace('http', 'ws')
  return url
}

function upstreamHeaders(request: IncomingMessage, address: string): Record<string, string> {
  const headers: Record<string, string> = { 'x-forwarded-for': address }
  const { 'user-agent': userAgent } = request.headers
  if (userAgent !== undefined) headers['user-agent'] = userAgent
  return headers
}

function track(open: Set<Duplex>, socket: Duplex): void {
  open.add(socket)
  socket.once('close', () => open.delete(socket))
  // An error is followed by close, which is where both sides are taken down.
  socket.on('error', () => socket.destroy())
}

function refuse(socket: Duplex, status: number, reason: string, extraLines = ''): void {
  if (!socket.writable) return
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n${extraLines}\r\n`,
  )
}
