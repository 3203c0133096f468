import { formatDay, formatTime } from '../locales/dates'
import type { Translate } from '../locales/translate'
import type { Clock } from '../platform/types'
import type { Repository } from '../rocketchat/repository'
import { isSystemLine } from '../rocketchat/systemMessages'
import type { ChatUser, Message, RoomKind } from '../rocketchat/types'
import { createTimeline } from '../timeline/timeline'
import type { Timeline } from '../timeline/types'
import { plainText } from './channel'
import type { OutboxEntry } from './outboxEntry'

/** Three chunks: enough for any phone's screen and the room above it. */
const pageSize = 60

export type HistoryState = 'idle' | 'loading' | 'failed' | 'complete'

export type OpenRoomOptions = {
  roomId: string
  kind: RoomKind
  self: ChatUser
  /** Taken before the room is marked as read; everything newer gets the "new messages" line. */
  lastSeenAt: number
  clock: Clock
  repository: Repository
  translate: () => Translate
  /** Too much was missed for a sync: the room has to be opened anew from its newest page. */
  onOutdated: () => void
  /** Something that is on the screen has changed. */
  onChange: () => void
}

/** The room that is open: its timeline and the loading of what belongs into it. */
export interface OpenRoom {
  readonly roomId: string
  readonly timeline: Timeline
  readonly historyState: HistoryState
  /** Why the newest page could not be loaded; undefined when it could. */
  readonly failure: unknown
  /** Loads the newest page, or the next older one. One load at a time; never rejects. */
  loadOlder(): Promise<void>
  /** Fetches everything that changed since the connection was lost. @throws {ApiError} */
  catchUp(): Promise<void>
  showPending(entry: OutboxEntry): void
  /** No answer changes anything after this. */
  close(): void
}

export function createOpenRoom(options: OpenRoomOptions): OpenRoom {
  const { roomId, kind, self, clock, repository, translate, onChange } = options
  const timeline = createTimeline({
    selfId: self.id,
    lastSeenAt: options.lastSeenAt,
    labels: {
      day: (at) => formatDay(at, clock.now(), translate()),
      time: formatTime,
      system: (message) => systemText(message, translate()),
    },
  })
  let historyState: HistoryState = 'idle'
  let failure: unknown
  let isOver = false
  // A call, because the compiler does not expect that it changes while an answer is awaited.
  const isClosed = (): boolean => isOver

  async function loadOlder(): Promise<void> {
    if (isClosed() || historyState === 'loading' || historyState === 'complete') return
    historyState = 'loading'
    onChange()
    const before = timeline.oldestAt
    try {
      const range = before === 0 ? { count: pageSize } : { before, count: pageSize }
      const page = await repository.loadHistory(kind, roomId, range)
      if (isClosed()) return
      timeline.insertHistory(page)
      historyState = timeline.hasOldest ? 'complete' : 'idle'
      failure = undefined
    } catch (error) {
      historyState = 'failed'
      failure = error
    }
    if (!isClosed()) onChange()
  }

  /** A room whose first page never came is loaded instead of caught up. */
  async function catchUp(): Promise<void> {
    const since = timeline.latestUpdatedAt
    if (since === 0) {
      if (historyState !== 'loading') await loadOlder()
      if (!isClosed()) timeline.markCaughtUp()
      return
    }
    const { updated, removedIds, isComplete } = await repository.syncMessages(roomId, since)
    if (isClosed()) return
    if (!isComplete) {
      options.onOutdated()
      return
    }
    timeline.upsert(updated)
    timeline.remove(removedIds)
    timeline.markCaughtUp()
    onChange()
  }

  function showPending(entry: OutboxEntry): void {
    timeline.setPending(toMessage(entry, self), entry.state)
    onChange()
  }

  return {
    roomId,
    timeline,
    get historyState() {
      return historyState
    },
    get failure() {
      return failure
    },
    loadOlder,
    catchUp,
    showPending,
    close() {
      isOver = true
    },
  }
}

function systemText(message: Message, t: Translate): string | undefined {
  const isLine = isSystemLine(message.system) || message.system === 'rm'
  return isLine ? plainText(message, t) : undefined
}

function toMessage({ id, roomId, text, createdAt }: OutboxEntry, author: ChatUser): Message {
  return {
    id,
    roomId,
    author,
    text,
    sentAt: createdAt,
    updatedAt: 0,
    system: '',
    role: '',
    editedAt: 0,
    threadId: '',
    isShownInRoom: false,
    mentions: [],
    isGroupable: true,
    fileName: '',
  }
}
