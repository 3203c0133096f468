import type { Clock } from '../platform/types'
import type { Repository } from '../rocketchat/repository'
import type { Message } from '../rocketchat/types'
import type { ShownMessage, Timeline } from '../timeline/types'
import { createRetries } from './retries'
import { createRoomDoubts } from './roomDoubts'

/** How long a message may stay unknown that the room's document names as its newest, in ms. */
const doubtMs = 1_000

export type RoomCatchUpOptions = {
  roomId: string
  clock: Clock
  repository: Repository
  timeline: Timeline
  /** Settles when nothing falls any more between an answer and the room's streams. Never rejects. */
  streamsReady: Promise<void>
  /** Messages are there: the newest page, or the copy on the device. */
  isLoaded: () => boolean
  /** No answer changes anything any more. */
  isClosed: () => boolean
  /** Loads the first page. Never rejects. */
  loadFirst: () => Promise<void>
  /** A sync brought these: none of them is unsent. */
  onReceived: (messages: readonly Message[]) => void
  /** Puts what a sync brought into the timeline, as `Timeline.upsert` from the feed. */
  insert: (messages: readonly ShownMessage[]) => void
  /** A sync tells that these are deleted; the timeline has left them out already. */
  onRemoved: (ids: readonly string[]) => void
  /** A message as it looks with what the outbox will do to it. */
  present: (message: Message) => ShownMessage
  /** The newest message of the server is there. */
  onCurrent: () => void
  /** Too much was missed for a sync. */
  onOutdated: () => void
}

/**
 * Brings an open room up to date by `chat.syncMessages`: after interruptions, and when something was told that only the server
 * can settle.
 */
export interface RoomCatchUp {
  /**
   * Fetches everything that changed since the timeline was complete, after the first page if that has not come. An answer
   * that is overtaken by the next interruption is left out, because it would count as complete what is not.
   * @throws {ApiError}
   */
  sync(): Promise<void>
  /** The streams are interrupted, or were not confirmed yet. */
  noteAway(): void
  /** The connection is said to be back. */
  noteBack(): void
  /** The room's document names a message that is unknown here; as `OpenRoom.noteNewest`. */
  noteNamed(message: Message): void
  /** Messages that only an answer told, before the first page. */
  noteAnswers(messages: readonly Message[]): void
  /** The first page is there. */
  noteFirstPage(): void
  /** Nothing begins by itself any more. */
  stop(): void
}

export function createRoomCatchUp(options: RoomCatchUpOptions): RoomCatchUp {
  const { roomId, clock, repository, timeline, isClosed, isLoaded } = options
  const doubts = createRoomDoubts((id) => timeline.get(id) !== undefined)
  const settling = createRetries(clock, settleDoubts)
  let interruptions = 0
  /** The connection is away, and has not been said to be back. */
  let isAway = false

  async function sync(): Promise<void> {
    const startedAt = interruptions
    // Without streams the answer is right when it is read, but nothing tells what comes after it.
    const isFollowed = !isAway
    // Of a room that was opened a moment ago: what comes between the answer and its streams would be told by nobody.
    await options.streamsReady
    if (!isLoaded()) await options.loadFirst()
    if (isClosed() || !isLoaded() || interruptions !== startedAt) return
    const doubt = doubts.ask()
    const since = Math.min(timeline.latestUpdatedAt, doubt.since)
    const { updated, removedIds, isComplete } = await repository.syncMessages(roomId, since)
    if (isClosed() || interruptions !== startedAt) return
    if (!isComplete) {
      options.onOutdated()
      return
    }
    options.onReceived(updated)
    options.insert(updated.map(options.present))
    timeline.remove(removedIds)
    options.onRemoved(removedIds)
    if (isFollowed) timeline.markCaughtUp()
    doubt.settle()
    options.onCurrent()
  }

  /** While the connection is away, the catch-up after it settles it. */
  async function settleDoubts(): Promise<void> {
    if (!isClosed() && !isAway && doubts.isOpen) await sync()
  }

  return {
    sync,
    noteAway() {
      interruptions += 1
      isAway = true
    },
    noteBack() {
      isAway = false
    },
    noteNamed(message) {
      doubts.name(message)
      settling.start(doubtMs)
    },
    noteAnswers: doubts.noteAnswers,
    noteFirstPage() {
      // What was sent before the page was read may be deleted already; the page does not tell.
      if (doubts.isOpen) settling.start()
    },
    stop: settling.stop,
  }
}
