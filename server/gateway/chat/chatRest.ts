import type { Dispatcher } from 'undici'
import type { Clock } from '../clock'
import { ImError } from '../imError'

const requestTimeoutMs = 15_000
const longestWaitSeconds = 60

/** An id and a token of a chat user, as REST wants them in X-User-Id and X-Auth-Token. */
export type ChatCredentials = { userId: string; authToken: string }

/** A refusal of the chat server. `code` is what programs compare (protocol reference 3.2). */
export class ChatRefusal extends Error {
  override readonly name = 'ChatRefusal'
  constructor(
    readonly status: number,
    readonly code: string,
    /** `details.method` of a `totp-required` refusal. */
    readonly twoFactorMethod: string | undefined,
  ) {
    super(`The chat server refused: ${status} ${code}`)
  }
}

export type ChatCall = {
  method: 'GET' | 'POST'
  /** Below `/api/v1/`, with its query. */
  path: string
  body?: Record<string, unknown>
  as?: ChatCredentials | undefined
  headers?: Record<string, string>
}

/** The gateway's own small REST client for what it asks of Rocket.Chat itself. */
export type ChatRest = {
  /**
   * @returns the answer's body.
   * @throws {ChatRefusal} when the chat server says no.
   * @throws {ImError} `chat-unavailable` when it does not answer, or not in JSON.
   */
  call(call: ChatCall): Promise<Record<string, unknown>>
}

/**
 * @param basePath path prefix of the chat server, without a slash at its end ("" when it has none).
 */
export function createChatRest(dispatcher: Dispatcher, basePath: string, clock: Clock): ChatRest {
  return {
    async call({ method, path, body, as, headers }) {
      const response = await send(dispatcher, {
        method,
        path: `${basePath}/api/v1/${path}`,
        headers: headersOf(as, body !== undefined, headers),
        body: body ? JSON.stringify(body) : null,
      })
      const answer = asRecord(parseJson(response.text))
      if (response.status < 400 && answer.success !== false && answer.status !== 'error')
        return answer
      const waitMs = waitOf(response, answer, clock)
      if (waitMs !== undefined) throw tooManyRequests(waitMs)
      if (response.status >= 500) throw unavailable()
      throw toRefusal(response.status, answer)
    },
  }
}

/** A field of an answer that has to be a text. @throws {ImError} `chat-unavailable` when it is not. */
export function textOf(record: Record<string, unknown>, field: string): string {
  const value = record[field]
  if (typeof value !== 'string' || value === '') throw unavailable()
  return value
}

export function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function headersOf(
  as: ChatCredentials | undefined,
  hasBody: boolean,
  extra: Record<string, string> | undefined,
): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json', ...extra }
  if (hasBody) headers['content-type'] = 'application/json'
  if (as) {
    headers['x-user-id'] = as.userId
    headers['x-auth-token'] = as.authToken
  }
  return headers
}

type ReceivedText = { status: number; text: string; resetAt: number }

async function send(
  dispatcher: Dispatcher,
  request: Dispatcher.RequestOptions,
): Promise<ReceivedText> {
  try {
    const signal = AbortSignal.timeout(requestTimeoutMs)
    const { statusCode, headers, body } = await dispatcher.request({ ...request, signal })
    return {
      status: statusCode,
      text: await body.text(),
      resetAt: Number(headers['x-ratelimit-reset']),
    }
  } catch {
    throw unavailable()
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw unavailable()
  }
}

function unavailable(): ImError {
  return new ImError('chat-unavailable', 'The chat server cannot be reached; try again soon.', 5)
}

/**
 * How long the chat server's limits want us to wait. The one for addresses answers 429 with X-RateLimit-Reset, absolute
 * epoch milliseconds; the one of methods answers `too-many-requests` with whatever status and a number of milliseconds
 * (protocol reference 3.4).
 *
 * @returns milliseconds; undefined for every other answer.
 */
function waitOf(
  { status, resetAt }: ReceivedText,
  answer: Record<string, unknown>,
  clock: Clock,
): number | undefined {
  const nested = asRecord(answer.error)
  const codes = [answer.errorType, answer.error, nested.error]
  const isLimited = codes.some((code) => typeof code === 'string' && limitPattern.test(code))
  if (status !== 429 && !isLimited) return undefined
  const { timeToReset } = asRecord(nested.details ?? answer.details)
  if (typeof timeToReset === 'number' && Number.isFinite(timeToReset)) return timeToReset
  return Number.isFinite(resetAt) ? resetAt - clock.now() : 0
}

const limitPattern = /^(?:error-)?too-many-requests$|\[(?:error-)?too-many-requests\]$/

function tooManyRequests(waitMs: number): ImError {
  const seconds = Math.min(Math.max(Math.ceil(waitMs / 1000), 1), longestWaitSeconds)
  return new ImError('chat-unavailable', 'The chat server is busy; try again soon.', seconds)
}

function toRefusal(status: number, answer: Record<string, unknown>): ChatRefusal {
  const text = typeof answer.error === 'string' ? answer.error : ''
  const type = typeof answer.errorType === 'string' ? answer.errorType : undefined
  const code = type ?? /\[([\w-]+)\]$/.exec(text)?.[1] ?? text
  const method = asRecord(answer.details).method
  return new ChatRefusal(status, code, typeof method === 'string' ? method : undefined)
}
