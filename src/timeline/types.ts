import type { HistoryPage, Message } from '../rocketchat/types'

/** What the message list draws. Rows are flat, precomputed and never changed in place: an edit replaces the object. */

export type RowKind = 'message' | 'system' | 'gone'

export type SendState = '' | 'waiting' | 'sending' | 'failed'

export type Row = {
  id: string
  /** `gone` is a deleted message's tombstone: it draws nothing but keeps the indexes of a mounted chunk. */
  kind: RowKind
  isOwn: boolean
  /** Day separator above the row, `''` for none. */
  day: string
  /** The "new messages" line above the row. */
  isFirstUnread: boolean
  /** First of a group by the same author: shows avatar and name. */
  isHead: boolean
  name: string
  initials: string
  /** Index into the avatar palette, 0..11. */
  color: number
  text: string
  /** It answers another message, to which its text leads. */
  isQuoting: boolean
  /** HH:mm in the viewer's time zone. */
  time: string
  isEdited: boolean
  /**
   * How far an unsent message is. Of a message that the server has: `waiting` while an edit, deletion or reaction of it is not
   * done, `failed` when an edit was refused, `''` otherwise.
   */
  state: SendState
  /** A jump has just led here. */
  isTarget: boolean
}

/** A copy of a message with changes done to it that the server does not have. */
export type ShownMessage = Message & {
  /** Left out when there are none. `failed` when the server refused an edit, which is shown all the same. */
  changeState?: 'waiting' | 'failed'
}

/** At most this many rows are drawn by one component (design, decision 5). */
export const CHUNK_SIZE = 20

/** At most CHUNK_SIZE rows, oldest first. The key is unique within one timeline and never used again. */
export type Chunk = {
  readonly key: string
  /** Changed in place by the timeline: whoever shows it copies it when its key is reported dirty. */
  readonly rows: readonly Row[]
  /** Messages between this chunk and the next newer one are not loaded. */
  readonly hasGap: boolean
}

/** The times between which messages are missing, each of them loaded itself. */
export type GapEnds = { olderTo: number; newerFrom: number }

/** Messages and the time in which they are all there are. */
export type LoadedPage = {
  messages: readonly Message[]
  /** Epoch milliseconds; -Infinity when the room begins with this page. */
  from: number
  /** Infinity when there is nothing newer. */
  to: number
  /** The end of the piece of history that this page was asked to continue; left out for a page from anywhere. */
  joinsAt?: number
}

/** The newest messages, as they are kept on the device. */
export type Snapshot = {
  /** In the order of time, without a gap. */
  messages: readonly Message[]
  hasOldest: boolean
  /** `latestUpdatedAt` of the timeline. */
  syncedUntil: number
}

/** Everything about a row that depends on time zone and language. Must be pure; called once per message version. */
export type RowLabels = {
  /** Text of the day separator. Two messages are of the same day when these are equal. */
  day(at: number): string
  /** HH:mm. */
  time(at: number): string
  /**
   * Text of a system line. `undefined` for a typed message that is drawn like an ordinary one (for example `videoconf`),
   * `''` for one that shows nothing at all. Only asked for messages whose `system` is not empty.
   */
  system(message: Message): string | undefined
}

export type TimelineOptions = {
  selfId: string
  labels: RowLabels
  /**
   * The reader's last visit, frozen for the life of the timeline. `Infinity` when nothing was unread at opening; otherwise
   * the first message of somebody else that arrives later would get the "new messages" line.
   */
  lastSeenAt: number
}

export type TimelineChanges = {
  /** Chunks came, went or were split: the list of keys has to be read again. */
  chunksChanged: boolean
  /** Keys of chunks whose rows changed, new chunks included. */
  dirtyKeys: ReadonlySet<string>
}

/** Messages removed together. `ids` wins; without it all of `users` (usernames, empty for everybody) between the times. */
export type PruneRange = {
  ids: readonly string[] | undefined
  /** Exclusive bounds. */
  after: number
  before: number
  users: readonly string[]
}

export type PendingState = Exclude<SendState, ''>

/**
 * The messages of one room in order, cut into chunks for the screen. Not reactive. All operations accept input in any
 * order, with duplicates and again. A removed id never comes back; an older `updatedAt` never replaces a newer one.
 */
export type Timeline = {
  /** Newest chunk first; read it anew after a change. */
  readonly chunks: readonly Chunk[]
  /** Set once a history page said that the server has nothing older than the oldest message here. */
  readonly hasOldest: boolean
  /** Rows kept back since `hold()`. */
  readonly heldCount: number
  readonly isHolding: boolean
  /** Messages shown plus held, pending ones included, deleted ones not. */
  readonly size: number
  /** `sentAt` of the newest message from the server, held ones included; 0 when there is none. */
  readonly newestAt: number
  /** Where the next older history page ends (`before`); 0 when nothing is loaded. */
  readonly oldestAt: number
  /**
   * Watermark for `syncMessages`: largest `updatedAt` up to which nothing can be missing; 0 when unknown. Only complete
   * feeds move it (first history page, stream, sync), never a single answer, and nothing between `markStale()` and
   * `markCaughtUp()`.
   */
  readonly latestUpdatedAt: number
  /** The message under the "new messages" line; undefined also while history does not reach back to `lastSeenAt`. */
  readonly firstUnreadId: string | undefined
  /** True when history reaches back to `lastSeenAt`: then `firstUnreadId` is final. */
  readonly isFirstUnreadKnown: boolean
  /** Messages of somebody else since `lastSeenAt`, as far as they are loaded. Walks over them. */
  readonly unreadCount: number
  /** Any known message: shown, held, pending, or a thread reply that is not shown. */
  get(id: string): Message | undefined
  /** Whether a message has a row now. */
  isDrawn(id: string): boolean
  /** Whether a message is kept back by `hold()`. */
  isHeld(id: string): boolean
  /** The newest page, or one that continues the newest piece of history without a gap. */
  insertHistory(page: HistoryPage): void
  /** A page from anywhere: connects, or leaves gaps at its sides. The newest page must have come before. */
  insertPage(page: LoadedPage): void
  /** The gap at the newer side of a chunk; undefined when it has none. */
  gapAt(key: string): GapEnds | undefined
  /**
   * Frees pieces of history between gaps until no more than so many messages are kept. The newest piece stays, and the one
   * that is being read.
   * @param keptAt a time in the piece that is being read
   */
  dropFar(most: number, keptAt: number): void
  /** Marks the row that a jump led to; `''` for none. */
  setTarget(id: string): void
  /** Begins with what was kept on the device instead of a newest page; a sync from `syncedUntil` makes it current. */
  restore(snapshot: Snapshot): void
  /** The newest messages without a gap, at most so many; undefined before anything is loaded. */
  snapshot(most: number): Snapshot | undefined
  /**
   * New or changed messages. Unknown ones from before the loaded history are left out: their page brings them.
   * @param source `feed` for the stream and for a complete sync, `answer` for REST answers and ephemeral messages, which
   *   may have overtaken messages that the stream lost and so must not move the watermark. Default `feed`.
   */
  upsert(messages: readonly Message[], source?: 'feed' | 'answer'): void
  remove(ids: readonly string[]): void
  prune(range: PruneRange): void
  /**
   * Shows an own message from the outbox at the end, in the order of the first calls, or changes its state and text.
   * Ignored once the server's copy is known. A new one ends `hold()`.
   */
  setPending(message: Message, state: PendingState): void
  /** Takes a message out that the outbox gave up. */
  dropPending(id: string): void
  /** From now on messages newer than the newest shown are kept back. Nothing happens while nothing is shown. */
  hold(): void
  release(): void
  /** The connection was lost: freezes the watermark until the catch-up is through. */
  markStale(): void
  markCaughtUp(): void
  /** Makes every label again: another day began, or the language changed. */
  relabel(): void
  /** What changed since the last call. */
  takeChanges(): TimelineChanges
}
