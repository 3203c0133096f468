import type { Clock, TimerHandle } from '../platform/types'

export type TypingSender = {
  /** May be called for every key stroke. */
  update(roomId: string, isTyping: boolean, threadId: string): void
  /** Forgets what was told: nobody on a new connection has heard of it. */
  reset(): void
}

/** A start is repeated at most this often, so that receivers who drop a name after 15 s keep it. */
const repeatMs = 5_000
/** A stop is told by itself this long after the last start. */
const stopMs = 15_000

type Telling = { toldAt: number; timer: TimerHandle }

/**
 * Tells rooms sparingly that the own user types (protocol reference 2.8): a start at most every 5 s, one stop, and the stop
 * by itself 15 s after the last start, because some receivers keep a name until they hear it.
 */
export function createTypingSender(
  clock: Clock,
  send: (roomId: string, isTyping: boolean, threadId: string) => void,
): TypingSender {
  const told = new Map<string, Telling>()

  function stop(key: string, roomId: string, threadId: string): void {
    const telling = told.get(key)
    if (telling === undefined) return
    clock.clearTimeout(telling.timer)
    told.delete(key)
    send(roomId, false, threadId)
  }

  return {
    update(roomId, isTyping, threadId) {
      const key = `${roomId} ${threadId}`
      if (!isTyping) {
        stop(key, roomId, threadId)
        return
      }
      const telling = told.get(key)
      const now = clock.now()
      if (telling !== undefined && Math.abs(now - telling.toldAt) < repeatMs) return
      clock.clearTimeout(telling?.timer)
      const timer = clock.setTimeout(() => stop(key, roomId, threadId), stopMs)
      told.set(key, { toldAt: now, timer })
      send(roomId, true, threadId)
    },
    reset() {
      for (const { timer } of told.values()) clock.clearTimeout(timer)
      told.clear()
    },
  }
}
