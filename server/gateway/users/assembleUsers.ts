import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Agent } from '../chat/agent'
import type { ChatAccounts } from '../chat/chatAccounts'
import type { ChatSessions } from '../chat/chatSessions'
import type { Clock } from '../clock'
import type { Caller } from '../identity/identityProvider'
import type { GatewayStore } from '../store/gatewayStore'
import { createReconcile } from './reconcile'
import { userHook } from './userHook'
import { createUserOperations } from './userOperations'
import { userRoutes } from './userRoutes'
import type { UserStore } from './userStore'

export type UsersOptions = {
  users: UserStore
  store: GatewayStore
  accounts: ChatAccounts
  agent: Agent
  sessions: ChatSessions
  serviceSecret: string | undefined
  hookSecret: string | undefined
  /** Ends the live connections of a sign-in. */
  onSignOut(caller: Caller): void
  clock: Clock
  logger: Logger
}

/** Adds what the business system may ask about its users' chat accounts. */
export async function addUserRoutes(app: FastifyInstance, options: UsersOptions): Promise<void> {
  const { users, store, clock, serviceSecret } = options
  const operations = createUserOperations({
    ...options,
    onBlocked(userId) {
      for (const { sessionId, expiresAt } of store.pairsOfUser(userId)) {
        options.onSignOut({ userId, sessionId, expiresAt, username: '', name: '', email: '' })
      }
    },
  })
  const reconcile = createReconcile(operations, users)
  await app.register(userRoutes, {
    prefix: '/api/services/app/Im',
    ...{ operations, reconcile, serviceSecret },
  })
  await app.register(userHook, {
    prefix: '/hooks',
    ...{ operations, users, secret: options.hookSecret, clock },
  })
}
