import { randomUUID } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import type { Clock } from '../clock'
import { ImError } from '../imError'
import type { Caller, DirectoryUser, ListedIdentity, UserDirectory } from './identityProvider'
import { createKnownTokens } from './knownTokens'

const issuer = 'uni-rocketchat'
const audience = 'uni-rocketchat-gateway'
const clockToleranceSeconds = 5

export type IssuedBusinessToken = { accessToken: string; expireInSeconds: number }

/** Issues and verifies the business tokens of the built-in directory: JWT, HS256, one random key per data folder. */
export type BusinessTokens = ListedIdentity & {
  /** @param lifetimeSeconds how long the token is accepted. */
  issue(user: DirectoryUser, lifetimeSeconds: number): Promise<IssuedBusinessToken>
}

export type BusinessTokensOptions = {
  /** Signing key, 32 bytes in hex. */
  keyHex: string
  clock: Clock
  /** Undefined when password sign-in is switched off: then no token is accepted either. */
  directory: UserDirectory | undefined
}

export function createBusinessTokens(options: BusinessTokensOptions): BusinessTokens {
  const key = Buffer.from(options.keyHex, 'hex')
  const known = createKnownTokens<SignInClaims>(options.clock)
  const claimsOf = async (token: string) => {
    const before = known.get(token)
    if (before) return before
    const claims = await readClaims(token, key, options.clock)
    known.add(token, claims, claims.expiresAt)
    return claims
  }
  return {
    issuer,
    async issue(user, lifetimeSeconds) {
      const issuedAt = Math.floor(options.clock.now() / 1000)
      const accessToken = await new SignJWT()
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(String(user.userId))
        .setJti(randomUUID())
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetimeSeconds)
        .sign(key)
      return { accessToken, expireInSeconds: lifetimeSeconds }
    },
    async verify(bearer) {
      if (bearer === undefined) throw new ImError('not-signed-in', 'Sign in first.')
      const claims = await claimsOf(bearer)
      const user = options.directory?.find(claims.userId)
      if (!user) throw new ImError('not-signed-in', 'This account no longer exists; sign in again.')
      const { username, name, email } = user
      return { ...claims, username, name, email }
    },
  }
}

type SignInClaims = Pick<Caller, 'userId' | 'sessionId' | 'expiresAt'>

async function readClaims(token: string, key: Uint8Array, clock: Clock): Promise<SignInClaims> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['HS256'],
      issuer,
      audience,
      requiredClaims: ['sub', 'jti', 'exp'],
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(clock.now()),
    })
    return {
      userId: payload.sub ?? '',
      sessionId: payload.jti ?? '',
      expiresAt: (payload.exp ?? 0) * 1000,
    }
  } catch (error) {
    const message =
      error instanceof errors.JWTExpired
        ? 'Your session has expired; sign in again.'
        : 'The business token is not valid; sign in again.'
    throw new ImError('not-signed-in', message)
  }
}
