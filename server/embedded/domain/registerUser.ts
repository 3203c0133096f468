import type { App } from '../app'
import { checkPasswordPolicy } from '../auth/passwordPolicy'
import { sameSecret } from '../auth/secrets'
import type { UserDoc } from '../documents'
import { MeteorError, TextError } from '../errors'
import { createUser, isBlockedName, type NewUser } from './createUser'

/** What a person gives to get an account. */
export type Registration = {
  username: string
  email: string
  name: string
  password: string
  /** Of the invitation link, while registering needs one. */
  secret?: string
  customFields?: Record<string, unknown>
}

/** @throws MeteorError `error-user-registration-disabled`, `error-user-registration-secret`. */
const checkOpen = (app: App, secret: string | undefined): void => {
  const form = app.settings.text('Accounts_RegistrationForm')
  const method = 'registerUser'
  if (form === 'Public') return
  if (form !== 'Secret URL') {
    const text = 'User registration is disabled'
    throw new MeteorError('error-user-registration-disabled', text, { method })
  }
  const expected = app.settings.text('Accounts_RegistrationForm_SecretURL')
  if (expected === '' || secret === undefined || !sameSecret(secret, expected)) {
    const text = 'User registration is only allowed via Secret URL'
    throw new MeteorError('error-user-registration-secret', text, { method })
  }
}

/** The texts of `users.register` for what an account cannot have; another endpoint has codes for the same. */
const checkNames = (app: App, { username, email, name }: Registration): void => {
  if (/[<>&"'`=]/.test(name)) throw new TextError('Name contains invalid characters')
  if (!/^[0-9a-zA-Z\-_.]{1,100}$/.test(username)) {
    throw new TextError('The username provided is not valid')
  }
  const taken = app.store.users.byUsername(username) !== undefined
  if (taken || isBlockedName(username)) throw new TextError('Username is already in use')
  if (app.store.users.byEmail(email) !== undefined) throw new TextError('Email already exists')
}

const rolesOf = (app: App): string[] => {
  const roles = app.settings
    .text('Accounts_Registration_Users_Default_Roles')
    .split(',')
    .map((role) => role.trim())
    .filter((role) => role !== '')
  return roles.length === 0 ? ['user'] : roles
}

/**
 * Somebody makes an account of their own (protocol reference 3.6). With `Accounts_ManuallyApproveNewUsers` it is
 * inactive until an administrator switches it on.
 * @throws MeteorError `error-user-registration-disabled`, `error-user-registration-secret`,
 * `error-password-policy-not-met`, and those of `createUser`; TextError for a name or address that is taken or invalid.
 */
export const registerUser = async (app: App, registration: Registration): Promise<UserDoc> => {
  checkOpen(app, registration.secret)
  checkNames(app, registration)
  checkPasswordPolicy(app, registration.password)
  const { username, email, name, password, customFields } = registration
  const input: NewUser = { username, email, name, password, roles: rolesOf(app) }
  input.active = !app.settings.flag('Accounts_ManuallyApproveNewUsers')
  if (customFields !== undefined) input.customFields = customFields
  return createUser(app, input)
}
