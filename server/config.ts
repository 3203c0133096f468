import { networkInterfaces } from 'node:os'
import { resolve } from 'node:path'
import type { AgentCredentials } from './gateway/chat/agentSession'
import { readEnvironment, type ConfigKey, type Environment } from './configFile'
import { StartError } from './errors'
import { readIdentitySettings, type IdentitySettings } from './gateway/identity/identitySettings'
import { isNetwork } from './gateway/web/addressList'

/** Everything the configuration file and the environment decide, checked. */
export type Config = {
  port: number
  host: string
  dataDir: string
  /** Whether the six demo people can sign in and the embedded server is filled with demo data. */
  demo: boolean
  logLevel: string
  chat: EmbeddedChat | RealChat
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

export type EmbeddedChat = { kind: 'embedded'; port: number }

export type RealChat = {
  kind: 'real'
  address: string
  agent: AgentCredentials | undefined
  createTokenSecret: string | undefined
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
  const chat = chatOf(env)
  if (chat.kind === 'embedded' && port !== 0 && chat.port === port) {
    throw new StartError('PORT and EMBEDDED_PORT are the same; choose two different ports.')
  }
  return {
    port,
    host: text(env, 'HOST') ?? '0.0.0.0',
    dataDir: resolve(root, text(env, 'DATA_DIR') ?? '.data'),
    demo: flagOf(env, 'DEMO', true),
    logLevel: oneOf(env, 'LOG_LEVEL', logLevels, 'warn'),
    chat,
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

function chatOf(env: Environment): EmbeddedChat | RealChat {
  const address = text(env, 'IM_ADDRESS')
  if (address === undefined) return { kind: 'embedded', port: portOf(env, 'EMBEDDED_PORT', 3000) }
  return {
    kind: 'real',
    address: chatAddressOf(env, address),
    agent: agentOf(env),
    createTokenSecret: text(env, 'IM_CREATE_TOKEN_SECRET'),
  }
}

function identitiesOf(env: Environment, root: string): IdentitySettings[] | undefined {
  const value = text(env, 'IM_IDENTITY')
  if (value === undefined) return undefined
  return readIdentitySettings(value, { root, allowHttp: allowHttpOf(env) })
}

function allowHttpOf(env: Environment): boolean {
  return flagOf(env, 'IM_ALLOW_HTTP', false)
}

/** With back-end authentication there is no chat token that could be in a cookie. */
function cookiesOf(env: Environment): boolean {
  const isOn = flagOf(env, 'IM_COOKIES', false)
  if (isOn && text(env, 'IM_REALTIME') === 'signalr') {
    throw new StartError('IM_COOKIES is for IM_REALTIME=ddp only; leave one of them out.')
  }
  return isOn
}

/** Tokens must not cross a network in the clear (gateway reference 7, item 4). */
function chatAddressOf(env: Environment, address: string): string {
  const url = urlOf('IM_ADDRESS', address, ['http:', 'https:'])
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol === 'http:' && !isLocal && !allowHttpOf(env)) {
    throw new StartError(
      'IM_ADDRESS is plain http to another machine; use https, or set IM_ALLOW_HTTP=1 in a network you trust.',
    )
  }
  return url.href
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

function agentOf(env: Environment): AgentCredentials | undefined {
  const userId = text(env, 'IM_AGENT_USER_ID')
  const token = text(env, 'IM_AGENT_TOKEN')
  const username = text(env, 'IM_AGENT_USERNAME')
  const password = text(env, 'IM_AGENT_PASSWORD')
  requireBoth('IM_AGENT_USER_ID', userId, 'IM_AGENT_TOKEN', token)
  requireBoth('IM_AGENT_USERNAME', username, 'IM_AGENT_PASSWORD', password)
  if (userId !== undefined && token !== undefined) return { kind: 'token', userId, token }
  if (username !== undefined && password !== undefined) {
    return { kind: 'password', username, password }
  }
  return undefined
}

function requireBoth(
  first: string,
  firstValue: string | undefined,
  second: string,
  secondValue: string | undefined,
): void {
  if ((firstValue === undefined) === (secondValue === undefined)) return
  const [there, missing] = firstValue === undefined ? [second, first] : [first, second]
  throw new StartError(`${there} is set but ${missing} is not; set both.`)
}

function text(env: Environment, name: ConfigKey): string | undefined {
  const value = env[name]?.trim()
  return value === '' ? undefined : value
}

function portOf(env: Environment, name: ConfigKey, fallback: number): number {
  const value = text(env, name)
  if (value === undefined) return fallback
  const port = Number(value)
  if (/^\d+$/.test(value) && port <= 65_535) return port
  throw new StartError(`${name} has to be a port number from 0 to 65535, not "${value}".`)
}

function flagOf(env: Environment, name: ConfigKey, fallback: boolean): boolean {
  const value = text(env, name)?.toLowerCase()
  if (value === undefined) return fallback
  if (['1', 'true', 'yes', 'on'].includes(value)) return true
  if (['0', 'false', 'no', 'off'].includes(value)) return false
  throw new StartError(`${name} has to be 1 or 0, not "${value}".`)
}

function oneOf<T extends string>(
  env: Environment,
  name: ConfigKey,
  allowed: readonly T[],
  fallback: T,
): T {
  const value = text(env, name) ?? fallback
  const found = allowed.find((one) => one === value)
  if (found !== undefined) return found
  throw new StartError(`${name} has to be one of ${allowed.join(', ')}, not "${value}".`)
}

function listOf(env: Environment, name: ConfigKey): string[] {
  return (text(env, name) ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function urlOf(name: string, value: string, protocols: string[]): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isPlain = url?.username === '' && url.password === '' && url.search === ''
  if (url && isPlain && protocols.includes(url.protocol)) return url
  throw new StartError(
    `${name} is not a usable address; write it like ${protocols[1] ?? ''}//chat.example.com.`,
  )
}

/** An address or a network such as 10.0.0.0/8. */
function networkOf(name: ConfigKey, value: string): string {
  if (isNetwork(value)) return value
  throw new StartError(`${name} has to be a list of IP addresses or networks such as 10.0.0.0/8.`)
}

function originOf(name: string, value: string): string {
  const { origin } = urlOf(name, value, ['http:', 'https:'])
  return origin
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

/** A secret that is too short can be guessed. */
function secretOf(env: Environment, name: ConfigKey): string | undefined {
  const value = text(env, name)
  if (value === undefined || /^\S{32,}$/.test(value)) return value
  throw new StartError(`${name} has to have at least 32 characters, none of them a space.`)
}

/** The value is not repeated in the sentence: it is a secret. */
function keyOf(env: Environment, name: ConfigKey): string | undefined {
  const value = text(env, name)
  if (value === undefined || /^[0-9a-f]{64}$/i.test(value)) return value
  throw new StartError(`${name} has to be 32 bytes in hex (64 characters).`)
}
