import { ApiError } from '../api/apiError'
import type { Clock, TimerHandle } from '../platform/types'
import type { Repository } from '../rocketchat/repository'
import type { Room } from '../rocketchat/types'
import type { CachedRoom } from './cache/cachedRoom'
import { fromPage, mergeSync } from './cache/mergeSync'
import type { AccountCache } from './cache/messageCache'

/** Rooms that are asked for at the same time. */
const parallel = 2
/**
 * Rocket.Chat allows ten calls a minute of one route, and a room takes two (protocol reference 3.4): four rooms at once after
 * a reconnect, then one every 15 s, so that the open room never has to wait for those that nobody looks at.
 */
const burst = 4
const pauseMs = 15_000
/** A room in which something happens is caught up once it has been quiet for so long, in milliseconds. */
const quietMs = 10_000
/** Away for longer, by the server's times, a room's newest page says more than all that has changed since. */
const maxAwayMs = 7 * 24 * 3_600_000
/** What opening a room loads too. */
const pageSize = 50

export type RoomSyncOptions = {
  clock: Clock
  repository: Repository
  cache: AccountCache
  room: (roomId: string) => Room | undefined
  /** The open room keeps itself complete. */
  isOpen: (roomId: string) => boolean
}

/**
 * Brings the kept rooms that nobody looks at up to date: after every reconnect and, when something happens in one, a little
 * later. What the client is told of such a room meanwhile (its newest message, its counters) is not enough to know that
 * nothing is missing, so the kept run is never touched by it; it only counts as behind until it is asked for.
 */
export interface RoomSync {
  /**
   * Begins with everything that is behind, most recent activity first.
   * @param isStale true once answers belong to an older connection: they are dropped, and nothing more is asked
   */
  start(isStale: () => boolean): void
  /** Something happened in a room. */
  note(roomId: string): void
  stop(): void
  /** Rooms that wait. */
  readonly pending: number
}

export function createRoomSync(options: RoomSyncOptions): RoomSync {
  const { clock, repository, cache, isOpen } = options
  /** Ids with the moment from which on they may be asked for. */
  const queue = new Map<string, number>()
  let isStale = (): boolean => true
  let run = 0
  let active = 0
  /** How many rooms may still be asked for at once, as of `countedAt`. */
  let budget = burst
  let countedAt = clock.now()
  let timer: TimerHandle
  let isTimerSet = false

  function schedule(delayMs: number): void {
    if (isTimerSet) return
    isTimerSet = true
    timer = clock.setTimeout(pump, delayMs)
  }

  async function findBehind(): Promise<void> {
    const startedIn = run
    for (const [roomId, syncedUntil] of await cache.syncedRooms()) {
      if (run !== startedIn) return
      const room = options.room(roomId)
      if (room && room.updatedAt > syncedUntil && !isOpen(roomId)) queue.set(roomId, 0)
    }
    pump()
  }

  function pump(): void {
    clock.clearTimeout(timer)
    isTimerSet = false
    refill()
    for (; active < parallel && budget >= 1 && !isStale(); budget -= 1) {
      const roomId = takeNext()
      if (roomId === undefined) break
      active += 1
      void work(roomId, run)
    }
    if (queue.size > 0 && !isStale()) schedule(budget >= 1 ? quietMs : pauseMs)
  }

  /** A clock that was set gives nothing, and takes nothing away. */
  function refill(): void {
    const passed = clock.now() - countedAt
    if (passed < 0) countedAt = clock.now()
    if (passed < pauseMs) return
    budget = Math.min(burst, budget + Math.floor(passed / pauseMs))
    countedAt = clock.now()
  }

  /** The most recent one of those that are due. */
  function takeNext(): string | undefined {
    let next: { roomId: string; at: number } | undefined
    for (const [roomId, dueAt] of queue) {
      if (dueAt > clock.now() && dueAt <= clock.now() + quietMs) continue
      const at = options.room(roomId)?.lastActivityAt ?? 0
      if (!next || at > next.at) next = { roomId, at }
    }
    if (next) queue.delete(next.roomId)
    return next?.roomId
  }

  async function work(roomId: string, startedIn: number): Promise<void> {
    try {
      // A room that is not kept, or not behind, has cost nothing.
      if (!(await bringUp(roomId)) && run === startedIn) budget += 1
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      // Who may not read a room any more does not keep it. Without an answer it stays behind until the next reconnect.
      if (isRefusal(error) && run === startedIn) cache.remove(roomId)
    } finally {
      if (run === startedIn) {
        active -= 1
        pump()
      }
    }
  }

  /** False when there was nothing to ask for. */
  async function bringUp(roomId: string): Promise<boolean> {
    const startedIn = run
    const room = options.room(roomId)
    const revision = cache.revisionOf(roomId)
    const kept = await cache.load(roomId)
    if (!room || !kept || isOpen(roomId) || room.updatedAt <= kept.syncedUntil) {
      return false
    }
    const next = await fetchNext(room, kept)
    const isDue = run === startedIn && !isStale() && !isOpen(roomId)
    if (isDue && cache.revisionOf(roomId) === revision) cache.save(roomId, next)
    return true
  }

  /** Whatever the room's document knew before the question was asked, the answers know too. */
  async function fetchNext(room: Room, kept: CachedRoom): Promise<CachedRoom> {
    const syncedUntil = room.updatedAt
    if (room.lastActivityAt - kept.syncedUntil <= maxAwayMs) {
      const sync = await repository.syncMessages(room.id, kept.syncedUntil)
      if (sync.isComplete) return mergeSync(kept, sync, syncedUntil)
    }
    const page = await repository.loadHistory(room.kind, room.id, { count: pageSize })
    return fromPage(page, syncedUntil)
  }

  return {
    start(next) {
      run += 1
      active = 0
      isStale = next
      queue.clear()
      void findBehind()
    },
    note(roomId) {
      if (isStale() || isOpen(roomId)) return
      queue.set(roomId, clock.now() + quietMs)
      schedule(quietMs)
    },
    stop() {
      run += 1
      active = 0
      isStale = () => true
      queue.clear()
      clock.clearTimeout(timer)
      isTimerSet = false
    },
    get pending() {
      return queue.size + active
    },
  }
}

/** The server says no; not that the session, or its patience, is over. */
function isRefusal({ isNetwork, status }: ApiError): boolean {
  return !isNetwork && status >= 400 && status < 500 && status !== 401 && status !== 429
}
