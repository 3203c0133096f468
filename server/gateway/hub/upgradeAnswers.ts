import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocketServer } from 'ws'
import { hubCloseCodes, readHubSubprotocols } from '../../../src/realtime/hubWire'

/**
 * The business token of a websocket request: the Authorization header, or one of the offered subprotocols, because pages
 * cannot set headers here. Never the query: proxies write addresses into their logs.
 */
export function bearerOfUpgrade({ headers }: IncomingMessage): string | undefined {
  const header = /^Bearer ([^\s]+)$/i.exec(headers.authorization ?? '')?.[1]
  return header ?? readHubSubprotocols(headers['sec-websocket-protocol'] ?? '').token
}

/** Whether the client understands refusals that come as close codes. */
function readsCloseCodes({ headers }: IncomingMessage): boolean {
  return readHubSubprotocols(headers['sec-websocket-protocol'] ?? '').isHub
}

export function queryOf(url: string | undefined): URLSearchParams {
  const [, query = ''] = (url ?? '').split('?', 2)
  return new URLSearchParams(query)
}

const reasons = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
} as const

export type UpgradeRefusal = keyof typeof reasons

/** Refusals that say something about the session or the moment, not about the request. */
const closeCodeOf: Readonly<Partial<Record<UpgradeRefusal, number>>> = {
  401: hubCloseCodes.unauthorized,
  429: hubCloseCodes.tooManySockets,
  503: hubCloseCodes.unavailable,
}

/** Answers an upgrade request with an ordinary HTTP answer and ends the connection. */
export function refuseUpgrade(socket: Duplex, status: UpgradeRefusal): void {
  if (!socket.writable) return
  const retry = status === 429 || status === 503 ? 'Retry-After: 5\r\n' : ''
  socket.end(
    `HTTP/1.1 ${status} ${reasons[status]}\r\nConnection: close\r\nContent-Length: 0\r\n${retry}\r\n`,
  )
}

/** Refuses with a close code where the client reads those, because pages see nothing of an HTTP answer. */
export function refuseHubClient(
  sockets: WebSocketServer,
  status: UpgradeRefusal,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const code = closeCodeOf[status]
  if (code === undefined || !readsCloseCodes(request)) {
    refuseUpgrade(socket, status)
    return
  }
  sockets.handleUpgrade(request, socket, head, (websocket) => {
    websocket.on('error', () => websocket.terminate())
    websocket.close(code)
  })
}
