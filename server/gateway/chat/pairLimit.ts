import type { Caller } from '../identity/identityProvider'
import type { IssuedPair, SharedSignIn } from '../store/gatewayStore'

/** Chat tokens of one person. The chat server keeps fifty (gateway reference 6.4) and drops the oldest of them. */
const maxPairsPerUser = 5

/** Sign-ins that share a token with the one it was issued to: 55 of one person are noted at the same time. */
const maxSharers = 10

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
 * @returns the newest one that has room, with the sign-in added; undefined when it may have one of its own. When none
 * has room, the newest one forgets that of its sharers which ends first: it keeps the token, and takes it back with its
 * sign-out all the same (`fullPairs`).
 */
export function joinedPair(
  others: readonly IssuedPair[],
  { sessionId, expiresAt }: Pick<Caller, 'sessionId' | 'expiresAt'>,
  now: number,
): IssuedPair | undefined {
  const inUse = others.filter((pair) => isInUse(pair, now))
  if (inUse.length < maxPairsPerUser) return undefined
  const lasting = inUse.map((pair) => ({ ...pair, sharedWith: lastingSharers(pair, now) }))
  const joined = lasting.find((pair) => !isFull(pair)) ?? lasting[0]
  return (
    joined && {
      ...joined,
      sharedWith: [...withRoom(joined.sharedWith), { sessionId, endsAt: expiresAt }],
      signInEndsAt: Math.max(joined.signInEndsAt ?? 0, expiresAt),
    }
  )
}

/** Tokens that may be in the hands of sign-ins which are not noted with them any more. */
export function fullPairs(pairs: readonly IssuedPair[]): IssuedPair[] {
  return pairs.filter(isFull)
}

function isFull({ sharedWith = [] }: IssuedPair): boolean {
  return sharedWith.length >= maxSharers
}

function lastingSharers({ sharedWith = [] }: IssuedPair, now: number): SharedSignIn[] {
  return sharedWith.filter(({ endsAt }) => endsAt > now)
}

/** Of those that end at the same time the oldest ones go. */
function withRoom(sharers: readonly SharedSignIn[]): SharedSignIn[] {
  const byEnd = [...sharers].reverse().sort((a, b) => b.endsAt - a.endsAt)
  const surplus = new Set(byEnd.slice(maxSharers - 1))
  return sharers.filter((sharer) => !surplus.has(sharer))
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
