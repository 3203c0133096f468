import type { ChatAccount } from '../store/gatewayStore'
import { ImError } from '../imError'
import type { Agent } from './agent'
import { signInWithPassword } from './agentSession'
import { ChatRefusal, type ChatCredentials, type ChatRest } from './chatRest'

/** One way to get a login token for a chat user. */
export interface TokenStrategy {
  readonly name: 'createToken' | 'password'
  /**
   * @param address the network address of the person it is for.
   * @returns undefined when this way does not work for this server or account, so that the next one is tried.
   * @throws {ImError} `chat-unavailable`, or what is wrong with the agent.
   */
  issue(account: ChatAccount, address: string): Promise<ChatCredentials | undefined>
}

/** Gets a login token for a chat user by the first way that works. */
export type TokenIssuer = {
  /** @throws {ImError} `chat-refused` when no way works. */
  issue(account: ChatAccount, address: string): Promise<ChatCredentials>
}

/** @param strategies in the order in which they are tried (gateway reference 6.4). */
export function createTokenIssuer(strategies: readonly TokenStrategy[]): TokenIssuer {
  return {
    async issue(account, address) {
      for (const strategy of strategies) {
        const pair = await strategy.issue(account, address)
        if (!pair) continue
        // A server that answers for somebody else must never sign this user in as that person.
        if (pair.userId === account.chatUserId) return pair
        throw new ImError('chat-refused', 'The chat server answered for another account.')
      }
      throw new ImError(
        'chat-refused',
        'No chat token could be issued: set IM_CREATE_TOKEN_SECRET to the chat server’s CREATE_TOKENS_FOR_USERS_SECRET.',
      )
    },
  }
}

/** `users.createToken` with the server's secret: works for every account and costs no login. */
export function createTokenBySecret(agent: Agent, secret: string | undefined): TokenStrategy {
  return {
    name: 'createToken',
    async issue({ chatUserId }) {
      if (secret === undefined) return undefined
      return refusalAsUndefined(() => agent.createToken(chatUserId, secret))
    },
  }
}

/** `login` with the account's own random password: for accounts that this gateway has created. */
export function createTokenByPassword(
  rest: ChatRest,
  secretOf: (account: ChatAccount) => string | undefined,
): TokenStrategy {
  return {
    name: 'password',
    async issue(account, address) {
      const password = secretOf(account)
      if (password === undefined) return undefined
      return refusalAsUndefined(() => signInWithPassword(rest, account.username, password, address))
    },
  }
}

async function refusalAsUndefined<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ChatRefusal) return undefined
    throw error
  }
}
