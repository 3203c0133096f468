import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import type { Logger } from 'pino'
import type { Clock } from '../../../src/platform/types'
import type { ChatSessions } from '../chat/chatSessions'
import { createHub, maxNegotiationsPerUser } from '../hub/hub'
import { hubRoutes } from '../hub/hubRoutes'
import { createNegotiations } from '../hub/negotiations'
import { createSharedNegotiations } from '../hub/sharedNegotiations'
import type { IdentityProvider } from '../identity/identityProvider'
import type { Records } from '../store/records'
import type { UpgradeHandler } from '../web/upgradeRouter'
import { createRelay } from './relay'
import type { RelayCounts } from './userRelay'

/** Where hub clients connect, on the gateway. */
export const hubPath = '/signalr'

export type BackEndWayOptions = {
  identity: IdentityProvider
  sessions: Pick<ChatSessions, 'open'>
  /** Address of the chat server, with its path prefix. */
  chatAddress: URL
  isAllowedOrigin(origin: string | undefined, host: string | undefined): boolean
  /** The real client's address. */
  addressOf(request: IncomingMessage): string
  /** Where negotiations are kept for all gateways; undefined: this gateway is alone. */
  ephemeral?: Records | undefined
  /** Over how long the clients are asked to come back elsewhere when this gateway stops; all at once when left out. */
  spreadMs?: number
  clock: Clock
  logger: Logger
}

/** Connections now; events relayed and connections to the chat server made anew since the start. */
export type HubLoad = RelayCounts & { hubConnections: number; chatConnections: number }

/** Back-end authentication: the hub and the relay behind it. */
export type BackEndWay = UpgradeHandler & {
  /** Adds the hub's HTTP endpoints. */
  addRoutes(app: FastifyInstance): Promise<void>
  /** Ends the connections of a sign-in; called before its chat session is revoked. */
  sessionEnded(sessionId: string): void
  /** Ends every connection of a business user. */
  userBlocked(userId: string): void
  /** How much is going on now. */
  load(): HubLoad
  /** Asks the clients to come back elsewhere, and ends. */
  close(): Promise<void>
}

export function createBackEndWay(options: BackEndWayOptions): BackEndWay {
  const counts: RelayCounts = { events: 0, reconnects: 0 }
  const relay = createRelay({ ...options, counts })
  const { ephemeral } = options
  const own = createNegotiations(maxNegotiationsPerUser)
  const negotiations = ephemeral ? createSharedNegotiations(ephemeral, own) : own
  const hub = createHub({ ...options, application: relay, negotiations })
  return {
    async addRoutes(app) {
      await app.register(hubRoutes, { prefix: hubPath, identity: options.identity, hub })
    },
    upgrade: (request, socket, head) => hub.upgrade(request, socket, head),
    sessionEnded(sessionId) {
      hub.endSession(sessionId)
      relay.sessionEnded(sessionId)
    },
    userBlocked(userId) {
      hub.endUser(userId)
      relay.userEnded(userId)
    },
    load: () => ({
      hubConnections: hub.connectionCount,
      chatConnections: relay.userCount,
      ...counts,
    }),
    async close() {
      await hub.close()
      relay.close()
    },
  }
}
