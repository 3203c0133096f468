import type { App } from '../app'
import type { RoomDoc, SubscriptionDoc, UserDoc } from '../documents'
import { MeteorError, notAllowed } from '../errors'
import { forgetSubscription, liftBan } from './bans'
import { admit } from './createRoom'
import { canAccessRoom } from './roomAccess'
import { withoutMember } from './roomMembers'
import { isLastOwner } from './roomRoles'
import { addSystemMessage } from './systemMessage'

/** The person's membership of the room, or undefined for who was only invited or is banned. */
export const membershipOf = (app: App, rid: string, uid: string): SubscriptionDoc | undefined => {
  const subscription = app.store.subscriptions.get(rid, uid)
  return subscription?.status === undefined ? subscription : undefined
}

const checkJoinCode = (app: App, room: RoomDoc, user: UserDoc, given: string | undefined): void => {
  const expected = app.store.rooms.joinCode(room._id)
  if (expected === null || app.permissions.has(user, 'join-without-join-code')) return
  const method = 'joinRoom'
  if (given === undefined || given === '') {
    throw new MeteorError('error-code-required', 'Code required', { method })
  }
  if (given !== expected) {
    throw new MeteorError('error-code-invalid', 'Invalid Room Password', { method })
  }
}

/** @throws MeteorError `error-room-archived`. */
export const checkLive = (room: RoomDoc, method: string): void => {
  if (room.archived !== true) return
  const text = `The channel, ${room.name ?? room._id}, is archived`
  throw new MeteorError('error-room-archived', text, { method })
}

/**
 * Somebody joins a room (protocol reference 3.8 and 5.2). Who is a member already stays one; who is banned cannot.
 * @throws MeteorError `error-not-allowed`, `error-room-archived`, `error-code-required`, `error-code-invalid`.
 */
export const joinAsUser = (app: App, room: RoomDoc, user: UserDoc, joinCode?: string): RoomDoc => {
  const subscription = app.store.subscriptions.get(room._id, user._id)
  if (subscription !== undefined && subscription.status === undefined) return room
  const open = room.t === 'c' || room.prid !== undefined
  if (!open || subscription !== undefined || !canAccessRoom(app, room, user)) {
    throw notAllowed('joinRoom')
  }
  checkLive(room, 'joinRoom')
  checkJoinCode(app, room, user, joinCode)
  return admit(app, room, user)
}

/** Adds one person, whatever kept the person out. Members stay as they are. */
export const addUser = (app: App, room: RoomDoc, user: UserDoc, by: UserDoc): RoomDoc => {
  const before = app.store.subscriptions.get(room._id, user._id)
  if (before !== undefined && before.status === undefined) return room
  if (before?.status === 'BANNED') {
    return admit(app, liftBan(app, room, by, before), user, by)
  }
  if (before !== undefined) forgetSubscription(app, before)
  return admit(app, room, user, by)
}

/**
 * Adds people to a room with an `au` line for each; members are skipped and bans end by it.
 * @throws MeteorError `error-not-allowed`, `error-cant-invite-for-direct-room`.
 */
export const addUsers = (
  app: App,
  room: RoomDoc,
  inviter: UserDoc,
  users: readonly UserDoc[],
): RoomDoc => {
  const method = 'addUsersToRoom'
  if (room.t === 'd') {
    const text = "Can't invite user to direct rooms"
    throw new MeteorError('error-cant-invite-for-direct-room', text, { method })
  }
  const permissions = ['add-user-to-joined-room', `add-user-to-any-${room.t}-room`]
  if (!app.permissions.hasAny(inviter, permissions, room._id)) throw notAllowed(method)
  return app.store.write(() =>
    users.reduce((grown, user) => addUser(app, grown, user, inviter), room),
  )
}

const checkNotLastOwner = (app: App, membership: SubscriptionDoc, method: string): void => {
  if (!isLastOwner(app, membership)) return
  throw new MeteorError(
    'error-you-are-last-owner',
    'You are the last owner. Please set new owner before leaving the room.',
    { method },
  )
}

/** Takes a membership away, after the line that tells of it was written (5.2). */
const removeMembership = (app: App, room: RoomDoc, membership: SubscriptionDoc): RoomDoc => {
  const after = withoutMember(app, room, membership)
  app.store.subscriptions.remove(membership._id)
  const stamp = app.store.stamps.next()
  app.store.trash.add('subscriptions', membership._id, membership.u._id, stamp)
  app.store.rooms.update(after)
  app.events.subscriptionRemoved(membership)
  app.events.room(after)
  return after
}

const exitLine = (room: RoomDoc, removed: boolean): string => {
  if (room.teamMain === true) return removed ? 'removed-user-from-team' : 'ult'
  return removed ? 'ru' : 'ul'
}

/**
 * Takes a member out of a room with the line that tells of it, without asking for permissions. `removed` by somebody
 * or left by itself.
 * @throws MeteorError `error-you-are-last-owner`.
 */
export const takeOut = (
  app: App,
  room: RoomDoc,
  membership: SubscriptionDoc,
  by: UserDoc,
  removed = by._id !== membership.u._id,
): RoomDoc => {
  checkNotLastOwner(app, membership, removed ? 'removeUserFromRoom' : 'leaveRoom')
  return app.store.write(() => {
    const line = exitLine(room, removed)
    const told = addSystemMessage(app, room, line, by, membership.u.username)
    return removeMembership(app, told, membership)
  })
}

const mayLeave = (app: App, room: RoomDoc, user: UserDoc): boolean =>
  room.t === 'd'
    ? (room.uids?.length ?? 0) > 2
    : app.permissions.has(user, `leave-${room.t}`, room._id)

/**
 * Somebody leaves a room; of direct conversations only those of more than two people.
 * @throws MeteorError `error-not-allowed`, `error-user-not-in-room`, `error-you-are-last-owner`.
 */
export const leaveRoom = (app: App, room: RoomDoc, user: UserDoc): RoomDoc => {
  const method = 'leaveRoom'
  if (!mayLeave(app, room, user)) throw notAllowed(method)
  const membership = membershipOf(app, room._id, user._id)
  if (membership === undefined) {
    throw new MeteorError('error-user-not-in-room', 'You are not in this room', { method })
  }
  return takeOut(app, room, membership, user)
}

/**
 * Somebody is removed from a room by another.
 * @throws MeteorError `error-not-allowed`, `error-user-not-in-room`, `error-you-are-last-owner`.
 */
export const removeUser = (app: App, room: RoomDoc, actor: UserDoc, target: UserDoc): RoomDoc => {
  const method = 'removeUserFromRoom'
  if (room.t === 'd' || !app.permissions.has(actor, 'remove-user', room._id)) {
    throw notAllowed(method)
  }
  const membership = membershipOf(app, room._id, target._id)
  if (membership === undefined) {
    throw new MeteorError('error-user-not-in-room', 'User is not in this room', { method })
  }
  return takeOut(app, room, membership, actor, true)
}
