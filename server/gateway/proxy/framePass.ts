import type { WebSocket } from 'ws'
import type { DdpGuard } from './ddpGuard'

/** A side that has so much unread makes the other one wait. */
const maxBacklogBytes = 1024 * 1024
const goingAway = 1001
const notAllowed = 1008

/**
 * Passes whole text frames between a client and the chat server until one of them ends, which ends the other. What the
 * chat server says passes as it is, what the client says as the guard lets it.
 */
export function joinSockets(client: WebSocket, server: WebSocket, guard: DdpGuard): void {
  // One after the other: a frame must not overtake a sign-in that is being looked at.
  let guarded = Promise.resolve()
  let guardedCount = 0
  /** Each side is read only while its frames, and what is answered in their place, have somewhere to go. */
  const readOn = () => {
    if (isBehind(client)) return
    server.resume()
    if (!isBehind(server) && guardedCount === 0) client.resume()
  }
  const send = (data: string | Buffer, target: WebSocket) => {
    if (target.readyState !== target.OPEN) return
    target.send(data, { binary: false }, readOn)
    if (isBehind(client)) server.pause()
  }
  client.on('message', (data, isBinary) => {
    if (isBinary || !Buffer.isBuffer(data)) {
      client.close(notAllowed)
      return
    }
    const text = data.toString('utf8')
    client.pause()
    guardedCount += 1
    guarded = guarded.then(async () => {
      const verdict = await guard(text).catch(() => 'close' as const)
      guardedCount -= 1
      if (verdict === 'close') client.close(notAllowed)
      else if ('text' in verdict) send(verdict.text, server)
      else send(verdict.answer, client)
      readOn()
    })
  })
  server.on('message', (data, isBinary) => {
    if (!isBinary && Buffer.isBuffer(data)) send(data, client)
  })
  endTogether(client, server)
  endTogether(server, client)
}

function isBehind(socket: WebSocket): boolean {
  return socket.readyState === socket.OPEN && socket.bufferedAmount > maxBacklogBytes
}

function endTogether(one: WebSocket, other: WebSocket): void {
  // An error is followed by close.
  one.on('error', () => undefined)
  one.on('close', (code, reason) => {
    // Codes that only say how it was noticed cannot be sent (RFC 6455, 7.4.1).
    const isOwn = code === 1000 || (code >= 3000 && code < 5000)
    other.close(isOwn ? code : goingAway, isOwn ? reason : undefined)
    other.resume()
  })
}
