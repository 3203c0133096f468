import type { App } from '../app'
import type { RoomDoc, SubscriptionDoc, UserDoc } from '../documents'
import { TextError } from '../errors'

const isMember = (subscription: SubscriptionDoc | undefined): subscription is SubscriptionDoc =>
  subscription !== undefined && subscription.status === undefined

/** Channels of a private team are for its people only. */
const teamAdmits = (app: App, room: RoomDoc, user: UserDoc): boolean => {
  if (room.teamId === undefined || room.teamMain === true) return true
  const team = app.store.teams.get(room.teamId)
  return team?.type !== 1 || app.store.subscriptions.isMember(team.roomId, user._id)
}

const isOpenTo = (app: App, room: RoomDoc, user: UserDoc): boolean =>
  room.t === 'c' &&
  !app.store.subscriptions.isBanned(room._id, user._id) &&
  teamAdmits(app, room, user)

/** Whether a user may see a room (protocol reference 5.8). */
export const canAccessRoom = (app: App, room: RoomDoc, user: UserDoc): boolean => {
  if (app.permissions.has(user, 'view-c-room') && isOpenTo(app, room, user)) return true
  if (isMember(app.store.subscriptions.get(room._id, user._id))) {
    return app.permissions.hasAny(user, ['view-joined-room', `view-${room.t}-room`], room._id)
  }
  if (app.store.subscriptions.isBanned(room._id, user._id)) return false
  const parent = room.prid === undefined ? undefined : app.store.rooms.get(room.prid)
  return parent !== undefined && canAccessRoom(app, parent, user)
}

/** Whether a user may read a room's messages: also who may only preview public channels (2.2). */
export const canReadRoom = (app: App, room: RoomDoc, user: UserDoc): boolean =>
  canAccessRoom(app, room, user) ||
  (app.permissions.has(user, 'preview-c-room') && isOpenTo(app, room, user))

/** The room, when the user may see it. */
export const accessibleRoom = (app: App, rid: string, user: UserDoc): RoomDoc | undefined => {
  const room = app.store.rooms.get(rid)
  return room !== undefined && canAccessRoom(app, room, user) ? room : undefined
}

const mayWriteReadOnly = (app: App, room: RoomDoc, user: UserDoc): boolean =>
  room.unmuted?.includes(user.username) === true ||
  app.permissions.has(user, 'post-readonly', room._id)

/**
 * The room, when the user may write in it.
 * @throws TextError with the texts of protocol reference 5.1, step 5.
 */
export const writableRoom = (app: App, rid: string, user: UserDoc): RoomDoc => {
  const room = app.store.rooms.get(rid)
  if (room === undefined) throw new TextError('error-invalid-room')
  if (room.archived === true) throw new TextError('room_is_archived')
  if (!canAccessRoom(app, room, user)) throw new TextError('error-not-allowed')
  const subscription = app.store.subscriptions.get(rid, user._id)
  if (subscription?.blocked === true || subscription?.blocker === true) {
    throw new TextError('room_is_blocked')
  }
  if (room.ro === true && !mayWriteReadOnly(app, room, user)) {
    throw new TextError("You can't send messages because the room is readonly.")
  }
  if (room.muted?.includes(user.username) === true) throw new TextError('You_have_been_muted')
  return room
}
