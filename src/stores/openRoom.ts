import { formatDay, formatTime } from '../locales/dates'
import type { Translate } from '../locales/translate'
import type { Clock, TimerHandle } from '../platform/types'
import type { Repository } from '../rocketchat/repository'
import { isSystemLine } from '../rocketchat/systemMessages'
import type { ChatUser, Message, RoomKind } from '../rocketchat/types'
import { createTimeline } from '../timeline/timeline'
import type { ShownMessage, Timeline } from '../timeline/types'
import type { MessageCache } from './cache/cachedRoom'
import { plainText } from './channel'
import type { OutboxEntry } from './outboxEntry'
import { createRoomHistory, type GapSide, type RoomHistory } from './roomHistory'

/** How many of a room's newest messages are kept on the device. */
const cachedMessages = 100

/** How long nothing must change before a copy is kept, in ms. */
const cacheDelayMs = 2_000

/** How long a message may stay unknown that the room's document names as its newest, in ms. */
const doubtMs = 1_000

/** Waits between attempts to complete what was painted from the device, in ms. */
const retryDelays = [1_000, 3_000, 10_000, 30_000]

export type HistoryState = 'idle' | 'loading' | 'failed' | 'complete'

/** How far the gap is that is being filled. */
export type GapState = 'idle' | 'loading' | 'failed'

export type OpenRoomOptions = {
  roomId: string
  kind: RoomKind
  self: ChatUser
  /** Taken before the room is marked as read; everything newer gets the "new messages" line. */
  lastSeenAt: number
  clock: Clock
  repository: Repository
  cache: MessageCache
  translate: () => Translate
  /** Settles when the first page may be asked for: then nothing falls between it and the room's streams. Never rejects. */
  streamsReady: Promise<void>
  /** Too much was missed for a sync: the room has to be opened anew from its newest page. */
  onOutdated: () => void
  /** A page or a sync brought these: none of them is unsent. */
  onReceived: (messages: readonly Message[]) => void
  /** A message as it looks with what the outbox will do to it. */
  present: (message: Message) => ShownMessage
  /** Something that is on the screen has changed. */
  onChange: () => void
}

/** The room that is open: its timeline and the loading of what belongs into it. */
export interface OpenRoom {
  readonly roomId: string
  readonly timeline: Timeline
  readonly history: Pick<RoomHistory, 'reach' | 'reachTime'>
  readonly historyState: HistoryState
  readonly gapState: GapState
  /** True once messages are there: the newest page, or the copy on the device. */
  readonly isLoaded: boolean
  /** True once the newest message of the server is there too. */
  readonly isCurrent: boolean
  /** Why messages could not be loaded; undefined when they could. */
  readonly failure: unknown
  /**
   * Paints what the device has, which is brought up to date afterwards; without a copy loads the newest page. Never rejects.
   */
  begin(): Promise<void>
  /** Loads the newest page, or the next older one; during `begin` only waits for it. One load at a time; never rejects. */
  loadOlder(): Promise<void>
  /** Fills the gap at the newer side of a chunk by one page. One at a time; never rejects. */
  fillGap: (chunkKey: string, side: GapSide) => Promise<void>
  /** New or changed messages, as `Timeline.upsert`. */
  upsert(messages: readonly Message[], source: 'feed' | 'answer'): void
  /**
   * The room's document names its newest message. One that stays unknown was missed, or is deleted already and the document is
   * late: only the server knows, so it is asked.
   */
  noteNewest(message: Message): void
  /** The streams are interrupted, or were not confirmed yet. */
  markStale(): void
  /** Fetches everything that changed since the connection was lost. @throws {ApiError} */
  catchUp(): Promise<void>
  showPending(entry: OutboxEntry): void
  /** Keeps a copy on the device; no answer changes anything after this. */
  close(): void
}

export function createOpenRoom(options: OpenRoomOptions): OpenRoom {
  const { roomId, kind, self, clock, repository, cache, translate, onReceived, present } = options
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
  let gapState: GapState = 'idle'
  let failure: unknown
  let isLoaded = false
  let isCurrent = false
  /** Until the copy on the device is painted, or the first page has come without one. */
  let opening: Promise<void> | undefined
  let loading: Promise<void> | undefined
  let isSaveDue = false
  let saveTimer: TimerHandle
  let interruptions = 0
  /** The newest message of the room's document that is unknown here. */
  let doubted: Message | undefined
  let doubtTimer: TimerHandle
  /** Since when messages are there that only an answer told, before the first page. */
  let answeredSince = Infinity
  /** The connection is away, and has not been said to be back. */
  let isAway = false
  let isOver = false
  // A call, because the compiler does not expect that it changes while an answer is awaited.
  const isClosed = (): boolean => isOver
  const history = createRoomHistory({
    roomId,
    kind,
    repository,
    timeline,
    isClosed,
    onReceived,
    present,
  })
  const restingState = (): HistoryState => (timeline.hasOldest ? 'complete' : 'idle')

  function changed(): void {
    options.onChange()
    if (isSaveDue || isClosed()) return
    isSaveDue = true
    saveTimer = clock.setTimeout(save, cacheDelayMs)
  }

  function save(): void {
    isSaveDue = false
    const copy = timeline.snapshot(cachedMessages)
    if (!copy) return
    // Of an emptied room no older copy may stay, which would paint what is deleted.
    if (copy.messages.length === 0) cache.remove(roomId)
    else if (copy.syncedUntil > 0) cache.save(roomId, copy)
  }

  function begin(): Promise<void> {
    opening ??= open().finally(() => {
      opening = undefined
    })
    return opening
  }

  async function open(): Promise<void> {
    const copy = await cache.load(roomId)
    if (isClosed() || isLoaded) return
    if (!copy || copy.messages.length === 0 || copy.syncedUntil === 0) {
      await loadNext()
      return
    }
    timeline.restore({ ...copy, messages: copy.messages.map(present) })
    timeline.markStale()
    isLoaded = true
    historyState = restingState()
    options.onChange()
    void options.streamsReady.then(() => completeCopy(0))
  }

  /** The feed catches up after each reconnect; until the first time this one asks by itself. */
  async function completeCopy(attempt: number): Promise<void> {
    if (isClosed() || isCurrent) return
    try {
      await sync()
    } catch {
      const delay = retryDelays[Math.min(attempt, retryDelays.length - 1)] ?? 30_000
      clock.setTimeout(() => void completeCopy(attempt + 1), delay)
    }
  }

  /**
   * An empty list asks as soon as it is drawn, before the device has said what it keeps: a first page that is under way then
   * would throw the copy away, and without a network nothing would be there at all.
   */
  function loadOlder(): Promise<void> {
    return opening ?? loadNext()
  }

  function loadNext(): Promise<void> {
    if (isClosed() || historyState === 'complete') return Promise.resolve()
    loading ??= loadPage().finally(() => {
      loading = undefined
    })
    return loading
  }

  async function loadPage(): Promise<void> {
    historyState = 'loading'
    options.onChange()
    try {
      // Not the timeline's word for the first page: a message of the outbox may stand there alone, at any time.
      if (isLoaded) await history.loadOlder()
      else await loadNewest()
      if (isClosed()) return
      historyState = restingState()
      failure = undefined
    } catch (error) {
      historyState = 'failed'
      failure = error
    }
    if (!isClosed()) changed()
  }

  async function loadNewest(): Promise<void> {
    await options.streamsReady
    await history.loadNewest()
    if (isClosed()) return
    isLoaded = true
    isCurrent = true
    // What was sent before the page was read may be deleted already; the page does not tell.
    if (answeredSince < Infinity) void settleDoubt(0)
    // A page of nothing that is shown, of replies in threads for example, must not look like an empty room.
    if (timeline.newestAt === 0 && !timeline.hasOldest) await history.loadOlder()
  }

  async function fillGap(chunkKey: string, side: GapSide): Promise<void> {
    if (gapState === 'loading' || isClosed()) return
    gapState = 'loading'
    options.onChange()
    try {
      await history.fillGap(chunkKey, side)
      gapState = 'idle'
    } catch (error) {
      gapState = 'failed'
      failure = error
    }
    if (isClosed()) return
    if (historyState !== 'loading') historyState = restingState()
    changed()
  }

  /**
   * A room whose first page has not come is loaded first: the page may have been read before the streams were confirmed,
   * so it is caught up like any other. An answer that is overtaken by the next interruption is left out, because it would
   * count as complete what is not.
   */
  async function catchUp(): Promise<void> {
    isAway = false
    await sync()
    if (!isClosed() && !isLoaded && historyState === 'failed') throw failure
  }

  async function sync(): Promise<void> {
    const startedAt = interruptions
    // Without streams the answer is right when it is read, but nothing tells what comes after it.
    const isFollowed = !isAway
    // Of a room that was opened a moment ago: what comes between the answer and its streams would be told by nobody.
    await options.streamsReady
    if (!isLoaded) await loadOlder()
    if (isClosed() || !isLoaded || interruptions !== startedAt) return
    const doubt = doubted
    const doubtedSince = Math.min(doubt?.updatedAt ?? Infinity, answeredSince)
    const since = Math.min(timeline.latestUpdatedAt, doubtedSince)
    const { updated, removedIds, isComplete } = await repository.syncMessages(roomId, since)
    if (isClosed() || interruptions !== startedAt) return
    if (!isComplete) {
      cache.remove(roomId)
      options.onOutdated()
      return
    }
    onReceived(updated)
    upsert(updated.map(present), 'feed')
    timeline.remove(removedIds)
    if (isFollowed) timeline.markCaughtUp()
    if (doubted === doubt) doubted = undefined
    answeredSince = Infinity
    isCurrent = true
    changed()
  }

  function noteNewest(message: Message): void {
    if (timeline.get(message.id)) {
      upsert([message], 'answer')
      return
    }
    doubted ??= message
    clock.clearTimeout(doubtTimer)
    doubtTimer = clock.setTimeout(() => void settleDoubt(0), doubtMs)
  }

  /** While the connection is away, the catch-up after it settles it. */
  async function settleDoubt(attempt: number): Promise<void> {
    if (doubted && timeline.get(doubted.id)) doubted = undefined
    if (isClosed() || isAway || (!doubted && answeredSince === Infinity)) return
    try {
      await sync()
    } catch {
      const delay = retryDelays[Math.min(attempt, retryDelays.length - 1)] ?? 30_000
      doubtTimer = clock.setTimeout(() => void settleDoubt(attempt + 1), delay)
    }
  }

  function upsert(messages: readonly Message[], source: 'feed' | 'answer'): void {
    timeline.upsert(messages, source)
    history.noteChanges(messages)
    if (isLoaded) changed()
    else if (source === 'answer') answeredSince = earliestChange(messages, answeredSince)
  }

  function markStale(): void {
    interruptions += 1
    isAway = true
    timeline.markStale()
  }

  function showPending(entry: OutboxEntry): void {
    timeline.setPending(toMessage(entry, self), entry.state)
    options.onChange()
  }

  return {
    roomId,
    timeline,
    history,
    get historyState() {
      return historyState
    },
    get gapState() {
      return gapState
    },
    get failure() {
      return failure
    },
    get isLoaded() {
      return isLoaded
    },
    get isCurrent() {
      return isCurrent
    },
    begin,
    loadOlder,
    fillGap,
    catchUp,
    upsert,
    noteNewest,
    markStale,
    showPending,
    close() {
      clock.clearTimeout(saveTimer)
      clock.clearTimeout(doubtTimer)
      if (isSaveDue) save()
      isOver = true
    },
  }
}

function earliestChange(messages: readonly Message[], least: number): number {
  return messages.reduce((min, { updatedAt }) => Math.min(min, updatedAt), least)
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
