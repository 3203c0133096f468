/** What went wrong, for programs; each has one status. */
export type ImErrorCode = keyof typeof statusOf

const statusOf = {
  'bad-request': 400,
  'wrong-password': 401,
  'not-signed-in': 401,
  'not-allowed': 403,
  'not-found': 404,
  'too-many-attempts': 429,
  // Switched off by the configuration: trying again does not help, and the sentence is for who reads it.
  'agent-missing': 403,
  'agent-refused': 502,
  'chat-refused': 502,
  'chat-unavailable': 503,
  'sign-in-disabled': 503,
} as const

/**
 * A refusal whose `message` is meant for the caller: one sentence, without secrets and without texts of the chat server.
 * The endpoint that lets it pass turns it into its own error shape.
 */
export class ImError extends Error {
  override readonly name = 'ImError'
  readonly status: number

  /**
   * @param code what went wrong; decides the HTTP status.
   * @param message one sentence for the caller.
   * @param retryAfterSeconds when trying again makes sense; becomes the Retry-After header.
   */
  constructor(
    readonly code: ImErrorCode,
    message: string,
    readonly retryAfterSeconds?: number,
  ) {
    super(message)
    this.status = statusOf[code]
  }
}
