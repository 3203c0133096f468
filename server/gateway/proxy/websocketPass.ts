import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'

const websocketPath = '/websocket'
const connectTimeoutMs = 15_000
const keepAliveMs = 60_000
const passedHeaders = [
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-extensions',
  'sec-websocket-protocol',
  'user-agent',
]

export type WebsocketPassOptions = {
  /** Address of the chat server, with its path prefix. */
  chatAddress: URL
  isAllowedOrigin(origin: string | undefined, host: string | undefined): boolean
  /** The real client's address. */
  addressOf(request: IncomingMessage): string
  logger: Logger
}

export type WebsocketPass = {
  /** Handles the server's `upgrade` event. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Ends every connection. */
  close(): void
}

/**
 * Passes `/websocket` through to the chat server byte by byte, so that H5, REST and realtime share one origin. Piping
 * gives back-pressure in both directions. No cookie and no Authorization header passes, so a page of another site gains
 * nothing; it is refused by its Origin all the same (gateway reference 7, item 14).
 */
export function createWebsocketPass(options: WebsocketPassOptions): WebsocketPass {
  const open = new Set<Duplex>()
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
      connect(options, request, socket, head, open)
    },
    close() {
      for (const socket of open) socket.destroy()
    },
  }
}

function connect(
  options: WebsocketPassOptions,
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
  open: Set<Duplex>,
): void {
  const { chatAddress } = options
  const send = chatAddress.protocol === 'https:' ? httpsRequest : httpRequest
  const upstream = send(
    new URL(`${chatAddress.pathname.replace(/\/$/, '')}${websocketPath}`, chatAddress),
    {
      headers: upstreamHeaders(request, options.addressOf(request)),
      timeout: connectTimeoutMs,
      agent: false,
    },
  )
  upstream.on('upgrade', (response, socket, rest) => {
    track(open, socket)
    client.write(responseHead(response))
    if (rest.length > 0) client.write(rest)
    if (head.length > 0) socket.write(head)
    join(client, socket)
  })
  upstream.on('response', (response) => {
    response.resume()
    refuse(client, response.statusCode ?? 502, response.statusMessage ?? 'Bad Gateway')
  })
  upstream.on('timeout', () => upstream.destroy(new Error('timeout')))
  upstream.on('error', () => {
    options.logger.warn('the chat server does not accept websockets')
    refuse(client, 503, 'Service Unavailable', 'Retry-After: 5\r\n')
  })
  client.once('close', () => upstream.destroy())
  upstream.end()
}

function upstreamHeaders(request: IncomingMessage, address: string): Record<string, string> {
  const headers: Record<string, string> = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'x-forwarded-for': address,
  }
  for (const name of passedHeaders) {
    const value = request.headers[name]
    if (typeof value === 'string') headers[name] = value
  }
  return headers
}

function responseHead(response: IncomingMessage): string {
  const lines = ['HTTP/1.1 101 Switching Protocols']
  for (const name of [
    'upgrade',
    'connection',
    'sec-websocket-accept',
    'sec-websocket-extensions',
    'sec-websocket-protocol',
  ]) {
    const value = response.headers[name]
    if (typeof value === 'string') lines.push(`${name}: ${value}`)
  }
  return `${lines.join('\r\n')}\r\n\r\n`
}

function join(client: Duplex, server: Duplex): void {
  for (const socket of [client, server]) {
    if (!(socket instanceof Socket)) continue
    socket.setTimeout(0)
    socket.setNoDelay(true)
    socket.setKeepAlive(true, keepAliveMs)
  }
  client.pipe(server)
  server.pipe(client)
  client.once('close', () => server.destroy())
  server.once('close', () => client.destroy())
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
