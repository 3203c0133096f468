import type { App } from '../app'
import { checkPasswordPolicy } from '../auth/passwordPolicy'
import { digestOf, hashPassword } from '../auth/passwords'
import type { UserDoc } from '../documents'
import { MeteorError, TextError } from '../errors'
import { checkEmail, checkUsername } from './createUser'
import { checkFree } from './freeObjects'
import { checkNotLastAdmin } from './lastOwner'
import { announceName } from './renameUser'
import { setActive } from './setActive'
import { setStatus } from './setStatus'
import { checkMayAssign } from './workspaceRoles'

/** What administrators change of an account (protocol reference 3.6); absent fields stay. */
export type UserChange = {
  name?: string
  username?: string
  email?: string
  password?: string
  verified?: boolean
  active?: boolean
  roles?: string[]
  bio?: string
  nickname?: string
  statusText?: string
  requirePasswordChange?: boolean
  customFields?: Record<string, unknown>
  confirmRelinquish?: boolean
}

const copied = [
  'name',
  'roles',
  'bio',
  'nickname',
  'requirePasswordChange',
  'customFields',
] as const satisfies readonly (keyof UserChange)[]

const changed = (app: App, before: UserDoc, data: UserChange): UserDoc => {
  checkFree('customFields', data.customFields)
  const after = { ...before, _updatedAt: app.store.stamps.next() }
  if (data.username !== undefined) {
    checkUsername(app, data.username, before._id)
    after.username = data.username
  }
  if (data.email !== undefined) {
    checkEmail(app, data.email, before._id)
    after.emails = [{ address: data.email, verified: data.verified ?? false }]
  } else if (data.verified !== undefined) {
    const { verified } = data
    after.emails = before.emails.map((email, index) =>
      index === 0 ? { ...email, verified } : email,
    )
  }
  for (const field of copied) {
    if (data[field] !== undefined) Object.assign(after, { [field]: data[field] })
  }
  return after
}

const mayNot = (): MeteorError =>
  new MeteorError('error-action-not-allowed', 'Editing user is not allowed', {
    method: 'insertOrUpdateUser',
    action: 'Editing_user',
  })

const checkMay = (app: App, actor: UserDoc, before: UserDoc, data: UserChange): void => {
  const { password, roles } = data
  if (password !== undefined) {
    if (!app.permissions.has(actor, 'edit-other-user-password')) throw mayNot()
    checkPasswordPolicy(app, password)
  }
  if (roles === undefined) return
  if (!app.permissions.has(actor, 'assign-roles')) throw mayNot()
  // Who is an administrator already is not made one.
  checkMayAssign(
    app,
    actor,
    roles.filter((id) => !before.roles.includes(id)),
  )
  if (!roles.includes('admin')) {
    checkNotLastAdmin(app, before, 'Leaving the app without admins is not allowed')
  }
}

const announceRoles = (app: App, before: UserDoc, after: UserDoc): void => {
  const { _id, roles, _updatedAt } = after
  if (before.roles.join() !== roles.join()) app.events.userData(_id, { roles, _updatedAt })
}

/**
 * Changes somebody's account; a new password ends every session.
 * @throws MeteorError `error-action-not-allowed`, `error-password-policy-not-met`, `user-last-owner`, and those of a new
 * name or address; TextError when there is no such account.
 */
export const updateUser = async (
  app: App,
  actor: UserDoc,
  userId: string,
  data: UserChange,
): Promise<UserDoc> => {
  const read = (): UserDoc => {
    const user = app.store.users.get(userId)
    if (user === undefined) throw new TextError('User not found.')
    return user
  }
  checkMay(app, actor, read(), data)
  const { password, active, statusText } = data
  const hash =
    password === undefined ? undefined : await hashPassword(digestOf(password), app.hashRounds)
  return app.store.write(() => {
    // Read again: the account may have changed while the hash was computed.
    const before = read()
    let after = changed(app, before, data)
    app.store.users.update(after)
    if (hash !== undefined) {
      app.store.users.setPasswordHash(after._id, hash)
      app.events.tokensRemoved(app.store.tokens.removeAll(after._id))
    }
    announceName(app, before, after)
    announceRoles(app, before, after)
    if (statusText !== undefined) after = setStatus(app, after, { message: statusText })
    if (active === undefined || active === after.active) return after
    return setActive(app, after, active, data.confirmRelinquish === true)
  })
}
