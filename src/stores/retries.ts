import type { Clock, TimerHandle } from '../platform/types'

/** Waits between attempts, in milliseconds. */
const delays = [1_000, 3_000, 10_000, 30_000]

/** Work that is tried again, after growing waits, until it does not reject. */
export interface Retries {
  /**
   * Begins anew with the shortest waits.
   * @param delayMs before the first attempt
   */
  start(delayMs?: number): void
  /** An attempt that is under way goes on, and is not repeated. */
  stop(): void
}

export function createRetries(clock: Clock, work: () => Promise<void>): Retries {
  let timer: TimerHandle
  let run = 0

  async function attempt(number: number, startedIn: number): Promise<void> {
    try {
      await work()
    } catch {
      if (run === startedIn) plan(number + 1, startedIn, delays[number] ?? 30_000)
    }
  }

  function plan(number: number, startedIn: number, delayMs: number): void {
    timer = clock.setTimeout(() => void attempt(number, startedIn), delayMs)
  }

  function stop(): void {
    run += 1
    clock.clearTimeout(timer)
  }

  return {
    start(delayMs = 0) {
      stop()
      if (delayMs > 0) plan(0, run, delayMs)
      else void attempt(0, run)
    },
    stop,
  }
}
