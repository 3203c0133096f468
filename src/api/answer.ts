import { ApiError } from './apiError'
import { readRetryAfter, type Headers } from './rateLimit'

/** One HTTP answer as the platform hands it over: the body parsed where it was JSON, otherwise a string. */
export type Answer = { status: number; headers: Headers; body: unknown }

type Fields = Record<string, unknown>

/**
 * Opens an answer: the `result` of an ABP envelope, or Rocket.Chat's JSON as it is.
 * @param now epoch milliseconds, for waits that are told as a moment
 * @throws {ApiError} for every refusal and for bodies that are not JSON, such as a proxy's HTML page
 */
export function openAnswer(answer: Answer, now: number): unknown {
  const { status, body } = answer
  if (status < 200 || status > 299) throw toApiError(answer, now)
  if (status === 204) return undefined
  if (typeof body === 'string' || body === undefined || body === null) throw notJson(status)
  if (!isFields(body)) return body
  if (body.success === false) throw toApiError(answer, now)
  return body.__abp === true ? body.result : body
}

/** The error of a refused answer (protocol reference 3.2; ABP's envelope in the gateway reference 6.2). */
function toApiError(answer: Answer, now: number): ApiError {
  const { status, headers, body } = answer
  if (!isFields(body)) {
    const text = typeof body === 'string' ? body : ''
    return new ApiError({
      status,
      code: `http-${status}`,
      message: `The server answered with status ${status}.`,
      retryAfterMs: readRetryAfter(headers, text, now),
    })
  }
  const { code, message, details } = body.__abp === true ? readAbp(body) : readRocketChat(body)
  return new ApiError({
    status,
    code: code === '' ? `http-${status}` : code,
    message: message === '' ? `The server answered with status ${status}.` : message,
    details,
    retryAfterMs: readRetryAfter(headers, message, now),
  })
}

type ErrorParts = { code: string; message: string; details: unknown }

function readAbp(body: Fields): ErrorParts {
  const error = isFields(body.error) ? body.error : {}
  // ABP's code is a number, and 0 means that there is none.
  const code = error.code === 0 ? '' : toText(error.code)
  return { code, message: toText(error.message), details: error.details }
}

/** `errorType`, else the code in brackets at the end of the text, else the text itself. Never matched: the sentence. */
function readRocketChat(body: Fields): ErrorParts {
  const text = toText(body.error)
  const suffix = / *\[([\w-]+)\]$/.exec(text)
  const errorType = toText(body.errorType)
  const code = errorType !== '' ? errorType : (suffix?.[1] ?? text)
  const sentence = suffix === null ? text : text.slice(0, suffix.index)
  const said = toText(body.message)
  return { code, message: said !== '' ? said : sentence, details: body.details }
}

function notJson(status: number): ApiError {
  return new ApiError({
    status,
    code: 'not-json',
    message: 'The server answered with something that is not JSON.',
  })
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function toText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
