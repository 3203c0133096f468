import type { Clock } from '../../../../src/platform/types'

export type FakeClock = Clock & {
  /** Lets time pass, and promises settle before and after each timer. */
  elapse(ms: number): Promise<void>
  /** Lets time pass without giving promises a turn. */
  elapseSync(ms: number): void
  /** Moves the wall clock without any timer noticing, as a user does who sets the device's time. */
  jump(ms: number): void
  /** The numbers `random` gives next; afterwards and without it 0.5. */
  setRandom(...numbers: number[]): void
  /** How many timers wait. */
  readonly timerCount: number
}

type Timer = { at: number; order: number; callback: () => void }

/** Enough turns for chains of some dozen promises. */
export async function flush(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
}

/** Time that passes only when a test says so. `startAt` is epoch milliseconds. */
export function createFakeClock(startAt = 1_700_000_000_000): FakeClock {
  let elapsed = 0
  let offset = startAt
  let order = 0
  let randoms: number[] = []
  const timers = new Map<number, Timer>()

  function takeDue(until: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of timers.values()) {
      if (timer.at > until) continue
      const isEarlier =
        next === undefined ||
        timer.at < next.at ||
        (timer.at === next.at && timer.order < next.order)
      if (isEarlier) next = timer
    }
    if (next !== undefined) timers.delete(next.order)
    return next
  }

  return {
    now: () => offset + elapsed,
    setTimeout(callback, delayMs) {
      order += 1
      timers.set(order, { at: elapsed + Math.max(0, delayMs), order, callback })
      return order
    },
    clearTimeout(handle) {
      timers.delete(handle as number)
    },
    random: () => randoms.shift() ?? 0.5,
    async elapse(ms) {
      const until = elapsed + ms
      await flush()
      for (let timer = takeDue(until); timer !== undefined; timer = takeDue(until)) {
        elapsed = timer.at
        timer.callback()
        await flush()
      }
      elapsed = until
    },
    elapseSync(ms) {
      const until = elapsed + ms
      for (let timer = takeDue(until); timer !== undefined; timer = takeDue(until)) {
        elapsed = timer.at
        timer.callback()
      }
      elapsed = until
    },
    jump(ms) {
      offset += ms
    },
    setRandom(...numbers) {
      randoms = numbers
    },
    get timerCount() {
      return timers.size
    },
  }
}
