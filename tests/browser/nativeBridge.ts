import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer, type RawData } from 'ws'
import type { BridgeReply, BridgeRequest, BridgeSocket } from './bridgeClient'

/** A local server that serves a host's files and is its native network: no CORS, no Origin, any header. */
export type HostServer = {
  /** `http://127.0.0.1:port` */
  origin: string
  close(): Promise<void>
}

/** Answers one GET; undefined means "no such file". */
export type FileSource = (path: string) => { type: string; body: string | Buffer } | undefined

/**
 * Where hosts really are, as in a phone's own DNS: from `host:port` that a build was made for to `host:port` of a test.
 */
export type Hosts = Readonly<Record<string, string>>

/** Starts the server on a free port. */
export async function startHostServer(files: FileSource, hosts: Hosts = {}): Promise<HostServer> {
  const find = (address: string): string => redirect(address, hosts)
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://host')
    if (pathname === '/__native/request') void forwardRequest(request, response, find)
    else sendFile(files(decodeURIComponent(pathname)), response)
  })
  const sockets = new Set<WebSocket>()
  server.on('upgrade', (request, stream, head) =>
    forwardSocket(request, stream, head, { sockets, find }),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    async close() {
      for (const socket of sockets) socket.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function redirect(address: string, hosts: Hosts): string {
  const url = new URL(address)
  url.host = hosts[url.host] ?? url.host
  return url.href
}

function sendFile(file: ReturnType<FileSource>, response: ServerResponse): void {
  if (!file) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, { 'content-type': file.type }).end(file.body)
}

async function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  find: (address: string) => string,
): Promise<void> {
  const cancel = new AbortController()
  response.on('close', () => cancel.abort())
  const send = (reply: BridgeReply, body?: Buffer): void => {
    response.setHeader('x-native-reply', encodeURIComponent(JSON.stringify(reply)))
    response.end(body)
  }
  try {
    const wanted = decodeRequest(String(request.headers['x-native-request']))
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const answer = await fetch(find(wanted.url), {
      method: wanted.method,
      headers: wanted.headers,
      signal: cancel.signal,
      ...bodyOf(wanted.method, Buffer.concat(chunks)),
    })
    const body = Buffer.from(await answer.arrayBuffer())
    const headers: Record<string, string> = {}
    answer.headers.forEach((value, name) => (headers[name] = value))
    send({ status: answer.status, headers }, body)
  } catch (error) {
    if (!cancel.signal.aborted) send({ error: reasonOf(error) })
  }
}

function bodyOf(method: string, body: Buffer): { body?: Uint8Array<ArrayBuffer> } {
  return method === 'GET' || method === 'HEAD' || body.length === 0
    ? {}
    : { body: new Uint8Array(body) }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  if (cause instanceof Error && 'code' in cause) return String(cause.code)
  return error instanceof Error ? error.message : String(error)
}

function decodeRequest(text: string): BridgeRequest {
  return JSON.parse(decodeURIComponent(text)) as BridgeRequest
}

/** Accepts the page's socket only when the real one has opened, so that a refusal is a refusal there too. */
function forwardSocket(
  request: IncomingMessage,
  stream: Duplex,
  head: Buffer,
  { sockets, find }: { sockets: Set<WebSocket>; find: (address: string) => string },
): void {
  const target = new URL(request.url ?? '/', 'http://host').searchParams.get('target') ?? ''
  const wanted = JSON.parse(target) as BridgeSocket
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(/, */).filter(Boolean)
  const upstream = new WebSocket(find(wanted.url), protocols, { headers: wanted.headers })
  const early: [RawData, boolean][] = []
  const keep = (data: RawData, binary: boolean): void => void early.push([data, binary])
  sockets.add(upstream)
  upstream.on('close', () => sockets.delete(upstream))
  upstream.on('message', keep)
  const refuse = (): void =>
    void stream.end('HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\n\r\n')
  upstream.once('error', refuse)
  stream.on('error', () => upstream.terminate())
  stream.on('close', () => upstream.terminate())
  upstream.once('open', () => {
    upstream.off('error', refuse)
    const acceptor = new WebSocketServer({
      noServer: true,
      handleProtocols: () => upstream.protocol || false,
    })
    acceptor.handleUpgrade(request, stream, head, (page) => {
      upstream.off('message', keep)
      for (const [data, binary] of early) page.send(data, { binary })
      pipe(upstream, page)
      pipe(page, upstream)
    })
  })
}

function pipe(from: WebSocket, to: WebSocket): void {
  from.on('message', (data, binary) => to.send(data, { binary }))
  from.on('error', () => to.terminate())
  from.on('close', (code, reason) => {
    if (code === 1005) to.close()
    else if (code === 1006) to.terminate()
    else to.close(code, reason)
  })
}
