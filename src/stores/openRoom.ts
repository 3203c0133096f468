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

/** Three chunks, the newest with room for ten more: enough for any phone's screen and what is above it. */
const pageSize = 50

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
  /** Settles when the first page may be asked for: then nothing falls between it and the room's streams. Never rejects. */
  streamsReady: Promise<void>
  /** Too much was missed for a sync: the room has to be opened anew from its newest page. */
  onOutdated: () => void
  /** A page or a sync brought these: none of them is unsent. */
  onReceived: (messages: readonly Message[]) => void
  /** Something that is on the screen has changed. */
  onChange: () => void
}

/** The room that is open: its timeline and the loading of what belongs into it. */
export interface OpenRoom {
  readonly roomId: string
  readonly timeline: Timeline
  readonly historyState: HistoryState
  /** True once the newest page has come. */
  readonly isLoaded: boolean
  /** Why the newest page could not be loaded; undefined when it could. */
  readonly failure: unknown
  /** Loads the newest page, or the next older one. One load at a time; never rejects. */
  loadOlder(): Promise<void>
  /** New or changed messages, as `Timeline.upsert`. */
  upsert(messages: readonly Message[], source: 'feed' | 'answer'): void
  /** The streams are interrupted, or were not confirmed yet. */
  markStale(): void
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
  /** The newest page has come. */
  let isLoaded = false
  let loading: Promise<void> | undefined
  /** Changes that came while a page was under way, which may have been read before them. */
  let overtaken: Message[] = []
  let interruptions = 0
  let isOver = false
  // A call, because the compiler does not expect that it changes while an answer is awaited.
  const isClosed = (): boolean => isOver

  function loadOlder(): Promise<void> {
    if (isClosed() || historyState === 'complete') return Promise.resolve()
    loading ??= loadPage().finally(() => {
      loading = undefined
    })
    return loading
  }

  async function loadPage(): Promise<void> {
    historyState = 'loading'
    onChange()
    try {
      if (!isLoaded) await options.streamsReady
      // Not the timeline's word for the first page: a message of the outbox may stand there alone, at any time.
      const range = isLoaded ? { before: timeline.oldestAt, count: pageSize } : { count: pageSize }
      const page = await repository.loadHistory(kind, roomId, range)
      if (isClosed()) return
      options.onReceived(page.messages)
      timeline.insertHistory(page)
      timeline.upsert(overtaken, 'answer')
      isLoaded = true
      historyState = timeline.hasOldest ? 'complete' : 'idle'
      failure = undefined
    } catch (error) {
      historyState = 'failed'
      failure = error
    }
    overtaken = []
    if (!isClosed()) onChange()
  }

  /**
   * A room whose first page has not come is loaded first: the page may have been read before the streams were confirmed,
   * so it is caught up like any other. An answer that is overtaken by the next interruption is left out, because it would
   * count as complete what is not.
   */
  async function catchUp(): Promise<void> {
    const startedAt = interruptions
    if (!isLoaded) await loadOlder()
    if (isClosed() || !isLoaded || interruptions !== startedAt) return
    const since = timeline.latestUpdatedAt
    const { updated, removedIds, isComplete } = await repository.syncMessages(roomId, since)
    if (isClosed() || interruptions !== startedAt) return
    if (!isComplete) {
      options.onOutdated()
      return
    }
    options.onReceived(updated)
    upsert(updated, 'feed')
    timeline.remove(removedIds)
    timeline.markCaughtUp()
    onChange()
  }

  function upsert(messages: readonly Message[], source: 'feed' | 'answer'): void {
    timeline.upsert(messages, source)
    if (loading) overtaken.push(...messages)
  }

  function markStale(): void {
    interruptions += 1
    timeline.markStale()
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
    get isLoaded() {
      return isLoaded
    },
    loadOlder,
    catchUp,
    upsert,
    markStale,
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
