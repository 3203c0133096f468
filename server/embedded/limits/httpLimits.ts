import type { Duplex } from 'node:stream'

/** How long a client may take, in milliseconds. */
export type HttpTimeouts = {
  /** For the head of a request, and for the first request of a new connection. */
  headersTimeout: number
  /** For a whole request; uploads over slow networks belong to it. */
  requestTimeout: number
  /** How often both are looked at. */
  connectionsCheckingInterval: number
}

export const httpTimeouts: HttpTimeouts = {
  headersTimeout: 15_000,
  requestTimeout: 300_000,
  connectionsCheckingInterval: 5_000,
}

/** Answers with a status line alone and gives the socket back, also when the other side never closes it. */
export const refuseSocket = (socket: Duplex, status: string): void => {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** The status line for what Node could not read as a request. */
export const statusOf = (error: Error & { code?: string }): string => {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return '408 Request Timeout'
  return error.code === 'HPE_HEADER_OVERFLOW'
    ? '431 Request Header Fields Too Large'
    : '400 Bad Request'
}
