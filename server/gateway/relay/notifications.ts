import type { StreamFrame } from '../../../src/realtime/realtime'
import { invocationRecord } from '../hub/messages'

/**
 * Which room an event belongs to; undefined: it belongs to the user. Event names begin with the id of one or the other,
 * and the user's own connection gets no others.
 */
export function roomOf({ collection, eventName }: StreamFrame): string | undefined {
  if (collection === 'stream-room-messages') return eventName
  if (collection === 'stream-notify-room') return eventName.split('/', 1)[0]
  return undefined
}

/**
 * An event of the chat server as a call of the hub client's methods. Messages and changes of subscriptions have the names
 * of the published design; everything else is `streamEvent` with the frame as it came, so that one decoder serves both
 * ways. Each event is sent once: a client that wants frames makes the first two into frames again.
 */
export function notificationOf(frame: StreamFrame): string {
  const { collection, eventName, args } = frame
  if (collection === 'stream-room-messages') {
    return invocationRecord('getRoomMessageNotification', args.slice(0, 1))
  }
  if (collection === 'stream-notify-user' && eventName.endsWith('/subscriptions-changed')) {
    const [action, subscription] = args
    return invocationRecord('getRoomSubscriptionChangedNotification', [{ action, subscription }])
  }
  return invocationRecord('streamEvent', [{ collection, eventName, args }])
}

/** How the user's connection to the chat server is; `unauthorized` is followed by the end of the hub connection. */
export type SessionState = 'connecting' | 'live' | 'unauthorized'

export function sessionStateRecord(state: SessionState): string {
  return invocationRecord('sessionState', [{ state }])
}

/** @param since epoch milliseconds from which on events may be missing. */
export function resyncRecord(since: number): string {
  return invocationRecord('resync', [{ since }])
}
