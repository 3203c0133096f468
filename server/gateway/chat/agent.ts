import { asRecord, ChatRefusal, textOf, type ChatCredentials } from './chatRest'
import type { AgentSession } from './agentSession'
import type { AgentOperation, WithChat } from './withChat'

/** A chat user as the agent sees it. `emails` has verified addresses only, in lower case. */
export type FoundUser = {
  id: string
  username: string
  name: string
  active: boolean
  emails: string[]
  roles: string[]
}

export type NewUser = { username: string; name: string; email: string; password: string }

/**
 * The administrative account. Every operation it may do is named here; there is no way to send anything else with its
 * token, and it never stands in for a user (gateway reference 7, items 1, 2 and 21).
 * All operations throw {ImError} `agent-missing`, `agent-refused` or `chat-unavailable`, and {ChatRefusal} when the chat
 * server refuses the operation itself.
 */
export type Agent = {
  /** Signs in if need be and asks the chat server whether it is so. */
  check(): Promise<void>
  /** The agent's own chat id. */
  ownId(): Promise<string>
  findByUsername(username: string): Promise<FoundUser | undefined>
  findById(userId: string): Promise<FoundUser | undefined>
  createUser(user: NewUser): Promise<FoundUser>
  /** @param changes what becomes different; the address counts as verified. */
  updateUser(userId: string, changes: { name?: string; email?: string }): Promise<void>
  /** A user who is switched off is signed out by the chat server. */
  setActive(userId: string, isActive: boolean): Promise<void>
  /** @param avatarUrl fetched by the chat server (protocol reference 3.6). */
  setAvatar(userId: string, avatarUrl: string): Promise<void>
  /** Deletes the account; rooms whose last owner it was get another one. */
  deleteUser(userId: string): Promise<void>
  /**
   * @param secret CREATE_TOKENS_FOR_USERS_SECRET of the chat server; servers before 8.0 know none and have
   * CREATE_TOKENS_FOR_USERS instead (gateway reference 6.4).
   */
  createToken(userId: string, secret: string | undefined): Promise<ChatCredentials>
  /** Gives the agent's own session back; never throws. */
  signOut(): Promise<void>
}

export function createAgent(withChat: WithChat, session: AgentSession): Agent {
  const post = (operation: AgentOperation, body: Record<string, unknown>) =>
    withChat({ kind: 'agent', operation }, (call) =>
      call({ method: 'POST', path: operation, body }),
    )
  const me = () =>
    withChat({ kind: 'agent', operation: 'me' }, (call) => call({ method: 'GET', path: 'me' }))
  return {
    async check() {
      await me()
    },
    ownId: async () => textOf(await me(), '_id'),
    findByUsername: (username) => find(withChat, 'username', username),
    findById: (userId) => find(withChat, 'userId', userId),
    async createUser(user) {
      const answer = await post('users.create', {
        ...user,
        verified: true,
        requirePasswordChange: false,
        sendWelcomeEmail: false,
        joinDefaultChannels: true,
      })
      return toFoundUser(asRecord(answer.user))
    },
    async updateUser(userId, changes) {
      const data: Record<string, unknown> = { ...changes }
      if (changes.email !== undefined) data.verified = true
      await post('users.update', { userId, data })
    },
    async setActive(userId, isActive) {
      const relinquish = { confirmRelinquish: true }
      await post('users.setActiveStatus', { userId, activeStatus: isActive, ...relinquish })
    },
    async setAvatar(userId, avatarUrl) {
      await post('users.setAvatar', { userId, avatarUrl })
    },
    async deleteUser(userId) {
      await post('users.delete', { userId, confirmRelinquish: true })
    },
    async createToken(userId, secret) {
      const body = secret === undefined ? { userId } : { userId, secret }
      const data = asRecord((await post('users.createToken', body)).data)
      return { userId: textOf(data, 'userId'), authToken: textOf(data, 'authToken') }
    },
    signOut: () => session.signOut(),
  }
}

async function find(
  withChat: WithChat,
  by: 'username' | 'userId',
  value: string,
): Promise<FoundUser | undefined> {
  try {
    const path = `users.info?${by}=${encodeURIComponent(value)}`
    const answer = await withChat({ kind: 'agent', operation: 'users.info' }, (call) =>
      call({ method: 'GET', path }),
    )
    return toFoundUser(asRecord(answer.user))
  } catch (error) {
    // "User not found." comes as a 400 without an error type (protocol reference 3.6).
    if (error instanceof ChatRefusal && [400, 404].includes(error.status)) return undefined
    throw error
  }
}

function toFoundUser(user: Record<string, unknown>): FoundUser {
  const emails = Array.isArray(user.emails) ? user.emails : []
  const roles = Array.isArray(user.roles) ? user.roles : []
  return {
    id: textOf(user, '_id'),
    username: typeof user.username === 'string' ? user.username : '',
    name: typeof user.name === 'string' ? user.name : '',
    active: user.active !== false,
    emails: emails
      .map(asRecord)
      .filter(isVerified)
      .map(({ address }) => String(address).toLowerCase()),
    roles: roles.map(String),
  }
}

function isVerified(email: Record<string, unknown>): boolean {
  return email.verified === true && typeof email.address === 'string'
}
