import type { Clock, TimerHandle } from '../platform/types'

export type FlusherOptions = {
  clock: Clock
  /** Least time between two flushes, in milliseconds. */
  intervalMs: number
  /** Copies what changed to the screen; resolves once it is drawn, which on a busy phone is later. */
  flush: () => void | Promise<void>
  /**
   * How many components a flush would draw now.
   * @default () => 1
   */
  cost?: () => number
  /**
   * Most components that flushes may draw in one second; a dearer one waits. In a mini-program each is a setData call.
   * @default Infinity
   */
  maxPerSecond?: number
}

/**
 * Coalesces changes before they reach the screen: the first one after a quiet time at once, then at most one flush per
 * interval and within the budget of a second, so that a burst of 200 messages is a handful of updates (performance reference
 * 2.2, rule 8).
 */
export interface Flusher {
  /** Something changed. */
  mark(): void
  /** Flushes now what is waiting, for example before the screen scrolls to it. */
  flushNow(): void
}

const secondMs = 1000

export function createFlusher(options: FlusherOptions): Flusher {
  const { clock, intervalMs, flush, cost = () => 1, maxPerSecond = Infinity } = options
  let timer: TimerHandle
  let isTimerSet = false
  let isMarked = false
  /** What was drawn in the last second, oldest first. */
  let drawn: { at: number; cost: number }[] = []

  /** Milliseconds until a flush is due. A clock that was set back must not delay it. */
  function waitMs(): number {
    const now = clock.now()
    drawn = drawn.filter(({ at }) => at <= now && at > now - secondMs)
    const last = drawn[drawn.length - 1]
    let wait = last ? last.at + intervalMs - now : 0
    let left = maxPerSecond - cost() - drawn.reduce((sum, one) => sum + one.cost, 0)
    for (const one of drawn) {
      if (left >= 0) break
      left += one.cost
      wait = Math.max(wait, one.at + secondMs - now)
    }
    return wait
  }

  function flushNow(): void {
    if (isTimerSet) clock.clearTimeout(timer)
    isTimerSet = false
    if (!isMarked) return
    isMarked = false
    const one = { at: clock.now(), cost: cost() }
    drawn.push(one)
    // The second counts from the drawing: with the time of the flush, one late drawing would be too near to later ones.
    void flush()?.then(() => {
      one.at = clock.now()
    })
  }

  /** What is waiting may have become dearer since the timer was set. */
  function flushWhenDue(): void {
    isTimerSet = false
    const wait = waitMs()
    if (wait <= 0) {
      flushNow()
      return
    }
    isTimerSet = true
    timer = clock.setTimeout(flushWhenDue, wait)
  }

  return {
    mark() {
      isMarked = true
      if (!isTimerSet) flushWhenDue()
    },
    flushNow,
  }
}
