import { WebSocketServer, type WebSocket } from 'ws'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { App } from '../app'
import { clientAddress } from '../limits/clientAddress'
import { createConnection, type DdpConnection, type DdpSocket } from './connection'

/** A frame may be at most this long; a longer one closes the socket with 1009. */
export const maxFrameBytes = 1024 * 1024

/** What may wait for a client that does not read; then it is cut off, so that it cannot fill the memory. */
const maxBacklogBytes = 4 * 1024 * 1024

export type DdpHub = {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Closes every connection. */
  close(): void
}

/** Sends unless the client has stopped reading, which ends it. */
const write = (socket: WebSocket, give: () => void): void => {
  if (socket.readyState !== socket.OPEN) return
  if (socket.bufferedAmount > maxBacklogBytes) socket.terminate()
  else give()
}

/**
 * Holds back what is written to a socket until the current round of events is done, so that many frames cost one system
 * call.
 */
const createCorks = (): ((socket: Duplex) => void) => {
  let corked = new Set<Duplex>()
  const release = (): void => {
    const sockets = corked
    corked = new Set()
    for (const socket of sockets) socket.uncork()
  }
  return (socket) => {
    if (corked.has(socket)) return
    if (corked.size === 0) setImmediate(release)
    corked.add(socket)
    socket.cork()
  }
}

/** The bytes of a frame; the same frame for many sockets is encoded once. */
const createEncoder = (): ((text: string) => Buffer) => {
  let last = ''
  let bytes = Buffer.alloc(0)
  return (text) => {
    if (text !== last) {
      last = text
      bytes = Buffer.from(text)
    }
    return bytes
  }
}

/** Accepts websockets, and closes those whose login token ended (protocol reference 1.8). */
export const createDdpHub = (app: App): DdpHub => {
  // Pongs are sent here, so that a client that pings and never reads is cut off like every other.
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    autoPong: false,
  })
  const connections = new Map<WebSocket, DdpConnection>()
  const cork = createCorks()
  const encode = createEncoder()
  const accept = (socket: WebSocket, request: IncomingMessage): void => {
    const wire: DdpSocket = {
      send: (text) =>
        write(socket, () => {
          cork(request.socket)
          socket.send(encode(text), { binary: false })
        }),
      // A dead peer never answers a close frame; ws waits 30 s for it and then cuts the socket.
      close: () => socket.close(),
    }
    const connection = createConnection(app, wire, clientAddress(request, app.forwardedCount))
    connections.set(socket, connection)
    socket.on('message', (data, isBinary) => {
      // Text arrives as one Buffer (ws's default binary type).
      connection.receive(isBinary || !Buffer.isBuffer(data) ? '' : data.toString('utf8'))
    })
    socket.on('ping', (data) => write(socket, () => socket.pong(data)))
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      connections.delete(socket)
      connection.closed()
    })
  }
  app.events.onTokensRemoved((hashes) => {
    for (const [socket, connection] of connections) {
      const hash = connection.tokenHash()
      if (hash === undefined || !hashes.includes(hash)) continue
      // A client that does not answer the close frame may not go on with what has ended.
      connection.closed()
      socket.close()
    }
  })
  return {
    upgrade: (request, socket, head) => server.handleUpgrade(request, socket, head, accept),
    close: () => {
      for (const socket of connections.keys()) socket.terminate()
      server.close()
    },
  }
}
