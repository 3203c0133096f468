import type { UserDoc } from '../documents'
import type { Store } from '../storage/store'

const everyUser = ['admin', 'user', 'bot', 'app']
const anyUser = ['admin', 'user', 'bot', 'app', 'guest', 'anonymous']
const ownersUp = ['admin', 'owner']
const moderatorsUp = ['admin', 'owner', 'moderator']
const machines = ['admin', 'bot', 'app']

/** Which roles hold a permission, as a new workspace has it (protocol reference 5.8). */
const defaults: Readonly<Record<string, readonly string[]>> = {
  'access-permissions': ['admin'],
  'add-all-to-room': ['admin'],
  'add-team-channel': moderatorsUp,
  'add-team-member': moderatorsUp,
  'add-user-to-any-c-room': ['admin'],
  'add-user-to-any-p-room': [],
  'add-user-to-joined-room': moderatorsUp,
  'api-bypass-rate-limit': machines,
  'assign-roles': ['admin'],
  'archive-room': ownersUp,
  'assign-admin-role': ['admin'],
  'ban-user': moderatorsUp,
  'bulk-register-user': ['admin'],
  'bypass-time-limit-edit-and-delete': machines,
  'call-management': moderatorsUp.concat('user'),
  'clean-channel-history': ['admin'],
  'convert-team': ownersUp,
  'create-c': everyUser,
  'create-d': everyUser,
  'create-invite-links': moderatorsUp,
  'create-p': everyUser,
  'create-personal-access-tokens': ['admin', 'user'],
  'create-team': ['admin', 'user'],
  'create-team-channel': moderatorsUp,
  'create-team-group': moderatorsUp,
  'create-user': ['admin'],
  'delete-c': ownersUp,
  'delete-d': ['admin'],
  'delete-message': moderatorsUp,
  'delete-own-message': ['admin', 'user'],
  'delete-p': ownersUp,
  'delete-team': ownersUp,
  'delete-team-channel': ownersUp,
  'delete-team-group': ownersUp,
  'delete-user': ['admin'],
  'edit-message': moderatorsUp,
  'edit-other-user-active-status': ['admin'],
  'edit-other-user-avatar': ['admin'],
  'edit-other-user-e2ee': ['admin'],
  'edit-other-user-info': ['admin'],
  'edit-other-user-password': ['admin'],
  'edit-other-user-totp': ['admin'],
  'edit-privileged-setting': ['admin'],
  'edit-room': moderatorsUp,
  'edit-room-retention-policy': ['admin'],
  'edit-team': ownersUp,
  'edit-team-channel': moderatorsUp,
  'edit-team-member': moderatorsUp,
  'force-delete-message': ownersUp,
  'auto-translate': ['admin'],
  'join-without-join-code': machines,
  'leave-c': everyUser.concat('anonymous'),
  'leave-p': everyUser.concat('anonymous'),
  'logout-other-user': ['admin'],
  'mail-messages': ['admin'],
  'manage-invite-links': ['admin'],
  'manage-selected-settings': ['admin'],
  'manage-emoji': ['admin'],
  'mention-all': moderatorsUp.concat('user'),
  'mention-here': moderatorsUp.concat('user'),
  'message-impersonate': ['bot', 'app'],
  'move-room-to-team': moderatorsUp,
  'mute-user': moderatorsUp,
  'pin-message': moderatorsUp,
  'post-readonly': moderatorsUp,
  'preview-c-room': anyUser,
  'remove-team-channel': moderatorsUp,
  'remove-user': moderatorsUp,
  'send-many-messages': machines,
  'set-leader': ownersUp,
  'set-moderator': ownersUp,
  'set-owner': ownersUp,
  'set-react-when-readonly': ownersUp,
  'set-readonly': ownersUp,
  'start-discussion': everyUser.concat('guest'),
  'start-discussion-other-user': everyUser.concat('owner'),
  'test-push-notifications': ['admin'],
  'toggle-room-e2e-encryption': ['owner'],
  'unarchive-room': ['admin'],
  'user-generate-access-token': ['admin'],
  'view-all-team-channels': ownersUp,
  'view-all-teams': ['admin'],
  'videoconf-ring-users': moderatorsUp.concat('user'),
  'view-broadcast-member-list': moderatorsUp,
  'view-c-room': everyUser.concat('anonymous'),
  'view-d-room': everyUser.concat('guest'),
  'view-full-other-user-info': ['admin'],
  'view-history': everyUser.concat('anonymous'),
  'view-joined-room': ['guest', 'bot', 'app', 'anonymous'],
  'view-other-user-channels': ['admin'],
  'view-outside-room': everyUser,
  'view-p-room': everyUser.concat('anonymous', 'guest'),
  'view-privileged-setting': ['admin'],
  'view-room-administration': ['admin'],
  'view-statistics': ['admin'],
}

export type PermissionDoc = { _id: string; roles: string[]; _updatedAt: Date }

export type Permissions = {
  list(): PermissionDoc[]
  /** Whether one of the user's roles, or of the roles in the room, holds the permission. */
  has(user: UserDoc, permission: string, rid?: string): boolean
  hasAny(user: UserDoc, permissions: readonly string[], rid?: string): boolean
  /** Gives a permission to these roles and to no others. Answers it as it is now, or undefined for an unknown one. */
  setRoles(permission: string, roles: readonly string[]): PermissionDoc | undefined
}

const read = (store: Store): Map<string, Set<string>> => {
  const rows = store.driver.all<{ id: string; roles: string }>('SELECT id, roles FROM permissions')
  return new Map(rows.map((row) => [row.id, new Set(JSON.parse(row.roles) as string[])]))
}

const seed = (store: Store): void => {
  store.write(() => {
    for (const [id, roles] of Object.entries(defaults)) {
      store.driver.run(
        'INSERT INTO permissions (id, roles, updated_at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING',
        id,
        JSON.stringify(roles),
        store.stamps.next().getTime(),
      )
    }
  })
}

/** Reads the permissions; ones that a newer version brought are added with their default roles. */
export const createPermissions = (store: Store): Permissions => {
  const known = new Set(
    store.driver.all<{ id: string }>('SELECT id FROM permissions').map((row) => row.id),
  )
  if (Object.keys(defaults).some((id) => !known.has(id))) seed(store)
  const table = read(store)
  const has = (user: UserDoc, permission: string, rid?: string): boolean => {
    const holders = table.get(permission)
    if (holders === undefined) return false
    if (user.roles.some((role) => holders.has(role))) return true
    if (rid === undefined) return false
    const roles = store.subscriptions.get(rid, user._id)?.roles ?? []
    return roles.some((role) => holders.has(role))
  }
  return {
    list: () =>
      store.driver
        .all<{ id: string; roles: string; at: number }>(
          'SELECT id, roles, updated_at AS at FROM permissions ORDER BY id',
        )
        .map((row) => ({
          _id: row.id,
          roles: JSON.parse(row.roles) as string[],
          _updatedAt: new Date(row.at),
        })),
    has,
    hasAny: (user, permissions, rid) => permissions.some((one) => has(user, one, rid)),
    setRoles: (permission, roles) => {
      if (!table.has(permission)) return undefined
      const stamp = store.stamps.next()
      store.driver.run(
        'UPDATE permissions SET roles = ?, updated_at = ? WHERE id = ?',
        JSON.stringify(roles),
        stamp.getTime(),
        permission,
      )
      store.driver.afterCommit(() => void table.set(permission, new Set(roles)))
      return { _id: permission, roles: [...roles], _updatedAt: stamp }
    },
  }
}
