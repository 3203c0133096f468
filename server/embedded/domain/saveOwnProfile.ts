import type { App } from '../app'
import { checkPasswordPolicy } from '../auth/passwordPolicy'
import { digestOf, hashPassword, verifyPassword } from '../auth/passwords'
import type { Session } from '../auth/sessions'
import type { UserDoc } from '../documents'
import { MeteorError, notAllowed } from '../errors'
import { checkEmail, checkUsername } from './createUser'
import { checkFree } from './freeObjects'
import { announceName } from './renameUser'
import { setStatus } from './setStatus'

/** What people change of their own account (protocol reference 3.6); absent fields stay. */
export type ProfileChange = {
  email?: string
  name?: string
  username?: string
  nickname?: string
  bio?: string
  statusText?: string
  statusType?: string
  /** SHA-256 of the password in hexadecimal. */
  currentPassword?: string
  newPassword?: string
}

const method = 'saveUserProfile'

const switches: readonly (readonly [keyof ProfileChange, string, string])[] = [
  ['name', 'Accounts_AllowRealNameChange', 'Edit user real name is not allowed'],
  ['username', 'Accounts_AllowUsernameChange', 'Edit username is not allowed'],
  ['email', 'Accounts_AllowEmailChange', 'Edit email is not allowed'],
  ['newPassword', 'Accounts_AllowPasswordChange', 'Edit user password is not allowed'],
  ['statusText', 'Accounts_AllowUserStatusMessageChange', 'Edit user status is not allowed'],
]

const checkAllowed = (app: App, data: ProfileChange): void => {
  const refuse = (text: string): MeteorError =>
    new MeteorError('error-action-not-allowed', text, { method, action: 'Update_user' })
  if (!app.settings.flag('Accounts_AllowUserProfileChange')) {
    throw notAllowed(method)
  }
  for (const [field, setting, text] of switches) {
    if (data[field] !== undefined && !app.settings.flag(setting)) throw refuse(text)
  }
}

/** A new address or password needs the present password. */
const checkPassword = async (app: App, user: UserDoc, data: ProfileChange): Promise<void> => {
  const emailChanges = data.email !== undefined && data.email !== user.emails[0]?.address
  if (!emailChanges && data.newPassword === undefined) return
  if (data.currentPassword === undefined) {
    throw new MeteorError('totp-required', 'TOTP Required', {
      method: 'password',
      codeGenerated: false,
      availableMethods: [],
    })
  }
  const stored = app.store.users.passwordHash(user._id)
  if (!(await verifyPassword(data.currentPassword.toLowerCase(), stored))) {
    throw new MeteorError('error-invalid-password', 'Invalid password', { method })
  }
}

const changed = (app: App, before: UserDoc, data: ProfileChange): UserDoc => {
  const after = { ...before, _updatedAt: app.store.stamps.next() }
  if (data.username !== undefined) {
    checkUsername(app, data.username, before._id)
    after.username = data.username
  }
  if (data.email !== undefined && data.email !== before.emails[0]?.address) {
    checkEmail(app, data.email, before._id)
    after.emails = [{ address: data.email, verified: false }]
  }
  for (const field of ['name', 'nickname', 'bio'] as const) {
    const value = data[field]
    if (value !== undefined) after[field] = value
  }
  return after
}

/**
 * Changes the caller's own account; a new password ends every other session. `confirmed` says that a second factor was
 * given, which stands for the present password.
 * @throws MeteorError `error-action-not-allowed` for what a setting forbids, `totp-required`, `error-invalid-password`,
 * and those of a new name or address.
 */
export const saveOwnProfile = async (
  app: App,
  session: Session,
  data: ProfileChange,
  customFields?: Record<string, unknown>,
  confirmed = false,
): Promise<UserDoc> => {
  checkAllowed(app, data)
  checkFree('customFields', customFields)
  if (!confirmed) await checkPassword(app, session.user, data)
  const { newPassword } = data
  if (newPassword !== undefined) checkPasswordPolicy(app, newPassword)
  const hash =
    newPassword === undefined
      ? undefined
      : await hashPassword(digestOf(newPassword), app.hashRounds)
  return app.store.write(() => {
    // Read again: the account may have changed while passwords were computed.
    const before = app.store.users.get(session.user._id) ?? session.user
    const after = changed(app, before, data)
    if (customFields !== undefined) after.customFields = customFields
    app.store.users.update(after)
    if (hash !== undefined) {
      app.store.users.setPasswordHash(after._id, hash)
      app.events.tokensRemoved(app.store.tokens.removeOthers(after._id, session.tokenHash))
    }
    announceName(app, before, after)
    const { statusType, statusText } = data
    if (statusType === undefined && statusText === undefined) return after
    const status = statusType === undefined ? {} : { status: statusType }
    return setStatus(
      app,
      after,
      statusText === undefined ? status : { ...status, message: statusText },
    )
  })
}
