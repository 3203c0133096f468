import { Type } from 'typebox'
import { digestOf, verifyPassword } from '../auth/passwords'
import { deleteUser } from '../domain/deleteUser'
import { deactivateIdle, setActive } from '../domain/setActive'
import { MeteorError, TextError, notAllowed } from '../errors'
import { userPost, type Endpoint } from './endpoint'
import { targetUser, userFields } from './selectors'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })
const optionalFlag = Type.Optional(Type.Boolean())

const activeBody = Type.Object(
  { userId: text, activeStatus: Type.Boolean(), confirmRelinquish: optionalFlag },
  strict,
)

const activeStatus = userPost('users.setActiveStatus', { body: activeBody }, (call) => {
  const { app, user, body } = call
  const permissions = ['edit-other-user-active-status', 'manage-moderation-actions']
  if (!app.permissions.hasAny(user, permissions)) throw new TextError('unauthorized', 403)
  const target = targetUser(app, { userId: body.userId })
  const changed = setActive(app, target, body.activeStatus, body.confirmRelinquish === true)
  return { user: { _id: changed._id, active: changed.active } }
})

const idleBody = Type.Object(
  { daysIdle: Type.Number({ minimum: 0 }), role: Type.Optional(text) },
  strict,
)

const idle = userPost('users.deactivateIdle', { body: idleBody }, ({ app, user, body }) => {
  if (!app.permissions.has(user, 'edit-other-user-active-status')) {
    throw new TextError('unauthorized', 403)
  }
  return { count: deactivateIdle(app, body.daysIdle, body.role ?? 'user') }
})

const removeBody = Type.Object({ ...userFields, confirmRelinquish: optionalFlag }, strict)

const remove = userPost(
  'users.delete',
  { body: removeBody, permissions: ['delete-user'] },
  ({ app, body }) => ({
    deletedRooms: deleteUser(app, targetUser(app, body), body.confirmRelinquish === true),
  }),
)

const ownBody = Type.Object({ password: text, confirmRelinquish: optionalFlag }, strict)

/** The password comes as the SHA-256 of it or as it is; an account without one is named by its user name. */
const isOwner = async (
  stored: string | null,
  username: string,
  password: string,
): Promise<boolean> => {
  if (stored === null) {
    return (
      username.toLowerCase() === password.trim().toLowerCase() ||
      digestOf(username) === password.toLowerCase()
    )
  }
  const digest = /^[0-9a-f]{64}$/i.test(password) ? password.toLowerCase() : digestOf(password)
  return verifyPassword(digest, stored)
}

const removeOwn = userPost('users.deleteOwnAccount', { body: ownBody }, async (call) => {
  const { app, user, body } = call
  const method = 'deleteUserOwnAccount'
  if (!app.settings.flag('Accounts_AllowDeleteOwnAccount')) {
    throw notAllowed(method)
  }
  const stored = app.store.users.passwordHash(user._id)
  if (!(await isOwner(stored, user.username, body.password))) {
    throw new MeteorError('error-invalid-password', 'Invalid password', { method })
  }
  const current = targetUser(app, { userId: user._id })
  deleteUser(app, current, body.confirmRelinquish === true)
  return {}
})

/** How accounts end or rest (protocol reference 3.6). */
export const userRemovalEndpoints: readonly Endpoint[] = [activeStatus, idle, remove, removeOwn]
