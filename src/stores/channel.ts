import { formatListTime } from '../locales/dates'
import { isLocaleKey, type Translate } from '../locales/translate'
import { describeSystemMessage, isSystemLine } from '../rocketchat/systemMessages'
import type { Message, PresenceStatus, Room, RoomKind, Subscription } from '../rocketchat/types'
import { colorOf, initialsOf, roomInitialsOf } from '../timeline/avatar'
import { withoutQuotes } from '../timeline/messageLink'
import type { Unsent, UnsentMark } from './unsent'

/** One line of the conversation list, flat and ready to draw. */
export type Channel = {
  id: string
  kind: RoomKind
  title: string
  initials: string
  /** Index into the avatar palette, 0..11. */
  color: number
  preview: string
  /** The preview is of something that the server does not have; `''` when it has it. */
  mark: UnsentMark | ''
  time: string
  /** `''`, `1`…`99`, or `99+`. */
  badge: string
  /** Somebody mentioned the user by name and it is unread. */
  isMentioned: boolean
  /** Something is unread that does not count. */
  isAlert: boolean
  /** Of the other person in a direct conversation; `''` when unknown, and everywhere else. */
  presence: PresenceStatus | ''
  /** Sort key: time of the last activity in epoch milliseconds. */
  activityAt: number
}

/** What a line is made of. */
export type ChannelSource = {
  subscription: Subscription
  room: Room | undefined
  /** Unread messages that only this client knows of (ephemeral ones). */
  extraUnread: number
  draft: string
  /** The newest message that the server has told in its own answer; the room's document comes later. */
  sent: Message | undefined
}

export type ChannelContext = {
  unsent: Unsent
  selfId: string
  now: number
  t: Translate
  /** `''` when unknown. */
  statusOf: (userId: string) => PresenceStatus | ''
}

/** The other person of a direct conversation of two; `''` for every other (protocol reference 4.3). */
export function peerIdOf(room: Room | undefined, selfId: string): string {
  if (room?.kind !== 'direct' || room.memberIds.length !== 2) return ''
  return room.memberIds.find((id) => id !== selfId) ?? ''
}

/** Who a message is from, as the list of messages and its preview draw it. */
export type Origin = 'own' | 'other' | 'system'

export function originOf(message: Message, selfId: string): Origin {
  if (isSystemLine(message.system)) return 'system'
  return message.author.id === selfId ? 'own' : 'other'
}

/** The text of a message on one line: what it says, or what it is. */
export function plainText(message: Message, t: Translate): string {
  if (message.system !== '') {
    const line = describeSystemMessage(message)
    if (line === undefined) return ''
    if ('text' in line) return line.text
    return isLocaleKey(line.key) ? t(line.key, line.params) : line.params.param
  }
  if (message.text !== '') return message.text
  return message.fileName === '' ? '' : t('message.file', { name: message.fileName })
}

/** Builds one line of the list. Badges follow the protocol reference, 5.5, "Client badge". */
export function toChannel(source: ChannelSource, context: ChannelContext): Channel {
  const { subscription, room, extraUnread } = source
  const { t, now, selfId, statusOf } = context
  const isQuiet = subscription.isUnreadHidden
  const unread = (isQuiet ? 0 : subscription.unread) + extraUnread
  const draw = subscription.kind === 'direct' ? initialsOf : roomInitialsOf
  const unsent = context.unsent.newestIn(subscription.roomId)
  const newest = newestOf(source)
  const changed = newest && context.unsent.changed(newest)
  const storedAt = Math.max(room?.lastActivityAt ?? subscription.updatedAt, sentAtOf(source))
  const activityAt = Math.max(storedAt, unsent?.createdAt ?? 0)
  const isDraft = !unsent && source.draft !== ''
  return {
    id: subscription.roomId,
    kind: subscription.kind,
    title: subscription.title,
    initials: draw(subscription.title),
    color: colorOf(subscription.name),
    preview: unsent
      ? `${t('list.you')}: ${oneLine(withoutQuotes(unsent.text))}`
      : previewOf(source, changed?.message, context),
    mark: isDraft ? '' : (unsent?.mark ?? changed?.mark ?? ''),
    time: formatListTime(unsent || newest ? activityAt : 0, now, t),
    badge: unread === 0 ? '' : unread > 99 ? '99+' : String(unread),
    isMentioned: subscription.userMentions > 0 && !subscription.isMentionHidden,
    isAlert: subscription.isAlert && !isQuiet && unread === 0,
    presence: statusOf(peerIdOf(room, selfId)),
    activityAt,
  }
}

/** When the room's newest message was sent, as far as only its own answer tells; 0 when the room's document knows. */
function sentAtOf({ room, sent }: ChannelSource): number {
  return sent && sent.sentAt > (room?.lastActivityAt ?? 0) ? sent.sentAt : 0
}

function newestOf(source: ChannelSource): Message | undefined {
  return sentAtOf(source) > 0 ? source.sent : source.room?.lastMessage
}

function previewOf(
  { draft, subscription }: ChannelSource,
  message: Message | undefined,
  context: ChannelContext,
): string {
  const { t, selfId } = context
  if (draft !== '') return `${t('list.draft')} ${oneLine(draft)}`
  if (!message) return t('list.noMessage')
  const text = oneLine(withoutQuotes(plainText(message, t)))
  if (originOf(message, selfId) === 'system') return text
  if (message.author.id === selfId) return `${t('list.you')}: ${text}`
  return subscription.kind === 'direct' ? text : `${message.author.name}: ${text}`
}

/** Long texts are cut here, because a mini-program sends every character of a line to its view. */
function oneLine(text: string): string {
  // An emoji is two units long; half of one is no character.
  const cut = text.slice(0, 80).replace(/[\ud800-\udbff]$/, '')
  return cut.replace(/\s+/g, ' ').trim()
}

/** Newest activity first; title and id decide between equals so that the order never flickers. */
export function byActivity(a: Channel, b: Channel): number {
  if (a.activityAt !== b.activityAt) return b.activityAt - a.activityAt
  if (a.title !== b.title) return a.title < b.title ? -1 : 1
  return a.id < b.id ? -1 : 1
}
