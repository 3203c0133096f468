import type { ChatAccount } from '../store/gatewayStore'
import { ImError } from '../imError'
import type { Agent } from './agent'
import { signInWithPassword } from './agentSession'
import { ChatRefusal, type ChatCredentials, type ChatRest } from './chatRest'

/** One way to get a login token for a chat user. */
export interface TokenStrategy {
  readonly name: 'createToken-secret' | 'createToken-env' | 'password'
  /**
   * @param address the network address of the person it is for.
   * @returns undefined when this way does not work for this server or account, so that the next one is tried.
   * @throws {ImError} `chat-unavailable`, or what is wrong with the agent.
   */
  issue(account: ChatAccount, address: string): Promise<ChatCredentials | undefined>
  /** Whether the chat server serves this way at all. @throws what `issue` throws. */
  works(): Promise<boolean>
}

/** Gets a login token for a chat user by the first way that works. */
export type TokenIssuer = {
  /** @throws {ImError} `chat-refused` when no way works. */
  issue(account: ChatAccount, address: string): Promise<ChatCredentials>
  /**
   * Asks the chat server which ways work; the others are not tried any more.
   * @returns the ways that work, in their order. @throws {ImError} when the chat server cannot be asked.
   */
  probe(): Promise<TokenStrategy['name'][]>
}

/** @param strategies in the order in which they are tried (gateway reference 6.4). */
export function createTokenIssuer(strategies: readonly TokenStrategy[]): TokenIssuer {
  // Not asked yet: what the configuration names is tried, the environment of the chat server is not guessed at.
  let usable = strategies.filter(({ name }) => name !== 'createToken-env')
  let isOwed = false
  const probe = async () => {
    isOwed = true
    const working: TokenStrategy[] = []
    for (const strategy of strategies) if (await strategy.works()) working.push(strategy)
    usable = working
    isOwed = false
    return working.map(({ name }) => name)
  }
  return {
    probe,
    async issue(account, address) {
      // The chat server was away when the process started; without an answer also now the old order stays.
      if (isOwed) await probe().catch(() => undefined)
      for (const strategy of usable) {
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

/**
 * `users.createToken`: works for every account and costs no login.
 *
 * @param secret CREATE_TOKENS_FOR_USERS_SECRET of Rocket.Chat 8; undefined for older servers, which have
 * CREATE_TOKENS_FOR_USERS instead (gateway reference 6.4).
 */
export function createTokenByAgent(
  agent: Agent,
  rest: ChatRest,
  secret: string | undefined,
): TokenStrategy {
  return {
    name: secret === undefined ? 'createToken-env' : 'createToken-secret',
    issue: ({ chatUserId }) => refusalAsUndefined(() => agent.createToken(chatUserId, secret)),
    async works() {
      const agentId = await agent.ownId()
      const as = await refusalAsUndefined(() => agent.createToken(agentId, secret))
      if (!as) return false
      // The trial token is given back; one that stays behind ends by itself.
      await rest.call({ method: 'POST', path: 'logout', as }).catch(() => undefined)
      return true
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
    works: () => Promise.resolve(true),
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
