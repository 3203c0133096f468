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
import type { CredentialSource } from './withChat'

/** How the gateway signs in for administrative work. */
export type AgentCredentials =
  | { kind: 'token'; userId: string; token: string }
  | { kind: 'password'; username: string; password: string }

/** The agent's sign-in: made when first needed, replaced when it has become invalid, given back at the end. */
export type AgentSession = CredentialSource & {
  /** Gives the session back; never throws. */
  signOut(): Promise<void>
}

/** @param credentials undefined when none are configured: then every use says which variables to set. */
export function createAgentSession(
  rest: ChatRest,
  credentials: AgentCredentials | undefined,
): AgentSession {
  const flight = createSingleFlight<ChatCredentials>()
  let kept: ChatCredentials | undefined
  const current = async () => {
    kept ??= await flight.run('agent', () => signIn(rest, credentials))
    return kept
  }
  return {
    current,
    async renew(refused) {
      if (kept === refused) kept = undefined
      return current()
    },
    send: (call) => sendWithSecondFactor(rest, call, credentials),
    async signOut() {
      const last = kept
      kept = undefined
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
      'The gateway has no agent account, so no chat account can be made or looked up: set IM_AGENT_USER_ID and IM_AGENT_TOKEN, or IM_AGENT_USERNAME and IM_AGENT_PASSWORD.',
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
