import { isDeepStrictEqual } from 'node:util'
import type { App } from '../../server/embedded/app'
import type { MessageDoc, RoomDoc, SubscriptionDoc } from '../../server/embedded/documents'

const textKinds = new Set([
  undefined,
  'e2e',
  'discussion-created',
  'message_pinned',
  'videoconf',
  'rm',
])

const inMain = (message: MessageDoc): boolean =>
  message.tmid === undefined || message.tshow === true

/** Every message of a room, in the order of the room. */
export const messagesOf = (app: App, rid: string): MessageDoc[] =>
  app.store.messages.between({ rid, oldest: 0, latest: Number.MAX_SAFE_INTEGER, inclusive: true })

const lastIn = (messages: readonly MessageDoc[]): MessageDoc | undefined =>
  messages.filter((one) => inMain(one) && textKinds.has(one.t)).at(-1)

const repliesTo = (messages: readonly MessageDoc[], root: string): MessageDoc[] =>
  messages.filter(({ tmid }) => tmid === root)

/** What is wrong with a room and the threads in it, seen from its messages; nothing when all is right. */
export const roomFaults = (app: App, room: RoomDoc): string[] => {
  const messages = messagesOf(app, room._id)
  const faults: string[] = []
  const expect = (what: string, actual: unknown, wanted: unknown): void => {
    if (!isDeepStrictEqual(actual, wanted)) {
      faults.push(`${room._id} ${what}: ${JSON.stringify(actual)}, not ${JSON.stringify(wanted)}`)
    }
  }
  expect('msgs', room.msgs, messages.length)
  expect('lastMessage', room.lastMessage, lastIn(messages))
  for (const message of messages) {
    const replies = repliesTo(messages, message._id)
    expect(`tcount of ${message._id}`, message.tcount ?? 0, replies.length)
    if (replies.length > 0) expect(`tlm of ${message._id}`, message.tlm, replies.at(-1)?.ts)
  }
  return faults
}

/** What is wrong with a member's counters, from the messages that `arrived` after the member saw the room last. */
export const memberFaults = (
  room: RoomDoc,
  member: SubscriptionDoc,
  arrived: readonly MessageDoc[],
): string[] => {
  const others = arrived.filter((one) => inMain(one) && one.u._id !== member.u._id)
  const named = others.filter((one) => one.mentions?.some(({ _id }) => _id === member.u._id))
  const all = others.filter(
    (one) =>
      one.mentions?.some(({ _id }) => _id === 'all') === true &&
      one.mentions.every(({ _id }) => _id === 'all'),
  )
  const wanted = {
    unread: room.t === 'd' ? others.length : named.length + all.length,
    userMentions: named.length,
    groupMentions: all.length,
    alert: others.length > 0 || (member.tunread?.length ?? 0) > 0,
  }
  const actual = {
    unread: member.unread,
    userMentions: member.userMentions,
    groupMentions: member.groupMentions,
    alert: member.alert,
  }
  return JSON.stringify(actual) === JSON.stringify(wanted)
    ? []
    : [`${room._id} ${member.u.username}: ${JSON.stringify(actual)}, not ${JSON.stringify(wanted)}`]
}
