import type { Logger } from 'pino'
import type { Clock } from '../clock'
import type { Caller } from '../identity/identityProvider'
import { ImError } from '../imError'
import { createSingleFlight } from '../singleFlight'
import type { ChatAccount, GatewayStore, IssuedPair } from '../store/gatewayStore'
import { hashToken, type SecretBox } from '../store/secretBox'
import type { ChatAccounts } from './chatAccounts'
import { ChatRefusal, type ChatCredentials, type ChatRest } from './chatRest'
import type { TokenIssuer } from './tokenIssuer'
import type { CredentialSource } from './withChat'

const dayMs = 24 * 60 * 60_000
/** Shorter than the 90 days after which a chat server drops a login token (protocol reference 1.8). */
const pairLifetimeMs = 60 * dayMs
/** A token this close to its end is replaced instead of handed out again. */
const pairReserveMs = dayMs
/** Sign-ins of one person that keep a chat token; the oldest is revoked beyond that. */
const maxPairsPerUser = 10

export type ChatSession = { userId: string; authToken: string; username: string; name: string }

/**
 * The chat tokens that this gateway has issued. Each business sign-in (one device) has its own token, so that signing
 * out on one device leaves the others alone.
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
  require(caller: Caller, chatUserId: string | undefined, token: string | undefined): IssuedPair
  /**
   * After a 401 of the chat server: forgets the token when it is really dead. Servers from 9.0 on also answer 401 for a
   * missing permission (protocol reference 3.2), which must not sign anybody out. Never throws.
   */
  forgetIfDead(pair: IssuedPair): Promise<void>
  /** The caller's own credentials, for `withChat`. */
  credentialsOf(caller: Caller, address: string): CredentialSource
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
  clock: Clock
  logger: Logger
}

export function createChatSessions(options: ChatSessionsOptions): ChatSessions {
  const { store, clock } = options
  const flight = createSingleFlight<ChatSession>()
  const open: ChatSessions['open'] = (caller, { renew, address }) =>
    flight.run(caller.sessionId, async () => {
      const kept = renew ? undefined : keptSession(options, caller)
      return kept ?? (await newSession(options, caller, address))
    })
  return {
    open,
    credentialsOf(caller, address) {
      const current = () => open(caller, { renew: false, address })
      return {
        current,
        async renew({ authToken }) {
          const pair = store.pairByHash(hashToken(authToken))
          if (pair) await forgetIfDead(options, pair)
          return store.pairByHash(hashToken(authToken)) ? undefined : current()
        },
      }
    },
    async closeAll(businessUserId) {
      await Promise.all(store.pairsOfUser(businessUserId).map((pair) => revoke(options, pair)))
    },
    require(caller, chatUserId, token) {
      const pair = token === undefined ? undefined : store.pairByHash(hashToken(token))
      const isTheirs =
        pair !== undefined &&
        pair.chatUserId === chatUserId &&
        pair.businessUserId === caller.userId &&
        pair.expiresAt > clock.now()
      if (!isTheirs) throw new ImError('not-signed-in', 'You must be logged in to do this.')
      return pair
    },
    forgetIfDead: (pair) => forgetIfDead(options, pair),
    async close(caller) {
      store.revokeSession(caller.sessionId, caller.expiresAt + dayMs)
      await closePair(options, caller)
    },
  }
}

function keptSession(options: ChatSessionsOptions, caller: Caller): ChatSession | undefined {
  const { store, secretBox, clock } = options
  const account = store.account(caller.userId)
  const pair = store.pairOfSession(caller.userId, caller.sessionId)
  if (!account || pair?.chatUserId !== account.chatUserId) return undefined
  if (pair.expiresAt - pairReserveMs <= clock.now()) return undefined
  const authToken = secretBox.open(pair.tokenBox, pair.tokenHash)
  return authToken === undefined ? undefined : toSession(caller, account, authToken)
}

async function newSession(
  options: ChatSessionsOptions,
  caller: Caller,
  address: string,
): Promise<ChatSession> {
  const { store, secretBox, clock } = options
  const replaced = store.pairOfSession(caller.userId, caller.sessionId)
  const { account, credentials } = await issueToken(options, caller, address)
  const tokenHash = hashToken(credentials.authToken)
  store.savePair({
    tokenHash,
    tokenBox: secretBox.seal(credentials.authToken, tokenHash),
    chatUserId: credentials.userId,
    businessUserId: caller.userId,
    sessionId: caller.sessionId,
    issuedAt: clock.now(),
    expiresAt: clock.now() + pairLifetimeMs,
  })
  if (store.isSessionRevoked(caller.sessionId)) {
    await closePair(options, caller)
    throw new ImError('not-signed-in', 'This session was signed out; sign in again.')
  }
  const surplus = store.pairsOfUser(caller.userId).slice(maxPairsPerUser)
  if (replaced && replaced.tokenHash !== tokenHash) surplus.push(replaced)
  await Promise.all(surplus.map((pair) => revoke(options, pair)))
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
    if (error instanceof ChatRefusal && error.status === 401) store.removePair(pair.tokenHash)
  }
}

async function closePair(options: ChatSessionsOptions, caller: Caller): Promise<void> {
  const pair = options.store.pairOfSession(caller.userId, caller.sessionId)
  if (pair) await revoke(options, pair)
}

async function revoke(
  { store, secretBox, rest, logger }: ChatSessionsOptions,
  pair: IssuedPair,
): Promise<void> {
  store.removePair(pair.tokenHash)
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
