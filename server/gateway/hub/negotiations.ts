import { randomBytes } from 'node:crypto'
import type { Caller } from '../identity/identityProvider'

/** How long a negotiated connection may take to open its websocket. */
export const negotiationLifetimeMs = 15_000

export type Negotiation = {
  /** Public. */
  connectionId: string
  /** Secret: names the connection when its websocket is opened. */
  connectionToken: string
}

export interface Negotiations {
  /** The oldest of the user's unused ones is forgotten when there would be more than the limit. */
  create(caller: Caller, now: number): Promise<Negotiation>
  /**
   * Who negotiated: the secret stands for its caller, so that a page needs no token in the websocket's address.
   *
   * @returns undefined when there is none, or when it is too late.
   */
  callerOf(connectionToken: string, now: number): Promise<Caller | undefined>
  /**
   * Uses a negotiated connection up.
   *
   * @returns its public id; undefined when there is none, when it is too late, or when it is another user's.
   */
  take(connectionToken: string, userId: string, now: number): Promise<string | undefined>
  removeExpired(now: number): void
  /** How many are kept here. */
  readonly size: number
}

export function newNegotiation(): Negotiation {
  const connectionId = randomBytes(16).toString('base64url')
  const connectionToken = randomBytes(16).toString('base64url')
  return { connectionId, connectionToken }
}

type Entry = { connectionId: string; caller: Caller; expiresAt: number }

/** Connections that were negotiated here and have no websocket yet. */
export function createNegotiations(maxPerUser: number): Negotiations {
  const entries = new Map<string, Entry>()
  return {
    create(caller, now) {
      const own = [...entries].filter(([, entry]) => entry.caller.userId === caller.userId)
      for (const [token] of own.slice(0, Math.max(0, own.length + 1 - maxPerUser))) {
        entries.delete(token)
      }
      const made = newNegotiation()
      const { connectionId, connectionToken } = made
      entries.set(connectionToken, { connectionId, caller, expiresAt: now + negotiationLifetimeMs })
      return Promise.resolve(made)
    },
    callerOf(connectionToken, now) {
      const entry = entries.get(connectionToken)
      return Promise.resolve(
        entry !== undefined && entry.expiresAt > now ? entry.caller : undefined,
      )
    },
    take(connectionToken, userId, now) {
      const entry = entries.get(connectionToken)
      if (entry?.caller.userId !== userId) return Promise.resolve(undefined)
      entries.delete(connectionToken)
      return Promise.resolve(entry.expiresAt > now ? entry.connectionId : undefined)
    },
    removeExpired(now) {
      for (const [token, entry] of entries) if (entry.expiresAt <= now) entries.delete(token)
    },
    get size() {
      return entries.size
    },
  }
}
