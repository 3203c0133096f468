import type { Clock } from '../clock'

/** How a call stands: `resetAt` is when the window ends, in milliseconds since the epoch. */
export type RateState = { allowed: boolean; limit: number; remaining: number; resetAt: number }

export type Rate = { calls: number; windowMs: number }

export type RateLimiter = {
  /** Counts one call under a key. The window starts with the first call and ends for all at once. */
  hit(key: string, rate: Rate): RateState
}

type Window = { count: number; resetAt: number }

const sweepAbove = 10_000
const maxWindows = 200_000

/** Counts calls in fixed windows, in memory; windows that have ended are thrown away when there are many. */
export const createRateLimiter = (clock: Clock): RateLimiter => {
  const windows = new Map<string, Window>()
  let sweepAt = sweepAbove
  const sweep = (now: number): void => {
    for (const [key, window] of windows) if (window.resetAt <= now) windows.delete(key)
    // Somebody makes up keys without end: forget everything instead of filling the memory.
    if (windows.size > maxWindows) windows.clear()
    sweepAt = Math.max(sweepAbove, windows.size * 2)
  }
  return {
    hit: (key, { calls, windowMs }) => {
      const now = clock.now()
      if (windows.size >= sweepAt) sweep(now)
      let window = windows.get(key)
      if (window === undefined || window.resetAt <= now) {
        window = { count: 0, resetAt: now + windowMs }
        windows.set(key, window)
      }
      window.count += 1
      return {
        allowed: window.count <= calls,
        limit: calls,
        remaining: Math.max(0, calls - window.count),
        resetAt: window.resetAt,
      }
    },
  }
}
