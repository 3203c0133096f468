import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../clock'
import type { AddressList } from '../web/addressList'
import { callerFromClaims, invalidToken, oidcClaims } from './claims'
import type { Caller, ListedIdentity } from './identityProvider'

const issuer = 'uni-rocketchat-trusted-header'
const lifetimeMs = 12 * 60 * 60_000
const tokenHeader = encode({ alg: 'HS256', typ: 'JWT' })

/** Names of the headers that a proxy sets, in small letters. */
export type TrustedHeaderNames = {
  userId: string
  username: string
  name: string
  email: string
  /** The proxy's own session, so that signing out ends one device. */
  sessionId: string
  secret: string
}

export const usualHeaderNames: TrustedHeaderNames = {
  userId: 'x-im-user-id',
  username: 'x-im-user-name',
  name: 'x-im-name',
  email: 'x-im-email',
  sessionId: 'x-im-session',
  secret: 'x-im-proxy-secret',
}

export type TrustedHeaderOptions = {
  /** See ClaimsOptions. */
  provider: string | undefined
  /** Peers of which the headers are read; the peer of the socket, whatever X-Forwarded-For says. */
  proxies: AddressList
  /** What the proxy sends in the secret header. */
  secret: string
  names: TrustedHeaderNames
  /** Whether an origin is the gateway's own or a listed one. */
  isOwnOrigin(origin: string | undefined, host: string | undefined): boolean
  clock: Clock
}

/** Users whom a proxy in front of the gateway has signed in. */
export type TrustedHeader = ListedIdentity & {
  /**
   * Reads the headers of one request. When they count, the request gets a bearer that only this process can make and
   * read; so every endpoint finds out who calls in the one usual way. The headers of anybody else change nothing.
   */
  admit(request: IncomingMessage): void
}

/**
 * The identity provider `trusted-header` (gateway reference 6.1): the headers count only from a listed peer that also
 * knows the secret, and, because a proxy's own session is usually a cookie, only for calls of pages that may make them.
 */
export function createTrustedHeader(options: TrustedHeaderOptions): TrustedHeader {
  const { clock, names } = options
  const key = randomBytes(32)
  /** Proxies without sessions of their own: how often each person has signed out here. */
  const signOuts = new Map<string, number>()
  /** The proxy's name of a caller; a caller of another provider has none. */
  const subjects = new WeakMap<Caller, string>()
  const startedAs = randomBytes(16).toString('base64url')
  const sign = (text: string) => createHmac('sha256', key).update(text).digest('base64url')
  return {
    issuer,
    admit(request) {
      if (!isFromProxy(request, options) || !mayCome(request, options)) return
      const subject = read(request, names.userId)
      if (subject === undefined) return
      const claims = {
        iss: issuer,
        sub: subject,
        preferred_username: read(request, names.username),
        name: read(request, names.name),
        email: read(request, names.email),
        jti: read(request, names.sessionId) ?? `${startedAs}.${signOuts.get(subject) ?? 0}`,
        exp: Math.floor((clock.now() + lifetimeMs) / 1000),
      }
      const text = `${tokenHeader}.${encode(claims)}`
      request.headers.authorization = `Bearer ${text}.${sign(text)}`
    },
    verify(bearer = '') {
      const end = bearer.lastIndexOf('.')
      const text = bearer.slice(0, Math.max(end, 0))
      if (!isSame(bearer.slice(end + 1), sign(text))) return Promise.reject(invalidToken())
      const claims = decode(text.slice(text.indexOf('.') + 1))
      const expiresAt = Number(claims.exp) * 1000
      if (expiresAt <= clock.now()) return Promise.reject(invalidToken())
      const { provider } = options
      const caller = callerFromClaims(claims, bearer, { provider, names: oidcClaims, expiresAt })
      subjects.set(caller, String(claims.sub))
      return Promise.resolve(caller)
    },
    signedOut(caller) {
      const subject = subjects.get(caller)
      if (subject !== undefined) signOuts.set(subject, (signOuts.get(subject) ?? 0) + 1)
    },
  }
}

function isFromProxy(request: IncomingMessage, options: TrustedHeaderOptions): boolean {
  const { proxies, secret, names } = options
  return (
    proxies.includes(request.socket.remoteAddress) &&
    isSame(read(request, names.secret) ?? '', secret)
  )
}

/** A page of another site must not act with the session that the browser has with the proxy. */
function mayCome({ headers, method }: IncomingMessage, options: TrustedHeaderOptions): boolean {
  const { origin, host } = headers
  const isOwn = options.isOwnOrigin(origin, host)
  const isReading = method === 'GET' || method === 'HEAD'
  if (headers['sec-fetch-site'] === 'cross-site') return isOwn
  return isOwn || origin === undefined || isReading
}

/** A header that comes once: a proxy that adds its own to the client's would send two. */
function read(request: IncomingMessage, name: string): string | undefined {
  const values = request.headersDistinct[name] ?? []
  const [value] = values
  if (values.length !== 1 || value === undefined || value === '') return undefined
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function decode(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>
}

function isSame(left: string, right: string): boolean {
  const digest = (text: string) => createHmac('sha256', 'compared').update(text).digest()
  return timingSafeEqual(digest(left), digest(right))
}
