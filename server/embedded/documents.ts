/** The stored documents, in the field names of Rocket.Chat's wire (protocol reference section 4). */

export type UserRef = { _id: string; username: string; name?: string }

export type Mention = { _id: string; username: string; name?: string; type?: 'user' | 'team' }

export type MessageUrl = { url: string; meta: Record<string, unknown>; ignoreParse?: true }

/** A message (4.1). */
export type MessageDoc = {
  _id: string
  rid: string
  msg: string
  ts: Date
  u: UserRef
  _updatedAt: Date
  t?: string
  md?: unknown[]
  mentions?: Mention[]
  channels?: { _id: string; name: string; fname?: string }[]
  urls?: MessageUrl[]
  attachments?: Record<string, unknown>[]
  file?: Record<string, unknown>
  files?: Record<string, unknown>[]
  reactions?: Record<string, { usernames: string[] }>
  starred?: { _id: string }[]
  pinned?: boolean
  pinnedAt?: Date
  pinnedBy?: { _id: string; username: string }
  editedAt?: Date
  editedBy?: { _id: string; username: string }
  tmid?: string
  tshow?: true
  tcount?: number
  tlm?: Date
  replies?: string[]
  drid?: string
  dcount?: number
  dlm?: Date
  groupable?: boolean
  alias?: string
  avatar?: string
  emoji?: string
  blocks?: unknown[]
  customFields?: Record<string, unknown>
  content?: Record<string, unknown>
  role?: string
  _hidden?: true
}

export type RoomType = 'c' | 'p' | 'd'

/** A room (4.3). Direct messages have `uids` and `usernames` in place of a name. */
export type RoomDoc = {
  _id: string
  t: RoomType
  name?: string
  fname?: string
  u?: UserRef
  ts: Date
  msgs: number
  usersCount: number
  _updatedAt: Date
  lm?: Date
  lastMessage?: MessageDoc
  default?: boolean
  ro?: boolean
  sysMes?: boolean | string[]
  customFields?: Record<string, unknown>
  uids?: string[]
  usernames?: string[]
  topic?: string
  description?: string
  announcement?: string
  muted?: string[]
  unmuted?: string[]
  archived?: boolean
  broadcast?: boolean
  encrypted?: boolean
  reactWhenReadOnly?: boolean
  joinCodeRequired?: boolean
  avatarETag?: string
  featured?: boolean
  prid?: string
  /** The message that a discussion started from. */
  pmid?: string
  teamId?: string
  teamMain?: boolean
  /** New members of the team join this room by themselves. */
  teamDefault?: boolean
  /** New members of a default room have it among their favourites. */
  favorite?: boolean
  retention?: Retention
}

/** What a room asks of the pruning of old messages (4.3). Times in days. */
export type Retention = {
  enabled?: boolean
  overrideGlobal?: boolean
  maxAge?: number
  excludePinned?: boolean
  filesOnly?: boolean
  ignoreThreads?: boolean
}

/** A team (4.6); 0 is public, 1 is private. Its people are those of its main room. */
export type TeamDoc = {
  _id: string
  name: string
  type: 0 | 1
  roomId: string
  createdBy: { _id: string; username: string }
  createdAt: Date
  _updatedAt: Date
}

/** A link into a room (3.18). `days` and `maxUses` 0 are without limit. */
export type InviteDoc = {
  _id: string
  days: number
  maxUses: number
  rid: string
  userId: string
  createdAt: Date
  expires: Date | null
  uses: number
  _updatedAt: Date
}

export type NotificationLevel = 'all' | 'mentions' | 'nothing'

/** One person's view of one room (4.4). */
export type SubscriptionDoc = {
  _id: string
  rid: string
  t: RoomType
  u: UserRef
  ts: Date
  name: string
  fname?: string
  open: boolean
  alert: boolean
  unread: number
  userMentions: number
  groupMentions: number
  _updatedAt: Date
  ls?: Date
  lr?: Date
  f?: boolean
  roles?: string[]
  customFields?: Record<string, unknown>
  tunread?: string[]
  tunreadUser?: string[]
  tunreadGroup?: string[]
  archived?: boolean
  disableNotifications?: boolean
  muteGroupMentions?: boolean
  hideUnreadStatus?: boolean
  hideMentionStatus?: boolean
  desktopNotifications?: NotificationLevel
  desktopPrefOrigin?: 'subscription'
  mobilePushNotifications?: NotificationLevel
  mobilePrefOrigin?: 'subscription'
  emailNotifications?: NotificationLevel
  emailPrefOrigin?: 'subscription'
  audioNotificationValue?: string
  ignored?: string[]
  userHighlights?: string[]
  blocked?: true
  blocker?: true
  status?: 'INVITED' | 'BANNED'
  inviter?: UserRef
  prid?: string
  /** What the person was writing, and the same for each thread (8.x). */
  draft?: string
  threadDrafts?: Record<string, string>
  /** Who added the person; not sent to clients. */
  addedBy?: { _id: string; username: string }
}

export type PresenceStatus = 'online' | 'away' | 'busy' | 'offline'

/** An account (4.5). Password and tokens are kept elsewhere, so they cannot leak with the document. */
export type UserDoc = {
  _id: string
  username: string
  name: string
  emails: { address: string; verified: boolean }[]
  roles: string[]
  active: boolean
  type: 'user' | 'bot' | 'app'
  createdAt: Date
  _updatedAt: Date
  statusDefault: PresenceStatus
  statusText: string
  /** Until when the status holds, and what comes after it. */
  statusExpiresAt?: Date
  statusBefore?: { statusDefault: PresenceStatus; statusText: string }
  utcOffset?: number
  language?: string
  lastLogin?: Date
  avatarETag?: string
  /** Where the picture came from, for example `rest` or `url`. */
  avatarOrigin?: string
  nickname?: string
  bio?: string
  customFields?: Record<string, unknown>
  requirePasswordChange?: boolean
  /** Why an account is off. */
  inactiveReason?: 'deactivated' | 'pending_approval' | 'idle_too_long'
  settings: { profile: Record<string, unknown>; preferences: Record<string, unknown> }
}

/** What remains of a deleted document, for clients that ask what changed since. */
export type TrashStub = { _id: string; _deletedAt: Date }
