import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose'
import type { Clock } from '../clock'
import {
  callerFromClaims,
  expiredToken,
  identityUnavailable,
  invalidToken,
  type ClaimNames,
} from './claims'
import type { Caller, ListedIdentity } from './identityProvider'
import { createKnownTokens } from './knownTokens'

const clockToleranceSeconds = 5

export type JwtIdentityOptions = {
  /** See ClaimsOptions. */
  provider: string | undefined
  issuer: string
  audience: string
  /** The only algorithms that are accepted, whatever a token's header says. */
  algorithms: readonly string[]
  names: ClaimNames
  /** The key for a token, or the function that finds it. */
  key: Uint8Array | (() => Promise<JWTVerifyGetKey>)
  clock: Clock
}

/**
 * Verifies a JWT: algorithm, signature, issuer, audience, `exp` (which it must have), `nbf`; 5 s of difference between
 * clocks are allowed. A token that was good is not verified again for a minute.
 */
export function createJwtIdentity(options: JwtIdentityOptions): ListedIdentity {
  const known = createKnownTokens<Caller>(options.clock)
  return {
    issuer: options.issuer,
    async verify(bearer) {
      if (bearer === undefined) throw invalidToken()
      const before = known.get(bearer)
      if (before) return before
      const claims = await readClaims(bearer, options)
      const caller = callerFromClaims(claims, bearer, {
        provider: options.provider,
        names: options.names,
        expiresAt: (claims.exp ?? 0) * 1000,
      })
      known.add(bearer, caller, caller.expiresAt)
      return caller
    },
  }
}

async function readClaims(token: string, options: JwtIdentityOptions): Promise<JWTPayload> {
  const settings = {
    algorithms: [...options.algorithms],
    issuer: options.issuer,
    audience: options.audience,
    requiredClaims: ['exp'],
    clockTolerance: clockToleranceSeconds,
    currentDate: new Date(options.clock.now()),
  }
  try {
    const { key } = options
    const { payload } =
      typeof key === 'function'
        ? await jwtVerify(token, await key(), settings)
        : await jwtVerify(token, key, settings)
    return payload
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw expiredToken()
    throw isTokensFault(error) ? invalidToken() : identityUnavailable()
  }
}

/** Anything else is a key set that did not come: a network fault, a time-out, or an answer that is none. */
function isTokensFault(error: unknown): boolean {
  const keySetFaults = ['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC']
  // jose refuses a token of the wrong shape for the key's type with a TypeError; fetch fails with one that has a cause.
  if (error instanceof TypeError) return error.cause === undefined
  return error instanceof errors.JOSEError && !keySetFaults.includes(error.code)
}
