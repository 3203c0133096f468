import { join } from 'node:path'
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { Pool, type Dispatcher } from 'undici'
import type { Clock as TimerClock } from '../../src/platform/types'
import { abpFailure } from './abpEnvelope'
import { createAgent, type Agent } from './chat/agent'
import { createAgentSession, type AgentCredentials } from './chat/agentSession'
import { createBreaker } from './chat/breaker'
import { createChatAccounts } from './chat/chatAccounts'
import { createChatRest } from './chat/chatRest'
import { createChatSessions } from './chat/chatSessions'
import { createTokenByAgent, createTokenByPassword, createTokenIssuer } from './chat/tokenIssuer'
import { createWithChat } from './chat/withChat'
import { systemClock, type Clock } from './clock'
import { assembleIdentity } from './identity/assembleIdentity'
import type { UserDirectory } from './identity/identityProvider'
import type { IdentitySettings } from './identity/identitySettings'
import { createSignInLimiter } from './identity/signInLimiter'
import { limitPerUser, type RateLimit } from './identity/userRateLimit'
import { wechatRoutes } from './identity/wechatRoutes'
import { ImError } from './imError'
import { imRoutes } from './imRoutes'
import { createLogger } from './logging'
import { createImageTags } from './media/imageTags'
import { createMediaAccess } from './media/mediaAccess'
import { mediaRoutes } from './media/mediaRoutes'
import { measureHttp, measureUpstream } from './metrics/httpMetrics'
import { measureHub, measureStorage } from './metrics/loadMetrics'
import { addOperationRoutes } from './metrics/operationRoutes'
import { createReadiness } from './metrics/readiness'
import { createRegistry, type Registry } from './metrics/registry'
import { addOpenapi } from './openapi/openapi'
import { proxyRoutes } from './proxy/proxy'
import { createWebsocketPass } from './proxy/websocketPass'
import { createBackEndWay, hubPath, type BackEndWay } from './relay/backEndWay'
import { createTimers } from './relay/timers'
import { signInRoute } from './signInRoute'
import { createGatewayStore, revokedSessions } from './store/gatewayStore'
import type { RecordChange } from './store/records'
import { createSecretBox, type SecretBox } from './store/secretBox'
import { openStorage, type Storage } from './store/storage'
import { addUserRoutes } from './users/assembleUsers'
import { blockedBy, businessUsers, createUserStore } from './users/userStore'
import { createChatCookies, type ChatCookies } from './web/chatCookies'
import { createCors } from './web/cors'
import { createDoors, type Doors } from './web/doors'
import { createOrigins, type Origins } from './web/origins'
import { createSecurityHeaders } from './web/securityHeaders'
import { serveH5 } from './web/staticFiles'
import { createUpgradeRouter } from './web/upgradeRouter'

const bodyLimitBytes = 64 * 1024
const upstreamConnections = 128
const answerTimeoutMs = 30_000
const bodyTimeoutMs = 60_000
const cleaningIntervalMs = 60 * 60_000

export type GatewayOptions = {
  /** 0 for any free port. */
  port: number
  host: string
  /** Existing folder; the database `gateway.db` is made in it. */
  dataDir: string
  /** The chat server, `http(s)://host[:port][/prefix]`. */
  chatAddress: string
  /** `redis(s)://` address that several gateways share; this gateway is alone when left out. */
  redisUrl?: string | undefined
  /** Name under which accounts and tokens of this chat server are kept; its address when left out. */
  chatServerName?: string
  agent: AgentCredentials | undefined
  /** Whether the agent signs in at once; when first needed if left out. */
  signInAgent?: boolean
  createTokenSecret: string | undefined
  directory: UserDirectory | undefined
  /** Who may say who a caller is; the directory alone when left out. */
  identities?: readonly IdentitySettings[] | undefined
  /** Requests of one user; not limited when left out. */
  rateLimit?: RateLimit | undefined
  /** The bearer for `/metrics`; callers on this machine only when left out. */
  metricsToken?: string | undefined
  /** How long stopping waits for requests that are under way; not at all when left out. */
  drainMs?: number
  /** The bearer with which the business system manages its users; nobody may when left out. */
  serviceSecret?: string | undefined
  /** Signs the business system's messages about its users; none are accepted when left out. */
  hookSecret?: string | undefined
  /** Whether the business system may be asked over plain http on another machine. */
  allowHttp?: boolean
  /** Signs business tokens: 32 bytes in hex. */
  tokenKey: string
  /** Encrypts what is kept of chat credentials: 32 bytes in hex. */
  encryptionKey: string
  /** Websocket address for clients when they reach the chat server directly; else the gateway's own `/websocket`. */
  realtimeUrl?: string | undefined
  /**
   * How clients get events: `ddp` from the chat server with a chat token of their own, `signalr` from this gateway, which
   * keeps the token. `ddp` when left out.
   */
  realtimeMode?: 'ddp' | 'signalr'
  /** Whether front-end authentication also sets the chat session as cookies; not so when left out. */
  cookies?: boolean
  /** Origins of pages that are not served by this gateway. */
  corsOrigins?: readonly string[]
  /** Addresses of reverse proxies whose X-Forwarded-For is believed. */
  trustedProxies?: readonly string[]
  /** The H5 build; nothing is served at `/` when left out. */
  h5Folder?: string
  /** How long the chat server may take to answer a proxied request; 30 s when left out. */
  answerTimeoutMs?: number
  clock?: Clock
  /** Timers of the hub and the relay behind it; the system's when left out. */
  timers?: TimerClock
  logger?: Logger
}

export type RunningGateway = {
  /** `http://host:port` for this machine. */
  url: string
  port: number
  /** Stops listening, ends connections, gives the agent's session back. */
  close(): Promise<void>
}

/**
 * Starts the gateway between clients, a business system and a chat server.
 *
 * @throws what the system says when the port or the data folder cannot be used.
 */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const clock = options.clock ?? systemClock
  const logger = options.logger ?? createLogger('warn')
  const chatAddress = new URL(options.chatAddress)
  const secretBox = createSecretBox(options.encryptionKey)
  const storage = openStorage({
    file: join(options.dataDir, 'gateway.db'),
    redisUrl: options.redisUrl,
    watched: [revokedSessions, businessUsers],
    ...{ secretBox, clock, logger },
  })
  const pool = new Pool(chatAddress.origin, {
    connections: upstreamConnections,
    bodyTimeout: bodyTimeoutMs,
  })
  const app = createApp(options, logger)
  const basePath = basePathOf(chatAddress)
  const registry = createRegistry()
  const traffic = measureHttp(app, registry)
  const parts = assemble(options, {
    ...{ clock, logger, storage, secretBox, registry, basePath },
    pool: createBreaker(measureUpstream(pool, registry), registry, clock),
  })
  let isStopping = false
  let signingIn = Promise.resolve()
  const doors = createDoors(parts.origins, options.trustedProxies ?? [])
  const hub = createHub(options, parts, { ...doors, chatAddress, clock, logger })
  const websockets = createWebsocketPass({ ...doors, chatAddress, logger })
  const upgrades = createUpgradeRouter(new Map(hub && [[hubPath, hub]]), websockets)
  app.server.on('upgrade', (request, socket, head) => {
    parts.who.trustedHeader?.admit(request)
    upgrades.upgrade(request, socket, head)
  })
  measureStorage(storage, registry)
  storage.onChange((change) => endRevoked(hub, change))
  const cleaning = setInterval(() => storage.removeExpired(), cleaningIntervalMs)
  const close = async () => {
    isStopping = true
    clearInterval(cleaning)
    // The port stays open meanwhile: whoever asks `/readyz` is told, and calls are served to their end.
    await hub?.close()
    app.server.close()
    await traffic.drained(options.drainMs ?? 0)
    websockets.close()
    await app.close()
    await signingIn
    await parts.agent.signOut()
    await pool.destroy()
    storage.close()
  }
  try {
    storage.removeExpired()
    await storage.started()
    closeConnectionsWhen(app, () => isStopping)
    addOperations(app, options, parts, () => isStopping)
    await addRoutes(app, options, parts, hub)
    await app.listen({ port: options.port, host: options.host })
    if (options.signInAgent) signingIn = signAgentIn(parts)
  } catch (error) {
    await close()
    throw error
  }
  const port = portOf(app)
  return { url: `http://${urlHost(options.host)}:${port}`, port, close }
}

/** Whoever ended it, on whatever gateway: live connections of an ended sign-in or a blocked user end. */
function endRevoked(hub: BackEndWay | undefined, change: RecordChange): void {
  const isRevoked = change.collection === revokedSessions && change.value !== undefined
  if (isRevoked) hub?.sessionEnded(change.key)
  const blocked = blockedBy(change)
  if (blocked !== undefined) hub?.userBlocked(blocked)
}

/** At start already, so that a wrong agent is told before the first person needs it; the gateway works without. */
async function signAgentIn({ issuer, logger }: Parts): Promise<void> {
  try {
    const ways = await issuer.probe()
    logger.info({ ways }, 'chat tokens are issued in the first of these ways that serves a user')
  } catch (error) {
    const code = error instanceof ImError ? error.code : 'refused'
    logger.warn({ code }, 'the agent account could not be signed in; it is tried again when needed')
  }
}

function createApp(options: GatewayOptions, logger: FastifyBaseLogger): FastifyInstance {
  const trusted = [...(options.trustedProxies ?? [])]
  return fastify({
    loggerInstance: logger,
    bodyLimit: bodyLimitBytes,
    // Node counts a connection that never sent a request as busy; closing would wait for it.
    forceCloseConnections: true,
    requestIdHeader: false,
    trustProxy: trusted.length > 0 ? trusted : false,
    routerOptions: { maxParamLength: 1024 },
  })
}

/** A connection that stays open would bring further requests to a gateway that stops. */
function closeConnectionsWhen(app: FastifyInstance, isStopping: () => boolean): void {
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isStopping()) reply.header('connection', 'close')
    done()
  })
}

type Machinery = {
  clock: Clock
  logger: Logger
  storage: Storage
  secretBox: SecretBox
  pool: Dispatcher
  registry: Registry
  basePath: string
}

type Parts = ReturnType<typeof assemble>

function assemble(options: GatewayOptions, machinery: Machinery) {
  const { clock, logger, storage, secretBox, pool, basePath } = machinery
  const { records, locks } = storage
  const store = createGatewayStore(records, options.chatServerName ?? options.chatAddress)
  const users = createUserStore(records)
  const isBlocked = async (userId: string) =>
    ((await users.user(userId))?.state ?? 'active') !== 'active'
  const rest = createChatRest(pool, basePath, clock)
  const agentSession = createAgentSession(rest, options.agent)
  const withChat = createWithChat({
    rest,
    agent: agentSession,
    user: (caller, address, held) => sessions.credentialsOf(caller, address, held),
  })
  const agent: Agent = createAgent(withChat, agentSession)
  const accounts = createChatAccounts({ store, agent, secretBox, locks, logger })
  const { createTokenSecret } = options
  const issuer = createTokenIssuer([
    ...(createTokenSecret === undefined
      ? []
      : [createTokenByAgent(agent, rest, createTokenSecret)]),
    createTokenByAgent(agent, rest, undefined),
    createTokenByPassword(rest, (account) => accounts.secretOf(account)),
  ])
  const common = { store, secretBox, clock }
  const sessions = createChatSessions({ ...common, accounts, issuer, rest, locks, logger })
  const origins = createOrigins(options.corsOrigins ?? [])
  const who = assembleIdentity({
    settings: options.identities,
    allowHttp: options.allowHttp ?? false,
    tokenKey: options.tokenKey,
    directory: options.directory,
    records,
    clock,
    isRevoked: (sessionId) => store.isSessionRevoked(sessionId),
    isBlocked,
    isOwnOrigin: (origin, host) => origins.isOwn(origin, host),
  })
  const media = createMediaAccess({
    ...common,
    keyHex: options.encryptionKey,
    isBlocked,
  })
  const limiter = createSignInLimiter(clock)
  const { rateLimit } = options
  const identity = rateLimit ? limitPerUser(who.identity, rateLimit, clock) : who.identity
  const people = { store, users, accounts, sessions, who, identity, limiter, media }
  return { ...machinery, ...people, origins, locks, agent, issuer, withChat }
}

function addOperations(
  app: FastifyInstance,
  options: GatewayOptions,
  parts: Parts,
  isStopping: () => boolean,
): void {
  const hasAgent = options.agent !== undefined
  const readiness = createReadiness({ ...parts, dispatcher: parts.pool, hasAgent, isStopping })
  addOperationRoutes(app, { ...parts, readiness, metricsToken: options.metricsToken })
}

async function addRoutes(
  app: FastifyInstance,
  options: GatewayOptions,
  parts: Parts,
  hub: BackEndWay | undefined,
): Promise<void> {
  const { sessions, who, limiter, pool, basePath } = parts
  const { identity } = parts
  const { wechat } = who
  const { origins } = parts
  const cookies = cookiesOf(options, origins)
  const realtimeUrl = options.realtimeUrl ?? '/websocket'
  const realtimeOrigin = options.realtimeUrl === undefined ? undefined : new URL(realtimeUrl).origin
  const { trustedHeader } = who
  if (trustedHeader) {
    app.addHook('onRequest', (request, _reply, done) => {
      trustedHeader.admit(request.raw)
      done()
    })
  }
  app.addHook('onRequest', createCors(origins))
  app.addHook('onSend', createSecurityHeaders(realtimeOrigin))
  app.get('/healthz', { logLevel: 'silent' }, () => ({ status: 'ok' }))
  await addOpenapi(app)
  await app.register(signInRoute, {
    prefix: '/api/TokenAuth',
    directory: who.directory,
    tokens: who.tokens,
    limiter,
  })
  if (wechat) {
    const { provider, checkAccount } = wechat
    const prefix = '/api/auth/wechat'
    await app.register(wechatRoutes, { prefix, wechat: provider, checkAccount, limiter })
  }
  await app.register(imRoutes, {
    prefix: '/api/services/app/Im',
    identity,
    sessions,
    cookies,
    realtime: hub ? { mode: 'signalr', url: hubPath } : { mode: 'ddp', url: realtimeUrl },
  })
  await addUserRoutes(app, {
    ...parts,
    serviceSecret: options.serviceSecret,
    hookSecret: options.hookSecret,
  })
  await hub?.addRoutes(app)
  const upstream = {
    ...{ dispatcher: pool, basePath },
    answerTimeoutMs: options.answerTimeoutMs ?? answerTimeoutMs,
  }
  if (cookies) {
    const tags = createImageTags({ ...upstream, sessions, cookies, media: parts.media })
    app.addHook('preHandler', tags)
  }
  await app.register(mediaRoutes, { ...upstream, identity, sessions, media: parts.media })
  await app.register(proxyRoutes, {
    ...{ ...upstream, identity, sessions, cookies },
    withChat: parts.withChat,
    isBearerEnough: hub !== undefined,
  })
  if (options.h5Folder !== undefined) await serveH5(app, options.h5Folder)
  app.setNotFoundHandler((request, reply) => {
    const isApi = request.url.startsWith('/api/')
    const message = 'There is nothing at this address.'
    return reply.code(404).send(isApi ? abpFailure(404, message) : message)
  })
}

function cookiesOf(options: GatewayOptions, origins: Origins): ChatCookies | undefined {
  if (options.cookies !== true || options.realtimeMode === 'signalr') return undefined
  return createChatCookies({
    keyHex: options.encryptionKey,
    isOwnOrigin: (origin, host) => origins.isOwn(origin, host),
  })
}

function createHub(
  { realtimeMode, timers, drainMs = 0 }: GatewayOptions,
  { identity, sessions, storage, registry }: Parts,
  { clock, ...rest }: Doors & { chatAddress: URL; clock: Clock; logger: Logger },
): BackEndWay | undefined {
  if (realtimeMode !== 'signalr') return undefined
  const { ephemeral } = storage
  const clockOfHub = timers ?? createTimers(clock)
  const hub = createBackEndWay({
    ...{ ...rest, identity, sessions, ephemeral },
    spreadMs: drainMs,
    clock: clockOfHub,
  })
  measureHub(hub, registry)
  return hub
}

function basePathOf({ pathname }: URL): string {
  return pathname.replace(/\/+$/, '')
}

function portOf(app: FastifyInstance): number {
  const address = app.server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** The host under which this machine reaches a server that listens on `host`. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
