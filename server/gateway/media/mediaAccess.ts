import type { ChatCredentials } from '../chat/chatRest'
import type { Clock } from '../clock'
import type { Caller } from '../identity/identityProvider'
import { ImError } from '../imError'
import type { GatewayStore, IssuedPair } from '../store/gatewayStore'
import { hashToken, type SecretBox } from '../store/secretBox'
import { normalizeMediaPath } from './mediaPaths'
import { createMediaSeal, type MediaGrant } from './mediaSeal'

/** Addresses are signed for the time until the end of the next stretch: 5 to 10 minutes. */
const stretchSeconds = 5 * 60
const prefix = '/media/'

/** Addresses without a path are refused ones, in the order of what was asked for. */
export type SignedMedia = { addresses: (string | null)[]; expiresAt: number }

/** What a signed address stands for. */
export type OpenedMedia = {
  /** Path and query on the chat server. */
  path: string
  credentials: ChatCredentials
  pair: IssuedPair
  /** How long the address is still good, in seconds. */
  secondsLeft: number
}

/** Short-lived addresses of avatars and files, each for one path and one sign-in. */
export type MediaAccess = {
  /** @returns the same addresses for the same person and paths within a stretch, so that browsers can cache them. */
  sign(caller: Caller, paths: readonly string[]): SignedMedia
  /**
   * @param url the requested address, path and query.
   * @throws {ImError} `not-allowed` when it was not made here, is over, or its sign-in has ended.
   */
  open(url: string): Promise<OpenedMedia>
  /** @returns the pair, if this gateway has issued it and the sign-in behind it still lasts. */
  issued(credentials: ChatCredentials): Promise<IssuedPair | undefined>
}

export type MediaAccessOptions = {
  store: Pick<GatewayStore, 'pairOfSession' | 'pairByHash' | 'isSessionRevoked'>
  secretBox: SecretBox
  /** 32 bytes in hex. */
  keyHex: string
  clock: Clock
  /** Whether the business system has switched this user off or deleted them. */
  isBlocked(businessUserId: string): boolean | Promise<boolean>
}

export function createMediaAccess(options: MediaAccessOptions): MediaAccess {
  const { clock } = options
  const seal = createMediaSeal(options.keyHex)
  return {
    sign({ userId, sessionId, expiresAt: tokenEnd }, paths) {
      const now = Math.floor(clock.now() / 1000)
      const stretchEnd = (Math.floor(now / stretchSeconds) + 2) * stretchSeconds
      const expiresAt = Math.min(stretchEnd, Math.floor(tokenEnd / 1000))
      const grant = { businessUserId: userId, sessionId, expiresAt }
      const addresses = paths.map((wanted) => {
        const path = normalizeMediaPath(wanted)
        return path === undefined ? null : `${prefix}${seal.seal(grant, path)}${path}`
      })
      return { addresses, expiresAt: expiresAt * 1000 }
    },
    async open(url) {
      const rest = url.slice(prefix.length)
      const end = rest.indexOf('/')
      const path = rest.slice(end)
      const grant = end === -1 ? undefined : seal.open(rest.slice(0, end), path)
      if (grant === undefined) throw refusal()
      const secondsLeft = grant.expiresAt - Math.floor(clock.now() / 1000)
      if (secondsLeft <= 0) throw refusal()
      const pair = await pairOf(options, grant)
      const authToken = options.secretBox.open(pair.tokenBox, pair.tokenHash)
      if (authToken === undefined) throw refusal()
      return { path, credentials: { userId: pair.chatUserId, authToken }, pair, secondsLeft }
    },
    async issued({ userId, authToken }) {
      const pair = await Promise.resolve(options.store.pairByHash(hashToken(authToken)))
      const isTheirs = pair?.chatUserId === userId && (await isGood(options, pair))
      return isTheirs ? pair : undefined
    },
  }
}

/** The chat token of the sign-in that the address was made for; it is gone when that has ended. */
async function pairOf(
  options: MediaAccessOptions,
  { businessUserId, sessionId }: MediaGrant,
): Promise<IssuedPair> {
  const pair = await Promise.resolve(options.store.pairOfSession(businessUserId, sessionId))
  if (pair === undefined || !(await isGood(options, { ...pair, sessionId }))) throw refusal()
  return pair
}

async function isGood(
  { store, clock, isBlocked }: MediaAccessOptions,
  { businessUserId, sessionId, expiresAt }: IssuedPair,
): Promise<boolean> {
  if (expiresAt <= clock.now() || (await isBlocked(businessUserId))) return false
  return !(await Promise.resolve(store.isSessionRevoked(sessionId)))
}

/** One sentence for every reason: an address says nothing about what is behind it. */
function refusal(): ImError {
  return new ImError('not-allowed', 'This address is not valid any more; ask for a new one.')
}
