import type { App } from '../app'
import type { MessageDoc, RoomDoc, SubscriptionDoc, UserDoc } from '../documents'
import { deriveText } from '../domain/messageText'
import { quoteOf } from '../domain/quotes'
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

const kinds = { c: 'channel', p: 'group', d: 'direct' } as const

/** The data is made before the server knows where it is reached; clients find a quoted message by room and id alone. */
const siteOf = (app: App): string =>
  app.settings.text('Site_Url').replace(/\/+$/, '') || 'http://127.0.0.1:8080'

/** A line that quotes a message, as clients write it: the message's address as a link of one space. */
const withQuote = (app: App, room: RoomDoc, line: MessageDoc, quoted: MessageDoc): MessageDoc => {
  const link = `${siteOf(app)}/${kinds[room.t]}/${room.t === 'd' ? room._id : room.name}?msg=${quoted._id}`
  const msg = `[ ](${link}) ${line.msg}`
  const derived = deriveText(app, msg)
  const urls = derived.urls.map((url) => ({ ...url, ignoreParse: true as const }))
  return { ...line, msg, ...derived, urls, attachments: [quoteOf(quoted, link)] }
}

const insertLine = (
  app: App,
  room: RoomDoc,
  person: UserDoc,
  { text, at, quoted }: { text: string; at: number; quoted: MessageDoc | undefined },
): MessageDoc => {
  const plain: MessageDoc = {
    _id: randomId(),
    rid: room._id,
    msg: text,
    ts: new Date(at),
    u: { _id: person._id, username: person.username, name: person.name },
    _updatedAt: new Date(at),
    ...deriveText(app, text),
  }
  const message = quoted === undefined ? plain : withQuote(app, room, plain, quoted)
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
  const messages: MessageDoc[] = []
  fill.lines.forEach(([username, text, beginning], index) => {
    const person = fill.people.get(username)
    if (person === undefined) return
    const quoted =
      beginning === undefined ? undefined : messages.find(({ msg }) => msg.startsWith(beginning))
    messages.push(insertLine(app, room, person, { text, at: times[index] ?? now, quoted }))
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
