import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

export type EchoServer = {
  address: string
  /** Headers of the last request or socket. */
  lastHeaders(): Record<string, unknown>
  /** How many sockets are open now. */
  sockets(): number
  /** Sends a text to every socket. */
  broadcast(text: string): void
  close(): Promise<void>
}

/** A real server for the fixture: /echo tells what it received, sockets send back `echo:` and the text. */
export async function startEchoServer(): Promise<EchoServer> {
  let headers: Record<string, unknown> = {}
  const server = createServer((request, response) => {
    headers = request.headers
    let body = ''
    request.setEncoding('utf8').on('data', (part: string) => (body += part))
    request.on('end', () => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ method: request.method, url: request.url, body }))
    })
  })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket, request) => {
    headers = request.headers
    socket.on('message', (data: Buffer) => socket.send(`echo:${data.toString()}`))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lastHeaders: () => headers,
    sockets: () => sockets.clients.size,
    broadcast(text) {
      for (const socket of sockets.clients) socket.send(text)
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
