import { networkInterfaces } from 'node:os'
import { resolve } from 'node:path'
import { readChat, type EmbeddedChat, type RealChat } from './chatConfig'
import { readEnvironment, type Environment } from './configFile'
import {
  allowHttpOf,
  flagOf,
  keyOf,
  listOf,
  networkOf,
  oneOf,
  originOf,
  portOf,
  secretOf,
  text,
  urlOf,
} from './configValues'
import { StartError } from './errors'
import { readIdentitySettings, type IdentitySettings } from './gateway/identity/identitySettings'

/** Everything the configuration file and the environment decide, checked. */
export type Config = {
  port: number
  host: string
  dataDir: string
  /**
   * Whether the six demo people can sign in and the embedded server is filled with demo data. Their passwords are public,
   * so a real chat server gets them only where somebody asked for them.
   */
  demo: boolean
  logLevel: string
  chat: EmbeddedChat | RealChat
  /** Where people reach the chat server when IM_PUBLIC_URL says so, without a slash at its end. */
  publicUrl: string | undefined
  /** Websocket address for clients that reach the chat server directly. */
  realtimeUrl: string | undefined
  /** Who holds the chat tokens: the clients (`ddp`), or the gateway alone (`signalr`). */
  realtimeMode: RealtimeMode
  /** Whether front-end authentication also sets the chat session as cookies. */
  cookies: boolean
  corsOrigins: string[]
  trustedProxies: string[]
  /** 32 bytes in hex; undefined: made and kept in the data folder. */
  encryptionKey: string | undefined
  /** `redis(s)://` address that several gateways share. */
  redisUrl: string | undefined
  /** How long a stop waits for requests, and over how long it sends the clients of the hub away. */
  drainMs: number
  h5Folder: string
  /** Who may say who a caller is; undefined: the demo people. */
  identities: IdentitySettings[] | undefined
  /** The business system's secrets for managing its users, by endpoints and by signed messages. */
  serviceSecret: string | undefined
  hookSecret: string | undefined
  /** Requests of one user; undefined: not limited. */
  rateLimit: { perSecond: number; burst: number } | undefined
  /** The bearer for `/metrics`. */
  metricsToken: string | undefined
  /** Whether other machines may be asked over plain http. */
  allowHttp: boolean
}

const realtimeModes = ['ddp', 'signalr'] as const

type RealtimeMode = (typeof realtimeModes)[number]

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'silent']

/**
 * Reads the configuration.
 *
 * @param variables the process environment; `IM_CONFIG` may name a file with more.
 * @param root the repository's folder: where the H5 build lies and what relative paths start from.
 * @throws {StartError} naming the key whose value cannot be used.
 */
export function readConfig(variables: Environment, root: string): Config {
  const env = readEnvironment(variables, root)
  const port = portOf(env, 'PORT', 8080)
  const chat = readChat(env)
  if (chat.kind === 'embedded' && port !== 0 && chat.port === port) {
    throw new StartError('PORT and EMBEDDED_PORT are the same; choose two different ports.')
  }
  return {
    port,
    host: text(env, 'HOST') ?? '0.0.0.0',
    dataDir: resolve(root, text(env, 'DATA_DIR') ?? '.data'),
    demo: flagOf(env, 'DEMO', chat.kind === 'embedded'),
    logLevel: oneOf(env, 'LOG_LEVEL', logLevels, 'warn'),
    chat,
    publicUrl: publicUrlOf(env),
    realtimeUrl: realtimeUrlOf(env),
    realtimeMode: oneOf(env, 'IM_REALTIME', realtimeModes, 'ddp'),
    cookies: cookiesOf(env),
    corsOrigins: listOf(env, 'CORS_ORIGINS').map((origin) => originOf('CORS_ORIGINS', origin)),
    trustedProxies: listOf(env, 'TRUSTED_PROXIES').map((one) => networkOf('TRUSTED_PROXIES', one)),
    encryptionKey: keyOf(env, 'IM_ENCRYPTION_KEY'),
    redisUrl: redisUrlOf(env),
    drainMs: drainSecondsOf(env) * 1000,
    h5Folder: resolve(root, 'dist/build/h5'),
    identities: identitiesOf(env, root),
    serviceSecret: secretOf(env, 'IM_SERVICE_SECRET'),
    hookSecret: secretOf(env, 'IM_HOOK_SECRET'),
    rateLimit: rateLimitOf(env),
    metricsToken: secretOf(env, 'IM_METRICS_TOKEN'),
    allowHttp: allowHttpOf(env),
  }
}

/**
 * The value is not repeated in the sentences: it can hold a password. Gateways that share have to seal with the same key
 * and to stand before the same chat server.
 */
function redisUrlOf(env: Environment): string | undefined {
  const value = text(env, 'IM_REDIS_URL')
  if (value === undefined) return undefined
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isRedis = url?.protocol === 'redis:' || url?.protocol === 'rediss:'
  if (!isRedis || url.hostname === '' || !/^\/?\d{0,4}$/.test(url.pathname) || url.search !== '') {
    throw new StartError(
      'IM_REDIS_URL is not a usable address; write it like redis://redis.example.com:6379/0.',
    )
  }
  for (const name of ['IM_ENCRYPTION_KEY', 'IM_ADDRESS'] as const) {
    if (text(env, name) !== undefined) continue
    throw new StartError(`IM_REDIS_URL needs ${name}: gateways that share have to have the same.`)
  }
  return value
}

function drainSecondsOf(env: Environment): number {
  const value = text(env, 'IM_DRAIN_SECONDS') ?? '10'
  if (/^\d{1,3}$/.test(value) && Number(value) <= 300) return Number(value)
  throw new StartError('IM_DRAIN_SECONDS has to be a number of seconds from 0 to 300.')
}

/** Addresses of this machine that other devices of the same network can open. */
export function lanAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address)
}

function identitiesOf(env: Environment, root: string): IdentitySettings[] | undefined {
  const value = text(env, 'IM_IDENTITY')
  if (value === undefined) return undefined
  return readIdentitySettings(value, { root, allowHttp: allowHttpOf(env) })
}

/** With back-end authentication there is no chat token that could be in a cookie. */
function cookiesOf(env: Environment): boolean {
  const isOn = flagOf(env, 'IM_COOKIES', false)
  if (isOn && text(env, 'IM_REALTIME') === 'signalr') {
    throw new StartError('IM_COOKIES is for IM_REALTIME=ddp only; leave one of them out.')
  }
  return isOn
}

/** The same address for pages: links to messages begin with it. */
function publicUrlOf(env: Environment): string | undefined {
  const realtimeUrl = realtimeUrlOf(env)
  return realtimeUrl?.replace(/^ws/, 'http').replace(/\/websocket$/, '')
}

function realtimeUrlOf(env: Environment): string | undefined {
  const address = text(env, 'IM_PUBLIC_URL')
  if (address === undefined) return undefined
  const url = urlOf('IM_PUBLIC_URL', address, ['http:', 'https:', 'ws:', 'wss:'])
  url.protocol = url.protocol.replace('http', 'ws')
  const path = url.pathname.replace(/\/+$/, '')
  url.pathname = path.endsWith('/websocket') ? path : `${path}/websocket`
  return url.href
}

/** `50/1000`: so many requests a second in the long run, so many at once. */
function rateLimitOf(env: Environment): { perSecond: number; burst: number } | undefined {
  const value = text(env, 'IM_RATE_LIMIT') ?? '50/1000'
  if (value.toLowerCase() === 'off') return undefined
  const [, perSecond = '', burst = ''] = /^(\d{1,6})\/(\d{1,6})$/.exec(value) ?? []
  if (Number(perSecond) > 0 && Number(burst) > 0) {
    return { perSecond: Number(perSecond), burst: Number(burst) }
  }
  throw new StartError('IM_RATE_LIMIT has to be off, or two numbers such as 50/1000.')
}
