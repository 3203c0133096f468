/**
 * The domain: what the client knows after decoding. Wire names (`rid`, `ts`, `_updatedAt`, `{"$date":…}`) stay inside the
 * decoders of this folder. Times are epoch milliseconds on the server's clock and end in `At`.
 */

export type RoomKind = 'channel' | 'group' | 'direct'

/** One object may be of many messages. */
export type Author = {
  readonly id: string
  readonly username: string
  /** Display name; the username where the server sent none. */
  readonly name: string
}

export type Message = {
  id: string
  roomId: string
  author: Author
  /** Source text (Rocket.Chat Markdown). For system messages the parameter, for example the name of who was added. */
  text: string
  sentAt: number
  /** The server's `_updatedAt`: an older copy of the same message never replaces a newer one. */
  updatedAt: number
  /** Wire `t`: `''` for a normal message, otherwise a system type such as `uj`; `rm` for a deleted one. */
  system: string
  /** 0 when never edited. */
  editedAt: number
  /** The thread root this message replies to, `''` when it is none. */
  threadId: string
  /** A thread reply that is also shown in the room (`tshow`). */
  isShownInRoom: boolean
  /** Ids of the users mentioned; `all` and `here` stand for themselves. */
  mentions: readonly string[]
  /** False when the server asks not to merge it visually with the message before. */
  isGroupable: boolean
  /** Name of the first attached file, `''` when there is none. */
  fileName: string
  /** Parameter of the system types that give or take a role, `''` otherwise. */
  role: string
  /** Left out when there are none. */
  reactions?: readonly Reaction[]
}

/** Everybody who reacted with one emoji. */
export type Reaction = {
  /** With its colons, such as `:smile:`. */
  emoji: string
  usernames: readonly string[]
}

/** The caller's membership of one room. */
export type Subscription = {
  id: string
  roomId: string
  kind: RoomKind
  /** Slug, or the other person's username in a direct message. */
  name: string
  /** What to show: `fname` or, where absent, `name`. */
  title: string
  /** Shown in the list; closed rooms are kept because a message opens them again. */
  isOpen: boolean
  isAlert: boolean
  unread: number
  userMentions: number
  groupMentions: number
  /** Everything newer by somebody else is unread. 0 when the room was never read. */
  lastSeenAt: number
  isFavorite: boolean
  isUnreadHidden: boolean
  /** No red mark for mentions (`hideMentionStatus`). */
  isMentionHidden: boolean
  /** Roles in this room, such as `owner` or `moderator`. */
  roles: readonly string[]
  updatedAt: number
}

export type Room = {
  id: string
  kind: RoomKind
  /** `''` for direct messages, whose name is in the subscription. */
  name: string
  topic: string
  isReadOnly: boolean
  /** Usernames that may write although the room is read only. */
  unmuted: readonly string[]
  /** Usernames that may not write. */
  muted: readonly string[]
  isArchived: boolean
  memberCount: number
  /** Direct messages: ids of the members. */
  memberIds: readonly string[]
  lastMessage: Message | undefined
  /** Sort key of the conversation list: `lm`, or the creation time. */
  lastActivityAt: number
  updatedAt: number
}

/** Answer of `subscriptions.get` and `rooms.get`. */
export type Delta<T> = { update: T[]; removedIds: string[] }

/** One page of `*.history`, oldest first. */
export type HistoryPage = {
  messages: Message[]
  /** True when the server had nothing older. */
  hasOldest: boolean
}

/** Messages after some time, oldest first. */
export type NewerPage = {
  messages: Message[]
  /** True when the server had nothing newer. */
  hasNewest: boolean
}

/** The messages around one, oldest first, without a gap between them. */
export type Surroundings = {
  messages: Message[]
  /** Whether the server has older, or newer, ones than these. */
  hasOlder: boolean
  hasNewer: boolean
}

/** Everything that `chat.syncMessages` had to tell, all pages together. */
export type MessageSync = {
  updated: Message[]
  removedIds: string[]
  /** False when there was more than is reasonable to fetch: load the newest page of the room anew instead. */
  isComplete: boolean
}

/** What others see of somebody. */
export type PresenceStatus = 'offline' | 'online' | 'away' | 'busy'

export type ChatUser = { id: string; username: string; name: string }
