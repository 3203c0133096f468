import { hkdfSync, randomBytes, randomUUID } from 'node:crypto'
import { decodeJwt, jwtVerify, SignJWT } from 'jose'
import type { Clock } from '../clock'
import { ImError } from '../imError'
import { hashToken } from '../store/secretBox'
import { invalidToken, sessionIdOf } from './claims'
import { createJwtIdentity } from './jwtIdentity'
import type { ListedIdentity } from './identityProvider'
import { exchangeWechatCode, type WechatApiOptions } from './wechatApi'
import type { BoundUser, WechatStore } from './wechatStore'

const issuer = 'uni-rocketchat-wechat'
const audience = 'uni-rocketchat-gateway'
const bindingAudience = 'uni-rocketchat-wechat-binding'
const accessSeconds = 15 * 60
const bindingSeconds = 10 * 60
const refreshMs = 30 * 24 * 60 * 60_000

/** Tokens for one sign-in with WeChat. */
export type WechatTokens = {
  accessToken: string
  expireInSeconds: number
  /** Good for one renewal; a second use ends the sign-in. */
  refreshToken: string
}

/** Either the person's tokens, or what is needed to say who the person is in the business system. */
export type WechatSignIn =
  { bound: true; tokens: WechatTokens } | { bound: false; bindingToken: string }

/** Sign-in of a WeChat mini-program: its own short business tokens for a bound business account. */
export type WechatIdentity = ListedIdentity & {
  /** @throws {ImError} see exchangeWechatCode. */
  signIn(code: string): Promise<WechatSignIn>
  /**
   * Binds the WeChat person of a binding token to a business account whose owner has proved to be there.
   * @throws {ImError} `not-signed-in` when the binding token is wrong or older than ten minutes.
   */
  bind(bindingToken: string, account: () => Promise<BoundUser>): Promise<WechatTokens>
  /** @throws {ImError} `not-signed-in` when the token is unknown, expired, used before or signed out. */
  refresh(refreshToken: string): Promise<WechatTokens>
}

export type WechatIdentityOptions = {
  api: WechatApiOptions
  store: WechatStore
  /** 32 bytes in hex; a key of its own is derived from it. */
  keyHex: string
  clock: Clock
}

export function createWechatIdentity(options: WechatIdentityOptions): WechatIdentity {
  const { store, clock } = options
  const key = new Uint8Array(hkdfSync('sha256', Buffer.from(options.keyHex, 'hex'), '', issuer, 32))
  const names = { userId: ['sub'], username: ['u'], name: ['n'], email: ['e'], tenant: [] }
  const jwt = createJwtIdentity({
    ...{ provider: undefined, issuer, audience, algorithms: ['HS256'], names, key, clock },
  })
  const issue = (wechatId: string, user: BoundUser, familyId: string) =>
    issueTokens({ ...options, key }, wechatId, user, familyId)
  return {
    issuer,
    async verify(bearer) {
      const caller = await jwt.verify(bearer)
      // All tokens of one sign-in carry its family as `jti`: a renewal keeps the chat token.
      const { jti: sessionId } = decodeJwt(bearer ?? '')
      if (sessionId === undefined || !(await store.hasFamily(sessionId))) throw invalidToken()
      return { ...caller, sessionId }
    },
    signedOut: ({ sessionId }) => store.removeFamily(sessionId),
    async signIn(code) {
      const wechatId = await exchangeWechatCode(code, options.api)
      const user = await store.boundUser(wechatId)
      if (user) return { bound: true, tokens: await issue(wechatId, user, newFamily(user)) }
      const bindingToken = await sign(key, clock, bindingAudience, bindingSeconds, wechatId, {})
      return { bound: false, bindingToken }
    },
    async bind(bindingToken, account) {
      const wechatId = await readBindingToken(bindingToken, key, clock)
      const user = await account()
      await store.bind(wechatId, user)
      return issue(wechatId, user, newFamily(user))
    },
    refresh: (refreshToken) => refresh(options, refreshToken, issue),
  }
}

async function refresh(
  { store, clock }: WechatIdentityOptions,
  refreshToken: string,
  issue: (wechatId: string, user: BoundUser, familyId: string) => Promise<WechatTokens>,
): Promise<WechatTokens> {
  const hash = hashToken(refreshToken)
  const row = await store.refresh(hash)
  if (!row || row.expiresAt <= clock.now()) throw expiredSignIn()
  if (!(await store.useRefresh(hash, row.expiresAt))) {
    await store.removeFamily(row.familyId)
    throw expiredSignIn()
  }
  if (!(await store.hasFamily(row.familyId))) throw expiredSignIn()
  const user = await store.boundUser(row.wechatId)
  if (!user) throw expiredSignIn()
  return issue(row.wechatId, user, row.familyId)
}

function expiredSignIn(): ImError {
  return new ImError('not-signed-in', 'This sign-in with WeChat has ended; sign in again.')
}

function newFamily({ userId }: BoundUser): string {
  return sessionIdOf(userId, randomUUID())
}

async function issueTokens(
  { store, clock, key }: WechatIdentityOptions & { key: Uint8Array },
  wechatId: string,
  { userId, username, name, email }: BoundUser,
  familyId: string,
): Promise<WechatTokens> {
  const claims = { u: username, n: name, e: email, jti: familyId }
  const accessToken = await sign(key, clock, audience, accessSeconds, userId, claims)
  const refreshToken = randomBytes(32).toString('base64url')
  const expiresAt = clock.now() + refreshMs
  await store.addRefresh(hashToken(refreshToken), { familyId, wechatId, expiresAt })
  return { accessToken, expireInSeconds: accessSeconds, refreshToken }
}

async function sign(
  key: Uint8Array,
  clock: Clock,
  audienceOf: string,
  lifetimeSeconds: number,
  subject: string,
  claims: Record<string, string>,
): Promise<string> {
  const issuedAt = Math.floor(clock.now() / 1000)
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(audienceOf)
    .setSubject(subject)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifetimeSeconds)
    .sign(key)
}

async function readBindingToken(token: string, key: Uint8Array, clock: Clock): Promise<string> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['HS256'],
      issuer,
      audience: bindingAudience,
      requiredClaims: ['sub', 'exp'],
      currentDate: new Date(clock.now()),
    })
    return payload.sub ?? ''
  } catch {
    throw new ImError('not-signed-in', 'The binding has taken too long; sign in with WeChat again.')
  }
}
