import type { Repository } from '../rocketchat/repository'
import type { Message, RoomKind } from '../rocketchat/types'
import type { ShownMessage, Timeline } from '../timeline/types'

/** Three chunks, the newest with room for ten more: enough for any phone's screen and what is above it. */
const pageSize = 50

/** Pages that one wish for older messages may take when they bring nothing that is shown. */
const maxSilentPages = 20

/** Beyond this, pieces of history between gaps are freed; they load again when they are looked at. */
const maxKept = 100_000

/** From which end a gap is seen: that end grows. */
export type GapSide = 'older' | 'newer'

export type RoomHistoryOptions = {
  roomId: string
  kind: RoomKind
  repository: Repository
  timeline: Timeline
  /** No answer changes anything any more. */
  isClosed: () => boolean
  /** A page brought these: none of them is unsent. */
  onReceived: (messages: readonly Message[]) => void
  /** A message as it looks with what the outbox will do to it. */
  present: (message: Message) => ShownMessage
}

/** Brings pieces of one room's history into its timeline. Every function rejects with `ApiError`. */
export interface RoomHistory {
  loadNewest(): Promise<void>
  /** The next older messages of all; goes on until one of them is shown or the room begins. */
  loadOlder(): Promise<void>
  /** Fills the gap at the newer side of a chunk by one page. */
  fillGap(chunkKey: string, side: GapSide): Promise<void>
  /** Loads what surrounds a message that is not drawn. False when there is no such message to be shown. */
  reach(messageId: string): Promise<boolean>
  /** Loads what surrounds the first message at or after a time, and names it; undefined when there is none. */
  reachTime(at: number): Promise<string | undefined>
  /** Changes that come while a page is under way, which may have been read before them. */
  noteChanges(messages: readonly Message[]): void
}

export function createRoomHistory(options: RoomHistoryOptions): RoomHistory {
  const { roomId, kind, repository, timeline, isClosed, onReceived, present } = options
  let running = 0
  let overtaken: Message[] = []

  /** Applies an answer, and again what has changed since it was asked for. */
  async function run<T extends { messages: Message[] } | undefined>(
    load: () => Promise<T>,
    insert: (page: NonNullable<T>) => void,
  ): Promise<T> {
    running += 1
    try {
      const page = await load()
      if (isClosed() || page === undefined) return page
      onReceived(page.messages)
      insert({ ...page, messages: page.messages.map(present) })
      timeline.upsert(overtaken, 'answer')
      return page
    } finally {
      running -= 1
      if (running === 0) overtaken = []
    }
  }

  async function loadNewest(): Promise<void> {
    await run(
      () => repository.loadHistory(kind, roomId, { count: pageSize }),
      (page) => timeline.insertHistory(page),
    )
  }

  async function loadBefore(before: number): Promise<void> {
    await run(
      () => repository.loadHistory(kind, roomId, { before, count: pageSize }),
      ({ messages, hasOldest }) => {
        const from = hasOldest ? -Infinity : earliest(messages, before)
        timeline.insertPage({ messages, from, to: before, joinsAt: before })
      },
    )
  }

  async function loadAfter(after: number): Promise<void> {
    await run(
      () => repository.loadNewer(roomId, after, pageSize),
      ({ messages, hasNewest }) => {
        const to = hasNewest ? Infinity : latest(messages, after)
        timeline.insertPage({ messages, from: after, to, joinsAt: after })
      },
    )
  }

  async function loadOlder(): Promise<void> {
    const size = timeline.size
    for (let pages = 0; pages < maxSilentPages; pages++) {
      const before = timeline.oldestAt
      await loadBefore(before)
      if (isClosed() || timeline.hasOldest || timeline.size > size) break
      if (timeline.oldestAt === before) break
    }
    timeline.dropFar(maxKept, timeline.oldestAt)
  }

  async function fillGap(chunkKey: string, side: GapSide): Promise<void> {
    const gap = timeline.gapAt(chunkKey)
    if (gap === undefined) return
    await (side === 'newer' ? loadBefore(gap.newerFrom) : loadAfter(gap.olderTo))
    if (!isClosed()) timeline.dropFar(maxKept, gap.olderTo)
  }

  async function reach(messageId: string): Promise<boolean> {
    // One that is kept back is known and only waits to be drawn.
    if (timeline.isHeld(messageId)) timeline.release()
    if (timeline.isDrawn(messageId)) return true
    await run(
      () => repository.loadSurrounding(roomId, messageId, pageSize),
      ({ messages, hasOlder, hasNewer }) => {
        const [first, last] = [messages[0], messages[messages.length - 1]]
        if (first === undefined || last === undefined) return
        const from = hasOlder ? first.sentAt : -Infinity
        timeline.insertPage({ messages, from, to: hasNewer ? last.sentAt : Infinity })
        timeline.dropFar(maxKept, first.sentAt)
      },
    )
    return !isClosed() && timeline.isDrawn(messageId)
  }

  async function reachTime(at: number): Promise<string | undefined> {
    const { messages } = await repository.loadNewer(roomId, at, pageSize)
    const [first] = messages
    if (first === undefined || isClosed()) return undefined
    await reach(first.id)
    return messages.find(({ id }) => timeline.isDrawn(id))?.id
  }

  return {
    loadNewest,
    loadOlder,
    fillGap,
    reach,
    reachTime,
    noteChanges(messages) {
      if (running > 0) overtaken.push(...messages)
    },
  }
}

function earliest(messages: readonly Message[], least: number): number {
  return messages.reduce((min, { sentAt }) => Math.min(min, sentAt), least)
}

function latest(messages: readonly Message[], least: number): number {
  return messages.reduce((max, { sentAt }) => Math.max(max, sentAt), least)
}
