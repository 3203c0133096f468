import { Type } from 'typebox'
import type { App } from '../app'
import { roleById, roles } from '../domain/workspaceRoles'
import { dateParam } from './dates'
import { Reply, userGet, userPost, type Endpoint } from './endpoint'

const strict = { additionalProperties: false }

const updateBody = Type.Object(
  {
    permissions: Type.Array(
      Type.Object(
        {
          _id: Type.String(),
          roles: Type.Array(Type.String(), { uniqueItems: true, maxItems: 100 }),
        },
        strict,
      ),
      { maxItems: 1000 },
    ),
  },
  strict,
)

const refusal = (error: string, errorType: string): Reply =>
  new Reply(400, { success: false, error, errorType })

type Change = { _id: string; roles: string[] }

/** What is wrong with a change of permissions; nothing of it is done then. */
const problemOf = (app: App, changes: readonly Change[]): Reply | undefined => {
  const known = new Set(app.permissions.list().map((one) => one._id))
  if (!changes.every(({ _id }) => known.has(_id))) {
    return refusal('Invalid permission', 'error-invalid-permission')
  }
  const named = changes.flatMap((change) => change.roles)
  if (named.every((id) => roleById(id) !== undefined)) return undefined
  return refusal('Invalid role', 'error-invalid-role')
}

const update = userPost(
  'permissions.update',
  { body: updateBody, permissions: ['access-permissions'] },
  ({ app, body }) => {
    const problem = problemOf(app, body.permissions)
    if (problem !== undefined) return problem
    app.store.write(() => {
      for (const change of body.permissions) {
        const changed = app.permissions.setRoles(change._id, change.roles)
        if (changed !== undefined) app.events.permissionChanged(changed)
      }
    })
    return { permissions: app.permissions.list() }
  },
)

/** Permissions and roles (protocol reference 3.7); clients evaluate them themselves. */
export const roleEndpoints: readonly Endpoint[] = [
  userGet(
    'permissions.listAll',
    { query: Type.Object({ updatedSince: Type.Optional(Type.String()) }, strict) },
    ({ app, query }) => {
      const since = dateParam(query.updatedSince, 'error-roomId-param-invalid')?.getTime() ?? -1
      const changed = app.permissions.list().filter((one) => one._updatedAt.getTime() > since)
      return { update: changed, remove: [] }
    },
  ),
  update,
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
