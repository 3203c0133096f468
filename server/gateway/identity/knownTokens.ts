import type { Clock } from '../clock'
import { hashToken } from '../store/secretBox'

/** How long a token that was found good is believed without looking again. */
const knownMs = 60_000
const maxKnown = 10_000

/** What good tokens say. Looking at every token anew would be most of what a request costs. */
export type KnownTokens<Claims> = {
  get(token: string): Claims | undefined
  /** @param expiresAt epoch milliseconds from which on the token has to be looked at again in any case. */
  add(token: string, claims: Claims, expiresAt: number): void
}

/**
 * Remembers tokens by their hash for a minute at most: so long one works on whose key was withdrawn, or that the business
 * system has ended. Sign-outs here and users who are switched off are looked for at every request all the same.
 */
export function createKnownTokens<Claims>(clock: Clock): KnownTokens<Claims> {
  const known = new Map<string, { claims: Claims; until: number }>()
  return {
    get(token) {
      const key = hashToken(token)
      const found = known.get(key)
      if (found && found.until > clock.now()) return found.claims
      known.delete(key)
      return undefined
    },
    add(token, claims, expiresAt) {
      known.set(hashToken(token), { claims, until: Math.min(clock.now() + knownMs, expiresAt) })
      const [oldest] = known.keys()
      if (known.size > maxKnown && oldest !== undefined) known.delete(oldest)
    },
  }
}
