import { Type } from 'typebox'
import type { App } from '../app'
import type { RoomDoc } from '../documents'
import { membershipOf } from '../domain/membership'
import { canAccessRoom } from '../domain/roomAccess'
import { byRole, memberCard, membersOf } from '../domain/roomMembers'
import { MeteorError, TextError } from '../errors'
import { dateParam } from './dates'
import { userGet, type Endpoint } from './endpoint'
import { checkMemberList, rolesIn } from './namedRoomLists'
import { pageOf, pagingFields } from './paging'
import { anyRoom, roomFields, targetUser, userFields } from './selectors'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })

const infoQuery = Type.Union([
  Type.Object({ roomId: text, fields: Type.Optional(Type.String()) }, strict),
  Type.Object({ roomName: text, fields: Type.Optional(Type.String()) }, strict),
])

/** The room above a discussion or above a room of a team, and the team, as far as cards show them (3.11). */
const around = (app: App, room: RoomDoc): Record<string, unknown> => {
  const shown: Record<string, unknown> = {}
  const team = room.teamId === undefined ? undefined : app.store.teams.get(room.teamId)
  if (team !== undefined) {
    const { _id, name, roomId, type } = team
    shown.team = { _id, name, roomId, type }
  }
  const above = room.prid ?? (room.teamMain === true ? undefined : team?.roomId)
  const parent = above === undefined ? undefined : app.store.rooms.get(above)
  if (parent !== undefined) {
    const { _id, name, fname, t, prid, u } = parent
    shown.parent = { _id, name, fname, t, prid, u }
  }
  return shown
}

const membersQuery = Type.Object(
  {
    ...roomFields,
    status: Type.Optional(Type.Array(Type.String())),
    filter: Type.Optional(Type.String()),
    sort: Type.Optional(Type.String()),
    ...pagingFields,
  },
  strict,
)

const membersByRole = userGet(
  'rooms.membersOrderedByRole',
  { query: membersQuery },
  ({ app, user, query }) => {
    const room = anyRoom(app, query, user)
    checkMemberList(app, room, user, 401)
    const { items, ...page } = pageOf(byRole(membersOf(app, room, query)), query)
    const members = items.map((member) => {
      const { _id, ts, roles } = member.subscription
      const card = { ...memberCard(app, member.user), subscription: { _id, ts, roles } }
      return roles === undefined ? card : { ...card, roles }
    })
    return { members, ...page }
  },
)

const isMember = userGet(
  'rooms.isMember',
  { query: Type.Object({ roomId: text, ...userFields }, strict) },
  ({ app, user, query }) => {
    const room = anyRoom(app, { roomId: query.roomId }, user)
    const target = targetUser(app, query)
    return { isMember: membershipOf(app, room._id, target._id) !== undefined }
  },
)

const roles = userGet(
  'rooms.roles',
  { query: Type.Object({ rid: text }, strict) },
  ({ app, user, query }) => ({
    roles: rolesIn(app, anyRoom(app, { roomId: query.rid }, user)._id),
  }),
)

const nameExists = userGet(
  'rooms.nameExists',
  { query: Type.Object({ roomName: text }, strict) },
  ({ app, query }) => ({ exists: app.store.rooms.byName(query.roomName) !== undefined }),
)

export const roomEndpoints: readonly Endpoint[] = [
  userGet(
    'rooms.get',
    { query: Type.Object({ updatedSince: Type.Optional(Type.String()) }, strict) },
    ({ app, user, query }) => {
      const since = dateParam(query.updatedSince, 'error-updatedSince-param-invalid')?.getTime()
      const update = app.store.rooms.ofMember(user._id, since ?? -1)
      const remove = since === undefined ? [] : app.store.trash.since('rooms', '', since)
      return { update, remove }
    },
  ),
  userGet('rooms.info', { query: infoQuery }, ({ app, user, query }) => {
    const { rooms } = app.store
    const room = 'roomId' in query ? rooms.get(query.roomId) : rooms.byName(query.roomName)
    if (room === undefined) {
      const reason = 'The required "roomId" or "roomName" param provided does not match any channel'
      throw new MeteorError('error-room-not-found', reason)
    }
    if (!canAccessRoom(app, room, user)) throw new TextError('not-allowed', 400)
    return { room, ...around(app, room) }
  }),
  membersByRole,
  isMember,
  roles,
  nameExists,
]
