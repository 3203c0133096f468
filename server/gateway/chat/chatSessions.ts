import type { Logger } from 'pino'
import type { Clock } from '../clock'
import type { Caller } from '../identity/identityProvider'
import { ImError } from '../imError'
import { createSingleFlight } from '../singleFlight'
import type { ChatAccount, GatewayStore, IssuedPair } from '../store/gatewayStore'
import type { Locks } from '../store/locks'
import { hashToken, type SecretBox } from '../store/secretBox'
import type { ChatAccounts } from './chatAccounts'
import { ChatRefusal, type ChatCredentials, type ChatRest } from './chatRest'
import { fullPairs, joinedPair, pairsBeside, surplusPairs } from './pairLimit'
import type { TokenIssuer } from './tokenIssuer'
import type { CredentialSource } from './withChat'

const dayMs = 24 * 60 * 60_000
/** Shorter than the 90 days after which a chat server drops a login token (protocol reference 1.8). */
const pairLifetimeMs = 60 * dayMs
/** A token this close to its end is replaced instead of handed out again. */
const pairReserveMs = dayMs

/** What a client sends as its chat id and token. */
export type HeldCredentials = { userId: string | undefined; authToken: string | undefined }

export type ChatSession = { userId: string; authToken: string; username: string; name: string }

/**
 * The chat tokens that this gateway has issued. Each business sign-in (one device) has its own token, so that signing
 * out on one device leaves the others alone; from the sixth on they share one.
 */
export type ChatSessions = {
  /**
   * The caller's chat token; the same one until it ends. Parallel calls of one sign-in cause one login.
   * @param options.renew drops the present token and issues another one.
   * @param options.address the caller's network address: the chat server limits logins per address.
   * @throws {ImError} see ChatAccounts and TokenIssuer.
   */
  open(caller: Caller, options: { renew: boolean; address: string }): Promise<ChatSession>
  /**
   * Whether this id and token were issued by this gateway to this business user.
   * @throws {ImError} `not-signed-in` when not.
   */
  require(
    caller: Caller,
    chatUserId: string | undefined,
    token: string | undefined,
  ): Promise<IssuedPair>
  /**
   * After a 401 of the chat server: forgets the token when it is really dead. Servers from 9.0 on also answer 401 for a
   * missing permission (protocol reference 3.2), which must not sign anybody out. Never throws.
   */
  forgetIfDead(pair: IssuedPair): Promise<void>
  /**
   * The caller's own credentials, for `withChat`.
   * @param held what the client holds itself: it is checked, and only the client can renew it.
   */
  credentialsOf(caller: Caller, address: string, held?: HeldCredentials): CredentialSource
  /** Revokes every chat token of a business user, on all devices. Never throws. */
  closeAll(businessUserId: string): Promise<void>
  /** Signs out: revokes the chat token on the chat server and the business token here. Never throws. */
  close(caller: Caller): Promise<void>
}

export type ChatSessionsOptions = {
  store: GatewayStore
  accounts: ChatAccounts
  issuer: TokenIssuer
  rest: ChatRest
  secretBox: SecretBox
  /** Two gateways must not sign one user in twice. */
  locks: Locks
  /** Whether the business system has switched this user off. */
  isBlocked(businessUserId: string): Promise<boolean>
  clock: Clock
  logger: Logger
}

export function createChatSessions(options: ChatSessionsOptions): ChatSessions {
  const { store } = options
  const flight = createSingleFlight<ChatSession>()
  const open: ChatSessions['open'] = (caller, { renew, address }) =>
    // Whoever wants another token must not be handed the one that somebody else is just being given.
    flight.run(`${renew ? 'renew' : 'open'} ${caller.sessionId}`, () =>
      openOnce(options, caller, renew, address),
    )
  const require: ChatSessions['require'] = (caller, chatUserId, token) =>
    requirePair(options, caller, { userId: chatUserId, authToken: token })
  return {
    open,
    credentialsOf: (caller, address, held) =>
      held
        ? heldCredentials(options, caller, held)
        : keptCredentials(options, caller, () => open(caller, { renew: false, address })),
    async closeAll(businessUserId) {
      const pairs = await store.pairsOfUser(businessUserId)
      await Promise.all(pairs.map((pair) => revoke(options, pair)))
    },
    require,
    forgetIfDead: (pair) => forgetIfDead(options, pair),
    async close(caller) {
      await store.revokeSession(caller.sessionId, caller.expiresAt + dayMs)
      await closePair(options, caller)
    },
  }
}

/** The lock is taken only when there is something to do; whoever had to wait uses what the other has got. */
async function openOnce(
  options: ChatSessionsOptions,
  caller: Caller,
  renew: boolean,
  address: string,
): Promise<ChatSession> {
  const { store, locks } = options
  const before = await store.pairOfSession(caller.userId, caller.sessionId)
  const kept = renew ? undefined : await sessionOf(options, caller, before)
  if (kept) return kept
  // Of a user, because all of the user's sign-ins together are counted.
  return locks.run(`sessions:${caller.userId}`, async () => {
    const present = await store.pairOfSession(caller.userId, caller.sessionId)
    const isOther = present !== undefined && present.tokenHash !== before?.tokenHash
    const session = isOther ? await sessionOf(options, caller, present) : undefined
    return session ?? (await newSession(options, caller, address, present))
  })
}

async function requirePair(
  { store, clock }: ChatSessionsOptions,
  caller: Caller,
  { userId, authToken }: HeldCredentials,
): Promise<IssuedPair> {
  const pair =
    authToken === undefined ? undefined : await store.pairOf(caller.userId, hashToken(authToken))
  const isTheirs =
    pair !== undefined &&
    pair.chatUserId === userId &&
    pair.businessUserId === caller.userId &&
    pair.expiresAt > clock.now()
  if (!isTheirs) throw new ImError('not-signed-in', 'You must be logged in to do this.')
  return pair
}

function heldCredentials(
  options: ChatSessionsOptions,
  caller: Caller,
  held: HeldCredentials,
): CredentialSource {
  return {
    async current() {
      const { chatUserId } = await requirePair(options, caller, held)
      return { userId: chatUserId, authToken: held.authToken ?? '' }
    },
    async renew({ authToken }) {
      const pair = await options.store.pairOf(caller.userId, hashToken(authToken))
      if (pair) await forgetIfDead(options, pair)
      return undefined
    },
  }
}

function keptCredentials(
  options: ChatSessionsOptions,
  { userId }: Caller,
  current: () => Promise<ChatSession>,
): CredentialSource {
  const { store } = options
  return {
    current,
    async renew({ authToken }) {
      const pair = await store.pairOf(userId, hashToken(authToken))
      if (pair) await forgetIfDead(options, pair)
      const isAlive = (await store.pairOf(userId, hashToken(authToken))) !== undefined
      return isAlive ? undefined : current()
    },
  }
}

async function sessionOf(
  { store, secretBox, clock }: ChatSessionsOptions,
  caller: Caller,
  pair: IssuedPair | undefined,
): Promise<ChatSession | undefined> {
  const account = await store.account(caller.userId)
  if (!account || pair?.chatUserId !== account.chatUserId) return undefined
  if (pair.expiresAt - pairReserveMs <= clock.now()) return undefined
  const authToken = secretBox.open(pair.tokenBox, pair.tokenHash)
  return authToken === undefined ? undefined : toSession(caller, account, authToken)
}

async function newSession(
  options: ChatSessionsOptions,
  caller: Caller,
  address: string,
  replaced: IssuedPair | undefined,
): Promise<ChatSession> {
  const { store } = options
  const others = async () => pairsBeside(await store.pairsOfUser(caller.userId), replaced)
  const joined = await joinOther(options, caller, await others())
  const session = joined ?? (await issueSession(options, caller, address))
  // Who signed out, or was switched off, while the token was being made, has seen no token to take back.
  if (
    (await store.isSessionRevoked(caller.sessionId)) ||
    (await options.isBlocked(caller.userId))
  ) {
    await closePair(options, caller)
    throw new ImError('not-signed-in', 'This session was signed out; sign in again.')
  }
  const surplus = surplusPairs(await others(), options.clock.now())
  if (replaced && replaced.tokenHash !== hashToken(session.authToken)) surplus.push(replaced)
  await Promise.all(surplus.map((pair) => revoke(options, pair)))
  return session
}

/** Nobody loses a token to a further sign-in: devices would take it from each other again and again. */
async function joinOther(
  options: ChatSessionsOptions,
  caller: Caller,
  others: readonly IssuedPair[],
): Promise<ChatSession | undefined> {
  const pair = joinedPair(others, caller, options.clock.now())
  const session = pair && (await sessionOf(options, caller, pair))
  if (session) await options.store.savePair(pair)
  return session
}

async function issueSession(
  options: ChatSessionsOptions,
  caller: Caller,
  address: string,
): Promise<ChatSession> {
  const { store, secretBox, clock } = options
  const { account, credentials } = await issueToken(options, caller, address)
  const tokenHash = hashToken(credentials.authToken)
  await store.savePair({
    tokenHash,
    tokenBox: secretBox.seal(credentials.authToken, tokenHash),
    chatUserId: credentials.userId,
    businessUserId: caller.userId,
    sessionId: caller.sessionId,
    signInEndsAt: caller.expiresAt,
    issuedAt: clock.now(),
    expiresAt: clock.now() + pairLifetimeMs,
  })
  return toSession(caller, account, credentials.authToken)
}

/** An account that was deleted on the chat server is made again, once. */
async function issueToken(
  { accounts, issuer }: ChatSessionsOptions,
  caller: Caller,
  address: string,
): Promise<{ account: ChatAccount; credentials: ChatCredentials }> {
  const account = await accounts.ensure(caller)
  try {
    return { account, credentials: await issuer.issue(account, address) }
  } catch (error) {
    const isRefused = error instanceof ImError && error.code === 'chat-refused'
    if (!isRefused || !(await accounts.forgetIfGone(caller))) throw error
    const again = await accounts.ensure(caller)
    return { account: again, credentials: await issuer.issue(again, address) }
  }
}

function toSession(caller: Caller, account: ChatAccount, authToken: string): ChatSession {
  return { userId: account.chatUserId, authToken, username: account.username, name: caller.name }
}

async function forgetIfDead(
  { store, secretBox, rest }: ChatSessionsOptions,
  pair: IssuedPair,
): Promise<void> {
  const authToken = secretBox.open(pair.tokenBox, pair.tokenHash)
  if (authToken === undefined) return
  try {
    await rest.call({ method: 'GET', path: 'me', as: { userId: pair.chatUserId, authToken } })
  } catch (error) {
    if (error instanceof ChatRefusal && error.status === 401) await store.removePair(pair)
  }
}

async function closePair(options: ChatSessionsOptions, caller: Caller): Promise<void> {
  const pair = await options.store.pairOfSession(caller.userId, caller.sessionId)
  const pairs = pair ? [pair] : fullPairs(await options.store.pairsOfUser(caller.userId))
  await Promise.all(pairs.map((one) => revoke(options, one)))
}

async function revoke(
  { store, secretBox, rest, logger }: ChatSessionsOptions,
  pair: IssuedPair,
): Promise<void> {
  await store.removePair(pair)
  const authToken = secretBox.open(pair.tokenBox, pair.tokenHash)
  if (authToken === undefined) return
  try {
    const as = { userId: pair.chatUserId, authToken }
    await rest.call({ method: 'POST', path: 'logout', as })
  } catch {
    // The caller is signed out here in any case; the token ends by itself on the chat server.
    logger.warn({ businessUserId: pair.businessUserId }, 'a chat token could not be revoked')
  }
}
