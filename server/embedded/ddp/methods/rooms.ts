import type { App } from '../../app'
import type { RoomDoc, SubscriptionDoc, UserDoc } from '../../documents'
import { openDirectRoom } from '../../domain/createRoom'
import { addUsers, joinAsUser, leaveRoom, membershipOf } from '../../domain/membership'
import { favourite, showRoom, subscriptionOrRefuse } from '../../domain/ownSubscription'
import { accessibleRoom, canAccessRoom } from '../../domain/roomAccess'
import { memberCard, membersOf, type MemberFilter } from '../../domain/roomMembers'
import { MeteorError, notAllowed } from '../../errors'
import { isRecord, matchFailed, recordArgument, textArgument } from '../arguments'
import { forUsers, type Method } from '../method'

const invalidRoom = (method: string): MeteorError =>
  new MeteorError('error-invalid-room', 'Invalid room', { method })

/** `nameOrId`; the id. @throws MeteorError `error-not-allowed`, also for an unknown room. */
const getRoomIdByNameOrId = forUsers('getRoomIdByNameOrId', ({ app, user }, [nameOrId]) => {
  const wanted = textArgument(nameOrId)
  const room = app.store.rooms.get(wanted) ?? app.store.rooms.byName(wanted)
  if (room === undefined || !canAccessRoom(app, room, user)) throw notAllowed('getRoomIdByNameOrId')
  return room._id
})

/** `rid`; the name. @throws MeteorError `error-not-allowed`, also for an unknown room. */
const getRoomNameById = forUsers('getRoomNameById', ({ app, user }, [rid]) => {
  const room = accessibleRoom(app, textArgument(rid), user)
  if (room === undefined) throw notAllowed('getRoomNameById')
  return room.name
})

const roomOfType = (app: App, type: string, name: string): RoomDoc | undefined => {
  const room = app.store.rooms.get(name) ?? app.store.rooms.byName(name)
  return room?.t === type ? room : undefined
}

/**
 * `type, nameOrId`: what a deep link names (protocol reference 3.20).
 * @throws MeteorError `error-invalid-room`, `error-no-permission` for a room of others.
 */
const getRoomByTypeAndName = forUsers('getRoomByTypeAndName', ({ app, user }, [type, name]) => {
  const method = 'getRoomByTypeAndName'
  const room = roomOfType(app, textArgument(type), textArgument(name))
  if (room === undefined) throw invalidRoom(method)
  if (canAccessRoom(app, room, user)) return room
  throw new MeteorError('error-no-permission', 'No permission', { method })
})

/** `rid, joinCode?`. @throws MeteorError `error-invalid-room`, and what joining refuses. */
const joinRoom = forUsers('joinRoom', ({ app, user }, [rid, code]) => {
  const room = app.store.rooms.get(textArgument(rid))
  if (room === undefined) throw invalidRoom('joinRoom')
  const given = code === undefined || code === null ? undefined : textArgument(code)
  joinAsUser(app, room, user, given)
  return true
})

/** `rid`. @throws MeteorError `error-invalid-room`, and what leaving refuses. */
const leave = forUsers('leaveRoom', ({ app, user }, [rid]) => {
  const room = app.store.rooms.get(textArgument(rid))
  if (room === undefined) throw invalidRoom('leaveRoom')
  leaveRoom(app, room, user)
})

const changeOwn = (
  name: string,
  change: (app: App, own: SubscriptionDoc, params: readonly unknown[]) => void,
): Method =>
  forUsers(name, ({ app, user }, params) => {
    change(app, subscriptionOrRefuse(app, textArgument(params[0]), user, name), params)
    return 1
  })

const hideRoom = changeOwn('hideRoom', (app, own) => showRoom(app, own, false))
const openRoom = changeOwn('openRoom', (app, own) => showRoom(app, own, true))

/** `rid, favourite`; without the second it is the other of the two. */
const toggleFavorite = changeOwn('toggleFavorite', (app, own, [, wanted]) => {
  if (wanted !== undefined && typeof wanted !== 'boolean') throw matchFailed()
  favourite(app, own, wanted ?? own.f !== true)
})

const peopleOf = (app: App, user: UserDoc, params: readonly unknown[]): UserDoc[] => {
  const method = 'createDirectMessage'
  const excludeSelf = params.at(-1) === true
  const names = typeof params.at(-1) === 'boolean' ? params.slice(0, -1) : params
  const people = new Map<string, UserDoc>()
  if (!excludeSelf) people.set(user._id, user)
  for (const name of names) {
    const found = app.store.users.byUsername(textArgument(name))
    if (found === undefined) throw new MeteorError('error-invalid-user', 'Invalid user', { method })
    people.set(found._id, found)
  }
  if (names.length === 0) throw new MeteorError('error-invalid-user', 'Invalid user', { method })
  if (people.size > app.settings.number('DirectMesssage_maxUsers')) {
    throw new MeteorError(
      'error-direct-message-max-user-exceeded',
      'You cannot add that many users to a direct message',
      { method },
    )
  }
  return [...people.values()]
}

/** `...usernames, excludeSelf?`; the room as REST's `im.create` has it. */
const createDirectMessage = forUsers('createDirectMessage', ({ app, user }, params) => {
  if (!app.permissions.has(user, 'create-d')) throw notAllowed('createDirectMessage')
  const { room, inserted } = openDirectRoom(app, peopleOf(app, user, params), user)
  return { ...room, rid: room._id, inserted }
})

/** `{rid, users: usernames}`. @throws MeteorError `error-invalid-room`, `error-not-allowed`. */
const addUsersToRoom = forUsers('addUsersToRoom', ({ app, user }, [target]) => {
  const { rid, users } = recordArgument(target)
  if (!Array.isArray(users)) throw matchFailed()
  const room = accessibleRoom(app, textArgument(rid), user)
  if (room === undefined) throw invalidRoom('addUsersToRoom')
  const people = users.map((name) => app.store.users.byUsername(textArgument(name)))
  const unknown = people.findIndex((one) => one === undefined)
  if (unknown !== -1) {
    throw new MeteorError('error-invalid-username', 'Invalid username', {
      method: 'addUsersToRoom',
    })
  }
  addUsers(
    app,
    room,
    user,
    people.flatMap((one) => one ?? []),
  )
  return true
})

const maxMembers = 1000

const sliceOf = (value: unknown): { skip: number; limit: number } => {
  const { limit, skip } = isRecord(value) ? value : {}
  const wanted = typeof limit === 'number' && limit > 0 ? Math.floor(limit) : maxMembers
  return {
    skip: typeof skip === 'number' && skip > 0 ? Math.floor(skip) : 0,
    limit: Math.min(wanted, maxMembers),
  }
}

const present = ['online', 'away', 'busy']

/** `rid, showAll?, {limit, skip}?, filter?`; without `showAll` only who is there (protocol reference 3.20). */
const getUsersOfRoom = forUsers('getUsersOfRoom', ({ app, user }, params) => {
  const [rid, showAll, range, filter] = params
  const room = app.store.rooms.get(textArgument(rid))
  if (room === undefined) throw invalidRoom('getUsersOfRoom')
  const hidden = room.broadcast === true && membershipOf(app, room._id, user._id) !== undefined
  const refused = hidden && !app.permissions.has(user, 'view-broadcast-member-list', room._id)
  if (refused || !canAccessRoom(app, room, user)) throw notAllowed('getUsersOfRoom')
  const wanted: MemberFilter = {}
  if (showAll !== true) wanted.status = present
  if (typeof filter === 'string') wanted.filter = filter
  const members = membersOf(app, room, wanted)
  const { skip, limit } = sliceOf(range)
  return {
    total: members.length,
    records: members.slice(skip, skip + limit).map((member) => memberCard(app, member.user)),
  }
})

/** Methods about rooms; those with a REST twin do the same (protocol reference 3.20). */
export const roomMethods: Readonly<Record<string, Method>> = {
  getRoomIdByNameOrId,
  getRoomNameById,
  getRoomByTypeAndName,
  joinRoom,
  leaveRoom: leave,
  hideRoom,
  openRoom,
  toggleFavorite,
  createDirectMessage,
  addUsersToRoom,
  getUsersOfRoom,
}
