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
  client.on('message', (data, isBinary) => {
    if (isBinary || !Buffer.isBuffer(data)) {
      client.close(notAllowed)
      return
    }
    const text = data.toString('utf8')
    client.pause()
    guarded = guarded.then(async () => {
      const verdict = await guard(text).catch(() => 'close' as const)
      if (verdict === 'close') client.close(notAllowed)
      else if ('text' in verdict) forward(verdict.text, server, client)
      else forward(verdict.answer, client, client)
      if (server.bufferedAmount <= maxBacklogBytes) client.resume()
    })
  })
  server.on('message', (data, isBinary) => {
    if (!isBinary && Buffer.isBuffer(data)) forward(data, client, server)
  })
  endTogether(client, server)
  endTogether(server, client)
}

/** @param source waits while `target` does not read. */
function forward(data: string | Buffer, target: WebSocket, source: WebSocket): void {
  if (target.readyState !== target.OPEN) return
  target.send(data, { binary: false }, () => {
    if (target.bufferedAmount <= maxBacklogBytes) source.resume()
  })
  if (target.bufferedAmount > maxBacklogBytes) source.pause()
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
