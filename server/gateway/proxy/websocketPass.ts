import { STATUS_CODES, type IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { WebSocket, WebSocketServer } from 'ws'
import { errorCode } from '../../errors'
import { createDdpGuard } from './ddpGuard'
import { joinSockets } from './framePass'
import { logSocketEnd, type SocketEnd } from './socketEnd'

const websocketPath = '/websocket'
const connectTimeoutMs = 15_000
const keepAliveMs = 60_000
const maxClientFrameBytes = 1024 * 1024
const maxServerFrameBytes = 8 * 1024 * 1024
const noHandshake = 'the request is no websocket handshake'

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
  let isStopping = false
  const tell = (end: SocketEnd) => {
    logSocketEnd(options.logger, isStopping ? stopped(end) : end)
  }
  return {
    upgrade(request, socket, head) {
      track(open, socket)
      const refusal = refusalOf(request, options)
      if (!refusal) {
        connect({ options, sockets, tell }, request, socket, head)
        return
      }
      const { status, reason } = refusal
      refuse(socket, status, STATUS_CODES[status])
      tell({ what: 'refused', by: 'gateway', reason, code: status })
    },
    close() {
      isStopping = true
      for (const socket of open) socket.destroy()
      sockets.close()
    },
  }
}

/** Everything is cut then, whatever it looks like from a socket. */
function stopped({ what }: SocketEnd): SocketEnd {
  return { what, by: 'gateway', reason: 'the gateway is stopping' }
}

function refusalOf(
  { url = '', headers }: IncomingMessage,
  { isAllowedOrigin }: WebsocketPassOptions,
): { status: number; reason: string } | undefined {
  const [path] = url.split('?', 1)
  if (path !== websocketPath) return { status: 404, reason: 'there is no websocket at this path' }
  if (headers.upgrade?.toLowerCase() !== 'websocket') return { status: 400, reason: noHandshake }
  if (isAllowedOrigin(headers.origin, headers.host)) return undefined
  return { status: 403, reason: 'the page is of an origin that is not in CORS_ORIGINS' }
}

type Pass = {
  options: WebsocketPassOptions
  sockets: WebSocketServer
  tell(end: SocketEnd): void
}

/** The client is let in when the chat server has let the gateway in. */
function connect(pass: Pass, request: IncomingMessage, client: Duplex, head: Buffer): void {
  const { options, tell } = pass
  const server = new WebSocket(upstreamUrl(options.chatAddress), {
    headers: upstreamHeaders(request, options.addressOf(request)),
    handshakeTimeout: connectTimeoutMs,
    maxPayload: maxServerFrameBytes,
    perMessageDeflate: false,
  })
  let isDecided = false
  /** What ws says about the socket afterwards comes from ending it here. */
  const giveUp = (end: SocketEnd) => {
    if (isDecided) return
    isDecided = true
    tell(end)
    server.terminate()
  }
  const leave = () =>
    giveUp({ what: 'off', by: 'client', reason: 'the client has gone before it was let in' })
  client.once('close', leave)
  server.once('unexpected-response', (_request, response) => {
    response.resume()
    const { statusCode: code = 502, statusMessage } = response
    refuse(client, code, statusMessage)
    const reason = 'the chat server does not let the gateway in'
    giveUp({ what: 'refused', by: 'chat server', reason, code, isFault: true })
  })
  server.on('error', (error) => {
    if (isDecided) return
    refuse(client, 503, 'Service Unavailable', 'Retry-After: 5\r\n')
    giveUp(unreachable(error))
  })
  server.once('open', () => {
    if (client.destroyed) {
      leave()
      return
    }
    isDecided = true
    client.off('close', leave)
    letIn(pass, server, request, client, head)
  })
}

function letIn(
  { options, sockets, tell }: Pass,
  server: WebSocket,
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
): void {
  if (client instanceof Socket) client.setKeepAlive(true, keepAliveMs)
  // Without a proper key or version ws answers 400 at once and hands nothing over.
  const taken: WebSocket[] = []
  sockets.handleUpgrade(request, client, head, (websocket) => taken.push(websocket))
  const [websocket] = taken
  if (!websocket) {
    tell({ what: 'refused', by: 'gateway', reason: noHandshake, code: 400 })
    server.terminate()
    return
  }
  const guard = createDdpGuard((token) => options.isIssued(token))
  joinSockets(websocket, server, guard, tell)
}

function unreachable(error: Error): SocketEnd {
  return {
    what: 'refused',
    by: 'gateway',
    isFault: true,
    reason: 'the chat server cannot be reached, or it does not speak websocket',
    // Without a code it is one of the fixed sentences of ws.
    code: errorCode(error) ?? error.message,
  }
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

function refuse(socket: Duplex, status: number, text = 'Refused', extraLines = ''): void {
  if (!socket.writable) return
  socket.end(
    `HTTP/1.1 ${status} ${text}\r\nConnection: close\r\nContent-Length: 0\r\n${extraLines}\r\n`,
  )
}
