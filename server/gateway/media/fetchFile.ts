import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Dispatcher } from 'undici'
import type { ChatSessions } from '../chat/chatSessions'
import { ImError } from '../imError'
import { fileCookie } from '../proxy/fileCookie'
import { requestHeaders } from '../proxy/headers'
import type { OpenedMedia } from './mediaAccess'
import { hardenFile } from './safeHeaders'

const unreachableRetrySeconds = 5
const passedHeaders = [
  'accept-ranges',
  'content-disposition',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'etag',
  'last-modified',
  'location',
]

/** The chat server, as far as files need it. */
export type FileSource = {
  sessions: Pick<ChatSessions, 'forgetIfDead'>
  dispatcher: Dispatcher
  /** Path prefix of the chat server without a slash at its end, "" when it has none. */
  basePath: string
  /** How long the chat server may take for the head of its answer. */
  answerTimeoutMs: number
}

/**
 * Streams a file or an avatar to the caller, as somebody whose credentials are known.
 *
 * @throws {ImError} `not-allowed` when the chat server refuses, `chat-unavailable` when it does not answer.
 */
export async function fetchFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { path, credentials, pair, secondsLeft }: OpenedMedia,
  { dispatcher, basePath, answerTimeoutMs, sessions }: FileSource,
): Promise<FastifyReply> {
  const abort = new AbortController()
  reply.raw.once('close', () => abort.abort())
  const response = await dispatcher
    .request({
      method: request.method === 'HEAD' ? 'HEAD' : 'GET',
      path: `${basePath}${path}`,
      headers: { ...downloadHeaders(request), ...fileCookie(credentials) },
      headersTimeout: answerTimeoutMs,
      signal: abort.signal,
    })
    .catch(() => {
      const text = 'The chat server cannot be reached.'
      throw new ImError('chat-unavailable', text, unreachableRetrySeconds)
    })
  const isRefused = response.statusCode === 401 || response.statusCode === 403
  if (isRefused) {
    await response.body.dump()
    if (response.statusCode === 401) await sessions.forgetIfDead(pair)
    throw new ImError('not-allowed', 'You may not see this file.')
  }
  const isGood = response.statusCode < 300 || response.statusCode === 304
  const headers = sentHeaders(response.headers)
  return reply
    .code(response.statusCode)
    .headers({ ...headers, ...hardenFile(path, headers) })
    .header('cache-control', isGood ? `private, max-age=${secondsLeft}` : 'no-store')
    .send(response.body)
}

/** A request without a body; what the browser adds for its cache and for parts of a file goes through. */
function downloadHeaders(request: FastifyRequest): Record<string, string> {
  const headers = requestHeaders(request.headers, request.ip)
  for (const name of ['content-length', 'content-type', 'x-2fa-code', 'x-2fa-method']) {
    // The names are the fixed ones above.
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
    delete headers[name]
  }
  return headers
}

function sentHeaders(
  received: Record<string, string | string[] | undefined>,
): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of passedHeaders) {
    const value = received[name]
    if (typeof value === 'string') headers[name] = value
  }
  return headers
}
