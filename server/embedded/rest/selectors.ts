import { Type } from 'typebox'
import type { App } from '../app'
import type { RoomDoc, UserDoc } from '../documents'
import { membershipOf } from '../domain/membership'
import { canAccessRoom } from '../domain/roomAccess'
import { MeteorError, TextError } from '../errors'

const text = Type.String({ minLength: 1 })

/** A room by id or name; spread into a schema. */
export const roomFields = { roomId: Type.Optional(text), roomName: Type.Optional(text) }

/** A person by id or name; spread into a schema. */
export const userFields = { userId: Type.Optional(text), username: Type.Optional(text) }

export type RoomSelector = { roomId?: string; roomName?: string }
export type UserSelector = { userId?: string; username?: string }

/** The two families of named rooms, which have the same endpoints (protocol reference 3.8 and 3.9). */
export type Family = {
  prefix: 'channels' | 'groups'
  type: 'c' | 'p'
  /** The word for one such room in answers and texts. */
  word: 'channel' | 'group'
}

export const namedFamilies: readonly Family[] = [
  { prefix: 'channels', type: 'c', word: 'channel' },
  { prefix: 'groups', type: 'p', word: 'group' },
]

/** @throws MeteorError `error-room-not-found`. */
export const roomNotFound = (word: string): MeteorError =>
  new MeteorError(
    'error-room-not-found',
    `The required "roomId" or "roomName" param provided does not match any ${word}`,
  )

const lookUp = (app: App, selector: RoomSelector): RoomDoc | undefined => {
  const { roomId, roomName } = selector
  if (roomId !== undefined) return app.store.rooms.get(roomId)
  if (roomName !== undefined) return app.store.rooms.byName(roomName)
  throw new MeteorError(
    'error-roomid-param-not-provided',
    'The parameter "roomId" or "roomName" is required',
  )
}

/**
 * The room of an endpoint of a family. A private group is found by its members and by administrators only, who see
 * nothing of what was written in it (`readableNamedRoom`). `archived: false` refuses archived rooms, as most writes do.
 * @throws MeteorError `error-room-not-found`, `error-room-archived`, `error-roomid-param-not-provided`; TextError 403.
 */
export const namedRoom = (
  app: App,
  family: Family,
  selector: RoomSelector,
  user: UserDoc,
  options: { archived: boolean } = { archived: true },
): RoomDoc => {
  const room = lookUp(app, selector)
  if (room?.t !== family.type) throw roomNotFound(family.word)
  const administrates = app.permissions.has(user, 'view-room-administration')
  const member = membershipOf(app, room._id, user._id) !== undefined
  if (family.type === 'p' && !member && !administrates) throw roomNotFound(family.word)
  if (!canAccessRoom(app, room, user) && !administrates) throw new TextError('unauthorized', 403)
  if (!options.archived && room.archived === true) {
    const text = `The ${family.word}, ${room.name ?? room._id}, is archived`
    throw new MeteorError('error-room-archived', text)
  }
  return room
}

/**
 * `namedRoom` for what was written and sent in it: administrators get no more of that than others.
 * @throws those of `namedRoom`.
 */
export const readableNamedRoom = (
  app: App,
  family: Family,
  selector: RoomSelector,
  user: UserDoc,
): RoomDoc => {
  const room = namedRoom(app, family, selector, user)
  if (!canAccessRoom(app, room, user)) throw new TextError('unauthorized', 403)
  return room
}

/** A room of any type that the user may see. @throws MeteorError `error-room-not-found`. */
export const anyRoom = (app: App, selector: RoomSelector, user: UserDoc): RoomDoc => {
  const room = lookUp(app, selector)
  if (room === undefined || !canAccessRoom(app, room, user)) throw roomNotFound('channel')
  return room
}

/** @throws MeteorError `error-user-param-not-provided`, `error-invalid-user`. */
export const targetUser = (app: App, selector: UserSelector): UserDoc => {
  const { userId, username } = selector
  if (userId === undefined && username === undefined) {
    const text = 'The required "userId" or "username" param was not provided'
    throw new MeteorError('error-user-param-not-provided', text)
  }
  const user =
    userId === undefined ? app.store.users.byUsername(username ?? '') : app.store.users.get(userId)
  if (user === undefined) {
    const text = 'The required "userId" or "username" param provided does not match any users'
    throw new MeteorError('error-invalid-user', text)
  }
  return user
}

/** The room as it is stored now, for the answer after a change. */
export const fresh = (app: App, room: RoomDoc): RoomDoc => app.store.rooms.get(room._id) ?? room
