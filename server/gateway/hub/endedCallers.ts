import type { Caller } from '../identity/identityProvider'

/** Longer than anybody takes to be verified, and than a negotiation lives. */
const rememberedMs = 60_000

/**
 * Sign-ins and users that were ended a moment ago: a websocket whose token was being verified at that moment, or that was
 * negotiated before, must not get through.
 */
export type EndedCallers = {
  endSession(sessionId: string, now: number): void
  endUser(userId: string, now: number): void
  /**
   * Whether this caller was ended. A sign-in never comes back; a user may have been let in again.
   * @param since when it was last known that the user may come (epoch milliseconds).
   */
  has(caller: Caller, since: number): boolean
  removeExpired(now: number): void
  readonly size: number
}

export function createEndedCallers(): EndedCallers {
  const sessions = new Map<string, number>()
  const users = new Map<string, number>()
  return {
    endSession: (sessionId, now) => void sessions.set(sessionId, now),
    endUser: (userId, now) => void users.set(userId, now),
    has: ({ sessionId, userId }, since) =>
      sessions.has(sessionId) || (users.get(userId) ?? -Infinity) >= since,
    removeExpired(now) {
      for (const ended of [sessions, users]) {
        for (const [id, at] of ended) if (at + rememberedMs <= now) ended.delete(id)
      }
    },
    get size() {
      return sessions.size + users.size
    },
  }
}
