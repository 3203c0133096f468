import { collectionOf, type Records } from './records'

/** The chat account of a business user on one chat server. */
export type ChatAccount = {
  chatUserId: string
  username: string
  /** Sealed random password of an account that this gateway created; null for one that existed before. */
  secretBox: string | null
}

/** A sign-in that uses the token of another one. */
export type SharedSignIn = {
  sessionId: string
  /** Epoch milliseconds. */
  endsAt: number
}

/** A chat token that was handed to a sign-in of one business user. */
export type IssuedPair = {
  tokenHash: string
  /** The token itself, sealed: it is needed again to revoke it. */
  tokenBox: string
  chatUserId: string
  businessUserId: string
  sessionId: string
  /** Further sign-ins of the same user that use it, oldest first; not those that have ended, and at most ten. */
  sharedWith?: SharedSignIn[]
  /** When the last of its sign-ins ends, epoch milliseconds; older versions did not note it. */
  signInEndsAt?: number
  /** Epoch milliseconds. */
  issuedAt: number
  /** Epoch milliseconds. */
  expiresAt: number
}

/** Sign-ins that were ended before their business token does. */
export const revokedSessions = 'revokedSessions'

/** Accounts, issued tokens and ended sign-ins. */
export type GatewayStore = {
  account(businessUserId: string): Promise<ChatAccount | undefined>
  saveAccount(businessUserId: string, account: ChatAccount): Promise<void>
  removeAccount(businessUserId: string): Promise<void>
  /** A token that was issued to this very user. */
  pairOf(businessUserId: string, tokenHash: string): Promise<IssuedPair | undefined>
  /** A token of whatever user. */
  pairByHash(tokenHash: string): Promise<IssuedPair | undefined>
  /** The newest one. */
  pairOfSession(businessUserId: string, sessionId: string): Promise<IssuedPair | undefined>
  /** Newest first. */
  pairsOfUser(businessUserId: string): Promise<IssuedPair[]>
  savePair(pair: IssuedPair): Promise<void>
  removePair(pair: Pick<IssuedPair, 'businessUserId' | 'tokenHash'>): Promise<void>
  revokeSession(sessionId: string, expiresAt: number): Promise<void>
  isSessionRevoked(sessionId: string): Promise<boolean>
}

/**
 * @param chatServer the chat server that accounts and tokens belong to: pointing the gateway at another one must not
 * reuse them.
 */
export function createGatewayStore(records: Records, chatServer: string): GatewayStore {
  const accounts = collectionOf('accounts', chatServer)
  const pairsOf = (businessUserId: string) => collectionOf('pairs', chatServer, businessUserId)
  const owners = collectionOf('pairOwners', chatServer)
  const pairOf = async (businessUserId: string, tokenHash: string) =>
    readPair(await records.get(pairsOf(businessUserId), tokenHash))
  const pairsOfUser = async (businessUserId: string) => {
    const entries = await records.list(pairsOf(businessUserId))
    const pairs = entries.map(({ value }) => readPair(value))
    return pairs.reverse().sort((a, b) => b.issuedAt - a.issuedAt)
  }
  return {
    account: async (businessUserId) =>
      read(await records.get(accounts, businessUserId)) as ChatAccount | undefined,
    saveAccount: (businessUserId, account) =>
      records.put(accounts, businessUserId, JSON.stringify(account)),
    async removeAccount(businessUserId) {
      await records.remove(accounts, businessUserId)
    },
    pairOf,
    async pairByHash(tokenHash) {
      const owner = await records.get(owners, tokenHash)
      return owner === undefined ? undefined : pairOf(owner, tokenHash)
    },
    pairsOfUser,
    async pairOfSession(businessUserId, sessionId) {
      const pairs = await pairsOfUser(businessUserId)
      return pairs.find(
        (pair) =>
          pair.sessionId === sessionId ||
          pair.sharedWith?.some((shared) => shared.sessionId === sessionId),
      )
    },
    async savePair(pair) {
      const { businessUserId, tokenHash, expiresAt } = pair
      await records.put(owners, tokenHash, businessUserId, expiresAt)
      await records.put(pairsOf(businessUserId), tokenHash, JSON.stringify(pair), expiresAt)
    },
    async removePair({ businessUserId, tokenHash }) {
      await records.remove(owners, tokenHash)
      await records.remove(pairsOf(businessUserId), tokenHash)
    },
    revokeSession: (sessionId, expiresAt) =>
      records.put(revokedSessions, sessionId, '1', expiresAt),
    isSessionRevoked: async (sessionId) =>
      (await records.get(revokedSessions, sessionId)) !== undefined,
  }
}

function readPair(value: string): IssuedPair
function readPair(value: string | undefined): IssuedPair | undefined
function readPair(value: string | undefined): IssuedPair | undefined {
  const pair = read(value) as StoredPair | undefined
  if (pair?.sharedWith === undefined) return pair as IssuedPair | undefined
  const endsAt = pair.signInEndsAt ?? pair.expiresAt
  const sharedWith = pair.sharedWith.map((shared) =>
    typeof shared === 'string' ? { sessionId: shared, endsAt } : shared,
  )
  return { ...pair, sharedWith }
}

/** Older versions did not note when the sign-ins that share a token end: with the last of them at the latest. */
type StoredPair = Omit<IssuedPair, 'sharedWith'> & { sharedWith?: (string | SharedSignIn)[] }

function read(value: string | undefined): unknown {
  return value === undefined ? undefined : JSON.parse(value)
}
