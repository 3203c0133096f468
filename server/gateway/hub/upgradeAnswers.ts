import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

/**
 * The business token of a websocket request: the Authorization header, or the query's `access_token`, because pages
 * cannot set headers here (gateway reference 1.2). Addresses are never logged with their query.
 */
export function bearerOfUpgrade({ headers, url }: IncomingMessage): string | undefined {
  const header = /^Bearer ([^\s]+)$/i.exec(headers.authorization ?? '')?.[1]
  return header ?? queryOf(url).get('access_token') ?? undefined
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

/** Answers an upgrade request with an ordinary HTTP answer and ends the connection. */
export function refuseUpgrade(socket: Duplex, status: UpgradeRefusal): void {
  if (!socket.writable) return
  const retry = status === 429 || status === 503 ? 'Retry-After: 5\r\n' : ''
  socket.end(
    `HTTP/1.1 ${status} ${reasons[status]}\r\nConnection: close\r\nContent-Length: 0\r\n${retry}\r\n`,
  )
}
