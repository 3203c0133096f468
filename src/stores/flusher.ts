import type { Clock, TimerHandle } from '../platform/types'

export type FlusherOptions = { clock: Clock; intervalMs: number; flush: () => void }

/**
 * Coalesces changes before they reach the screen: the first one after a quiet time at once, then at most one flush per
 * interval, so that a burst of 200 messages is a handful of updates (performance reference 2.2, rule 8).
 */
export interface Flusher {
  /** Something changed. */
  mark(): void
  /** Flushes now what is waiting, for example before the screen scrolls to it. */
  flushNow(): void
}

export function createFlusher({ clock, intervalMs, flush }: FlusherOptions): Flusher {
  let timer: TimerHandle
  let isTimerSet = false
  let isMarked = false
  let lastFlushAt = Number.NEGATIVE_INFINITY

  function flushNow(): void {
    if (isTimerSet) clock.clearTimeout(timer)
    isTimerSet = false
    if (!isMarked) return
    isMarked = false
    lastFlushAt = clock.now()
    flush()
  }

  return {
    mark() {
      isMarked = true
      if (isTimerSet) return
      const waitMs = lastFlushAt + intervalMs - clock.now()
      if (waitMs <= 0) {
        flushNow()
        return
      }
      isTimerSet = true
      timer = clock.setTimeout(flushNow, Math.min(waitMs, intervalMs))
    },
    flushNow,
  }
}
