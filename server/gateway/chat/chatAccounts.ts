import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import type { Caller } from '../identity/identityProvider'
import { ImError } from '../imError'
import type { ChatAccount, GatewayStore } from '../store/gatewayStore'
import type { Locks } from '../store/locks'
import type { SecretBox } from '../store/secretBox'
import type { Agent, FoundUser } from './agent'
import { ChatRefusal } from './chatRest'

/** What is needed of a business user to find or make their chat account. */
export type ChatPerson = Pick<Caller, 'userId' | 'username' | 'name' | 'email'>

/** Finds or creates the chat account of a business user. */
export type ChatAccounts = {
  /**
   * @throws {ImError} when the agent is missing or refused, or the chat server is unavailable or does not accept the
   * account.
   */
  ensure(caller: ChatPerson): Promise<ChatAccount>
  /** Forgets an account that no longer exists on the chat server. @returns whether it was gone. */
  forgetIfGone(caller: Pick<ChatPerson, 'userId'>): Promise<boolean>
  /** The random password of an account that this gateway created. */
  secretOf(account: ChatAccount): string | undefined
}

export type ChatAccountsOptions = {
  store: GatewayStore
  agent: Agent
  secretBox: SecretBox
  /** Two gateways must not make two accounts of one person. */
  locks: Locks
  logger: Logger
}

/**
 * An account is found by the stored mapping; else by its name, and then only when its e-mail address proves that it is
 * the same person: a business user whose login name happens to be "admin" must not get the administrator's account.
 * Else it is created with a random password that nobody knows (gateway reference 7, item 3).
 */
export function createChatAccounts(options: ChatAccountsOptions): ChatAccounts {
  const { store, agent, secretBox } = options
  const link = async (caller: ChatPerson) => {
    const known = await store.account(caller.userId)
    if (known) return known
    const account = await findOrCreate(options, caller)
    await store.saveAccount(caller.userId, account)
    options.logger.info({ businessUserId: caller.userId }, 'chat account linked')
    return account
  }
  return {
    async ensure(caller) {
      const known = await store.account(caller.userId)
      return known ?? options.locks.run(`account:${caller.userId}`, () => link(caller))
    },
    async forgetIfGone(caller) {
      const known = await store.account(caller.userId)
      if (!known || (await agent.findById(known.chatUserId))) return false
      await store.removeAccount(caller.userId)
      return true
    },
    secretOf({ chatUserId, secretBox: box }) {
      return box === null ? undefined : secretBox.open(box, chatUserId)
    },
  }
}

async function findOrCreate(
  options: ChatAccountsOptions,
  caller: ChatPerson,
): Promise<ChatAccount> {
  for (const username of usernamesFor(caller)) {
    const found = await options.agent.findByUsername(username)
    if (!found) {
      const created = await create(options, caller, username)
      if (created) return created
    }
    const rival = found ?? (await options.agent.findByUsername(username))
    if (rival && isSamePerson(rival, caller)) {
      return { chatUserId: rival.id, username: rival.username, secretBox: null }
    }
  }
  throw new ImError('chat-refused', 'No chat account could be made: its name or e-mail is taken.')
}

/** The login name first; with the id behind it when that one belongs to somebody else. */
function usernamesFor({ username, userId }: ChatPerson): string[] {
  const slug = username.toLowerCase().replace(/[^a-z0-9._-]/g, '-')
  return [slug, `${slug}.${userId.replace(/[^A-Za-z0-9]/g, '-')}`]
}

function isSamePerson(found: FoundUser, caller: ChatPerson): boolean {
  return found.emails.includes(caller.email.toLowerCase()) && !found.roles.includes('admin')
}

/** @returns undefined when the chat server refuses the name or address, most often because it is taken. */
async function create(
  { agent, secretBox, logger }: ChatAccountsOptions,
  { name, email }: ChatPerson,
  username: string,
): Promise<ChatAccount | undefined> {
  const password = randomBytes(32).toString('base64url')
  try {
    const created = await agent.createUser({ username, name, email, password })
    return { chatUserId: created.id, username, secretBox: secretBox.seal(password, created.id) }
  } catch (error) {
    if (!(error instanceof ChatRefusal)) throw error
    if (error.status === 401 || error.status === 403) {
      throw new ImError('agent-refused', 'The agent account may not create chat users.')
    }
    logger.warn({ code: error.code }, 'the chat server did not accept a new account')
    return undefined
  }
}
