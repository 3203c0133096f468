import type { Message, Reaction, Room, Subscription } from '../../rocketchat/types'
import type { CachedRoom } from './cachedRoom'

/**
 * Reads domain documents that were kept on the device. What lies there may be damaged, so it is checked as strictly as what
 * comes from the network; anything else is undefined.
 */

type Check = (value: unknown) => boolean
type Shape<T> = { readonly [K in keyof T]-?: Check }

const isText: Check = (value) => typeof value === 'string'
const isId: Check = (value) => typeof value === 'string' && value !== ''
const isFlag: Check = (value) => typeof value === 'boolean'
const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0
const isKind: Check = (value) => ['channel', 'group', 'direct'].includes(value as string)
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)

/** Every field is right; nothing is taken from the prototype, because JSON has no such fields. */
const hasShape =
  <T>(shape: Shape<T>) =>
  (value: unknown): value is T => {
    if (typeof value !== 'object' || value === null) return false
    const fields = value as Record<string, unknown>
    return (Object.keys(shape) as (keyof T & string)[]).every((key) => shape[key](fields[key]))
  }

const isAuthor = hasShape<Message['author']>({ id: isId, username: isText, name: isText })
const isReaction = hasShape<Reaction>({ emoji: isId, usernames: listOf(isText) })

const isMessage = hasShape<Message>({
  id: isId,
  roomId: isId,
  author: isAuthor,
  text: isText,
  sentAt: isNumber,
  updatedAt: isNumber,
  system: isText,
  editedAt: isNumber,
  threadId: isText,
  isShownInRoom: isFlag,
  mentions: listOf(isText),
  isGroupable: isFlag,
  fileName: isText,
  role: isText,
  reactions: optional(listOf(isReaction)),
})

const isSubscription = hasShape<Subscription>({
  id: isId,
  roomId: isId,
  kind: isKind,
  name: isText,
  title: isText,
  isOpen: isFlag,
  isAlert: isFlag,
  unread: isNumber,
  userMentions: isNumber,
  groupMentions: isNumber,
  lastSeenAt: isNumber,
  isFavorite: isFlag,
  isUnreadHidden: isFlag,
  isMentionHidden: isFlag,
  roles: listOf(isText),
  updatedAt: isNumber,
})

const isRoom = hasShape<Room>({
  id: isId,
  kind: isKind,
  name: isText,
  topic: isText,
  isReadOnly: isFlag,
  unmuted: listOf(isText),
  muted: listOf(isText),
  isArchived: isFlag,
  memberCount: isNumber,
  memberIds: listOf(isText),
  lastMessage: optional(isMessage),
  lastActivityAt: isNumber,
  updatedAt: isNumber,
})

const isCachedRoom = hasShape<CachedRoom>({
  messages: listOf(isMessage),
  hasOldest: isFlag,
  syncedUntil: isNumber,
})

/** A run of messages of which one is damaged has a gap, so the whole is undefined then. */
export function readCachedRoom(value: unknown, roomId: string): CachedRoom | undefined {
  if (!isCachedRoom(value)) return undefined
  const { messages } = value
  const isRun = messages.every((message, index) => {
    const before = messages[index - 1]
    return message.roomId === roomId && (!before || before.sentAt <= message.sentAt)
  })
  const isUnique = new Set(messages.map(({ id }) => id)).size === messages.length
  return isRun && isUnique ? value : undefined
}

/** The conversations of one part of the list. */
export type CachedPart = { subscriptions: readonly Subscription[]; rooms: readonly Room[] }

/** What is readable of a part, and whether that is all of it. */
export function readCachedPart(value: unknown): CachedPart & { isWhole: boolean } {
  const { subscriptions, rooms } = (value ?? {}) as { subscriptions?: unknown; rooms?: unknown }
  if (!Array.isArray(subscriptions) || !Array.isArray(rooms)) {
    return { subscriptions: [], rooms: [], isWhole: false }
  }
  const readable = {
    subscriptions: (subscriptions as unknown[]).filter(isSubscription),
    rooms: (rooms as unknown[]).filter(isRoom),
  }
  const isWhole =
    readable.subscriptions.length === subscriptions.length && readable.rooms.length === rooms.length
  return { ...readable, isWhole }
}

/** Where the next delta of the lists starts, and which parts there are. */
export type CachedHead = { subscriptions: number; rooms: number; parts: readonly number[] }

export const isCachedHead = hasShape<CachedHead>({
  subscriptions: isNumber,
  rooms: isNumber,
  parts: listOf(isNumber),
})

/** Undefined when it is not a message. */
export const readCachedMessage = (value: unknown): Message | undefined =>
  isMessage(value) ? value : undefined
