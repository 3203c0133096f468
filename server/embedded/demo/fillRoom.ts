import type { App } from '../app'
import type { MessageDoc, RoomDoc, SubscriptionDoc, UserDoc } from '../documents'
import { deriveText } from '../domain/messageText'
import { seen, unreadAfter } from '../domain/unread'
import { randomId } from '../ids'
import type { Line } from './conversations'
import type { Random } from './random'

export type Fill = {
  people: ReadonlyMap<string, UserDoc>
  lines: readonly Line[]
  /** How long ago the first line was said, in milliseconds. */
  spanMs: number
  /** Username -> how many of the last messages this person has not seen. */
  unseen: Map<string, number>
}

const newestAgeMs = 4 * 60 * 1000

/** Times from oldest to newest, never two alike, the last one some minutes ago. */
const timesOf = (count: number, now: number, spanMs: number, random: Random): number[] => {
  const step = (spanMs - newestAgeMs) / Math.max(1, count)
  const latest = now - newestAgeMs - random.below(30 * 60 * 1000)
  return Array.from({ length: count }, (_, index) => {
    const jitter = random.below(Math.max(1, Math.floor(step * 0.9)))
    return Math.floor(latest - (count - 1 - index) * step - (index === count - 1 ? 0 : jitter))
  })
}

const insertLine = (app: App, room: RoomDoc, person: UserDoc, text: string, at: number) => {
  const message: MessageDoc = {
    _id: randomId(),
    rid: room._id,
    msg: text,
    ts: new Date(at),
    u: { _id: person._id, username: person.username, name: person.name },
    _updatedAt: new Date(at),
    ...deriveText(app, text),
  }
  app.store.messages.insert(message)
  return message
}

/** The subscription of somebody who has seen all but the last `unseen` messages. */
const settled = (
  app: App,
  room: RoomDoc,
  before: SubscriptionDoc,
  messages: readonly MessageDoc[],
  unseen: number,
): SubscriptionDoc => {
  const firstUnseen = messages.length - unseen
  const lastSeen = messages[firstUnseen - 1]?.ts ?? room.ts
  let subscription = { ...seen(before, lastSeen), ts: room.ts }
  for (const message of messages.slice(firstUnseen)) {
    if (message.u._id === before.u._id) continue
    subscription = { ...subscription, ...unreadAfter(app, room, message, subscription) }
  }
  return { ...subscription, _updatedAt: app.store.stamps.next() }
}

/** Writes a conversation into an empty room and settles what everybody has read. */
export const fillRoom = (app: App, room: RoomDoc, fill: Fill, random: Random): void => {
  const now = app.clock.now()
  const times = timesOf(fill.lines.length, now, fill.spanMs, random)
  const messages = fill.lines.flatMap(([username, text], index) => {
    const person = fill.people.get(username)
    return person === undefined ? [] : [insertLine(app, room, person, text, times[index] ?? now)]
  })
  const last = messages.at(-1)
  const filled: RoomDoc = {
    ...(app.store.rooms.get(room._id) ?? room),
    ts: new Date(now - fill.spanMs),
    _updatedAt: app.store.stamps.next(),
  }
  filled.msgs += messages.length
  if (last !== undefined) {
    filled.lm = last.ts
    filled.lastMessage = last
  }
  app.store.rooms.update(filled)
  for (const before of app.store.subscriptions.ofRoom(room._id)) {
    const unseen = fill.unseen.get(before.u.username) ?? 0
    app.store.subscriptions.update(settled(app, filled, before, messages, unseen))
  }
}
