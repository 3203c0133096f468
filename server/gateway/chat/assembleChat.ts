import type { Dispatcher } from 'undici'
import type { Logger } from 'pino'
import type { Clock } from '../clock'
import type { GatewayStore } from '../store/gatewayStore'
import type { Locks } from '../store/locks'
import type { SecretBox } from '../store/secretBox'
import { createAgent, type Agent } from './agent'
import { createAgentSession, type AgentCredentials } from './agentSession'
import { createChatAccounts, type ChatAccounts } from './chatAccounts'
import { createChatRest } from './chatRest'
import { createChatSessions, type ChatSessions } from './chatSessions'
import { createTokenByAgent, createTokenByPassword, createTokenIssuer } from './tokenIssuer'
import type { TokenIssuer } from './tokenIssuer'
import { createWithChat, type WithChat } from './withChat'

export type ChatOptions = {
  /** Sends to the chat server. */
  dispatcher: Dispatcher
  /** Path prefix of the chat server without a slash at its end. */
  basePath: string
  agentCredentials: AgentCredentials | undefined
  /** CREATE_TOKENS_FOR_USERS_SECRET of the chat server. */
  createTokenSecret: string | undefined
  store: GatewayStore
  secretBox: SecretBox
  locks: Locks
  isBlocked(businessUserId: string): Promise<boolean>
  clock: Clock
  logger: Logger
}

/** Everything that asks the chat server for something on the gateway's own account. */
export type ChatParts = {
  agent: Agent
  accounts: ChatAccounts
  issuer: TokenIssuer
  sessions: ChatSessions
  withChat: WithChat
}

export function assembleChat(options: ChatOptions): ChatParts {
  const { store, secretBox, locks, clock, logger } = options
  const rest = createChatRest(options.dispatcher, options.basePath, clock)
  const agentSession = createAgentSession(rest, options.agentCredentials)
  const withChat = createWithChat({
    rest,
    agent: agentSession,
    user: (caller, address, held) => sessions.credentialsOf(caller, address, held),
  })
  const agent = createAgent(withChat, agentSession)
  const accounts = createChatAccounts({ store, agent, secretBox, locks, logger })
  const { createTokenSecret } = options
  const strategies = [
    createTokenByAgent(agent, rest, undefined),
    createTokenByPassword(rest, (account) => accounts.secretOf(account)),
  ]
  if (createTokenSecret !== undefined) {
    strategies.unshift(createTokenByAgent(agent, rest, createTokenSecret))
  }
  const issuer = createTokenIssuer(strategies)
  const sessions = createChatSessions({
    ...{ store, accounts, issuer, rest, secretBox, locks, clock, logger },
    isBlocked: (businessUserId) => options.isBlocked(businessUserId),
  })
  return { agent, accounts, issuer, sessions, withChat }
}
