import type { Dispatcher } from 'undici'
import type { Caller } from '../identity/identityProvider'
import type { HeldCredentials } from './chatSessions'
import { ChatRefusal, type ChatCall, type ChatCredentials, type ChatRest } from './chatRest'

/** Everything that the agent may do, with its method; nothing else can be sent with its token. */
const agentOperations = {
  me: 'GET',
  'users.info': 'GET',
  'users.create': 'POST',
  'users.createToken': 'POST',
  'users.update': 'POST',
  'users.setAvatar': 'POST',
  'users.setActiveStatus': 'POST',
  'users.delete': 'POST',
} as const

export type AgentOperation = keyof typeof agentOperations

/** As whom something is done: never as the agent in place of a user (gateway reference 7, items 1 and 2). */
export type ChatActor =
  | { kind: 'agent'; operation: AgentOperation }
  | {
      kind: 'user'
      caller: Caller
      /** The caller's network address. */
      address: string
      /** What the client sends itself; the credentials that the gateway keeps when left out. */
      held?: HeldCredentials
    }

/** Where credentials come from and how they are replaced. */
export type CredentialSource = {
  current(): Promise<ChatCredentials>
  /** @returns other credentials after a 401, or undefined when the refused ones are still good. */
  renew(refused: ChatCredentials): Promise<ChatCredentials | undefined>
  /** Another way to send than the plain one. */
  send?(call: ChatCall): Promise<Record<string, unknown>>
}

/** Sends one call of an action. */
export type ActingCall = (call: Omit<ChatCall, 'as'>) => Promise<Record<string, unknown>>

/**
 * Sends one request whose answer is streamed; its status is looked at, its body is not read.
 *
 * @param mayRepeat false when the body of the request cannot be sent again; then a 401 stays the answer.
 */
export type ActingStream = (
  send: (as: ChatCredentials) => Promise<Dispatcher.ResponseData>,
  mayRepeat: boolean,
) => Promise<Dispatcher.ResponseData>

/**
 * Runs an action on the chat server as a user or as the agent. After a 401 the credentials are renewed once and the
 * refused call is repeated once.
 *
 * @throws {ChatRefusal} when the chat server refuses; {ImError} when it cannot be asked or nobody can be signed in.
 */
export type WithChat = <T>(
  actor: ChatActor,
  action: (call: ActingCall, stream: ActingStream) => Promise<T>,
) => Promise<T>

export type WithChatOptions = {
  rest: ChatRest
  agent: CredentialSource
  user(caller: Caller, address: string, held?: HeldCredentials): CredentialSource
}

export function createWithChat({ rest, agent, user }: WithChatOptions): WithChat {
  return (actor, action) => {
    const source = actor.kind === 'agent' ? agent : user(actor.caller, actor.address, actor.held)
    const send = source.send?.bind(source) ?? rest.call.bind(rest)
    const call: ActingCall = async (wanted) => {
      if (actor.kind === 'agent') requireListed(actor.operation, wanted)
      const first = await source.current()
      try {
        return await send({ ...wanted, as: first })
      } catch (error) {
        if (!(error instanceof ChatRefusal) || error.status !== 401) throw error
        const second = await source.renew(first)
        if (!second) throw error
        return await send({ ...wanted, as: second })
      }
    }
    const stream: ActingStream = (request, mayRepeat) => {
      if (actor.kind === 'agent') throw new Error('Nothing is streamed as the agent.')
      return streamAs(source, request, mayRepeat)
    }
    return action(call, stream)
  }
}

async function streamAs(
  source: CredentialSource,
  request: Parameters<ActingStream>[0],
  mayRepeat: boolean,
): Promise<Dispatcher.ResponseData> {
  const first = await source.current()
  const response = await request(first)
  if (response.statusCode !== 401) return response
  // Without other credentials the chat server's 401 is the answer.
  const second = await source.renew(first).catch(() => undefined)
  if (second === undefined || !mayRepeat) return response
  await response.body.dump()
  return request(second)
}

/** A fault of the gateway itself, so it is no refusal. */
function requireListed(operation: AgentOperation, { method, path }: Omit<ChatCall, 'as'>): void {
  const [route] = path.split('?', 1)
  if (route === operation && method === agentOperations[operation]) return
  throw new Error(`The agent may not do ${method} ${route ?? ''} as ${operation}.`)
}
