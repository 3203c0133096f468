import type { App } from '../app'
import type { UserDoc } from '../documents'
import { MeteorError } from '../errors'
import { verifyPassword } from './passwords'
import type { Session } from './sessions'
import { hasTotp, verifyTotp } from './totp'

/** What a client sends beside a request: `X-2fa-code` and `X-2fa-method` (protocol reference 3.1). */
export type GivenFactor = { code: string | undefined; method: string | undefined }

type FactorMethod = 'totp' | 'password'

/** E-mail is no method here: this workspace sends none. */
const methodsOf = (app: App, user: UserDoc): FactorMethod[] =>
  hasTotp(app, user._id) ? ['totp'] : []

/** @throws MeteorError `totp-required` or `totp-invalid`, in the form of protocol reference 1.7. */
const refuse = (
  code: 'totp-required' | 'totp-invalid',
  method: FactorMethod,
  available: readonly FactorMethod[],
): MeteorError => {
  const text = code === 'totp-required' ? 'TOTP Required' : 'TOTP Invalid'
  return new MeteorError(code, text, {
    method,
    codeGenerated: false,
    availableMethods: [...available],
  })
}

/**
 * Checks the second factor of a sign-in; an account without one needs none. Answers whether one was given.
 * @throws MeteorError `totp-required`, `totp-invalid`.
 */
export const checkLoginCode = (app: App, user: UserDoc, code: unknown): boolean => {
  const available = methodsOf(app, user)
  if (available.length === 0) return false
  if (typeof code !== 'string' || code === '') throw refuse('totp-required', 'totp', available)
  if (!verifyTotp(app, user._id, code, true)) throw refuse('totp-invalid', 'totp', available)
  return true
}

const isRight = (app: App, user: UserDoc, method: FactorMethod, code: string): Promise<boolean> =>
  method === 'totp'
    ? Promise.resolve(verifyTotp(app, user._id, code))
    : verifyPassword(code.toLowerCase(), app.store.users.passwordHash(user._id))

const methodFor = (
  app: App,
  user: UserDoc,
  available: readonly FactorMethod[],
  withPassword: boolean,
): FactorMethod | undefined => {
  if (available[0] !== undefined) return available[0]
  const has = app.store.users.passwordHash(user._id) !== null
  return withPassword && has ? 'password' : undefined
}

/** Notes that the second factor of a session was given. */
export const rememberFactor = (app: App, tokenHash: string): void => {
  const seconds = app.settings.number('Accounts_TwoFactorAuthentication_RememberFor')
  const until = app.clock.now() + seconds * 1000
  app.store.tokens.setCheckedUntil(tokenHash, until)
}

/**
 * Asks for the second factor of a call that needs one (protocol reference 3.2). Who has none set up is asked for the
 * password where `Accounts_TwoFactorAuthentication_Enforce_Password_Fallback` or `options.password` says so. A right
 * one counts for the session for `Accounts_TwoFactorAuthentication_RememberFor` seconds.
 * @throws MeteorError `totp-required`, `totp-invalid`.
 */
export const requireTwoFactor = async (
  app: App,
  session: Session,
  given: GivenFactor,
  options: { password?: boolean; remembered?: boolean } = {},
): Promise<void> => {
  if (!app.settings.flag('Accounts_TwoFactorAuthentication_Enabled')) return
  const token = app.store.tokens.get(session.tokenHash)
  if (token?.bypass === 1) return
  const recent = (token?.checkedUntil ?? 0) > app.clock.now()
  if (recent && options.remembered !== false) return
  const available = methodsOf(app, session.user)
  const fallback = app.settings.flag('Accounts_TwoFactorAuthentication_Enforce_Password_Fallback')
  const method = methodFor(app, session.user, available, fallback || options.password === true)
  if (method === undefined) return
  if (given.code === undefined || given.code === '') {
    throw refuse('totp-required', method, available)
  }
  if (!(await isRight(app, session.user, method, given.code))) {
    throw refuse('totp-invalid', method, available)
  }
  rememberFactor(app, session.tokenHash)
}
