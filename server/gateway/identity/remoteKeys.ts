import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose'
import type { Clock } from '../clock'
import { createSingleFlight } from '../singleFlight'
import { identityUnavailable } from './claims'

/** Gateway reference 6.1. */
const defaultTimes: KeyTimes = { cooldownMs: 30_000, cacheMs: 10 * 60_000, timeoutMs: 3000 }

export type KeyTimes = {
  /** At least so long between two requests that an unknown key id causes. */
  cooldownMs: number
  /** How long a key set is used without asking again. */
  cacheMs: number
  /** How long the key server may take. */
  timeoutMs: number
}

export type RemoteKeysOptions = {
  /** Address of the key set; undefined: found by OpenID Connect discovery at the issuer. */
  jwksUrl: string | undefined
  issuer: string
  /** Whether an address is safe to ask: the discovery document must not lead to plain http. */
  isAllowedUrl(url: URL): boolean
  clock: Clock
  times?: KeyTimes
}

/**
 * The public keys of an identity provider, fetched when first needed and again when a token names an unknown key. A
 * discovery that failed is tried again after the cooldown.
 *
 * @returns gives the key finder; throws {ImError} `chat-unavailable` when discovery fails.
 */
export function createRemoteKeys(options: RemoteKeysOptions): () => Promise<JWTVerifyGetKey> {
  const times = options.times ?? defaultTimes
  const flight = createSingleFlight<JWTVerifyGetKey>()
  const open = (url: URL): JWTVerifyGetKey =>
    createRemoteJWKSet(url, {
      cooldownDuration: times.cooldownMs,
      cacheMaxAge: times.cacheMs,
      timeoutDuration: times.timeoutMs,
    })
  let keys: JWTVerifyGetKey | undefined =
    options.jwksUrl === undefined ? undefined : open(new URL(options.jwksUrl))
  let blockedUntil = 0
  return async () => {
    if (keys) return keys
    if (options.clock.now() < blockedUntil) throw identityUnavailable()
    const found = await flight.run('discovery', async () => {
      try {
        return open(await discover(options, times.timeoutMs))
      } catch (error) {
        blockedUntil = options.clock.now() + times.cooldownMs
        throw error
      }
    })
    keys = found
    return found
  }
}

async function discover(options: RemoteKeysOptions, timeoutMs: number): Promise<URL> {
  try {
    const base = options.issuer.replace(/\/+$/, '')
    const response = await fetch(`${base}/.well-known/openid-configuration`, {
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    })
    const document = (await response.json()) as Record<string, unknown>
    const url = new URL(String(document.jwks_uri))
    if (response.ok && document.issuer === options.issuer && options.isAllowedUrl(url)) return url
  } catch {
    throw identityUnavailable()
  }
  throw identityUnavailable()
}
