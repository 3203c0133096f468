import type { Clock } from '../clock'
import { ImError } from '../imError'

const freeAttempts = 5
const firstWaitMs = 1000
const longestWaitMs = 15 * 60_000
const maxRemembered = 10_000

type Failures = { count: number; blockedUntil: number; lastAt: number }

/** Slows password guessing down: after five failures per account and address the wait doubles from 1 s to 15 min. */
export type SignInLimiter = {
  /** @throws {ImError} `too-many-attempts` with the seconds to wait. */
  check(account: string, address: string): void
  failed(account: string, address: string): void
  succeeded(account: string, address: string): void
}

export function createSignInLimiter(clock: Clock): SignInLimiter {
  const failures = new Map<string, Failures>()
  const keyOf = (account: string, address: string) => `${account.trim().toLowerCase()}\n${address}`
  return {
    check(account, address) {
      const waitMs = (failures.get(keyOf(account, address))?.blockedUntil ?? 0) - clock.now()
      if (waitMs <= 0) return
      const seconds = Math.ceil(waitMs / 1000)
      throw new ImError(
        'too-many-attempts',
        `Too many failed attempts; try again in ${seconds} s.`,
        seconds,
      )
    },
    failed(account, address) {
      const key = keyOf(account, address)
      const known = failures.get(key)
      const isStale = known !== undefined && clock.now() - known.lastAt > longestWaitMs
      const count = isStale ? 1 : (known?.count ?? 0) + 1
      const waitMs = Math.min(firstWaitMs * 2 ** (count - freeAttempts), longestWaitMs)
      const blockedUntil = count < freeAttempts ? 0 : clock.now() + waitMs
      failures.delete(key)
      failures.set(key, { count, blockedUntil, lastAt: clock.now() })
      forgetOldest(failures)
    },
    succeeded(account, address) {
      failures.delete(keyOf(account, address))
    },
  }
}

/** The map keeps insertion order and a failure moves its key to the end, so the first key is the oldest. */
function forgetOldest(failures: Map<string, Failures>): void {
  if (failures.size <= maxRemembered) return
  const [oldest] = failures.keys()
  if (oldest !== undefined) failures.delete(oldest)
}
