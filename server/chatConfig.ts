import type { ConfigKey, Environment } from './configFile'
import { allowHttpOf, portOf, text, urlOf } from './configValues'
import { StartError } from './errors'
import type { AgentCredentials } from './gateway/chat/agentSession'

export type EmbeddedChat = { kind: 'embedded'; port: number }

export type RealChat = {
  kind: 'real'
  address: string
  agent: AgentCredentials | undefined
  createTokenSecret: string | undefined
}

/** What says how a real chat server is used; the embedded one has an agent and a secret of its own. */
const realChatKeys = [
  'IM_AGENT_USER_ID',
  'IM_AGENT_TOKEN',
  'IM_AGENT_USERNAME',
  'IM_AGENT_PASSWORD',
  'IM_CREATE_TOKEN_SECRET',
] as const satisfies readonly ConfigKey[]

/** What has to be set for an agent account, as a part of sentences. */
export const agentKeys =
  'IM_AGENT_USER_ID and IM_AGENT_TOKEN, or IM_AGENT_USERNAME and IM_AGENT_PASSWORD'

/**
 * Which chat server is used, and as whom. A real one without an agent account is allowed: then the gateway serves those
 * who have a chat account already.
 *
 * @throws {StartError} naming the key that has no usable value or does nothing without another one.
 */
export function readChat(env: Environment): EmbeddedChat | RealChat {
  const address = text(env, 'IM_ADDRESS')
  const agent = agentOf(env)
  const createTokenSecret = text(env, 'IM_CREATE_TOKEN_SECRET')
  if (address === undefined) {
    const idle = realChatKeys.find((key) => text(env, key) !== undefined)
    if (idle === undefined) return { kind: 'embedded', port: portOf(env, 'EMBEDDED_PORT', 3000) }
    throw new StartError(
      `${idle} is set but IM_ADDRESS is not; it is for a real Rocket.Chat, so set both or neither.`,
    )
  }
  if (createTokenSecret !== undefined && agent === undefined) {
    throw new StartError(
      `IM_CREATE_TOKEN_SECRET is used by the agent account, which is missing; set ${agentKeys}.`,
    )
  }
  return { kind: 'real', address: chatAddressOf(env, address), agent, createTokenSecret }
}

/** Tokens must not cross a network in the clear (gateway reference 7, item 4). */
function chatAddressOf(env: Environment, address: string): string {
  const url = urlOf('IM_ADDRESS', address, ['http:', 'https:'])
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol === 'http:' && !isLocal && !allowHttpOf(env)) {
    throw new StartError(
      'IM_ADDRESS is plain http to another machine; use https, or set IM_ALLOW_HTTP=1 in a network you trust.',
    )
  }
  return url.href
}

function agentOf(env: Environment): AgentCredentials | undefined {
  const userId = text(env, 'IM_AGENT_USER_ID')
  const token = text(env, 'IM_AGENT_TOKEN')
  const username = text(env, 'IM_AGENT_USERNAME')
  const password = text(env, 'IM_AGENT_PASSWORD')
  requireBoth('IM_AGENT_USER_ID', userId, 'IM_AGENT_TOKEN', token)
  requireBoth('IM_AGENT_USERNAME', username, 'IM_AGENT_PASSWORD', password)
  if (userId !== undefined && token !== undefined) return { kind: 'token', userId, token }
  if (username !== undefined && password !== undefined) {
    return { kind: 'password', username, password }
  }
  return undefined
}

function requireBoth(
  first: string,
  firstValue: string | undefined,
  second: string,
  secondValue: string | undefined,
): void {
  if ((firstValue === undefined) === (secondValue === undefined)) return
  const [there, missing] = firstValue === undefined ? [second, first] : [first, second]
  throw new StartError(`${there} is set but ${missing} is not; set both.`)
}
