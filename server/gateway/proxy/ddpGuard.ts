import { readJsonObject } from '../jsonObject'
import { isCallableMethod } from './routes'

/**
 * What a client's frame becomes: `text` for the chat server, `answer` for the client in its place, or the end of the
 * connection when there is neither.
 */
export type GuardedFrame = { text: string } | { answer: string } | 'close'

export type DdpGuard = (text: string) => Promise<GuardedFrame>

/** Kinds that carry no call (protocol reference 1.1, 1.2). */
const plainKinds = new Set(['connect', 'ping', 'pong', 'sub', 'unsub'])

/** Calls that only make sense over a socket; the others are those of REST. */
const socketMethods = new Set([
  'logout',
  'stream-notify-room',
  'UserPresence:away',
  'UserPresence:online',
])

/**
 * Lets through what the REST allow-list lets through and what belongs to a socket. A sign-in needs a token that this
 * gateway has issued: passwords cannot be guessed here, and nobody gets at an account that is not his business account's.
 * Frames are sent on as they were read here, so that no other reading of them is possible.
 *
 * @param isIssued whether a chat token is one of this gateway's that still lasts.
 */
export function createDdpGuard(isIssued: (token: string) => Promise<boolean>): DdpGuard {
  return async (text) => {
    const frame = readJsonObject(text)
    if (frame === undefined) return 'close'
    const { msg, id, method, params } = frame
    const same = { text: JSON.stringify(frame) }
    if (typeof msg === 'string' && plainKinds.has(msg)) return same
    if (msg !== 'method' || typeof method !== 'string' || typeof id !== 'string') return 'close'
    if (method === 'login') {
      const token = tokenOf(params)
      if (token !== undefined && (await isIssued(token))) return same
      return { answer: refusal(id, 403, 'You must be logged in to do this.') }
    }
    if (socketMethods.has(method) || isCallableMethod(method)) return same
    return {
      answer: refusal(id, 'error-not-allowed', 'This method is not available through the gateway.'),
    }
  }
}

/** Only `{resume}`; the chat server would read further fields in an order of its own. */
function tokenOf(params: unknown): string | undefined {
  if (!Array.isArray(params) || params.length !== 1) return undefined
  const [options] = params as unknown[]
  if (typeof options !== 'object' || options === null) return undefined
  const { resume, ...others } = options as Record<string, unknown>
  return typeof resume === 'string' && Object.keys(others).length === 0 ? resume : undefined
}

/** A `result` with an error, as the chat server writes it (protocol reference 1.5). */
function refusal(id: string, error: string | number, reason: string): string {
  const message = `${reason} [${error}]`
  const details = { isClientSafe: true, error, reason, message, errorType: 'Meteor.Error' }
  return JSON.stringify({ msg: 'result', id, error: details })
}
