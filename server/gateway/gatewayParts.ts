import { join } from 'node:path'
import type { Logger } from 'pino'
import { Pool, type Dispatcher } from 'undici'
import { assembleChat } from './chat/assembleChat'
import { createBreaker } from './chat/breaker'
import { systemClock, type Clock } from './clock'
import type { GatewayOptions } from './gatewayOptions'
import { assembleIdentity } from './identity/assembleIdentity'
import { createSignInLimiter } from './identity/signInLimiter'
import { limitPerUser } from './identity/userRateLimit'
import { createLogger } from './logging'
import { createMediaAccess } from './media/mediaAccess'
import { measureUpstream } from './metrics/httpMetrics'
import type { Registry } from './metrics/registry'
import { createGatewayStore, revokedSessions } from './store/gatewayStore'
import { createSecretBox, type SecretBox } from './store/secretBox'
import { openStorage, type Storage } from './store/storage'
import { businessUsers, createUserStore } from './users/userStore'
import { createOrigins } from './web/origins'

const upstreamConnections = 128
const bodyTimeoutMs = 60_000

/** What the parts are made of. */
export type Machinery = {
  clock: Clock
  logger: Logger
  registry: Registry
  storage: Storage
  secretBox: SecretBox
  chatAddress: URL
  /** Path prefix of the chat server without a slash at its end. */
  basePath: string
  /** Connections to the chat server; whoever sends uses `dispatcher`. */
  pool: Pool
  /** Sends to the chat server, counted, and refuses at once while it is down. */
  dispatcher: Dispatcher
}

export function createMachinery(options: GatewayOptions, registry: Registry): Machinery {
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
  const dispatcher = createBreaker(measureUpstream(pool, registry), registry, clock)
  const basePath = chatAddress.pathname.replace(/\/+$/, '')
  return {
    ...{ clock, logger, registry, storage, secretBox, chatAddress, basePath, pool, dispatcher },
  }
}

/** Everything behind the endpoints, put together as configured. */
export type Parts = ReturnType<typeof assembleParts>

export function assembleParts(options: GatewayOptions, machinery: Machinery) {
  const { clock, logger, storage, secretBox, dispatcher, basePath } = machinery
  const { records, locks } = storage
  const store = createGatewayStore(records, options.chatServerName ?? options.chatAddress)
  const users = createUserStore(records)
  const isBlocked = async (userId: string) =>
    ((await users.user(userId))?.state ?? 'active') !== 'active'
  const common = { store, secretBox, clock, isBlocked }
  const chat = assembleChat({
    ...{ ...common, dispatcher, basePath, locks, logger },
    agentCredentials: options.agent,
    createTokenSecret: options.createTokenSecret,
  })
  const origins = createOrigins(options.corsOrigins ?? [])
  const who = assembleIdentity({
    settings: options.identities,
    allowHttp: options.allowHttp ?? false,
    tokenKey: options.tokenKey,
    directory: options.directory,
    ...{ records, clock, isBlocked },
    isRevoked: (sessionId) => store.isSessionRevoked(sessionId),
    isOwnOrigin: (origin, host) => origins.isOwn(origin, host),
  })
  const media = createMediaAccess({ ...common, keyHex: options.encryptionKey })
  const limiter = createSignInLimiter(clock)
  const { rateLimit } = options
  const identity = rateLimit ? limitPerUser(who.identity, rateLimit, clock) : who.identity
  return { ...machinery, ...chat, store, users, who, identity, limiter, media, origins, locks }
}
