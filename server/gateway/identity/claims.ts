import { createHash } from 'node:crypto'
import { hashToken } from '../store/secretBox'
import { ImError } from '../imError'
import type { Caller } from './identityProvider'

/**
 * Which claims or fields carry what; of several the first one that is there counts. A path such as `result.user.id`
 * reaches into objects.
 */
export type ClaimNames = {
  userId: readonly string[]
  username: readonly string[]
  name: readonly string[]
  email: readonly string[]
  /** Empty where the business system has no tenants. */
  tenant: readonly string[]
}

/** The claims of OpenID Connect. */
export const oidcClaims: ClaimNames = {
  userId: ['sub'],
  username: ['preferred_username', 'username'],
  name: ['name'],
  email: ['email'],
  tenant: [],
}

const xmlClaims = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'

/** The claims of AspNetBoilerplate (gateway reference 6.2), by their long names and by .NET's short ones. */
export const abpClaims: ClaimNames = {
  userId: ['sub', `${xmlClaims}/nameidentifier`, 'nameid'],
  username: [`${xmlClaims}/name`, 'unique_name', 'name'],
  name: [`${xmlClaims}/givenname`, 'given_name', `${xmlClaims}/name`, 'unique_name', 'name'],
  email: [`${xmlClaims}/emailaddress`, 'email'],
  tenant: ['http://www.aspnetboilerplate.com/identity/claims/tenantId'],
}

export type ClaimsOptions = {
  /** Name of the provider, put in front of its user ids; undefined for a provider that is alone. */
  provider: string | undefined
  names: ClaimNames
  /** Epoch milliseconds at which the token ends. */
  expiresAt: number
}

const maxIdLength = 200
const maxTextLength = 256

/**
 * Who a verified token or answer speaks of. A missing login name, name or e-mail address is replaced by one made from
 * the id; an address that the business system marks as not verified is not used, because an existing chat account is
 * recognised by its address.
 *
 * @throws {ImError} `not-signed-in` when there is no usable user id.
 */
export function callerFromClaims(
  claims: Record<string, unknown>,
  token: string,
  options: ClaimsOptions,
): Caller {
  const { names, provider } = options
  const id = textAt(claims, names.userId)
  if (id === undefined || id.length > maxIdLength) throw invalidToken()
  const tenant = textAt(claims, names.tenant)
  const own = tenant === undefined ? id : `${tenant}.${id}`
  const userId = provider === undefined ? withoutName(own) : `${provider}:${own}`
  const username = textAt(claims, names.username) ?? own
  return {
    userId,
    username: username.slice(0, maxTextLength),
    name: (textAt(claims, names.name) ?? username).slice(0, maxTextLength),
    email: emailOf(claims, names.email) ?? syntheticEmail(userId),
    sessionId: sessionIdOf(userId, textAt(claims, ['jti']) ?? hashToken(token)),
    expiresAt: options.expiresAt,
  }
}

/** An id of a provider without a name must not read like one of a provider with a name. */
function withoutName(id: string): string {
  return /^[a-z0-9-]{1,20}:/.test(id) ? `:${id}` : id
}

/** An address that nobody can have; `.invalid` is reserved (gateway reference 6.4). */
export function syntheticEmail(userId: string): string {
  const digest = createHash('sha256').update(userId).digest('hex').slice(0, 24)
  return `${digest}@im.invalid`
}

/** The user is part of it: two people whose tokens carry the same `jti` never share a sign-in. */
export function sessionIdOf(userId: string, tokenId: string): string {
  return createHash('sha256').update(`${userId}\n${tokenId}`).digest('base64url')
}

export function invalidToken(): ImError {
  return new ImError('not-signed-in', 'The business token is not valid; sign in again.')
}

export function expiredToken(): ImError {
  return new ImError('not-signed-in', 'Your session has expired; sign in again.')
}

/** The business system did not answer: the caller keeps the token and tries again. */
export function identityUnavailable(): ImError {
  return new ImError('chat-unavailable', 'Your sign-in cannot be checked now; try again soon.', 5)
}

/** The first text or number at one of the paths. */
function textAt(record: Record<string, unknown>, paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const text = textAtPath(record, path)
    if (text !== undefined) return text
  }
  return undefined
}

/** Names that contain dots themselves (URLs of XML claims) are looked up first. */
function textAtPath(record: Record<string, unknown>, path: string): string | undefined {
  const direct = Object.hasOwn(record, path) ? record[path] : undefined
  const value = direct ?? path.split('.').reduce<unknown>(fieldOf, record)
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function fieldOf(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return undefined
  return (value as Record<string, unknown>)[field]
}

function emailOf(claims: Record<string, unknown>, paths: readonly string[]): string | undefined {
  const email = textAt(claims, paths)
  const isUsable = email !== undefined && /^[^\s@]{1,64}@[^\s@]{1,190}$/.test(email)
  return isUsable && claims.email_verified !== false ? email : undefined
}
