export type InvocationLimit = {
  /** Whether one more invocation is allowed at `now` (epoch milliseconds); counts it when it is. */
  take(now: number): boolean
}

/**
 * A token bucket.
 *
 * @param perSecond how many come back each second.
 * @param burst how many may be used at once after a pause.
 */
export function createInvocationLimit(perSecond: number, burst: number): InvocationLimit {
  let left = burst
  let filledAt: number | undefined
  return {
    take(now) {
      // A clock that is set back gives nothing and takes nothing.
      const passedMs = Math.max(0, now - (filledAt ?? now))
      left = Math.min(burst, left + (passedMs / 1000) * perSecond)
      filledAt = now
      if (left < 1) return false
      left -= 1
      return true
    },
  }
}
