import type { WebSocket } from 'ws'
import { errorCode } from '../../errors'
import type { DdpGuard } from './ddpGuard'
import type { SocketEnd } from './socketEnd'

/** A side that has so much unread makes the other one wait. */
const maxBacklogBytes = 1024 * 1024
const goingAway = 1001
const lostWithoutClose = 1006
const notAllowed = 1008
const internalError = 1011

/**
 * Passes whole text frames between a client and the chat server until one of them ends, which ends the other. What the
 * chat server says passes as it is, what the client says as the guard lets it.
 *
 * @param onEnd told once, when the first of them ends.
 */
export function joinSockets(
  client: WebSocket,
  server: WebSocket,
  guard: DdpGuard,
  onEnd: (end: SocketEnd) => void,
): void {
  let isOver = false
  const over = (end: Omit<SocketEnd, 'what'>) => {
    if (isOver) return
    isOver = true
    onEnd({ what: 'off', ...end })
  }
  endTogether(client, server, 'client', over)
  endTogether(server, client, 'chat server', over)
  passFrames(client, server, guard, (end) => {
    over({ by: 'gateway', ...end })
    client.close(end.code)
  })
}

type Refusal = { reason: string; code: number; isFault?: boolean }

const noDdp: Refusal = { reason: 'the client has sent what is no DDP', code: notAllowed }

/** @param end closes the connection; nothing that the client has sent passes afterwards. */
function passFrames(
  client: WebSocket,
  server: WebSocket,
  guard: DdpGuard,
  end: (refusal: Refusal) => void,
): void {
  // One after the other: a frame must not overtake a sign-in that is being looked at.
  let guarded = Promise.resolve()
  let guardedCount = 0
  let isRefused = false
  const refuse = (refusal: Refusal) => {
    isRefused = true
    end(refusal)
  }
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
      refuse({ reason: 'the client has sent bytes instead of text', code: notAllowed })
      return
    }
    const text = data.toString('utf8')
    client.pause()
    guardedCount += 1
    guarded = guarded.then(async () => {
      const verdict = await guard(text).catch(uncheckable)
      guardedCount -= 1
      if (!isRefused) {
        if (verdict === 'close') refuse(noDdp)
        else if ('reason' in verdict) refuse(verdict)
        else if ('text' in verdict) send(verdict.text, server)
        else send(verdict.answer, client)
      }
      readOn()
    })
  })
  server.on('message', (data, isBinary) => {
    if (!isBinary && Buffer.isBuffer(data)) send(data, client)
  })
}

/** The fault is the gateway's: the client may come back with the same frame. */
function uncheckable(error: unknown): Refusal {
  const cause = errorCode(error) ?? 'no code'
  const reason = `what the client has sent could not be checked (${cause})`
  return { reason, code: internalError, isFault: true }
}

function isBehind(socket: WebSocket): boolean {
  return socket.readyState === socket.OPEN && socket.bufferedAmount > maxBacklogBytes
}

function endTogether(
  one: WebSocket,
  other: WebSocket,
  by: 'client' | 'chat server',
  over: (end: Omit<SocketEnd, 'what'>) => void,
): void {
  // Frames over the limit, or none at all: ws closes the socket itself. The client's are no fault of the installation.
  one.on('error', (error) => {
    const reason = `a frame of the ${by} is too long or not valid`
    over({ by: 'gateway', reason, code: errorCode(error), isFault: by === 'chat server' })
  })
  one.on('close', (code, reason) => {
    over({ by, reason: `the ${by} has ${code === lostWithoutClose ? 'gone' : 'closed'}`, code })
    // Codes that only say how it was noticed cannot be sent (RFC 6455, 7.4.1).
    const isOwn = code === 1000 || (code >= 3000 && code < 5000)
    other.close(isOwn ? code : goingAway, isOwn ? reason : undefined)
    other.resume()
  })
}
