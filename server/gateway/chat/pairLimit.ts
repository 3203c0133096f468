import type { Caller } from '../identity/identityProvider'
import type { IssuedPair } from '../store/gatewayStore'

/** Chat tokens of one person. The chat server keeps fifty (gateway reference 6.4) and drops the oldest of them. */
const maxPairsPerUser = 5

/** All of a user's tokens but the one that is being replaced. */
export function pairsBeside(
  pairs: readonly IssuedPair[],
  replaced: IssuedPair | undefined,
): IssuedPair[] {
  return pairs.filter(({ tokenHash }) => tokenHash !== replaced?.tokenHash)
}

/**
 * The token that a further sign-in of a user shares when the user has as many as there may be and all are in use.
 *
 * @param others the user's tokens that the sign-in does not replace, newest first.
 * @returns the newest one, with the sign-in added; undefined when it may have one of its own.
 */
export function joinedPair(
  others: readonly IssuedPair[],
  { sessionId, expiresAt }: Pick<Caller, 'sessionId' | 'expiresAt'>,
  now: number,
): IssuedPair | undefined {
  const inUse = others.filter((pair) => isInUse(pair, now))
  const [newest] = inUse
  if (newest === undefined || inUse.length < maxPairsPerUser) return undefined
  return {
    ...newest,
    sharedWith: [...(newest.sharedWith ?? []), sessionId],
    signInEndsAt: Math.max(newest.signInEndsAt ?? 0, expiresAt),
  }
}

/**
 * What has to go: tokens of sign-ins that have ended by themselves before those in use.
 *
 * @param pairs all of a user, newest first.
 */
export function surplusPairs(pairs: readonly IssuedPair[], now: number): IssuedPair[] {
  const inUse = pairs.filter((pair) => isInUse(pair, now))
  const ended = pairs.filter((pair) => !isInUse(pair, now))
  return [...inUse, ...ended].slice(maxPairsPerUser)
}

function isInUse({ signInEndsAt }: IssuedPair, now: number): boolean {
  return signInEndsAt === undefined || signInEndsAt > now
}
