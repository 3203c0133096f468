import type { Clock } from '../platform/types'

export type Backoff = {
  /** Milliseconds to wait before the next attempt; each call is one attempt more. */
  next(): number
  /** How many attempts were asked for since the last reset. */
  readonly attempts: number
  reset(): void
}

/**
 * Exponential back-off with full jitter: a random time between nothing and `base * 2^n`, cut at `max`. Thousands of clients
 * that lose one server at the same moment thus come back spread out.
 * @param base upper bound of the first wait, in milliseconds
 * @param max upper bound of every wait, in milliseconds; a function is asked for each wait
 */
export function createBackoff(clock: Clock, base: number, max: number | (() => number)): Backoff {
  let attempts = 0
  return {
    next() {
      const limit = typeof max === 'function' ? max() : max
      const bound = Math.min(limit, base * 2 ** Math.min(attempts, 30))
      attempts += 1
      return Math.floor(clock.random() * bound)
    },
    get attempts() {
      return attempts
    },
    reset() {
      attempts = 0
    },
  }
}
