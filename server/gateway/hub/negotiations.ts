import { randomBytes } from 'node:crypto'

/** How long a negotiated connection may take to open its websocket. */
const lifetimeMs = 15_000

export type Negotiation = {
  /** Public. */
  connectionId: string
  /** Secret: names the connection when its websocket is opened. */
  connectionToken: string
}

export type Negotiations = {
  /** The oldest of the user's unused ones is forgotten when there would be more than the limit. */
  create(userId: string, now: number): Negotiation
  /**
   * Uses a negotiated connection up.
   *
   * @returns its public id; undefined when there is none, when it is too late, or when it is another user's.
   */
  take(connectionToken: string, userId: string, now: number): string | undefined
  removeExpired(now: number): void
  readonly size: number
}

type Entry = { connectionId: string; userId: string; expiresAt: number }

/** Connections that were negotiated and have no websocket yet. */
export function createNegotiations(maxPerUser: number): Negotiations {
  const entries = new Map<string, Entry>()
  return {
    create(userId, now) {
      const own = [...entries].filter(([, entry]) => entry.userId === userId)
      for (const [token] of own.slice(0, Math.max(0, own.length + 1 - maxPerUser))) {
        entries.delete(token)
      }
      const connectionId = randomBytes(16).toString('base64url')
      const connectionToken = randomBytes(16).toString('base64url')
      entries.set(connectionToken, { connectionId, userId, expiresAt: now + lifetimeMs })
      return { connectionId, connectionToken }
    },
    take(connectionToken, userId, now) {
      const entry = entries.get(connectionToken)
      if (entry?.userId !== userId) return undefined
      entries.delete(connectionToken)
      return entry.expiresAt > now ? entry.connectionId : undefined
    },
    removeExpired(now) {
      for (const [token, entry] of entries) if (entry.expiresAt <= now) entries.delete(token)
    },
    get size() {
      return entries.size
    },
  }
}
