import { Type } from 'typebox'
import { dateParam } from './dates'
import { userGet, type Endpoint } from './endpoint'

const strict = { additionalProperties: false }

const role = (_id: string, scope: 'Users' | 'Subscriptions', description = ''): object => ({
  _id,
  name: _id,
  description,
  scope,
  protected: true,
  mandatory2fa: false,
})

const roles: readonly object[] = [
  role('admin', 'Users', 'Admin'),
  role('user', 'Users'),
  role('bot', 'Users'),
  role('app', 'Users'),
  role('guest', 'Users'),
  role('anonymous', 'Users'),
  role('owner', 'Subscriptions', 'Owner'),
  role('moderator', 'Subscriptions', 'Moderator'),
  role('leader', 'Subscriptions', 'Leader'),
]

/** Permissions and roles (protocol reference 3.7); clients evaluate them themselves. */
export const roleEndpoints: readonly Endpoint[] = [
  userGet(
    'permissions.listAll',
    { query: Type.Object({ updatedSince: Type.Optional(Type.String()) }, strict) },
    ({ app, query }) => {
      const since = dateParam(query.updatedSince, 'error-roomId-param-invalid')?.getTime() ?? -1
      const update = app.permissions.list().filter((one) => one._updatedAt.getTime() > since)
      return { update, remove: [] }
    },
  ),
  userGet('roles.list', {}, () => ({ roles })),
  userGet(
    'roles.sync',
    { query: Type.Object({ updatedSince: Type.String() }, strict) },
    ({ query }) => {
      // Roles never change here: a client that has ever asked has them all.
      const since = dateParam(query.updatedSince, 'error-updatedSince-param-invalid')
      return { roles: { update: since?.getTime() === 0 ? roles : [], remove: [] } }
    },
  ),
]
