import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { errors, type Dispatcher } from 'undici'
import type { ChatCredentials } from '../chat/chatRest'
import type { ChatSessions } from '../chat/chatSessions'
import type { ActingStream, ChatActor, WithChat } from '../chat/withChat'
import type { IdentityProvider } from '../identity/identityProvider'
import { ImError } from '../imError'
import { hardenFile } from '../media/safeHeaders'
import { bearerOf } from '../web/bearer'
import type { ChatCookies } from '../web/chatCookies'
import { Cancelling } from './cancelling'
import { toChatError } from './chatShapes'
import { fileCookie } from './fileCookie'
import { isFilePath, mentionsToken } from './filePaths'
import { requestHeaders, responseHeaders } from './headers'
import { readMethodCall } from './methodCall'
import { broughtPair } from './ownPair'
import { isAllowedRoute } from './routes'

const apiPrefix = '/api/v1/'
const unreachableRetrySeconds = 5
const uploadTimeoutMs = 15 * 60_000

export type ProxyOptions = {
  identity: IdentityProvider
  sessions: Pick<ChatSessions, 'require'>
  withChat: WithChat
  /**
   * Whether a caller without any chat headers is served with the chat session that the gateway keeps for this sign-in
   * (back-end authentication).
   */
  isBearerEnough: boolean
  /** Undefined where chat credentials are taken from headers only. */
  cookies: ChatCookies | undefined
  dispatcher: Dispatcher
  /** Path prefix of the chat server without a slash at its end, "" when it has none. */
  basePath: string
  /** How long the chat server may take for the head of its answer once it has the whole request. */
  answerTimeoutMs: number
}

/**
 * Streams the listed routes of `/api/v1`, avatars and files between a client and the chat server. The caller needs a
 * business token, and the chat id and token that this gateway issued to that business user; they are never replaced by
 * others (gateway reference 7, items 1 and 2). With back-end authentication the gateway itself adds those that it issued
 * to this very sign-in.
 */
export async function proxyRoutes(app: FastifyInstance, options: ProxyOptions): Promise<void> {
  // Bodies are not parsed: they flow through as they come.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.setErrorHandler((error, request, reply) => sendChatError(error, request, reply))

  const handle = async (request: FastifyRequest, reply: FastifyReply) => {
    const actor = await actorOf(request, options)
    refuseUnlisted(request)
    return options.withChat(actor, (_call, stream) => forward(request, reply, stream, options))
  }
  app.route({
    method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: '/api/v1/*',
    handler: handle,
  })
  app.route({ method: ['GET', 'HEAD'], url: '/avatar/*', handler: handle })
  app.route({ method: ['GET', 'HEAD'], url: '/file-upload/*', handler: handle })
  await Promise.resolve()
}

/** The user's own chat credentials are the only ones that the proxy ever sends. */
async function actorOf(
  request: FastifyRequest,
  { identity, sessions, isBearerEnough, cookies }: ProxyOptions,
): Promise<ChatActor> {
  const caller = await identity.verify(bearerOf(request))
  const actor = { kind: 'user', caller, address: request.ip } as const
  const brought = broughtPair(request, cookies)
  if (isBearerEnough && !brought) return actor
  const { userId, authToken } = brought ?? {}
  await sessions.require(caller, userId, authToken)
  return { ...actor, held: { userId, authToken } }
}

function refuseUnlisted(request: FastifyRequest): void {
  const url = request.raw.url ?? ''
  const [path = ''] = url.split('?', 1)
  if (mentionsToken(url)) {
    throw new ImError('bad-request', 'Tokens do not belong into addresses; send them as headers.')
  }
  const isListed = path.startsWith(apiPrefix)
    ? isAllowedRoute(request.method, path.slice(apiPrefix.length))
    : isFilePath(path)
  if (!isListed) {
    throw new ImError('not-allowed', 'This endpoint is not available through the gateway.')
  }
}

async function forward(
  request: FastifyRequest,
  reply: FastifyReply,
  stream: ActingStream,
  options: ProxyOptions,
): Promise<FastifyReply> {
  const url = request.raw.url ?? ''
  const { body, headers } = await prepareRequest(request, url)
  const cancelling = new Cancelling()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) cancelling.cancel()
  })
  const send = (as: ChatCredentials) =>
    exchange(
      request,
      { body, headers: { ...headers, ...chatHeaders(url, as) } },
      cancelling,
      options,
    )
  // A body that has flowed away cannot be sent again; the client does, and is served with the new credentials.
  const response = await stream(send, !(body instanceof Readable))
  const received = responseHeaders(response.headers)
  const sent = url.startsWith(apiPrefix) ? received : { ...received, ...hardenFile(url, received) }
  return reply.code(response.statusCode).headers(sent).send(response.body)
}

type Outgoing = { body: Readable | Buffer | null; headers: Record<string, string> }

function exchange(
  request: FastifyRequest,
  { body, headers }: Outgoing,
  cancelling: Cancelling,
  options: ProxyOptions,
): Promise<Dispatcher.ResponseData> {
  const stopWaiting = limitWaiting(body, cancelling, options.answerTimeoutMs)
  return options.dispatcher
    .request({
      method: request.method,
      path: `${options.basePath}${request.raw.url ?? ''}`,
      headers,
      body,
      // A slow client may take its time for an upload; what limits the chat server is `limitWaiting`.
      headersTimeout: uploadTimeoutMs,
      signal: cancelling,
    })
    .finally(stopWaiting)
}

/** Gives the chat server so long to answer, counted from the end of the request's body. */
function limitWaiting(
  body: Readable | Buffer | null,
  cancelling: Cancelling,
  timeoutMs: number,
): () => void {
  let timer: NodeJS.Timeout | undefined
  const startWaiting = () => {
    timer = setTimeout(() => cancelling.cancel(), timeoutMs)
  }
  if (body instanceof Readable) body.once('end', startWaiting)
  else startWaiting()
  return () => {
    if (body instanceof Readable) body.off('end', startWaiting)
    clearTimeout(timer)
  }
}

function chatHeaders(url: string, { userId, authToken }: ChatCredentials): Record<string, string> {
  if (!url.startsWith(apiPrefix)) return fileCookie({ userId, authToken })
  return { 'x-user-id': userId, 'x-auth-token': authToken }
}

async function prepareRequest(request: FastifyRequest, url: string): Promise<Outgoing> {
  const headers = requestHeaders(request.headers, request.ip)
  if (url.startsWith(`${apiPrefix}method.call/`)) {
    const body = await readMethodCall(request.raw, url.slice(`${apiPrefix}method.call/`.length))
    headers['content-type'] = 'application/json'
    headers['content-length'] = String(body.byteLength)
    return { headers, body }
  }
  const hasBody =
    request.headers['content-length'] !== undefined ||
    request.headers['transfer-encoding'] !== undefined
  if (hasBody && !['GET', 'HEAD'].includes(request.method)) return { headers, body: request.raw }
  delete headers['content-length']
  return { headers, body: null }
}

function sendChatError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = toImError(error)
  if (known.status >= 500) request.log.warn({ code: known.code }, 'the proxy could not answer')
  if (known.retryAfterSeconds !== undefined) reply.header('retry-after', known.retryAfterSeconds)
  // A body that was not read to its end cannot be followed by another request.
  if (!request.raw.complete) reply.header('connection', 'close')
  return reply.code(known.status).send(toChatError(known))
}

function toImError(error: unknown): ImError {
  if (error instanceof ImError) return error
  if (error instanceof errors.RequestContentLengthMismatchError) {
    return new ImError('bad-request', 'The length of the body is not the announced one.')
  }
  return new ImError(
    'chat-unavailable',
    'The chat server cannot be reached.',
    unreachableRetrySeconds,
  )
}
