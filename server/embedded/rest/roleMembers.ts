import { Type } from 'typebox'
import type { App } from '../app'
import type { UserDoc } from '../documents'
import {
  giveRole,
  roleById,
  roles,
  takeRole,
  usersWithRole,
  type Role,
} from '../domain/workspaceRoles'
import { membersOf } from '../domain/roomMembers'
import { MeteorError, TextError } from '../errors'
import { userGet, userPost, type Endpoint } from './endpoint'
import { pageOf, pagingFields } from './paging'
import { targetUser, userFields } from './selectors'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })
const optionalText = Type.Optional(text)
const administrators = ['access-permissions']

const add = userPost(
  'roles.addUserToRole',
  { body: Type.Object({ ...userFields, roleId: text, roomId: optionalText }, strict) },
  ({ app, user, body }) => {
    const target = targetUser(app, body)
    const role = roleById(body.roleId)
    if (role === undefined) throw new TextError('error-role-not-found')
    giveRole(app, user, { role, target, rid: body.roomId })
    return { role }
  },
)

/** @throws MeteorError `error-invalid-roleId`. */
const knownRole = (id: string): Role => {
  const role = roleById(id)
  if (role === undefined) throw new MeteorError('error-invalid-roleId', 'This role does not exist')
  return role
}

const remove = userPost(
  'roles.removeUserFromRole',
  {
    body: Type.Object({ username: text, roleId: text, scope: optionalText }, strict),
    permissions: administrators,
  },
  ({ app, user, body }) => {
    const target = app.store.users.byUsername(body.username)
    if (target === undefined) {
      throw new MeteorError('error-invalid-user', 'There is no user with this username')
    }
    const role = knownRole(body.roleId)
    takeRole(app, user, { role, target, rid: body.scope })
    return { role }
  },
)

const holders = (app: App, role: Role, rid: string | undefined): UserDoc[] => {
  if (role.scope === 'Users') return usersWithRole(app, [role._id])
  const room = rid === undefined ? undefined : app.store.rooms.get(rid)
  if (room === undefined) return []
  return membersOf(app, room)
    .filter(({ subscription }) => subscription.roles?.includes(role._id) === true)
    .map(({ user }) => user)
}

const card = (user: UserDoc): object => {
  const { _id, username, name, emails, avatarETag, createdAt, _updatedAt } = user
  return { _id, username, name, emails, avatarETag, createdAt, _updatedAt }
}

const inRole = userGet(
  'roles.getUsersInRole',
  {
    query: Type.Object({ role: optionalText, roomId: optionalText, ...pagingFields }, strict),
    permissions: administrators,
  },
  ({ app, user, query }) => {
    if (query.role === undefined) {
      throw new MeteorError('error-param-not-provided', 'Query param "role" is required')
    }
    if (query.roomId !== undefined && !app.permissions.has(user, 'view-other-user-channels')) {
      throw new MeteorError('error-not-allowed', 'Not allowed')
    }
    const { items, total } = pageOf(holders(app, knownRole(query.role), query.roomId), query)
    return { users: items.map(card), total }
  },
)

/** Who has a role of the workspace that is shown beside names: one with a description. */
const publicRoles = userGet('roles.getUsersInPublicRoles', {}, ({ app }) => {
  const shown = roles.filter(({ scope, description }) => scope === 'Users' && description !== '')
  const users = usersWithRole(
    app,
    shown.map((role) => role._id),
  )
  return { users: users.map(({ _id, username, roles: held }) => ({ _id, username, roles: held })) }
})

const erase = userPost(
  'roles.delete',
  { body: Type.Object({ roleId: text }, strict), permissions: administrators },
  ({ body }) => {
    knownRole(body.roleId)
    throw new MeteorError('error-role-protected', 'Cannot delete a protected role')
  },
)

const enterprise = (path: string): Endpoint =>
  userPost(
    path,
    {
      body: Type.Object(
        {
          roleId: optionalText,
          name: optionalText,
          scope: optionalText,
          description: Type.Optional(Type.String()),
          mandatory2fa: Type.Optional(Type.Boolean()),
        },
        strict,
      ),
      permissions: administrators,
    },
    () => {
      throw new MeteorError('error-action-not-allowed', 'This is an enterprise feature')
    },
  )

/** Who has which role. Roles of one's own belong to the enterprise edition. */
export const roleMemberEndpoints: readonly Endpoint[] = [
  add,
  remove,
  inRole,
  publicRoles,
  erase,
  enterprise('roles.create'),
  enterprise('roles.update'),
]
