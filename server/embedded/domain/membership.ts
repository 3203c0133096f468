import type { App } from '../app'
import type { RoomDoc, SubscriptionDoc, UserDoc } from '../documents'
import { MeteorError } from '../errors'
import { enterRoom, joinRoom } from './createRoom'
import { ownersOf } from './roomRoles'
import { addSystemMessage } from './systemMessage'
import { canAccessRoom } from './roomAccess'

const notAllowed = (method: string): MeteorError =>
  new MeteorError('error-not-allowed', 'Not allowed', { method })

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

/**
 * Somebody joins a room (protocol reference 3.8 and 5.2). Who is a member already stays one.
 * @throws MeteorError `error-not-allowed`, `error-room-archived`, `error-code-required`, `error-code-invalid`.
 */
export const joinAsUser = (app: App, room: RoomDoc, user: UserDoc, joinCode?: string): RoomDoc => {
  const subscription = app.store.subscriptions.get(room._id, user._id)
  if (subscription !== undefined && subscription.status === undefined) return room
  const open = room.t === 'c' || room.prid !== undefined
  if (!open || subscription !== undefined || !canAccessRoom(app, room, user)) {
    throw notAllowed('joinRoom')
  }
  if (room.archived === true) {
    const text = `The channel, ${room.name ?? room._id}, is archived`
    throw new MeteorError('error-room-archived', text, { method: 'joinRoom' })
  }
  checkJoinCode(app, room, user, joinCode)
  return joinRoom(app, room, user)
}

/**
 * Adds people to a room with an `au` line for each; members are skipped.
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
    throw new MeteorError(
      'error-cant-invite-for-direct-room',
      "Can't invite user to direct rooms",
      {
        method,
      },
    )
  }
  const permissions = ['add-user-to-joined-room', `add-user-to-any-${room.t}-room`]
  if (!app.permissions.hasAny(inviter, permissions, room._id)) throw notAllowed(method)
  return app.store.write(() => {
    let grown = room
    for (const user of users) {
      if (app.store.subscriptions.get(room._id, user._id) !== undefined) continue
      grown = enterRoom(app, grown, user)
      grown = addSystemMessage(app, grown, 'au', inviter, user.username)
    }
    return grown
  })
}

const checkNotLastOwner = (app: App, membership: SubscriptionDoc, method: string): void => {
  const isOwner = membership.roles?.includes('owner') === true
  if (isOwner && ownersOf(app, membership.rid).length === 1) {
    throw new MeteorError(
      'error-you-are-last-owner',
      'You are the last owner. Please set new owner before leaving the room.',
      { method },
    )
  }
}

/** Takes a membership away, after the line that tells of it was written (5.2). */
const removeMembership = (app: App, room: RoomDoc, membership: SubscriptionDoc): RoomDoc => {
  const after: RoomDoc = { ...room, _updatedAt: app.store.stamps.next() }
  const { _id: uid, username } = membership.u
  after.usersCount = Math.max(0, room.usersCount - 1)
  if (room.muted !== undefined) after.muted = room.muted.filter((name) => name !== username)
  if (room.uids !== undefined) after.uids = room.uids.filter((id) => id !== uid)
  if (room.usernames !== undefined) {
    after.usernames = room.usernames.filter((name) => name !== username)
  }
  app.store.subscriptions.remove(membership._id)
  app.store.trash.add('subscriptions', membership._id, uid, app.store.stamps.next())
  app.store.rooms.update(after)
  app.events.subscriptionRemoved(membership)
  app.events.room(after)
  return after
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
  checkNotLastOwner(app, membership, method)
  return app.store.write(() => {
    const told = addSystemMessage(app, room, 'ul', user, user.username)
    return removeMembership(app, told, membership)
  })
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
  checkNotLastOwner(app, membership, method)
  return app.store.write(() => {
    const told = addSystemMessage(app, room, 'ru', actor, target.username)
    return removeMembership(app, told, membership)
  })
}
