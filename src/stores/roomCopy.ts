import type { Clock, TimerHandle } from '../platform/types'
import type { Snapshot, Timeline } from '../timeline/types'
import type { MessageCache } from './cache/cachedRoom'

/** How many of a room's newest messages are kept on the device. */
const cachedMessages = 100

/** How long nothing must change before a copy is kept, in ms. */
const cacheDelayMs = 2_000

export type RoomCopyOptions = {
  roomId: string
  clock: Clock
  cache: MessageCache
  timeline: Timeline
}

/** The copy of the open room that the device keeps. */
export interface RoomCopy {
  /** Undefined when there is none to begin with. Never rejects. */
  load(): Promise<Snapshot | undefined>
  /** The messages have changed. */
  note(): void
  /** Too much has changed since it was made. */
  drop(): void
  /** Keeps what changed last. */
  close(): void
}

export function createRoomCopy({ roomId, clock, cache, timeline }: RoomCopyOptions): RoomCopy {
  let isDue = false
  let timer: TimerHandle

  function save(): void {
    isDue = false
    const copy = timeline.snapshot(cachedMessages)
    if (!copy) return
    // Of an emptied room no older copy may stay, which would paint what is deleted.
    if (copy.messages.length === 0) cache.remove(roomId)
    else if (copy.syncedUntil > 0) cache.save(roomId, copy)
  }

  return {
    async load() {
      const copy = await cache.load(roomId)
      return copy && copy.messages.length > 0 && copy.syncedUntil > 0 ? copy : undefined
    },
    note() {
      if (isDue) return
      isDue = true
      timer = clock.setTimeout(save, cacheDelayMs)
    },
    drop: () => cache.remove(roomId),
    close() {
      clock.clearTimeout(timer)
      if (isDue) save()
    },
  }
}
