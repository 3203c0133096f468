import type { Delta, Message, Room, Subscription } from '../rocketchat/types'
import { byActivity, toChannel, type Channel, type ChannelContext } from './channel'
import { createSortedList } from './sortedList'

/**
 * The caller's conversations, kept as the server's documents and drawn as lines on demand. Not reactive: the store
 * publishes `lines` once per flush.
 */
export interface ChannelList {
  /** Adds or replaces; an older copy than the stored one is ignored. True when something changed. */
  putSubscription(subscription: Subscription): boolean
  putRoom(room: Room): boolean
  removeSubscription(roomId: string): boolean
  removeRoom(roomId: string): void
  applySubscriptions(delta: Delta<Subscription>): void
  applyRooms(delta: Delta<Room>): void
  subscription(roomId: string): Subscription | undefined
  hasUnread(roomId: string): boolean
  /** Display name of somebody with whom there is a direct conversation; the username otherwise. */
  nameOf(username: string): string
  room(roomId: string): Room | undefined
  /** Id of a conversation by its slug or id; undefined for one that is not known. */
  idOf(name: string): string | undefined
  /** Counts an unread message that the server does not count. */
  addExtraUnread(roomId: string): void
  clearExtraUnread(roomId: string): void
  setDraft(roomId: string, text: string): void
  draft(roomId: string): string
  /** The server has told of a message of this user; the room's document will come. */
  noteSent(message: Message): void
  /** It is deleted again. */
  forgetSent(roomId: string, messageId: string): void
  /** A line looks different for a reason that is not in its documents. */
  touch(roomId: string): void
  /** Every line is drawn again the next time: the language or the day has changed. */
  invalidate(): void
  /**
   * Open conversations by activity. Only lines that changed are drawn and moved; the others are the same objects as before,
   * and the whole array is when nothing changed.
   */
  lines(context: ChannelContext): readonly Channel[]
  /**
   * Up to which `updatedAt` of each kind nothing can be missing: where the next delta starts. 0 when there is none. Only
   * complete answers move it: what a stream tells after an interruption says nothing about what it did not tell.
   */
  watermarks(): Watermarks
  /** What was put so far is all that there is up to these. */
  resumeFrom(watermarks: Watermarks): void
  /** The streams have left nothing out up to now. */
  settleWatermarks(): void
  clear(): void
}

type Watermarks = { subscriptions: number; rooms: number }

export function createChannelList(): ChannelList {
  const subscriptions = new Map<string, Subscription>()
  const rooms = new Map<string, Room>()
  const extraUnread = new Map<string, number>()
  const drafts = new Map<string, string>()
  const sent = new Map<string, Message>()
  /** The lines as they were drawn last, in order. */
  const drawn = createSortedList<Channel>(byActivity)
  /** Rooms whose line has to be drawn anew. */
  const dirty = new Set<string>()
  /** Ids of subscriptions that have ended. A later membership has another one, so an older answer cannot bring it back. */
  const endedIds = new Set<string>()
  let watermark: Watermarks = { subscriptions: 0, rooms: 0 }
  let seen: Watermarks = { subscriptions: 0, rooms: 0 }

  function putSubscription(next: Subscription): boolean {
    const known = subscriptions.get(next.roomId)
    if (endedIds.has(next.id) || (known && known.updatedAt > next.updatedAt)) return false
    subscriptions.set(next.roomId, next)
    seen.subscriptions = Math.max(seen.subscriptions, next.updatedAt)
    dirty.add(next.roomId)
    return true
  }

  function putRoom(next: Room): boolean {
    const known = rooms.get(next.id)
    if (known && known.updatedAt > next.updatedAt) return false
    rooms.set(next.id, next)
    // A document that is newer knows of it, whether it is still the newest message or deleted already.
    if ((sent.get(next.id)?.sentAt ?? Infinity) <= next.updatedAt) sent.delete(next.id)
    seen.rooms = Math.max(seen.rooms, next.updatedAt)
    dirty.add(next.id)
    return true
  }

  function removeSubscription(roomId: string): boolean {
    const known = subscriptions.get(roomId)
    if (known) endedIds.add(known.id)
    dirty.add(roomId)
    return subscriptions.delete(roomId)
  }

  function removeRoom(roomId: string): void {
    rooms.delete(roomId)
    dirty.add(roomId)
  }

  /** `remove` of a delta names subscriptions by their own id and is workspace-wide: unknown ids are ignored. */
  function applySubscriptions({ update, removedIds }: Delta<Subscription>): void {
    const removed = new Set(removedIds)
    for (const known of [...subscriptions.values()]) {
      if (removed.has(known.id)) removeSubscription(known.roomId)
    }
    for (const subscription of update) putSubscription(subscription)
    watermark.subscriptions = newest(update, watermark.subscriptions)
  }

  function applyRooms({ update, removedIds }: Delta<Room>): void {
    for (const id of removedIds) removeRoom(id)
    for (const room of update) putRoom(room)
    watermark.rooms = newest(update, watermark.rooms)
  }

  function lines(context: ChannelContext): readonly Channel[] {
    for (const roomId of dirty) {
      const subscription = subscriptions.get(roomId)
      const line = subscription?.isOpen ? draw(subscription, context) : undefined
      drawn.replace(roomId, line)
    }
    dirty.clear()
    return drawn.items()
  }

  function draw(subscription: Subscription, context: ChannelContext): Channel {
    const { roomId } = subscription
    const source = {
      subscription,
      room: rooms.get(roomId),
      extraUnread: extraUnread.get(roomId) ?? 0,
      draft: drafts.get(roomId) ?? '',
      sent: sent.get(roomId),
    }
    return toChannel(source, context)
  }

  return {
    putSubscription,
    putRoom,
    removeSubscription,
    removeRoom,
    applySubscriptions,
    applyRooms,
    subscription: (roomId) => subscriptions.get(roomId),
    nameOf(username) {
      for (const { kind, name, title } of subscriptions.values()) {
        if (kind === 'direct' && name === username) return title
      }
      return username
    },
    idOf(name) {
      if (subscriptions.has(name)) return name
      for (const { roomId, kind, name: slug } of subscriptions.values()) {
        if (kind !== 'direct' && slug === name) return roomId
      }
      return undefined
    },
    hasUnread(roomId) {
      const subscription = subscriptions.get(roomId)
      return subscription !== undefined && (subscription.isAlert || subscription.unread > 0)
    },
    room: (roomId) => rooms.get(roomId),
    addExtraUnread(roomId) {
      extraUnread.set(roomId, (extraUnread.get(roomId) ?? 0) + 1)
      dirty.add(roomId)
    },
    clearExtraUnread(roomId) {
      if (extraUnread.delete(roomId)) dirty.add(roomId)
    },
    setDraft(roomId, text) {
      if (text === '') drafts.delete(roomId)
      else drafts.set(roomId, text)
      dirty.add(roomId)
    },
    draft: (roomId) => drafts.get(roomId) ?? '',
    noteSent(message) {
      const known = sent.get(message.roomId)
      const isTold = (rooms.get(message.roomId)?.updatedAt ?? 0) >= message.sentAt
      if (isTold || (known && known.sentAt > message.sentAt)) return
      sent.set(message.roomId, message)
      dirty.add(message.roomId)
    },
    forgetSent(roomId, messageId) {
      if (sent.get(roomId)?.id !== messageId) return
      sent.delete(roomId)
      dirty.add(roomId)
    },
    touch: (roomId) => void dirty.add(roomId),
    invalidate() {
      for (const roomId of subscriptions.keys()) dirty.add(roomId)
    },
    lines,
    watermarks: () => watermark,
    resumeFrom({ subscriptions, rooms }) {
      watermark = { subscriptions, rooms }
    },
    settleWatermarks() {
      watermark = { ...seen }
    },
    clear() {
      for (const map of [subscriptions, rooms, extraUnread, drafts, sent]) map.clear()
      drawn.clear()
      dirty.clear()
      endedIds.clear()
      watermark = { subscriptions: 0, rooms: 0 }
      seen = { subscriptions: 0, rooms: 0 }
    },
  }
}

function newest(documents: readonly { updatedAt: number }[], least: number): number {
  return documents.reduce((max, { updatedAt }) => Math.max(max, updatedAt), least)
}
