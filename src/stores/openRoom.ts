import { ApiError } from '../api/apiError'
import type { Repository } from '../rocketchat/repository'
import type { Message, RoomKind } from '../rocketchat/types'
import type { ShownMessage, Timeline } from '../timeline/types'
import type { MessageCache } from './cache/cachedRoom'
import { createGapFilling, type GapState } from './gapFilling'
import type { OutboxEntry } from './outboxEntry'
import { isRefusal } from './refusal'
import { createRetries } from './retries'
import { createRoomCatchUp } from './roomCatchUp'
import { createRoomCopy } from './roomCopy'
import { createRoomHistory, type GapSide, type RoomHistory } from './roomHistory'
import { createRoomTimeline, toPendingMessage, type RoomTimelineOptions } from './roomTimeline'

/** How long after a first page that failed the next attempt begins by itself, in ms. */
const secondTryMs = 1_000

export type HistoryState = 'idle' | 'loading' | 'failed' | 'complete'

export type OpenRoomOptions = RoomTimelineOptions & {
  roomId: string
  kind: RoomKind
  repository: Repository
  cache: MessageCache
  /** Settles when the first page may be asked for: then nothing falls between it and the room's streams. Never rejects. */
  streamsReady: Promise<void>
  /** Too much was missed for a sync: the room has to be opened anew from its newest page. */
  onOutdated: () => void
  /** A page or a sync brought these: none of them is unsent. */
  onReceived: (messages: readonly Message[]) => void
  /** A sync tells that these are deleted. */
  onRemoved: (ids: readonly string[]) => void
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
  const { roomId, self, clock, present } = options
  const timeline = createRoomTimeline(options)
  const copy = createRoomCopy({ ...options, timeline })
  const completion = createRetries(clock, complete)
  let historyState: HistoryState = 'idle'
  let failure: unknown
  let isLoaded = false
  let isCurrent = false
  /** Until the copy on the device is painted, or the first page has come without one. */
  let opening: Promise<void> | undefined
  let loading: Promise<void> | undefined
  let isOver = false
  // A call, because the compiler does not expect that it changes while an answer is awaited.
  const isClosed = (): boolean => isOver
  const history = createRoomHistory({ ...options, timeline, isClosed })
  const syncing = createRoomCatchUp({
    ...options,
    timeline,
    isClosed,
    isLoaded: () => isLoaded,
    loadFirst: loadOlder,
    insert: (messages) => upsert(messages, 'feed'),
    onCurrent() {
      isCurrent = true
      changed()
    },
    onOutdated() {
      copy.drop()
      options.onOutdated()
    },
  })
  const gaps = createGapFilling(history.fillGap, gapChanged)
  const restingState = (): HistoryState => (timeline.hasOldest ? 'complete' : 'idle')

  function changed(): void {
    options.onChange()
    if (!isClosed()) copy.note()
  }

  function begin(): Promise<void> {
    opening ??= open().finally(() => {
      opening = undefined
    })
    return opening
  }

  async function open(): Promise<void> {
    const kept = await copy.load()
    if (isClosed() || isLoaded) return
    if (!kept) {
      await loadNext()
      if (!isClosed() && hasFailed() && !isRefused()) completion.start(secondTryMs)
      return
    }
    timeline.restore({ ...kept, messages: kept.messages.map(present) })
    timeline.markStale()
    isLoaded = true
    historyState = restingState()
    options.onChange()
    void options.streamsReady.then(() => completion.start())
  }

  /**
   * The feed catches up after each reconnect; until the first time this room asks by itself, whether the device had a copy
   * or the first page failed: requests can fail while the connection stays.
   */
  async function complete(): Promise<void> {
    if (isClosed() || isCurrent) return
    await syncing.sync()
    if (!isClosed() && hasFailed() && !isRefused()) throw failure
  }

  const hasFailed = (): boolean => !isLoaded && historyState === 'failed'
  const isRefused = (): boolean => failure instanceof ApiError && isRefusal(failure)

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
    syncing.noteFirstPage()
    // A page of nothing that is shown, of replies in threads for example, must not look like an empty room.
    if (timeline.newestAt === 0 && !timeline.hasOldest) await history.loadOlder()
  }

  function gapChanged(state: GapState): void {
    if (isClosed()) return
    if (state === 'loading') {
      options.onChange()
      return
    }
    if (historyState !== 'loading') historyState = restingState()
    changed()
  }

  /**
   * A room whose first page has not come is loaded first: the page may have been read before the streams were confirmed,
   * so it is caught up like any other.
   */
  async function catchUp(): Promise<void> {
    syncing.noteBack()
    await syncing.sync()
    if (!isClosed() && hasFailed()) throw failure
  }

  function noteNewest(message: Message): void {
    if (timeline.get(message.id)) {
      upsert([message], 'answer')
      return
    }
    syncing.noteNamed(message)
  }

  function upsert(messages: readonly Message[], source: 'feed' | 'answer'): void {
    timeline.upsert(messages, source)
    history.noteChanges(messages)
    if (isLoaded) changed()
    else if (source === 'answer') syncing.noteAnswers(messages)
  }

  function markStale(): void {
    syncing.noteAway()
    timeline.markStale()
  }

  function showPending(entry: OutboxEntry): void {
    timeline.setPending(toPendingMessage(entry, self), entry.state)
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
      return gaps.state
    },
    get failure() {
      return failure ?? gaps.failure
    },
    get isLoaded() {
      return isLoaded
    },
    get isCurrent() {
      return isCurrent
    },
    begin,
    loadOlder,
    fillGap: (chunkKey, side) => (isOver ? Promise.resolve() : gaps.fill(chunkKey, side)),
    catchUp,
    upsert,
    noteNewest,
    markStale,
    showPending,
    close() {
      completion.stop()
      syncing.stop()
      copy.close()
      isOver = true
    },
  }
}
