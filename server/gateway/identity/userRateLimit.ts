import type { Clock } from '../clock'
import { ImError } from '../imError'
import type { IdentityProvider } from './identityProvider'

/** Requests of one user: `burst` at once, `perSecond` in the long run. */
export type RateLimit = { perSecond: number; burst: number }

type Bucket = { tokens: number; filledAt: number }

const maxBuckets = 20_000

/**
 * Counts every request of a user, on whatever address and device, in a token bucket. Users do not slow each other down,
 * also behind one address.
 *
 * @returns the provider; it throws {ImError} `too-many-attempts` with the seconds until the next request is accepted.
 */
export function limitPerUser(
  identity: IdentityProvider,
  { perSecond, burst }: RateLimit,
  clock: Clock,
): IdentityProvider {
  const buckets = new Map<string, Bucket>()
  return {
    async verify(bearer) {
      const caller = await identity.verify(bearer)
      const now = clock.now()
      const { tokens, filledAt } = buckets.get(caller.userId) ?? { tokens: burst, filledAt: now }
      const filled = Math.min(burst, tokens + (Math.max(now - filledAt, 0) / 1000) * perSecond)
      // Whoever was seen last moves to the end, so that the first one is the one to forget.
      buckets.delete(caller.userId)
      buckets.set(caller.userId, { tokens: filled >= 1 ? filled - 1 : filled, filledAt: now })
      const [oldest] = buckets.keys()
      if (buckets.size > maxBuckets && oldest !== undefined) buckets.delete(oldest)
      if (filled >= 1) return caller
      const seconds = Math.max(1, Math.ceil((1 - filled) / perSecond))
      throw new ImError(
        'too-many-attempts',
        `Too many requests; try again in ${seconds} s.`,
        seconds,
      )
    },
    signedOut: (caller) => identity.signedOut?.(caller),
  }
}
