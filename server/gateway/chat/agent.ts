import { createHash } from 'node:crypto'
import { ImError } from '../imError'
import { createSingleFlight } from '../singleFlight'
import {
  asRecord,
  ChatRefusal,
  textOf,
  type ChatCall,
  type ChatCredentials,
  type ChatRest,
} from './chatRest'

/** How the gateway signs in for administrative work. */
export type AgentCredentials =
  | { kind: 'token'; userId: string; token: string }
  | { kind: 'password'; username: string; password: string }

/** A chat user as the agent sees it. `emails` has verified addresses only, in lower case. */
export type FoundUser = { id: string; username: string; emails: string[]; roles: string[] }

export type NewUser = { username: string; name: string; email: string; password: string }

/**
 * The administrative account. Every operation it may do is named here; there is no way to send anything else with its
 * token, and it never stands in for a user (gateway reference 7, items 1, 2 and 21).
 * All operations throw {ImError} `agent-missing`, `agent-refused` or `chat-unavailable`, and {ChatRefusal} when the chat
 * server refuses the operation itself.
 */
export type Agent = {
  findByUsername(username: string): Promise<FoundUser | undefined>
  findById(userId: string): Promise<FoundUser | undefined>
  createUser(user: NewUser): Promise<FoundUser>
  /** @param secret CREATE_TOKENS_FOR_USERS_SECRET of the chat server (protocol reference 3.6). */
  createToken(userId: string, secret: string): Promise<ChatCredentials>
  /** Gives the agent's own session back; never throws. */
  signOut(): Promise<void>
}

type SendAsAgent = (call: Omit<ChatCall, 'as'>) => Promise<Record<string, unknown>>

/** @param credentials undefined when none are configured: then every operation says which variables to set. */
export function createAgent(rest: ChatRest, credentials: AgentCredentials | undefined): Agent {
  const session = createAgentSession(rest, credentials)
  return {
    findByUsername: (username) => find(session.send, 'username', username),
    findById: (userId) => find(session.send, 'userId', userId),
    async createUser(user) {
      const answer = await session.send({
        method: 'POST',
        path: 'users.create',
        body: {
          ...user,
          verified: true,
          requirePasswordChange: false,
          sendWelcomeEmail: false,
          joinDefaultChannels: true,
        },
      })
      return toFoundUser(asRecord(answer.user))
    },
    async createToken(userId, secret) {
      const body = { userId, secret }
      const answer = await session.send({ method: 'POST', path: 'users.createToken', body })
      const data = asRecord(answer.data)
      return { userId: textOf(data, 'userId'), authToken: textOf(data, 'authToken') }
    },
    signOut: () => session.signOut(),
  }
}

async function find(
  send: SendAsAgent,
  by: 'username' | 'userId',
  value: string,
): Promise<FoundUser | undefined> {
  try {
    const path = `users.info?${by}=${encodeURIComponent(value)}`
    const answer = await send({ method: 'GET', path })
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

type AgentSession = { send: SendAsAgent; signOut(): Promise<void> }

/** Signs in when first needed; a token that has become invalid is renewed once, then the call is repeated once. */
function createAgentSession(
  rest: ChatRest,
  credentials: AgentCredentials | undefined,
): AgentSession {
  const flight = createSingleFlight<ChatCredentials>()
  let current: ChatCredentials | undefined
  const signedIn = async () => {
    current ??= await flight.run('agent', () => signIn(rest, credentials))
    return current
  }
  return {
    async send(call) {
      const first = await signedIn()
      try {
        return await sendWithSecondFactor(rest, { ...call, as: first }, credentials)
      } catch (error) {
        if (!(error instanceof ChatRefusal) || error.status !== 401) throw error
        if (current === first) current = undefined
        return await sendWithSecondFactor(rest, { ...call, as: await signedIn() }, credentials)
      }
    },
    async signOut() {
      const last = current
      current = undefined
      if (!last || credentials?.kind !== 'password') return
      try {
        await rest.call({ method: 'POST', path: 'logout', as: last })
      } catch {
        // Stopping goes on: the token expires by itself.
      }
    },
  }
}

async function signIn(
  rest: ChatRest,
  credentials: AgentCredentials | undefined,
): Promise<ChatCredentials> {
  if (!credentials) {
    throw new ImError(
      'agent-missing',
      'The gateway has no agent account: set IM_AGENT_USER_ID and IM_AGENT_TOKEN, or IM_AGENT_USERNAME and IM_AGENT_PASSWORD.',
    )
  }
  if (credentials.kind === 'token') {
    return { userId: credentials.userId, authToken: credentials.token }
  }
  try {
    const { username, password } = credentials
    return await signInWithPassword(rest, username, password)
  } catch (error) {
    if (!(error instanceof ChatRefusal)) throw error
    throw new ImError(
      'agent-refused',
      error.code === 'totp-required'
        ? 'The agent account needs a second factor: use a personal access token in IM_AGENT_USER_ID and IM_AGENT_TOKEN.'
        : 'The chat server refused the agent account: check IM_AGENT_USERNAME and IM_AGENT_PASSWORD.',
    )
  }
}

/**
 * `POST login` (protocol reference 3.5).
 *
 * @param address on whose behalf: the chat server limits logins per address (protocol reference 3.4).
 */
export async function signInWithPassword(
  rest: ChatRest,
  username: string,
  password: string,
  address?: string,
): Promise<ChatCredentials> {
  const answer = await rest.call({
    method: 'POST',
    path: 'login',
    body: { user: username, password },
    headers: address === undefined ? {} : { 'x-forwarded-for': address },
  })
  const data = asRecord(answer.data)
  return { userId: textOf(data, 'userId'), authToken: textOf(data, 'authToken') }
}

/** Some servers want the agent's password once more for administrative calls (gateway reference 6.4). */
async function sendWithSecondFactor(
  rest: ChatRest,
  call: ChatCall,
  credentials: AgentCredentials | undefined,
): Promise<Record<string, unknown>> {
  try {
    return await rest.call(call)
  } catch (error) {
    const isAsked = error instanceof ChatRefusal && error.twoFactorMethod === 'password'
    if (!isAsked || credentials?.kind !== 'password') throw error
    const digest = createHash('sha256').update(credentials.password).digest('hex')
    return rest.call({ ...call, headers: { 'x-2fa-method': 'password', 'x-2fa-code': digest } })
  }
}
