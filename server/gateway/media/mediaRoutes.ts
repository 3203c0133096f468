import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Dispatcher } from 'undici'
import { abpResult, abpSuccess } from '../abpEnvelope'
import type { ChatSessions } from '../chat/chatSessions'
import type { IdentityProvider } from '../identity/identityProvider'
import { ImError } from '../imError'
import { requestHeaders } from '../proxy/headers'
import { fileCookie } from '../proxy/fileCookie'
import { sendAbpError } from '../web/abpErrors'
import { bearerOf } from '../web/bearer'
import type { MediaAccess, OpenedMedia } from './mediaAccess'
import { hardenFile } from './safeHeaders'

const unreachableRetrySeconds = 5
const maxPaths = 200
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

export type MediaRoutesOptions = {
  identity: IdentityProvider
  sessions: Pick<ChatSessions, 'open' | 'forgetIfDead'>
  media: MediaAccess
  dispatcher: Dispatcher
  /** Path prefix of the chat server without a slash at its end, "" when it has none. */
  basePath: string
  /** How long the chat server may take for the head of its answer. */
  answerTimeoutMs: number
}

const signed = Type.Object({
  addresses: Type.Array(
    Type.Union([Type.String(), Type.Null({ description: 'The path is no avatar and no file' })]),
    { description: 'In the order of `paths`; each begins with `/media/` on this gateway' },
  ),
  expiresAt: Type.Integer({ description: 'Epoch milliseconds; 5 to 10 minutes from now' }),
})

/**
 * `POST .../Im/SignMedia` and `GET /media/...`: avatars and files for `<image>` tags, which can send no headers. The
 * address is good for one path and one sign-in, for ten minutes at most, and holds no token (gateway reference 7,
 * item 23).
 */
export const mediaRoutes: FastifyPluginAsyncTypebox<MediaRoutesOptions> = async (app, options) => {
  const { identity, sessions, media } = options
  app.setErrorHandler(sendAbpError)

  app.post(
    '/api/services/app/Im/SignMedia',
    {
      schema: {
        tags: ['Chat session'],
        security: [{ business: [] }],
        summary: 'Short-lived addresses of avatars and files for image tags, many at once',
        headers: Type.Object({ authorization: Type.Optional(Type.String()) }),
        body: Type.Object({
          paths: Type.Array(Type.String({ maxLength: 1024 }), {
            minItems: 1,
            maxItems: maxPaths,
            description: 'As messages have them: `/file-upload/…`, `/avatar/…`, with their query',
          }),
        }),
        response: { 200: abpResult(signed) },
      },
    },
    async (request, reply) => {
      const caller = await identity.verify(bearerOf(request))
      // The addresses are of use only while the sign-in has a chat token.
      await sessions.open(caller, { renew: false, address: request.ip })
      reply.header('cache-control', 'no-store')
      return abpSuccess(media.sign(caller, request.body.paths))
    },
  )

  app.route({
    method: ['GET', 'HEAD'],
    url: '/media/*',
    handler: async (request, reply) => {
      const opened = await media.open(request.raw.url ?? '').catch((error: unknown) => {
        reply.header('cache-control', 'no-store')
        throw error
      })
      return fetchFile(request, reply, opened, options)
    },
  })
  await Promise.resolve()
}

async function fetchFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { path, credentials, pair, secondsLeft }: OpenedMedia,
  { dispatcher, basePath, answerTimeoutMs, sessions }: MediaRoutesOptions,
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
