import type { App } from '../app'
import type { RoomDoc, SubscriptionDoc, UserDoc } from '../documents'
import { MeteorError, notAllowed } from '../errors'
import { changeSubscription } from './changes'
import { addSystemMessage } from './systemMessage'

/** The roles that people have in one room. */
export type RoomRole = 'owner' | 'moderator' | 'leader'

export const ownersOf = (app: App, rid: string): SubscriptionDoc[] =>
  app.store.subscriptions.ofRoom(rid).filter((one) => one.roles?.includes('owner') === true)

/** Whether a room would have no owner without this person. */
export const isLastOwner = (app: App, { rid, roles }: SubscriptionDoc): boolean =>
  roles?.includes('owner') === true && app.store.subscriptions.countWithRole(rid, 'owner') === 1

const described = (role: RoomRole): string => (role === 'owner' ? 'an owner' : `a ${role}`)

const capital = (role: RoomRole): string => `${role.charAt(0).toUpperCase()}${role.slice(1)}`

const membershipToChange = (
  app: App,
  room: RoomDoc,
  actor: UserDoc,
  target: UserDoc,
  role: RoomRole,
  method: string,
): SubscriptionDoc => {
  if (room.t === 'd' || !app.permissions.has(actor, `set-${role}`, room._id)) {
    throw notAllowed(method)
  }
  const membership = app.store.subscriptions.get(room._id, target._id)
  if (membership === undefined || membership.status !== undefined) {
    throw new MeteorError('error-user-not-in-room', 'User is not in this room', { method })
  }
  return membership
}

const storeRoles = (
  app: App,
  change: {
    room: RoomDoc
    actor: UserDoc
    target: UserDoc
    role: RoomRole
    membership: SubscriptionDoc
    type: 'added' | 'removed'
  },
): void => {
  const { room, actor, target, role, membership, type } = change
  const others = (membership.roles ?? []).filter((one) => one !== role)
  const roles = type === 'added' ? [...others, role] : others
  app.store.write(() => {
    changeSubscription(app, membership, (draft) => {
      if (roles.length > 0) draft.roles = roles
      else delete draft.roles
    })
    const line = `subscription-role-${type}`
    addSystemMessage(app, room, line, actor, target.username, { role })
    if (!app.settings.flag('UI_DisplayRoles')) return
    const u = { _id: target._id, username: target.username, name: target.name }
    app.events.roleChanged({ type, _id: role, u, scope: room._id })
  })
}

/**
 * Gives a member a role in the room (protocol reference 3.8 and 5.2).
 * @throws MeteorError `error-not-allowed`, `error-user-not-in-room`, `error-user-already-<role>`.
 */
export const addRoomRole = (
  app: App,
  room: RoomDoc,
  actor: UserDoc,
  target: UserDoc,
  role: RoomRole,
): void => {
  const method = `addRoom${capital(role)}`
  const membership = membershipToChange(app, room, actor, target, role, method)
  if (membership.roles?.includes(role) === true) {
    const text = `User is already ${described(role)}`
    throw new MeteorError(`error-user-already-${role}`, text, { method })
  }
  storeRoles(app, { room, actor, target, role, membership, type: 'added' })
}

/**
 * Takes a role in the room away.
 * @throws MeteorError `error-not-allowed`, `error-user-not-in-room`, `error-user-not-<role>`, `error-remove-last-owner`.
 */
export const removeRoomRole = (
  app: App,
  room: RoomDoc,
  actor: UserDoc,
  target: UserDoc,
  role: RoomRole,
): void => {
  const method = `removeRoom${capital(role)}`
  const membership = membershipToChange(app, room, actor, target, role, method)
  if (membership.roles?.includes(role) !== true) {
    const text = `User is not ${described(role)}`
    throw new MeteorError(`error-user-not-${role}`, text, { method })
  }
  if (role === 'owner' && isLastOwner(app, membership)) {
    const text = 'This is the last owner. Please set a new owner before removing this one.'
    throw new MeteorError('error-remove-last-owner', text, { method })
  }
  storeRoles(app, { room, actor, target, role, membership, type: 'removed' })
}
