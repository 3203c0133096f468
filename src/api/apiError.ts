export type ApiErrorFields = {
  /** HTTP status; 0 when no answer came. */
  status: number
  /** Stable code to match on, for example `error-not-allowed`. Never match `message`. */
  code: string
  /** The server's sentence. */
  message: string
  details?: unknown
  isNetwork?: boolean
  retryAfterMs?: number | undefined
}

/** Every failure of a request: refused by the server, unreadable, or never answered. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  /** Whatever the server sent as details; may be absent. */
  readonly details: unknown
  /** True when no answer came, so whether the server acted is not known. */
  readonly isNetwork: boolean
  /** How long the server asked to wait, in milliseconds; undefined when it did not say. */
  readonly retryAfterMs: number | undefined

  constructor(fields: ApiErrorFields) {
    super(fields.message)
    this.status = fields.status
    this.code = fields.code
    this.details = fields.details
    this.isNetwork = fields.isNetwork ?? false
    this.retryAfterMs = fields.retryAfterMs
  }
}

/** For what was asked in a session that has ended meanwhile: its answer concerns nobody any more. */
export function sessionOverError(): ApiError {
  return new ApiError({ status: 0, code: 'session-over', message: 'The session has ended.' })
}
