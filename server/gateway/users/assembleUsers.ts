import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Agent } from '../chat/agent'
import type { ChatAccounts } from '../chat/chatAccounts'
import type { ChatSessions } from '../chat/chatSessions'
import type { Clock } from '../clock'
import type { GatewayStore } from '../store/gatewayStore'
import type { Locks } from '../store/locks'
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
  locks: Locks
  clock: Clock
  logger: Logger
}

/** Adds what the business system may ask about its users' chat accounts. */
export async function addUserRoutes(app: FastifyInstance, options: UsersOptions): Promise<void> {
  const { users, clock, serviceSecret } = options
  const operations = createUserOperations(options)
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
