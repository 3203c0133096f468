import { ApiError } from '../api/apiError'
import type { Clock, TimerHandle } from '../platform/types'
import type { Repository } from '../rocketchat/repository'
import type { Room } from '../rocketchat/types'
import type { CachedRoom } from './cache/cachedRoom'
import { fromPage, mergeSync } from './cache/mergeSync'
import type { AccountCache } from './cache/messageCache'
import { isRefusal } from './refusal'

/** Rooms that are asked for at the same time. */
const parallel = 2
/**
 * Rocket.Chat allows ten calls a minute of one route, and a room takes two (protocol reference 3.4): with four rooms in any
 * minute the open room never has to wait for those that nobody looks at.
 */
const maxPerWindow = 4
const windowMs = 60_000
/** Of these, so many at most for rooms in which nothing seems to have happened. */
const maxChecksPerWindow = 2
/** A room in which something happens is caught up once it has been quiet for so long, in milliseconds. */
const quietMs = 10_000
/** A room that is never quiet is caught up after so long all the same; also the pause after a failure. */
const patienceMs = 60_000
/** A room's document is stored a moment after the message that it tells: so little more says nothing. In milliseconds. */
const documentDelayMs = 1_000
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
 *
 * An edit of, or a reaction to, a message that is not the room's last changes nothing about the room's document, and its
 * stream is only subscribed while the room is open (protocol reference 2.9, 5.2). So after a reconnect every kept room is
 * asked for, those that are visibly behind first; while the connection lasts such an edit comes with the room's next
 * activity, its opening, or the next reconnect. `__my_messages__` would tell it at once, but costs the server an access check
 * per message and client, and leaves deletions out (protocol reference 2.3).
 */
export interface RoomSync {
  /**
   * Begins with everything that is behind, most recent activity first.
   * @param isStale true once answers belong to an older connection: they are dropped, and nothing more is asked
   */
  start(isStale: () => boolean): void
  /** Something happened in a room. */
  note(roomId: string): void
  /** A room was left before it had been brought up to date on the screen. */
  noteUnfinished(roomId: string): void
  stop(): void
  /** Rooms that wait. */
  readonly pending: number
}

/** A room that is to be asked for. */
type Wish = {
  /** From this moment on, by the device's clock. */
  dueAt: number
  /** It never waits longer than this, whatever else happens in it. */
  latestAt: number
  /** Nothing seems to have happened: it is asked for all the same. */
  isCheck: boolean
}

export function createRoomSync(options: RoomSyncOptions): RoomSync {
  const { clock, repository, cache, isOpen } = options
  const wishes = new Map<string, Wish>()
  let isStale = (): boolean => true
  let run = 0
  let active = 0
  /** When the rooms of the last minute were asked for. */
  let asked: number[] = []
  let timer: TimerHandle
  let isTimerSet = false

  function schedule(): void {
    if (isTimerSet) return
    isTimerSet = true
    timer = clock.setTimeout(pump, quietMs)
  }

  async function findBehind(): Promise<void> {
    const startedIn = run
    const synced = await cache.syncedRooms()
    if (run !== startedIn) return
    for (const [roomId, syncedUntil] of synced) {
      const room = options.room(roomId)
      if (!room || isOpen(roomId)) continue
      const isCheck = room.updatedAt <= syncedUntil + documentDelayMs
      wish(roomId, isCheck ? quietMs : 0, isCheck)
    }
    pump()
  }

  function wish(roomId: string, delayMs: number, isCheck: boolean): void {
    const known = wishes.get(roomId)
    const isSameKind = known !== undefined && known.isCheck === isCheck
    const latestAt = isSameKind ? known.latestAt : clock.now() + patienceMs
    wishes.set(roomId, {
      dueAt: Math.min(clock.now() + delayMs, latestAt),
      latestAt,
      isCheck,
    })
  }

  function pump(): void {
    clock.clearTimeout(timer)
    isTimerSet = false
    forgetOld()
    while (active < parallel && asked.length < maxPerWindow && !isStale()) {
      const next = takeNext()
      if (!next) break
      active += 1
      const askedAt = clock.now()
      asked.push(askedAt)
      void work(next.roomId, next.isCheck, run, askedAt)
    }
    if (wishes.size > 0 && !isStale()) schedule()
  }

  /** A clock that was set back makes nobody wait longer than a minute. */
  function forgetOld(): void {
    const now = clock.now()
    asked = asked.map((at) => Math.min(at, now)).filter((at) => now - at < windowMs)
  }

  function giveBack(askedAt: number): void {
    const index = asked.indexOf(askedAt)
    if (index >= 0) asked.splice(index, 1)
  }

  /** The most recent one of those that are due; checks come after all others. */
  function takeNext(): { roomId: string; isCheck: boolean } | undefined {
    let next: { roomId: string; isCheck: boolean; at: number } | undefined
    for (const [roomId, { dueAt, isCheck }] of wishes) {
      if (!isDue(dueAt) || (isCheck && asked.length >= maxChecksPerWindow)) continue
      const at = options.room(roomId)?.lastActivityAt ?? 0
      const isFirst = !next || (next.isCheck && !isCheck)
      if (isFirst || (next?.isCheck === isCheck && at > next.at)) next = { roomId, isCheck, at }
    }
    if (next) wishes.delete(next.roomId)
    return next
  }

  /** Whoever would wait longer than anybody ever does waits because of a clock that was set. */
  function isDue(dueAt: number): boolean {
    return dueAt <= clock.now() || dueAt > clock.now() + patienceMs
  }

  async function work(
    roomId: string,
    isCheck: boolean,
    startedIn: number,
    askedAt: number,
  ): Promise<void> {
    try {
      // A room that is not kept, or not behind, has cost nothing.
      if (!(await bringUp(roomId, isCheck))) giveBack(askedAt)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (run !== startedIn) return
      // Who may not read a room any more does not keep it.
      if (isRefusal(error)) cache.remove(roomId)
      else wish(roomId, patienceMs, isCheck)
    } finally {
      if (run === startedIn) {
        active -= 1
        pump()
      }
    }
  }

  /** False when there was nothing to ask for. */
  async function bringUp(roomId: string, isCheck: boolean): Promise<boolean> {
    const startedIn = run
    const revision = cache.revisionOf(roomId)
    const kept = await cache.load(roomId)
    const room = options.room(roomId)
    if (!room || !kept || isOpen(roomId)) return false
    if (!isCheck && room.updatedAt <= kept.syncedUntil) return false
    if (run !== startedIn || isStale()) return false
    const next = await fetchNext(room, kept)
    const isWanted = run === startedIn && !isStale() && !isOpen(roomId)
    if (isWanted && cache.revisionOf(roomId) === revision && !isSame(kept, next)) {
      cache.save(roomId, next)
    }
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
      wishes.clear()
      void findBehind()
    },
    note(roomId) {
      if (isStale() || isOpen(roomId)) return
      wish(roomId, quietMs, false)
      schedule()
    },
    noteUnfinished(roomId) {
      // The next start asks for every room.
      if (isStale() || wishes.has(roomId)) return
      wish(roomId, 0, true)
      pump()
    },
    stop() {
      run += 1
      active = 0
      isStale = () => true
      wishes.clear()
      clock.clearTimeout(timer)
      isTimerSet = false
    },
    get pending() {
      return wishes.size + active
    },
  }
}

/** Writing the same again would wear the device and make a room look used. */
function isSame(kept: CachedRoom, next: CachedRoom): boolean {
  return (
    kept.syncedUntil === next.syncedUntil &&
    kept.messages.length === next.messages.length &&
    kept.messages.every(({ id, updatedAt }, index) => {
      const other = next.messages[index]
      return other?.id === id && other.updatedAt === updatedAt
    })
  )
}
