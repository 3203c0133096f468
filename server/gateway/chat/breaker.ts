import type { Dispatcher } from 'undici'
import type { Clock } from '../clock'
import { ImError } from '../imError'
import type { Registry } from '../metrics/registry'

const failuresUntilOpen = 5
const openForMs = 5_000

/**
 * Spares a chat server that is down, and its callers the waiting: after five failures in a row requests are refused at
 * once, and every five seconds one is let through to see whether it is back (gateway reference 8.5).
 *
 * @returns the dispatcher; `request` throws {ImError} `chat-unavailable` with the seconds to wait while it is open.
 */
export function createBreaker(
  dispatcher: Dispatcher,
  registry: Registry,
  clock: Clock,
): Dispatcher {
  let failures = 0
  let triedAt = 0
  const isOpen = () => failures >= failuresUntilOpen
  registry.gauge('im_upstream_open', 'Whether requests to the chat server are refused', () =>
    isOpen() ? 1 : 0,
  )
  const request = async (...args: Parameters<Dispatcher['request']>) => {
    const now = clock.now()
    if (isOpen() && now - triedAt < openForMs) throw refusal(openForMs - (now - triedAt))
    triedAt = now
    try {
      const response = await dispatcher.request(...args)
      failures = 0
      return response
    } catch (error) {
      if (isOutage(error)) failures += 1
      throw error
    }
  }
  return Object.create(dispatcher, { request: { value: request } }) as Dispatcher
}

/** Nobody answers at the other end; what a client breaks off, or does wrong, says nothing about it. */
function isOutage(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && outageCodes.has(code)
}

const outageCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_SOCKET',
])

function refusal(leftMs: number): ImError {
  const seconds = Math.max(1, Math.ceil(leftMs / 1000))
  return new ImError(
    'chat-unavailable',
    'The chat server cannot be reached; try again soon.',
    seconds,
  )
}
