import type { App } from '../app'
import type { MessageDoc, RoomDoc, SubscriptionDoc, UserDoc } from '../documents'
import { seen, unreadAfter } from '../domain/unread'
import { encodeDoc } from '../storage/codec'
import type { ReadyText } from './generatedTexts'
import type { Random } from './random'

/** A message and the text that it came from. */
export type GeneratedMessage = { message: MessageDoc; text: ReadyText }

export type RoomPlan = {
  room: RoomDoc
  members: readonly UserDoc[]
  texts: readonly ReadyText[]
  /** A text that mentions somebody. */
  mention: (username: string, text: string) => ReadyText
  count: number
  /** The time of the first and of the last message, in milliseconds. */
  from: number
  to: number
}

const idSigns = '23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz'
const emoji = [':thumbsup:', ':tada:', ':heart:', ':eyes:', ':rocket:']
const percent = { reply: 6, reaction: 4, mention: 3 }
const mostUnseen = 30
const asked = [
  '看一下？',
  'please have a look',
  '这个归你吗？',
  'thanks! 🙏',
  '会议改到三点了',
  'ping',
]

/** An id of Rocket.Chat's form that the seed decides. */
export const seededId = (random: Random): string => {
  let id = ''
  while (id.length < 17) id += idSigns.charAt(random.below(idSigns.length))
  return id
}

const react = (message: MessageDoc, plan: RoomPlan, random: Random): void => {
  const people = new Set([random.pick(plan.members), random.pick(plan.members)])
  const usernames = [...people].map(({ username }) => username)
  message.reactions = { [random.pick(emoji)]: { usernames } }
}

/** Makes a message a reply to one of the last roots and counts it there. */
const reply = (message: MessageDoc, root: MessageDoc): void => {
  message.tmid = root._id
  root.tcount = (root.tcount ?? 0) + 1
  root.tlm = message.ts
  const named = (message.mentions ?? []).map(({ _id }) => _id)
  root.replies = [...new Set([...(root.replies ?? [root.u._id]), message.u._id, ...named])]
}

/** The stored text of a message; what its text was parsed to is not written out anew for each. */
export const encodedMessage = ({ message, text }: GeneratedMessage): string => {
  const own: Partial<MessageDoc> = { ...message }
  delete own.md
  delete own.mentions
  delete own.channels
  delete own.urls
  return `${encodeDoc(own).slice(0, -1)},${text.encoded.slice(1)}`
}

/** The messages of a room, oldest first, with threads, reactions and mentions. */
export const generateMessages = (plan: RoomPlan, random: Random): readonly GeneratedMessage[] => {
  const { room, members, texts, count, from, to } = plan
  const step = (to - from) / Math.max(1, count)
  const generated: GeneratedMessage[] = []
  let root: MessageDoc | undefined
  for (let index = 0; index < count; index += 1) {
    const { _id, username, name } = random.pick(members)
    const plain = random.pick(texts)
    const isMention = random.below(100) < percent.mention
    const text = isMention ? plan.mention(random.pick(members).username, random.pick(asked)) : plain
    const ts = new Date(Math.floor(from + index * step))
    const message: MessageDoc = {
      _id: seededId(random),
      rid: room._id,
      msg: text.msg,
      ts,
      u: { _id, username, name },
      _updatedAt: ts,
      ...text.derived,
    }
    if (root !== undefined && random.below(100) < percent.reply) reply(message, root)
    else if (root === undefined || random.below(8) === 0) root = message
    if (random.below(100) < percent.reaction) react(message, plan, random)
    generated.push({ message, text })
  }
  return generated
}

const withUnread = (
  app: App,
  room: RoomDoc,
  before: SubscriptionDoc,
  { message }: GeneratedMessage,
  followed: ReadonlySet<string>,
): SubscriptionDoc => {
  if (message.u._id === before.u._id) return before
  if (message.tmid === undefined) return unreadAfter(app, room, message, before) ?? before
  const named = message.mentions?.some(({ _id }) => _id === before.u._id) === true
  if (!named && !followed.has(message.tmid)) return before
  const withThread = (list: string[] = []) => [...new Set([...list, message.tmid ?? ''])]
  const after = { ...before, alert: true, open: true, lr: message.ts }
  after.tunread = withThread(before.tunread)
  if (named) after.tunreadUser = withThread(before.tunreadUser)
  return after
}

/** The threads that a member takes part in. */
const followedBy = (uid: string, generated: readonly GeneratedMessage[]): Set<string> =>
  new Set(
    generated.flatMap(({ message }) =>
      message.replies?.includes(uid) === true ? [message._id] : [],
    ),
  )

/** The state of a member who has seen everything but some of the last messages; most have seen all. */
export const settledMember = (
  app: App,
  room: RoomDoc,
  before: SubscriptionDoc,
  generated: readonly GeneratedMessage[],
  random: Random,
): SubscriptionDoc => {
  const unseen = random.below(10) < 7 ? 0 : random.below(mostUnseen)
  let first = Math.max(0, generated.length - unseen)
  // Whoever wrote a message has seen what stands before it.
  for (let index = generated.length - 1; index >= first; index -= 1) {
    if (generated[index]?.message.u._id === before.u._id) first = index + 1
  }
  const lastSeen = generated[first - 1]?.message.ts ?? room.ts
  let after: SubscriptionDoc = { ...seen(before, lastSeen), ts: room.ts }
  const tail = generated.slice(first)
  const followed = tail.length === 0 ? new Set<string>() : followedBy(before.u._id, generated)
  for (const one of tail) after = withUnread(app, room, after, one, followed)
  return { ...after, _updatedAt: app.store.stamps.next() }
}
