import type { StreamFrame } from './realtime'

/** What the gateway tells of its own connection to the chat server. */
export type HubSessionState = 'connecting' | 'live' | 'unauthorized'

export type HubEventsOptions = {
  /** Rocket.Chat user id of the own user. */
  userId: string
  onFrame(frame: StreamFrame): void
  onSessionState(state: HubSessionState): void
  /** Events may be missing, although the connection is there. */
  onResync(): void
  /** A call with arguments that cannot be used. */
  onMalformed(): void
}

type Fields = Record<string, unknown>

const sessionStates: readonly unknown[] = ['connecting', 'live', 'unauthorized']

/**
 * The methods that the hub calls (docs/gateway.md, way B). Events become the frames that they were at the chat server, so
 * that one decoder serves both ways of authentication.
 */
export function createHubEvents(
  options: HubEventsOptions,
): Readonly<Record<string, (args: readonly unknown[]) => void>> {
  const { userId, onSessionState, onResync } = options

  function relay(frame: StreamFrame | undefined): void {
    if (frame === undefined) options.onMalformed()
    else options.onFrame(frame)
  }

  return {
    getRoomMessageNotification: ([message]) => relay(readMessage(message)),
    getRoomSubscriptionChangedNotification: ([change]) => relay(readChange(change, userId)),
    streamEvent: ([event]) => relay(readEvent(event)),
    sessionState: ([value]) => {
      const state = fieldsOf(value)?.state
      if (sessionStates.includes(state)) onSessionState(state as HubSessionState)
      else options.onMalformed()
    },
    resync: () => onResync(),
  }
}

function readMessage(message: unknown): StreamFrame | undefined {
  const roomId = fieldsOf(message)?.rid
  if (typeof roomId !== 'string') return undefined
  return { collection: 'stream-room-messages', eventName: roomId, args: [message] }
}

function readChange(change: unknown, userId: string): StreamFrame | undefined {
  const { action, subscription } = fieldsOf(change) ?? {}
  if (typeof action !== 'string') return undefined
  return {
    collection: 'stream-notify-user',
    eventName: `${userId}/subscriptions-changed`,
    args: [action, subscription],
  }
}

function readEvent(event: unknown): StreamFrame | undefined {
  const { collection, eventName, args } = fieldsOf(event) ?? {}
  if (typeof collection !== 'string' || typeof eventName !== 'string') return undefined
  return Array.isArray(args) ? { collection, eventName, args } : undefined
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined
}
