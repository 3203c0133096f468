import type { App } from '../app'
import type { UserDoc } from '../documents'
import { MeteorError } from '../errors'
import { hashToken, randomToken } from '../ids'
import type { StoredToken } from '../storage/tokens'
import { digestOf, hashPassword, isOutdated, verifyPassword } from './passwords'
import { checkLoginCode, rememberFactor } from './twoFactor'

const maxTokensPerUser = 50
const maxPlainPassword = 256
const dayMs = 24 * 60 * 60 * 1000

/** A signed-in user. `tokenExpires` in milliseconds since the epoch. */
export type Session = {
  user: UserDoc
  token: string
  tokenHash: string
  tokenExpires: number
  type: 'password' | 'resume'
}

type Dated = Pick<StoredToken, 'createdAt'> & { name?: string | null }

/** Access tokens with a name do not expire (protocol reference 1.8); a date that is far enough for every client. */
const never = Date.UTC(9999, 11, 31)

const expiry = (app: App, { createdAt, name }: Dated): number =>
  typeof name === 'string'
    ? never
    : createdAt + app.settings.number('Accounts_LoginExpiration') * dayMs

/** Every refused sign-in looks the same, since Rocket.Chat 7.0 (protocol reference 1.7). */
const refused = (): MeteorError => new MeteorError(401, 'User not found')

/** Makes a new login token; the oldest ones beyond 50 end, and so do the sockets that use them (1.8). */
export const issueToken = (app: App, user: UserDoc): Session => {
  const token = randomToken()
  const stored = { hash: hashToken(token), uid: user._id, createdAt: app.clock.now() }
  app.store.write(() => {
    app.store.tokens.insert(stored)
    app.events.tokensRemoved(app.store.tokens.removeBeyond(user._id, maxTokensPerUser))
  })
  return {
    user,
    token,
    tokenHash: stored.hash,
    tokenExpires: expiry(app, stored),
    type: 'password',
  }
}

/** The user whom a token belongs to, or undefined when it is unknown, expired or its user inactive. */
export const resume = (app: App, token: string): Session | undefined => {
  const stored = app.store.tokens.get(hashToken(token))
  if (stored === undefined || expiry(app, stored) <= app.clock.now()) return undefined
  const user = app.store.users.get(stored.uid)
  if (user?.active !== true) return undefined
  const tokenExpires = expiry(app, stored)
  return { user, token, tokenHash: stored.hash, tokenExpires, type: 'resume' }
}

/** Ends a token and every socket that uses it. */
export const endToken = (app: App, tokenHash: string): void => {
  app.store.write(() => {
    if (app.store.tokens.remove(tokenHash)) app.events.tokensRemoved([tokenHash])
  })
}

/** Ends every session of a user, access tokens included. */
export const endSessions = (app: App, uid: string): void =>
  app.store.write(() => app.events.tokensRemoved(app.store.tokens.removeAll(uid)))

/** Ends the sessions of a user but one; access tokens stay. */
export const endOtherSessions = (app: App, uid: string, kept: string): void =>
  app.store.write(() => app.events.tokensRemoved(app.store.tokens.removeOthers(uid, kept)))

const findUser = (app: App, selector: unknown): UserDoc | undefined => {
  if (typeof selector !== 'object' || selector === null) throw badOptions()
  const { username, email, id } = selector as Record<string, unknown>
  if (typeof username === 'string') return app.store.users.byUsername(username)
  if (typeof email === 'string') return app.store.users.byEmail(email)
  if (typeof id === 'string') return app.store.users.get(id)
  throw badOptions()
}

const badOptions = (): MeteorError => new MeteorError(400, 'Unrecognized options for login request')

const digestFrom = (password: unknown): string => {
  if (typeof password === 'string') {
    if (password.length > maxPlainPassword) throw refused()
    return digestOf(password)
  }
  if (typeof password === 'object' && password !== null) {
    const { digest, algorithm } = password as Record<string, unknown>
    if (typeof digest === 'string' && algorithm === 'sha-256') return digest.toLowerCase()
  }
  throw badOptions()
}

const withPassword = async (
  app: App,
  user: UserDoc | undefined,
  digest: string,
  code: unknown,
  checkAgain: () => void,
): Promise<Session> => {
  const stored = user === undefined ? null : app.store.users.passwordHash(user._id)
  const right = await verifyPassword(digest, stored)
  // Guesses that were made side by side must not find the right one after the limit.
  checkAgain()
  if (!right || user === undefined) throw refused()
  const outdated = stored !== null && isOutdated(stored, app.hashRounds)
  const rehashed = outdated ? await hashPassword(digest, app.hashRounds) : undefined
  // Read again: the account may have changed while the hash was computed.
  const current = app.store.users.get(user._id)
  if (current === undefined) throw refused()
  if (!current.active) {
    throw new MeteorError('error-user-is-not-activated', 'User is not activated')
  }
  const signedIn = { ...current, lastLogin: new Date(app.clock.now()) }
  return app.store.write(() => {
    const checked = checkLoginCode(app, current, code)
    app.store.users.update(signedIn)
    // Not when the password was changed meanwhile.
    if (rehashed !== undefined && app.store.users.passwordHash(user._id) === stored) {
      app.store.users.setPasswordHash(user._id, rehashed)
    }
    const session = issueToken(app, signedIn)
    if (checked) rememberFactor(app, session.tokenHash)
    return session
  })
}

/** Whether somebody guessed: a right password without its code did not. */
const isGuess = (error: unknown): boolean =>
  error instanceof MeteorError && (error.code === 401 || error.code === 'totp-invalid')

/** `withPassword` within the limits of failed sign-ins. */
const withLimitedPassword = async (
  app: App,
  options: Record<string, unknown>,
  address: string | undefined,
): Promise<Session> => {
  const digest = digestFrom(options.password)
  const user = findUser(app, options.user)
  const ip = app.rateLimiter === undefined ? undefined : address
  const attempt = { uid: user?._id, ip }
  app.failedLogins.check(attempt)
  try {
    const session = await withPassword(app, user, digest, options.code, () =>
      app.failedLogins.check(attempt),
    )
    app.failedLogins.succeeded(attempt)
    return session
  } catch (error) {
    if (isGuess(error)) app.failedLogins.failed(attempt)
    throw error
  }
}

/**
 * Signs in with one of the login objects of protocol reference 1.7 (password or resume).
 * `code` beside them is that of the second factor.
 * @param address of the client; undefined when it is not known
 * @throws MeteorError 401 for every wrong credential, 400 for an object of another form, `totp-required` and
 * `totp-invalid` for an account with a second factor, and those of `FailedLogins`.
 */
export const login = async (app: App, options: unknown, address?: string): Promise<Session> => {
  if (typeof options !== 'object' || options === null) throw badOptions()
  const { resume: token, user, password } = options as Record<string, unknown>
  if (token !== undefined) {
    const session = typeof token === 'string' ? resume(app, token) : undefined
    if (session === undefined) throw refused()
    return session
  }
  if (user === undefined || password === undefined) throw badOptions()
  return withLimitedPassword(app, { ...options }, address)
}
