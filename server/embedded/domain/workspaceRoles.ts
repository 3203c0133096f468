import type { App } from '../app'
import type { UserDoc } from '../documents'
import { MeteorError, TextError } from '../errors'
import { addRoomRole, removeRoomRole, type RoomRole } from './roomRoles'

/** A role (protocol reference 4.6). One with the scope `Subscriptions` is held in single rooms. */
export type Role = {
  _id: string
  name: string
  description: string
  scope: 'Users' | 'Subscriptions'
  protected: boolean
  mandatory2fa: boolean
}

const role = (_id: string, scope: Role['scope'], description = ''): Role => ({
  _id,
  name: _id,
  description,
  scope,
  protected: true,
  mandatory2fa: false,
})

/** The roles of every workspace. Others need the enterprise edition, so these never change. */
export const roles: readonly Role[] = [
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

export const roleById = (id: string): Role | undefined => roles.find((one) => one._id === id)

/** Everybody with one of these roles in the workspace, by user name. */
export const usersWithRole = (app: App, wanted: readonly string[]): UserDoc[] =>
  app.store.users
    .page(0, Number.MAX_SAFE_INTEGER)
    .filter((user) => user.roles.some((id) => wanted.includes(id)))

/**
 * Whether somebody may give an account these roles of the workspace, when it is made or edited (protocol reference 3.6).
 * @throws MeteorError `error-action-not-allowed`, also for a role that does not exist.
 */
export const checkMayAssign = (app: App, actor: UserDoc, wanted: readonly string[]): void => {
  const refuse = (text: string, action: string): MeteorError =>
    new MeteorError('error-action-not-allowed', text, { method: 'insertOrUpdateUser', action })
  if (!wanted.every((id) => roleById(id) !== undefined)) {
    throw refuse('The field Roles consist invalid role id', 'Assign_role')
  }
  if (wanted.includes('admin') && !app.permissions.has(actor, 'assign-admin-role')) {
    throw refuse('Assigning admin is not allowed', 'Assign_admin')
  }
  if (wanted.some((id) => id !== 'user') && !app.permissions.has(actor, 'assign-roles')) {
    throw refuse('Assign roles is not allowed', 'Assign_role')
  }
}

/** A role given to somebody or taken, in the workspace or in one room. */
export type RoleGrant = { role: Role; target: UserDoc; rid: string | undefined }

const checkMayGive = (app: App, actor: UserDoc, { role: given }: RoleGrant, method: string) => {
  const refuse = (text: string): MeteorError =>
    new MeteorError('error-action-not-allowed', text, { method, action: 'Accessing_permissions' })
  if (!app.permissions.has(actor, 'access-permissions')) {
    throw refuse('Accessing permissions is not allowed')
  }
  if (given._id === 'admin' && !app.permissions.has(actor, 'assign-admin-role')) {
    throw refuse('Assigning admin is not allowed')
  }
}

const storeRoles = (app: App, grant: RoleGrant, type: 'added' | 'removed'): void => {
  const { role: changed, target } = grant
  const others = target.roles.filter((id) => id !== changed._id)
  const after: UserDoc = { ...target, _updatedAt: app.store.stamps.next() }
  after.roles = type === 'added' ? [...others, changed._id] : others
  app.store.write(() => {
    app.store.users.update(after)
    app.events.userData(target._id, { roles: after.roles })
    if (!app.settings.flag('UI_DisplayRoles')) return
    const u = { _id: target._id, username: target.username, name: target.name }
    app.events.roleChanged({ type, _id: changed._id, u })
  })
}

type InRoom = { room: Parameters<typeof addRoomRole>[1]; roomRole: RoomRole }

/** The room of a role that is held in single rooms. @throws TextError `error-invalid-room`. */
const inRoom = (app: App, grant: RoleGrant): InRoom | undefined => {
  if (grant.role.scope === 'Users') return undefined
  const room = grant.rid === undefined ? undefined : app.store.rooms.get(grant.rid)
  if (room === undefined) throw new TextError('error-invalid-room')
  return { room, roomRole: grant.role._id as RoomRole }
}

/**
 * Gives somebody a role.
 * @throws MeteorError `error-action-not-allowed`, `error-user-already-in-role`, those of `addRoomRole`; TextError
 * `error-invalid-room`.
 */
export const giveRole = (app: App, actor: UserDoc, grant: RoleGrant): void => {
  checkMayGive(app, actor, grant, 'authorization:addUserToRole')
  const place = inRoom(app, grant)
  if (place !== undefined) {
    addRoomRole(app, place.room, actor, grant.target, place.roomRole)
    return
  }
  if (grant.target.roles.includes(grant.role._id)) {
    throw new MeteorError('error-user-already-in-role', 'User already in role')
  }
  storeRoles(app, grant, 'added')
}

/**
 * Takes a role from somebody.
 * @throws MeteorError `error-action-not-allowed`, `error-user-not-in-role`, `error-admin-required` for the last
 * administrator, those of `removeRoomRole`; TextError `error-invalid-room`.
 */
export const takeRole = (app: App, actor: UserDoc, grant: RoleGrant): void => {
  checkMayGive(app, actor, grant, 'authorization:removeUserFromRole')
  const place = inRoom(app, grant)
  if (place !== undefined) {
    removeRoomRole(app, place.room, actor, grant.target, place.roomRole)
    return
  }
  if (!grant.target.roles.includes(grant.role._id)) {
    throw new MeteorError('error-user-not-in-role', 'User is not in this role')
  }
  if (grant.role._id === 'admin' && usersWithRole(app, ['admin']).length === 1) {
    throw new MeteorError('error-admin-required', 'You need to have at least one admin')
  }
  storeRoles(app, grant, 'removed')
}
