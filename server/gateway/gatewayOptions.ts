import type { Logger } from 'pino'
import type { Clock as TimerClock } from '../../src/platform/types'
import type { AgentCredentials } from './chat/agentSession'
import type { Clock } from './clock'
import type { UserDirectory } from './identity/identityProvider'
import type { IdentitySettings } from './identity/identitySettings'
import type { RateLimit } from './identity/userRateLimit'

/** How a gateway is set up; `startAll` makes it of the configuration. */
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
