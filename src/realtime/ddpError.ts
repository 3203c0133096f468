/** The server refused a method or a subscription (protocol reference 1.5). */
export class DdpError extends Error {
  override readonly name = 'DdpError'
  /** Stable code: `error-not-allowed`, or a number such as `403` as text. */
  readonly code: string
  /** The server's sentence without the code; empty when there was none, as for refused streams. */
  readonly reason: string
  /** Whatever came as details; may be absent. */
  readonly details: unknown

  constructor(code: string, reason: string, details: unknown) {
    super(reason === '' ? `[${code}]` : `${reason} [${code}]`)
    this.code = code
    this.reason = reason
    this.details = details
  }
}

/**
 * - `offline`: not sent, there is no connection that is signed in
 * - `cut`: the connection ended before the answer; the server may have acted
 * - `timeout`: no answer in time; the server may have acted or still act
 * - `closed`: given up by the client itself
 */
export type TransportFailure = 'offline' | 'cut' | 'timeout' | 'closed'

/** No answer came from the server. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly failure: TransportFailure

  constructor(failure: TransportFailure) {
    super(`No answer from the server: ${failure}.`)
    this.failure = failure
  }
}

/** Reads the `error` member of a `result` or `nosub`, whatever is in it. */
export function readDdpError(value: unknown): DdpError {
  if (typeof value !== 'object' || value === null) return new DdpError('unknown', '', undefined)
  const { error, reason, details } = value as Record<string, unknown>
  const hasCode = typeof error === 'string' || typeof error === 'number'
  return new DdpError(
    hasCode ? String(error) : 'unknown',
    typeof reason === 'string' ? reason : '',
    details,
  )
}

/**
 * The wait a rate-limited answer asks for, in milliseconds; undefined for every other error
 * (protocol reference 1.6).
 */
export function readRateLimitWait(error: DdpError): number | undefined {
  if (error.code !== 'too-many-requests' && error.code !== 'error-too-many-requests') {
    return undefined
  }
  const { timeToReset } = (error.details ?? {}) as { timeToReset?: unknown }
  return typeof timeToReset === 'number' && timeToReset >= 0 ? timeToReset : 1_000
}

/** The server could not judge now; it did not refuse. */
export function isPassing(error: DdpError): boolean {
  return error.code === '500' || readRateLimitWait(error) !== undefined
}
