import type { StreamFrame } from '../realtime/realtime'
import { decodeMessage } from './decodeMessage'
import { decodeRoom } from './decodeRoom'
import { decodeSubscription } from './decodeSubscription'
import type { DomainEvent } from './events'
import { decodePresenceCode } from './presence'
import { asObject, decodeTime, field, flag, list, strings, text, type WireObject } from './fields'

/** Why a frame was left out: what it was, never what it contained. */
export type OnDropped = (reason: string) => void

type Decode = (id: string, args: readonly unknown[]) => DomainEvent | undefined

const roomEvents: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['user-activity', decodeTyping],
  ['deleteMessage', decodeDeleted],
  ['deleteMessageBulk', decodePruned],
])

const userEvents: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['message', decodeEphemeral],
  ['subscriptions-changed', decodeSubscriptionChange],
  ['rooms-changed', decodeRoomChange],
  ['notification', decodeNotification],
  ['force_logout', () => ({ type: 'forceLogout' })],
])

/**
 * One stream frame as a domain event (protocol reference 2.2 to 2.8).
 * @param onDropped told when a frame cannot be used: malformed, or an event that this client does not handle
 * @returns undefined for exactly those
 */
export function decodeFrame(frame: StreamFrame, onDropped?: OnDropped): DomainEvent | undefined {
  const { collection, eventName, args } = frame
  if (collection === 'stream-room-messages') {
    const message = decodeMessage(args[0])
    if (message !== undefined) return { type: 'message', message }
    onDropped?.('malformed room-messages')
    return undefined
  }
  if (collection === 'stream-user-presence') {
    const event = decodePresence(eventName, args)
    if (event === undefined) onDropped?.('malformed user-presence')
    return event
  }
  const slash = eventName.indexOf('/')
  const subject = eventName.slice(0, Math.max(slash, 0))
  const name = eventName.slice(slash + 1)
  const decode = handlerOf(collection, name)
  if (decode === undefined || subject === '') {
    // The name comes from the server; cut so that a hostile one cannot fill a log.
    onDropped?.(`unknown event ${collection.slice(0, 40)} ${name.slice(0, 40)}`)
    return undefined
  }
  const event = decode(subject, args)
  if (event === undefined) onDropped?.(`malformed ${name}`)
  return event
}

function handlerOf(collection: string, name: string): Decode | undefined {
  if (collection === 'stream-notify-room') return roomEvents.get(name)
  if (collection === 'stream-notify-user') return userEvents.get(name)
  return undefined
}

/** `[[username, code, statusText?, …]]`, longer from version to version; the event is named after the user (2.5). */
function decodePresence(userId: string, args: readonly unknown[]): DomainEvent | undefined {
  const status = decodePresenceCode(list(args[0])[1])
  return userId === '' || status === undefined ? undefined : { type: 'presence', userId, status }
}

/** `[name, activities, {tmid?}]`; the activities are the full current set (2.8). */
function decodeTyping(roomId: string, args: readonly unknown[]): DomainEvent | undefined {
  const [name, activities, extra] = args
  if (typeof name !== 'string' || name === '' || !Array.isArray(activities)) return undefined
  return {
    type: 'typing',
    roomId,
    name,
    isTyping: strings(activities).includes('user-typing'),
    threadId: text(asObject(extra) ?? {}, 'tmid'),
  }
}

function decodeDeleted(roomId: string, args: readonly unknown[]): DomainEvent | undefined {
  const messageId = text(asObject(args[0]) ?? {}, '_id')
  return messageId === '' ? undefined : { type: 'messageDeleted', roomId, messageId }
}

function decodePruned(roomId: string, args: readonly unknown[]): DomainEvent | undefined {
  const wire = asObject(args[0])
  if (wire === undefined) return undefined
  const ids = strings(field(wire, 'ids'))
  const range = decodeRange(asObject(field(wire, 'ts')))
  if (ids.length === 0 && range === undefined) return undefined
  const sparesSome = flag(wire, 'excludePinned') || flag(wire, 'ignoreDiscussion')
  const keepsMessages = flag(wire, 'filesOnly') || flag(wire, 'showDeletedStatus')
  return {
    type: 'messagesPruned',
    roomId,
    ids: ids.length === 0 ? undefined : ids,
    after: range?.after ?? 0,
    before: range?.before ?? Number.MAX_SAFE_INTEGER,
    users: strings(field(wire, 'users')),
    isExact: !keepsMessages && (ids.length > 0 || !sparesSome),
  }
}

/** The server sends its database query: `$gt`/`$lt`, or `$gte`/`$lte` when the bounds are included. */
function decodeRange(ts: WireObject | undefined): { after: number; before: number } | undefined {
  if (ts === undefined) return undefined
  const [gt, gte, lt, lte] = ['$gt', '$gte', '$lt', '$lte'].map((key) => decodeTime(field(ts, key)))
  const after = gt ?? (gte === undefined ? undefined : gte - 1)
  const before = lt ?? (lte === undefined ? undefined : lte + 1)
  // Without an upper bound the whole room would go because of a field that this client does not know.
  if (before === undefined) return undefined
  return { after: after ?? -1, before }
}

function decodeEphemeral(_uid: string, args: readonly unknown[]): DomainEvent | undefined {
  const message = decodeMessage(args[0])
  return message === undefined ? undefined : { type: 'ephemeral', message }
}

/** `["inserted" | "updated", subscription]`; `removed` comes with `_id`, `rid` and `u` only (2.4). */
function decodeSubscriptionChange(_uid: string, args: readonly unknown[]): DomainEvent | undefined {
  const [change, document] = args
  if (change === 'removed') {
    const roomId = text(asObject(document) ?? {}, 'rid')
    return roomId === '' ? undefined : { type: 'subscriptionRemoved', roomId }
  }
  if (change !== 'inserted' && change !== 'updated') return undefined
  const subscription = decodeSubscription(document)
  return subscription === undefined ? undefined : { type: 'subscription', subscription }
}

/** As for subscriptions; `removed` is sure of the room's `_id` only. */
function decodeRoomChange(_uid: string, args: readonly unknown[]): DomainEvent | undefined {
  const [change, document] = args
  if (change === 'removed') {
    const roomId = text(asObject(document) ?? {}, '_id')
    return roomId === '' ? undefined : { type: 'roomRemoved', roomId }
  }
  if (change !== 'inserted' && change !== 'updated') return undefined
  const room = decodeRoom(document)
  return room === undefined ? undefined : { type: 'room', room }
}

function decodeNotification(_uid: string, args: readonly unknown[]): DomainEvent | undefined {
  const wire = asObject(args[0])
  if (wire === undefined) return undefined
  const payload = asObject(field(wire, 'payload')) ?? {}
  const roomId = text(payload, 'rid')
  if (roomId === '') return undefined
  return { type: 'notification', roomId, title: text(wire, 'title'), text: text(wire, 'text') }
}
