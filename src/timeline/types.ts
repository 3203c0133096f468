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
  /** HH:mm in the viewer's time zone. */
  time: string
  isEdited: boolean
  state: SendState
}

/** At most this many rows are drawn by one component (design, decision 5). */
export const CHUNK_SIZE = 20

/** At most CHUNK_SIZE rows, oldest first. The key is unique within one timeline and never used again. */
export type Chunk = {
  readonly key: string
  /** Changed in place by the timeline: whoever shows it copies it when its key is reported dirty. */
  readonly rows: readonly Row[]
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
  /** Newest chunk first. The same array for the life of the timeline. */
  readonly chunks: readonly Chunk[]
  /** Set once a history page said that the server has nothing older. */
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
  /** Any known message: shown, held, pending, or a thread reply that is not shown. */
  get(id: string): Message | undefined
  /** One page of history; the first one must be the newest page. */
  insertHistory(page: HistoryPage): void
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
