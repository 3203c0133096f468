import type { Clock } from '../clock'
import { createSingleFlight } from '../singleFlight'
import { hashToken } from '../store/secretBox'
import {
  callerFromClaims,
  expiredToken,
  identityUnavailable,
  invalidToken,
  type ClaimNames,
} from './claims'
import type { Caller, ListedIdentity } from './identityProvider'
import { createKnownTokens } from './knownTokens'

const defaultTimeoutMs = 3000
/** For answers that do not say when the token ends. */
const unknownLifetimeMs = 7 * 24 * 60 * 60_000

export type IntrospectionOptions = {
  provider: string | undefined
  /** See ListedIdentity. */
  issuer: string | undefined
  /** Required audience of an RFC 7662 answer. */
  audience: string | undefined
  url: string
  /**
   * `rfc7662`: POST with the token in a form and `active` in the answer. `whoami`: GET with the caller's bearer, as any
   * "current user" endpoint has it.
   */
  style: 'rfc7662' | 'whoami'
  /** HTTP Basic credentials of the gateway at an RFC 7662 endpoint. */
  client: { id: string; secret: string } | undefined
  names: ClaimNames
  clock: Clock
  timeoutMs?: number
}

/** Asks the business system who a bearer belongs to; one answer serves for a minute. */
export function createIntrospection(options: IntrospectionOptions): ListedIdentity {
  const known = createKnownTokens<Caller>(options.clock)
  const flight = createSingleFlight<Caller>()
  return {
    issuer: options.issuer,
    async verify(bearer) {
      if (bearer === undefined) throw invalidToken()
      const before = known.get(bearer)
      if (before) return before
      return flight.run(hashToken(bearer), async () => {
        const caller = await ask(bearer, options)
        known.add(bearer, caller, caller.expiresAt)
        return caller
      })
    },
  }
}

async function ask(bearer: string, options: IntrospectionOptions): Promise<Caller> {
  const answer =
    options.style === 'rfc7662'
      ? await askRfc7662(bearer, options)
      : await read(options, { headers: { authorization: `Bearer ${bearer}` } })
  const now = options.clock.now()
  const { exp, nbf, iss } = answer
  const expiresAt = typeof exp === 'number' ? exp * 1000 : now + unknownLifetimeMs
  if (expiresAt <= now) throw expiredToken()
  if (typeof nbf === 'number' && nbf * 1000 > now) throw invalidToken()
  if (options.issuer !== undefined && iss !== undefined && iss !== options.issuer) {
    throw invalidToken()
  }
  return callerFromClaims(answer, bearer, {
    provider: options.provider,
    names: options.names,
    expiresAt,
  })
}

/** RFC 7662 section 2. */
async function askRfc7662(bearer: string, options: IntrospectionOptions) {
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' }
  const { client, audience } = options
  if (client) {
    const pair = `${encodeURIComponent(client.id)}:${encodeURIComponent(client.secret)}`
    headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`
  }
  const body = new URLSearchParams({ token: bearer, token_type_hint: 'access_token' }).toString()
  const answer = await read(options, { method: 'POST', headers, body })
  if (answer.active !== true) throw invalidToken()
  const audiences = Array.isArray(answer.aud) ? answer.aud : [answer.aud]
  if (audience !== undefined && !audiences.includes(audience)) throw invalidToken()
  return answer
}

/** 401 and 403 of a "who am I" endpoint speak of the caller's token; at RFC 7662 they speak of the gateway's own. */
async function read(
  { url, style, timeoutMs = defaultTimeoutMs }: IntrospectionOptions,
  init: RequestInit,
): Promise<Record<string, unknown>> {
  const answer = await fetchJson(url, {
    ...init,
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  })
  if (style === 'whoami' && [401, 403].includes(answer.status)) throw invalidToken()
  if (answer.status !== 200 || typeof answer.body !== 'object' || answer.body === null) {
    throw identityUnavailable()
  }
  return answer.body as Record<string, unknown>
}

async function fetchJson(
  url: string,
  init: RequestInit,
): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(url, {
      ...init,
      headers: { accept: 'application/json', ...(init.headers as Record<string, string>) },
    })
    const text = await response.text()
    return { status: response.status, body: response.ok ? JSON.parse(text) : undefined }
  } catch {
    throw identityUnavailable()
  }
}
