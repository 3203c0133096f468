import type { Clock as TimerClock } from '../../../src/platform/types'
import type { Clock } from '../clock'

/** Timers and randomness of the system beside a clock that only tells the time. */
export function createTimers(clock: Clock): TimerClock {
  return {
    now: () => clock.now(),
    setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
    clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout | undefined),
    random: () => Math.random(),
  }
}
