import { decodeJwt } from 'jose'
import { ImError } from '../imError'
import { invalidToken } from './claims'
import type { Caller, IdentityProvider, ListedIdentity } from './identityProvider'

export type IdentitiesOptions = {
  providers: readonly ListedIdentity[]
  /** Whether a sign-in was given up by signing out. */
  isRevoked(sessionId: string): Promise<boolean>
  /** Whether the business system has switched this user off or deleted them. */
  isBlocked(userId: string): Promise<boolean>
}

/**
 * All configured providers as one. The token's issuer chooses who verifies it (nothing else of the unverified token is
 * believed); tokens that nobody claims go to the providers without an issuer, in their order.
 */
export function createIdentities(options: IdentitiesOptions): IdentityProvider {
  return {
    async verify(bearer) {
      if (bearer === undefined) throw new ImError('not-signed-in', 'Sign in first.')
      const caller = await verifyByFirst(providersFor(bearer, options.providers), bearer)
      const [isRevoked, isBlocked] = await Promise.all([
        options.isRevoked(caller.sessionId),
        options.isBlocked(caller.userId),
      ])
      if (isRevoked) {
        throw new ImError('not-signed-in', 'This session was signed out; sign in again.')
      }
      if (isBlocked) {
        throw new ImError('not-signed-in', 'This account is switched off.')
      }
      return caller
    },
    async signedOut(caller) {
      for (const provider of options.providers) await provider.signedOut?.(caller)
    },
  }
}

function providersFor(bearer: string, providers: readonly ListedIdentity[]): ListedIdentity[] {
  const issuer = issuerOf(bearer)
  const claiming = providers.filter((one) => one.issuer !== undefined && one.issuer === issuer)
  return claiming.length > 0 ? claiming : providers.filter((one) => one.issuer === undefined)
}

/**
 * The first one that accepts the token. When none does and one could not be asked, that is what the caller hears: a
 * token that may be good must not be called wrong.
 */
async function verifyByFirst(
  providers: readonly ListedIdentity[],
  bearer: string,
): Promise<Caller> {
  let refusal: Error | undefined
  for (const provider of providers) {
    try {
      return await provider.verify(bearer)
    } catch (error) {
      if (!isUnavailable(refusal)) refusal = error instanceof Error ? error : invalidToken()
    }
  }
  throw refusal ?? invalidToken()
}

function isUnavailable(error: unknown): boolean {
  return error instanceof ImError && error.status === 503
}

function issuerOf(bearer: string): string | undefined {
  try {
    return decodeJwt(bearer).iss
  } catch {
    return undefined
  }
}
