import type { Caller } from '../identity/identityProvider'
import type { Records } from '../store/records'
import { hashToken } from '../store/secretBox'
import { negotiationLifetimeMs, newNegotiation, type Negotiations } from './negotiations'

const collection = 'negotiations'

type Kept = { connectionId: string; caller: Caller }

/**
 * Negotiations that any gateway may complete: a balancer sends the websocket to another one than the negotiation. While
 * Redis is away each gateway has its own again.
 *
 * @param records shared by all gateways; found by the hash of the secret.
 * @param own used while they cannot be reached.
 */
export function createSharedNegotiations(records: Records, own: Negotiations): Negotiations {
  const read = async (connectionToken: string): Promise<Kept | undefined> => {
    const value = await records.get(collection, hashToken(connectionToken)).catch(() => undefined)
    return value === undefined ? undefined : (JSON.parse(value) as Kept)
  }
  return {
    async create(caller, now) {
      const made = newNegotiation()
      const kept: Kept = { connectionId: made.connectionId, caller }
      const key = hashToken(made.connectionToken)
      try {
        await records.put(collection, key, JSON.stringify(kept), now + negotiationLifetimeMs)
        return made
      } catch {
        return own.create(caller, now)
      }
    },
    async callerOf(connectionToken, now) {
      const caller = await own.callerOf(connectionToken, now)
      return caller ?? (await read(connectionToken))?.caller
    },
    async take(connectionToken, userId, now) {
      const mine = await own.take(connectionToken, userId, now)
      if (mine !== undefined) return mine
      const kept = await read(connectionToken)
      if (kept?.caller.userId !== userId) return undefined
      // Of two that come at the same time only one removes it.
      const isMine = await records.remove(collection, hashToken(connectionToken)).catch(() => false)
      return isMine ? kept.connectionId : undefined
    },
    removeExpired: (now) => own.removeExpired(now),
    get size() {
      return own.size
    },
  }
}
