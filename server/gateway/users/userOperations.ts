import type { Logger } from 'pino'
import type { Agent } from '../chat/agent'
import type { ChatAccounts } from '../chat/chatAccounts'
import { ChatRefusal } from '../chat/chatRest'
import type { ChatSessions } from '../chat/chatSessions'
import { syntheticEmail } from '../identity/claims'
import { ImError } from '../imError'
import type { ChatAccount, GatewayStore } from '../store/gatewayStore'
import type { Locks } from '../store/locks'
import type { BusinessUser, UserStore } from './userStore'

/** A user as the business system sends them. */
export type UserInput = {
  /** As in the business token; with the provider's name in front where it has one (`erp:42`). */
  userId: string
  userName: string
  name?: string
  /** Counts as verified by the business system. */
  emailAddress?: string
  /** True when left out. */
  isActive?: boolean
  /** Address of the picture, which the chat server fetches; left alone when left out. */
  avatarUrl?: string
}

export type UserChanges = {
  userId: string
  name?: string
  emailAddress?: string
  isActive?: boolean
  avatarUrl?: string
}

/** The chat side of a business user. */
export type UserAnswer = { userId: string; chatUserId: string; username: string; isActive: boolean }

/**
 * What the business system may do with its users' chat accounts. One operation per user runs at a time. All throw
 * {ImError}: `agent-missing`, `agent-refused`, `chat-refused`, `chat-unavailable`.
 */
export type UserOperations = {
  /** Creates the account, or brings the existing one to the given state: calling it twice does no harm. */
  create(input: UserInput): Promise<UserAnswer>
  /** @throws {ImError} `not-found` when nobody has this id and no account was made for it. */
  update(changes: UserChanges): Promise<UserAnswer>
  /** Deletes the chat account for good and refuses the user's tokens. Repeating it does no harm. */
  delete(userId: string): Promise<void>
  /** Brings the chat account of a user to what is stored of them now. @returns what had to be done. */
  reconcile(userId: string): Promise<Outcome>
}

export type Outcome =
  'unchanged' | 'created' | 'updated' | 'deactivated' | 'reactivated' | 'deleted'

export type UserOperationsOptions = {
  users: UserStore
  store: GatewayStore
  accounts: ChatAccounts
  agent: Agent
  sessions: ChatSessions
  locks: Locks
  logger: Logger
}

export function createUserOperations(options: UserOperationsOptions): UserOperations {
  const { users, store, locks } = options
  const lock = <T>(userId: string, work: () => Promise<T>) => locks.run(`user:${userId}`, work)
  return {
    create: (input) =>
      lock(input.userId, async () => {
        const user = toBusinessUser(input, await users.user(input.userId))
        await users.saveUser(user)
        await bringTo(options, user)
        return answerOf(user, await store.account(user.userId))
      }),
    update: (changes) =>
      lock(changes.userId, async () => {
        const user = changed(await knownUser(options, changes.userId), changes)
        await users.saveUser(user)
        await bringTo(options, user)
        return answerOf(user, await store.account(user.userId))
      }),
    delete: (userId) =>
      lock(userId, async () => {
        const known = (await users.user(userId)) ?? unnamedUser(userId)
        const gone = { ...known, state: 'deleted' as const }
        await users.saveUser(gone)
        await bringTo(options, gone)
      }),
    reconcile: (userId) =>
      lock(userId, async () => {
        // Read here: whoever was deleted while a run was under way must not come back with it.
        const user = await users.user(userId)
        return user ? bringTo(options, user) : 'unchanged'
      }),
  }
}

async function bringTo(options: UserOperationsOptions, user: BusinessUser): Promise<Outcome> {
  try {
    if (user.state === 'active') return await makeActive(options, user)
    await options.sessions.closeAll(user.userId)
    return user.state === 'deleted' ? await remove(options, user) : await switchOff(options, user)
  } catch (error) {
    if (!(error instanceof ChatRefusal)) throw error
    options.logger.warn({ code: error.code }, 'the chat server refused a change of a user')
    if (error.status === 401 || error.status === 403) {
      throw new ImError('agent-refused', 'The agent account may not change chat users.')
    }
    throw new ImError('chat-refused', 'The chat server did not accept the change of the user.')
  }
}

async function makeActive(options: UserOperationsOptions, user: BusinessUser): Promise<Outcome> {
  const { accounts, agent, store } = options
  await accounts.forgetIfGone(user)
  const isNew = (await store.account(user.userId)) === undefined
  const { chatUserId } = await accounts.ensure(user)
  const found = await agent.findById(chatUserId)
  if (!found) throw new ImError('chat-unavailable', 'The chat account is not to be found.', 5)
  const changes: { name?: string; email?: string } = {}
  if (found.name !== user.name) changes.name = user.name
  if (!found.emails.includes(user.email.toLowerCase())) changes.email = user.email
  const isChanged = Object.keys(changes).length > 0
  if (isChanged) await agent.updateUser(chatUserId, changes)
  if (!found.active) await agent.setActive(chatUserId, true)
  // Last: a picture that cannot be fetched must not keep anybody from their name or from coming in.
  const hasPicture = await showPicture(options, user, chatUserId, isNew)
  if (isNew) return 'created'
  if (!found.active) return 'reactivated'
  return isChanged || hasPicture ? 'updated' : 'unchanged'
}

/** @returns whether the chat server had to be given the picture. */
async function showPicture(
  { agent, users }: UserOperationsOptions,
  user: BusinessUser,
  chatUserId: string,
  isNew: boolean,
): Promise<boolean> {
  const { avatarUrl, shownAvatarUrl } = user
  if (avatarUrl === undefined || (avatarUrl === shownAvatarUrl && !isNew)) return false
  await agent.setAvatar(chatUserId, avatarUrl)
  await users.saveUser({ ...user, shownAvatarUrl: avatarUrl })
  return true
}

async function switchOff(
  { store, agent }: UserOperationsOptions,
  { userId }: BusinessUser,
): Promise<Outcome> {
  const account = await store.account(userId)
  const found = account && (await agent.findById(account.chatUserId))
  if (!found?.active) return 'unchanged'
  await agent.setActive(found.id, false)
  return 'deactivated'
}

async function remove(
  { store, agent }: UserOperationsOptions,
  { userId }: BusinessUser,
): Promise<Outcome> {
  const account = await store.account(userId)
  if (!account) return 'unchanged'
  // An administrator's account is never deleted from outside, whatever it is linked to.
  const found = await agent.findById(account.chatUserId)
  if (found?.roles.includes('admin')) {
    throw new ImError('not-allowed', 'An administrator of the chat server cannot be deleted here.')
  }
  if (found) await agent.deleteUser(found.id)
  await store.removeAccount(userId)
  return 'deleted'
}

/**
 * The state that an input asks for.
 *
 * @param known what was known of this user, for the picture.
 */
export function toBusinessUser(input: UserInput, known: BusinessUser | undefined): BusinessUser {
  const { userId, userName, name, emailAddress, isActive } = input
  const avatarUrl = input.avatarUrl ?? known?.avatarUrl
  const user: BusinessUser = {
    userId,
    username: userName,
    name: name ?? userName,
    email: emailAddress ?? syntheticEmail(userId),
    state: (isActive ?? true) ? 'active' : 'inactive',
  }
  if (avatarUrl !== undefined) user.avatarUrl = avatarUrl
  if (known?.shownAvatarUrl !== undefined) user.shownAvatarUrl = known.shownAvatarUrl
  return user
}

function changed(user: BusinessUser, changes: UserChanges): BusinessUser {
  const { name, emailAddress, isActive, avatarUrl } = changes
  const state = isActive === undefined ? user.state : isActive ? 'active' : 'inactive'
  const next = { ...user, name: name ?? user.name, email: emailAddress ?? user.email, state }
  if (avatarUrl !== undefined) next.avatarUrl = avatarUrl
  return next
}

/** Also somebody who has only signed in so far can be changed; what is not told stays as the chat server has it. */
async function knownUser(
  { users, store, agent }: UserOperationsOptions,
  userId: string,
): Promise<BusinessUser> {
  const known = await users.user(userId)
  if (known && known.state !== 'deleted') return known
  const account = known ? undefined : await store.account(userId)
  const found = account && (await agent.findById(account.chatUserId))
  if (!found) throw new ImError('not-found', 'There is no user with this id.')
  const { username, name, emails } = found
  const email = emails[0] ?? syntheticEmail(userId)
  return { userId, username, name, email, state: found.active ? 'active' : 'inactive' }
}

function unnamedUser(userId: string): BusinessUser {
  const email = syntheticEmail(userId)
  return { userId, username: userId, name: userId, email, state: 'active' }
}

function answerOf(
  { userId, username, state }: BusinessUser,
  account: ChatAccount | undefined,
): UserAnswer {
  return {
    userId,
    chatUserId: account?.chatUserId ?? '',
    username: account?.username ?? username,
    isActive: state === 'active',
  }
}
