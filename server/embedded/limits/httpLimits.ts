import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** How long a client may take, in milliseconds. */
export type HttpTimeouts = {
  /** For the head of a request, and for the first request of a new connection. */
  headersTimeout: number
  /** For a whole body. */
  requestTimeout: number
  /** Between two pieces of a file: as long as something comes, an upload over a slow network may go on. */
  uploadIdleTimeout: number
  /** How often the heads are looked at. */
  connectionsCheckingInterval: number
}

export const httpTimeouts: HttpTimeouts = {
  headersTimeout: 15_000,
  requestTimeout: 300_000,
  uploadIdleTimeout: 60_000,
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

/** How each request is told to wait for its body: `file` for one that brings a file, `all` for any other. */
const patience = new WeakMap<IncomingMessage, (forWhat: 'file' | 'all') => void>()

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined

/**
 * Gives the socket of a request back whose body takes longer than it may. Node has one limit for all requests, which
 * would cut a file that comes over a slow network.
 */
export const limitBody = (
  request: IncomingMessage,
  response: ServerResponse,
  { requestTimeout, uploadIdleTimeout }: HttpTimeouts,
): void => {
  if (!hasBody(request)) return
  const late = (): void => {
    if (request.complete) return
    if (response.headersSent) request.socket.destroy()
    else refuseSocket(request.socket, '408 Request Timeout')
  }
  let timer = setTimeout(late, requestTimeout)
  // A form may be refused after its last byte has come; then there is nothing left to wait for.
  let isOver = false
  const restart = (ms: number): void => {
    clearTimeout(timer)
    if (!isOver) timer = setTimeout(late, ms)
  }
  const end = (): void => {
    isOver = true
    clearTimeout(timer)
  }
  const heard = (): void => restart(uploadIdleTimeout)
  for (const event of ['end', 'close']) request.once(event, end)
  patience.set(request, (forWhat) => {
    request.off('data', heard)
    restart(forWhat === 'file' ? uploadIdleTimeout : requestTimeout)
    if (forWhat === 'file') request.on('data', heard)
  })
}

/** From now on the body may take as long as it needs while something of it comes: a file is on its way. */
export const allowSlowBody = (request: IncomingMessage): void => patience.get(request)?.('file')

/** What is left of a refused body gets no more time than any other. */
export const endSlowBody = (request: IncomingMessage): void => patience.get(request)?.('all')
