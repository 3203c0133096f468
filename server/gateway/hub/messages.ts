import { readJsonObject } from '../jsonObject'

/** Ends every message, also the handshake (SignalR's JSON hub protocol). */
export const recordSeparator = '\u001e'

/** The peer broke the protocol; the message is sent with the close message. */
export class HubProtocolError extends Error {
  override readonly name = 'HubProtocolError'
}

export type HubInvocation = {
  kind: 'invocation'
  target: string
  args: readonly unknown[]
  /** Undefined: the caller wants no completion. */
  invocationId: string | undefined
}

/** What a client may send; everything that this hub does not know is ignored, as the protocol asks. */
export type ClientMessage =
  HubInvocation | { kind: 'stream'; invocationId: string } | { kind: 'close' } | { kind: 'none' }

const messageType = { invocation: 1, completion: 3, stream: 4, ping: 6, close: 7 } as const
const protocolVersions = [1, 2]

const record = (message: object): string => JSON.stringify(message) + recordSeparator

export const pingRecord = record({ type: messageType.ping })
export const handshakeRecord = record({})

export function handshakeErrorRecord(error: string): string {
  return record({ error })
}

/** A call of one of the client's methods that needs no answer. */
export function invocationRecord(target: string, args: readonly unknown[]): string {
  return record({ type: messageType.invocation, target, arguments: args })
}

/** @param result left out of the message when undefined. */
export function resultRecord(invocationId: string, result: unknown): string {
  return record({ type: messageType.completion, invocationId, result })
}

export function errorRecord(invocationId: string, error: string): string {
  return record({ type: messageType.completion, invocationId, error })
}

/**
 * @param error why; undefined for an ordinary end.
 * @param allowReconnect whether a client that reconnects by itself should do so.
 */
export function closeRecord(error: string | undefined, allowReconnect: boolean): string {
  return record({ type: messageType.close, error, allowReconnect })
}

/**
 * Reads the first message of a connection.
 *
 * @returns why it is refused; undefined when it is accepted. Clients ask for version 2 only after having negotiated
 * stateful reconnects, servers since .NET 8 accept both (gateway reference 1.2, difference 2).
 */
export function readHandshake(text: string): string | undefined {
  const message = readJsonObject(text)
  if (message === undefined) return 'The handshake is not a JSON object.'
  if (message.protocol !== 'json') return 'The only protocol here is "json".'
  const isKnown = protocolVersions.some((version) => version === message.version)
  return isKnown ? undefined : 'The only versions of the protocol here are 1 and 2.'
}

/** @throws {HubProtocolError} when it is no message of the protocol. */
export function readMessage(text: string): ClientMessage {
  const message = readJsonObject(text)
  if (message === undefined || typeof message.type !== 'number') {
    throw new HubProtocolError('A message is not a JSON object with a type.')
  }
  switch (message.type) {
    case messageType.invocation:
      return readInvocation(message)
    case messageType.stream:
      return { kind: 'stream', invocationId: readId(message.invocationId) ?? '' }
    case messageType.close:
      return { kind: 'close' }
    default:
      return { kind: 'none' }
  }
}

function readInvocation(message: Record<string, unknown>): HubInvocation {
  const { target, arguments: args } = message
  if (typeof target !== 'string' || !Array.isArray(args)) {
    throw new HubProtocolError('An invocation needs a target and arguments.')
  }
  return { kind: 'invocation', target, args, invocationId: readId(message.invocationId) }
}

function readId(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw new HubProtocolError('An invocationId has to be a string.')
  return value
}
