import type { App } from '../app'
import type { RoomDoc, SubscriptionDoc, TeamDoc, UserDoc } from '../documents'
import { TextError } from '../errors'
import { changeSubscription } from './changes'
import { addUser, membershipOf, takeOut } from './membership'
import { isLastOwner, type RoomRole } from './roomRoles'
import { teamRooms } from './teams'

export type NewMember = { userId: string; roles?: readonly RoomRole[] }

/** @throws TextError `invalid-room` for a team whose main room is gone. */
export const mainRoomOf = (app: App, team: TeamDoc): RoomDoc => {
  const room = app.store.rooms.get(team.roomId)
  if (room === undefined) throw new TextError('invalid-room')
  return room
}

const tellRole = (
  app: App,
  membership: SubscriptionDoc,
  role: RoomRole,
  type: 'added' | 'removed',
): void => {
  if (!app.settings.flag('UI_DisplayRoles')) return
  app.events.roleChanged({ type, _id: role, u: membership.u, scope: membership.rid })
}

const storeRoles = (
  app: App,
  membership: SubscriptionDoc,
  roles: readonly RoomRole[],
): SubscriptionDoc => {
  const before = (membership.roles ?? []) as RoomRole[]
  const after = changeSubscription(app, membership, (draft) => {
    if (roles.length > 0) draft.roles = [...roles]
    else delete draft.roles
  })
  for (const role of roles) if (!before.includes(role)) tellRole(app, membership, role, 'added')
  for (const role of before) if (!roles.includes(role)) tellRole(app, membership, role, 'removed')
  return after
}

/**
 * Adds people to a team, that is to its main room and to the rooms that members join by themselves. Who belongs to it
 * already only gets the roles.
 * @throws TextError `invalid-user` for an unknown person; then nobody is added.
 */
export const addTeamMembers = (
  app: App,
  team: TeamDoc,
  actor: UserDoc,
  members: readonly NewMember[],
): void => {
  app.store.write(() => {
    for (const { userId, roles } of members) {
      const user = app.store.users.get(userId)
      if (user === undefined) throw new TextError('invalid-user')
      addUser(app, mainRoomOf(app, team), user, actor)
      const membership = membershipOf(app, team.roomId, userId)
      if (roles === undefined || membership === undefined) continue
      const all = new Set([...((membership.roles ?? []) as RoomRole[]), ...roles])
      storeRoles(app, membership, [...all])
    }
  })
}

/**
 * Gives a member exactly these roles in the team.
 * @throws TextError `member-does-not-exist`, `last-owner-can-not-be-removed`.
 */
export const updateTeamMember = (app: App, team: TeamDoc, member: NewMember): void => {
  const membership = membershipOf(app, team.roomId, member.userId)
  if (membership === undefined) throw new TextError('member-does-not-exist')
  const roles = member.roles ?? []
  if (!roles.includes('owner') && isLastOwner(app, membership)) {
    throw new TextError('last-owner-can-not-be-removed')
  }
  app.store.write(() => storeRoles(app, membership, roles))
}

/**
 * Takes somebody out of a team and of those of its rooms that are named; the others keep the person. `actor` is the same
 * person for who leaves.
 * @throws TextError `member-does-not-exist`, `last-owner-can-not-be-removed`; MeteorError `error-you-are-last-owner` for
 * one of the rooms. Then nothing is changed.
 */
export const removeTeamMember = (
  app: App,
  team: TeamDoc,
  actor: UserDoc,
  uid: string,
  rids: readonly string[],
): void => {
  const membership = membershipOf(app, team.roomId, uid)
  if (membership === undefined) throw new TextError('member-does-not-exist')
  if (isLastOwner(app, membership)) throw new TextError('last-owner-can-not-be-removed')
  app.store.write(() => {
    takeOut(app, mainRoomOf(app, team), membership, actor)
    for (const room of teamRooms(app, team)) {
      const inside = rids.includes(room._id) ? membershipOf(app, room._id, uid) : undefined
      if (inside !== undefined) takeOut(app, room, inside, actor)
    }
  })
}
