import { createHash } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import type { App } from '../app'
import type { UserDoc } from '../documents'
import { MeteorError, notAllowed } from '../errors'
import { randomId } from '../ids'
import { noTwoFactor, type TwoFactor } from '../storage/twoFactors'

const backupCodes = 12
const secretBytes = 20
const periodMs = 30_000

const hashOf = (code: string): string =>
  createHash('sha256').update(code.trim().toUpperCase()).digest('base64')

const authenticator = (app: App, label: string, secret: string): TOTP =>
  new TOTP({
    issuer: app.settings.text('Site_Name'),
    label,
    secret: Secret.fromBase32(secret),
  })

/** The time step that a code belongs to, or undefined when it is not one of now. */
const stepOf = (app: App, secret: string, code: string): number | undefined => {
  if (!/^\d{6}$/.test(code)) return undefined
  const timestamp = app.clock.now()
  const window = Math.max(0, app.settings.number('Accounts_TwoFactorAuthentication_MaxDelta'))
  const delta = authenticator(app, '', secret).validate({ token: code, timestamp, window })
  return delta === null ? undefined : Math.floor(timestamp / periodMs) + delta
}

const invalid = (method: string): MeteorError =>
  new MeteorError('invalid-totp', undefined, { method })

/** Whether the account asks for the code of an authenticator at sign-in. */
export const hasTotp = (app: App, uid: string): boolean =>
  app.settings.flag('Accounts_TwoFactorAuthentication_Enabled') &&
  app.settings.flag('Accounts_TwoFactorAuthentication_By_TOTP_Enabled') &&
  app.store.twoFactors.get(uid).secret !== null

/** Whether a backup code is one of those that are left; it counts once. */
const useBackupCode = (app: App, uid: string, factor: TwoFactor, code: string): boolean => {
  const hash = hashOf(code)
  if (!factor.codes.includes(hash)) return false
  const codes = factor.codes.filter((one) => one !== hash)
  app.store.twoFactors.save(uid, { ...factor, codes })
  return true
}

/**
 * Whether a code of the authenticator, or an unused backup code, is right. With `once` a code of the authenticator is
 * refused that was used before, as is wanted for sign-ins.
 */
export const verifyTotp = (app: App, uid: string, code: string, once = false): boolean => {
  const factor = app.store.twoFactors.get(uid)
  if (factor.secret === null) return false
  const step = stepOf(app, factor.secret, code.trim())
  if (step === undefined) return useBackupCode(app, uid, factor, code)
  if (!once) return true
  if (step <= factor.lastStep) return false
  app.store.twoFactors.save(uid, { ...factor, lastStep: step })
  return true
}

/**
 * Starts the set-up of an authenticator; nothing changes before `confirmTotp`.
 * @throws MeteorError `error-2fa-already-enabled`, `error-not-allowed` where the workspace has it off.
 */
export const startTotp = (app: App, user: UserDoc): { secret: string; url: string } => {
  const method = '2fa:enable'
  const allowed =
    app.settings.flag('Accounts_TwoFactorAuthentication_Enabled') &&
    app.settings.flag('Accounts_TwoFactorAuthentication_By_TOTP_Enabled')
  if (!allowed) throw notAllowed(method)
  const before = app.store.twoFactors.get(user._id)
  if (before.secret !== null) {
    throw new MeteorError('error-2fa-already-enabled', undefined, { method })
  }
  const secret = new Secret({ size: secretBytes }).base32
  app.store.twoFactors.save(user._id, { ...before, pending: secret })
  return { secret, url: authenticator(app, user.username, secret).toString() }
}

const newCodes = (): string[] =>
  Array.from({ length: backupCodes }, () => randomId(8).toUpperCase())

/**
 * Confirms the set-up with a first code and answers the backup codes, which are shown this once.
 * @throws MeteorError `invalid-totp`.
 */
export const confirmTotp = (app: App, user: UserDoc, code: string): string[] => {
  const { pending, secret } = app.store.twoFactors.get(user._id)
  const right = pending !== null && stepOf(app, pending, code.trim()) !== undefined
  if (secret !== null || !right) throw invalid('2fa:validateTempToken')
  const codes = newCodes()
  app.store.twoFactors.save(user._id, {
    ...noTwoFactor,
    secret: pending,
    codes: codes.map(hashOf),
  })
  return codes
}

/** Switches the authenticator off; false for a wrong code. */
export const stopTotp = (app: App, user: UserDoc, code: string): boolean => {
  if (!verifyTotp(app, user._id, code)) return false
  app.store.twoFactors.remove(user._id)
  return true
}

/** New backup codes in place of the old ones. @throws MeteorError `invalid-totp`. */
export const renewCodes = (app: App, user: UserDoc, code: string): string[] => {
  if (!verifyTotp(app, user._id, code)) throw invalid('2fa:regenerateCodes')
  const codes = newCodes()
  const factor = app.store.twoFactors.get(user._id)
  app.store.twoFactors.save(user._id, { ...factor, codes: codes.map(hashOf) })
  return codes
}

/** How many backup codes are left. @throws MeteorError `invalid-totp` without an authenticator. */
export const codesLeft = (app: App, user: UserDoc): number => {
  const factor = app.store.twoFactors.get(user._id)
  if (factor.secret === null) throw invalid('2fa:checkCodesRemaining')
  return factor.codes.length
}
