import type { FastifyInstance } from 'fastify'
import { abpFailure } from './abpEnvelope'
import type { GatewayOptions } from './gatewayOptions'
import type { Parts } from './gatewayParts'
import { wechatRoutes } from './identity/wechatRoutes'
import { imRoutes } from './imRoutes'
import { createImageTags } from './media/imageTags'
import { mediaRoutes } from './media/mediaRoutes'
import { addOperationRoutes } from './metrics/operationRoutes'
import { createReadiness } from './metrics/readiness'
import { addOpenapi } from './openapi/openapi'
import { proxyRoutes } from './proxy/proxy'
import { hubPath, type BackEndWay } from './relay/backEndWay'
import { signInRoute } from './signInRoute'
import { addUserRoutes } from './users/assembleUsers'
import { createChatCookies, type ChatCookies } from './web/chatCookies'
import { createCors } from './web/cors'
import { createSecurityHeaders } from './web/securityHeaders'
import { serveH5 } from './web/staticFiles'

const answerTimeoutMs = 30_000

/** Adds every endpoint; first the hooks that all of them share, because hooks count for what is added after them. */
export async function addRoutes(
  app: FastifyInstance,
  options: GatewayOptions,
  parts: Parts,
  hub: BackEndWay | undefined,
  isStopping: () => boolean,
): Promise<void> {
  closeConnectionsWhen(app, isStopping)
  addOperations(app, options, parts, isStopping)
  addSharedHooks(app, options, parts)
  app.get('/healthz', { logLevel: 'silent' }, () => ({ status: 'ok' }))
  await addOpenapi(app)
  const cookies = cookiesOf(options, parts)
  await addSignIn(app, options, parts, hub, cookies)
  const { serviceSecret, hookSecret } = options
  await addUserRoutes(app, { ...parts, serviceSecret, hookSecret })
  await hub?.addRoutes(app)
  await addChatServer(app, options, parts, hub, cookies)
  if (options.h5Folder !== undefined) await serveH5(app, options.h5Folder)
  app.setNotFoundHandler((request, reply) => {
    const isApi = request.url.startsWith('/api/')
    const message = 'There is nothing at this address.'
    return reply.code(404).send(isApi ? abpFailure(404, message) : message)
  })
}

/** A connection that stays open would bring further requests to a gateway that stops. */
function closeConnectionsWhen(app: FastifyInstance, isStopping: () => boolean): void {
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isStopping()) reply.header('connection', 'close')
    done()
  })
}

function addOperations(
  app: FastifyInstance,
  options: GatewayOptions,
  parts: Parts,
  isStopping: () => boolean,
): void {
  const hasAgent = options.agent !== undefined
  const readiness = createReadiness({ ...parts, hasAgent, isStopping })
  addOperationRoutes(app, { ...parts, readiness, metricsToken: options.metricsToken })
}

function addSharedHooks(
  app: FastifyInstance,
  { realtimeUrl }: GatewayOptions,
  { who, origins }: Parts,
): void {
  const { trustedHeader } = who
  if (trustedHeader) {
    app.addHook('onRequest', (request, _reply, done) => {
      trustedHeader.admit(request.raw)
      done()
    })
  }
  app.addHook('onRequest', createCors(origins))
  const realtimeOrigin = realtimeUrl === undefined ? undefined : new URL(realtimeUrl).origin
  app.addHook('onSend', createSecurityHeaders(realtimeOrigin))
}

async function addSignIn(
  app: FastifyInstance,
  { realtimeUrl = '/websocket' }: GatewayOptions,
  { who, limiter, identity, sessions }: Parts,
  hub: BackEndWay | undefined,
  cookies: ChatCookies | undefined,
): Promise<void> {
  const { directory, tokens, wechat } = who
  await app.register(signInRoute, { prefix: '/api/TokenAuth', directory, tokens, limiter })
  if (wechat) {
    const { provider, checkAccount } = wechat
    const prefix = '/api/auth/wechat'
    await app.register(wechatRoutes, { prefix, wechat: provider, checkAccount, limiter })
  }
  await app.register(imRoutes, {
    prefix: '/api/services/app/Im',
    ...{ identity, sessions, cookies },
    realtime: hub ? { mode: 'signalr', url: hubPath } : { mode: 'ddp', url: realtimeUrl },
  })
}

/** What is fetched from the chat server for its users. */
async function addChatServer(
  app: FastifyInstance,
  options: GatewayOptions,
  { identity, sessions, media, withChat, dispatcher, basePath }: Parts,
  hub: BackEndWay | undefined,
  cookies: ChatCookies | undefined,
): Promise<void> {
  const upstream = {
    ...{ dispatcher, basePath },
    answerTimeoutMs: options.answerTimeoutMs ?? answerTimeoutMs,
  }
  if (cookies) {
    app.addHook('preHandler', createImageTags({ ...upstream, sessions, cookies, media }))
  }
  await app.register(mediaRoutes, { ...upstream, identity, sessions, media })
  await app.register(proxyRoutes, {
    ...{ ...upstream, identity, sessions, cookies, withChat },
    isBearerEnough: hub !== undefined,
  })
}

function cookiesOf(options: GatewayOptions, { origins }: Parts): ChatCookies | undefined {
  if (options.cookies !== true || options.realtimeMode === 'signalr') return undefined
  return createChatCookies({
    keyHex: options.encryptionKey,
    isOwnOrigin: (origin, host) => origins.isOwn(origin, host),
  })
}
