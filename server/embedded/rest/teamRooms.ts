import { Type } from 'typebox'
import type { App } from '../app'
import type { RoomDoc, TeamDoc, UserDoc } from '../documents'
import { membershipOf } from '../domain/membership'
import { canAccessRoom } from '../domain/roomAccess'
import { isLastOwner } from '../domain/roomRoles'
import { addTeamRooms, removeTeamRoom, setAutoJoin } from '../domain/teamRooms'
import { isTeamMember, teamRooms } from '../domain/teams'
import { TextError } from '../errors'
import { userGet, userPost, type Endpoint } from './endpoint'
import { pageOf, pagingFields } from './paging'
import { sorted, sortKeys } from './sorting'
import { findTeam, ofTeam, permittedTeam, teamOf } from './teamSelector'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })
const optionalText = Type.Optional(Type.String())

const named = (room: RoomDoc, filter: string | undefined): boolean => {
  const wanted = filter?.trim().toLowerCase() ?? ''
  return [room.name ?? '', room.fname ?? ''].some((name) => name.toLowerCase().includes(wanted))
}

/** @throws TextError `user-not-on-private-team`. */
const checkSees = (app: App, team: TeamDoc, user: UserDoc): void => {
  if (team.type === 0 || isTeamMember(app, team, user._id)) return
  if (app.permissions.has(user, 'view-all-teams', team.roomId)) return
  throw new TextError('user-not-on-private-team')
}

const list = userGet(
  'teams.listRooms',
  { query: ofTeam({ filter: optionalText, type: optionalText, ...pagingFields }) },
  ({ app, user, query }) => {
    const team = teamOf(app, query)
    checkSees(app, team, user)
    const all = app.permissions.has(user, 'view-all-team-channels', team.roomId)
    const found = teamRooms(app, team).filter(
      (room) =>
        named(room, query.filter) &&
        (query.type !== 'autoJoin' || room.teamDefault === true) &&
        (all || room.t === 'c' || app.store.subscriptions.isMember(room._id, user._id)),
    )
    const { items, ...page } = pageOf(found, query)
    return { rooms: items, ...page }
  },
)

const mayDelete = (app: App, team: TeamDoc, room: RoomDoc, user: UserDoc): boolean => {
  const kind = room.t === 'c' ? 'channel' : 'group'
  return (
    app.permissions.has(user, `delete-team-${kind}`, team.roomId) &&
    app.permissions.has(user, `delete-${room.t}`, room._id)
  )
}

const listOfUser = userGet(
  'teams.listRoomsOfUser',
  {
    query: ofTeam({
      userId: text,
      canUserDelete: Type.Optional(Type.Union([Type.Literal('true'), Type.Literal('false')])),
      ...pagingFields,
    }),
  },
  ({ app, user, query }) => {
    const team = teamOf(app, query)
    const own = query.userId === user._id
    if (!own && !app.permissions.has(user, 'view-all-team-channels', team.roomId)) {
      throw new TextError('unauthorized', 403)
    }
    checkSees(app, team, user)
    const person = app.store.users.get(query.userId)
    if (person === undefined) throw new TextError('invalid-user')
    const found = teamRooms(app, team).flatMap((room) => {
      const membership = membershipOf(app, room._id, person._id)
      if (membership === undefined) return []
      if (query.canUserDelete === 'true' && !mayDelete(app, team, room, person)) return []
      return { ...room, isLastOwner: isLastOwner(app, membership) }
    })
    const { items, ...page } = pageOf(found, query)
    return { rooms: items, ...page }
  },
)

const childFields = {
  filter: optionalText,
  type: Type.Optional(Type.Union([Type.Literal('channels'), Type.Literal('discussions')])),
  sort: optionalText,
  ...pagingFields,
}

const childQuery = Type.Union([
  Type.Object({ teamId: text, ...childFields }, strict),
  Type.Object({ teamName: text, ...childFields }, strict),
  Type.Object({ roomId: text, ...childFields }, strict),
])

const teamAround = (
  app: App,
  query: { teamId: string } | { teamName: string } | { roomId: string },
): TeamDoc | undefined => {
  if (!('roomId' in query)) return findTeam(app, query)
  const teamId = app.store.rooms.get(query.roomId)?.teamId
  return teamId === undefined ? undefined : app.store.teams.get(teamId)
}

/** The rooms of a team, its main room among them, and the discussions of the main room, as far as the user sees them. */
const children = userGet('teams.listChildren', { query: childQuery }, ({ app, user, query }) => {
  const team = teamAround(app, query)
  if (team === undefined) throw new TextError('Resource not found', 404)
  if (!isTeamMember(app, team, user._id)) throw new TextError('error-invalid-team-not-a-member')
  const rooms = query.type === 'discussions' ? [] : app.store.rooms.ofTeam(team._id)
  const below = query.type === 'channels' ? [] : app.store.rooms.discussionsOf(team.roomId)
  const found = [...rooms, ...below].filter(
    (room) => named(room, query.filter) && canAccessRoom(app, room, user),
  )
  const { items, ...page } = pageOf(sorted(found, sortKeys(query.sort)), query)
  return { data: items, ...page }
})

const add = userPost(
  'teams.addRooms',
  { body: ofTeam({ rooms: Type.Array(text, { minItems: 1, maxItems: 1000 }) }) },
  ({ app, user, body }) => {
    const refusal = 'error-no-permission-team-channel'
    const team = permittedTeam(app, body, user, ['move-room-to-team'], refusal)
    return { rooms: addTeamRooms(app, team, user, body.rooms) }
  },
)

const seesAny = (app: App, team: TeamDoc, user: UserDoc): boolean =>
  app.permissions.has(user, 'view-all-team-channels', team.roomId)

const remove = userPost('teams.removeRoom', { body: ofTeam({ roomId: text }) }, (call) => {
  const { app, user, body } = call
  const team = permittedTeam(app, body, user, ['remove-team-channel'])
  return { room: removeTeamRoom(app, team, user, body.roomId, seesAny(app, team, user)) }
})

const update = userPost(
  'teams.updateRoom',
  { body: Type.Object({ roomId: text, isDefault: Type.Boolean() }, strict) },
  ({ app, user, body: { roomId, isDefault } }) => {
    const room = app.store.rooms.get(roomId)
    if (room === undefined) throw new TextError('invalid-room')
    if (room.teamId === undefined) throw new TextError('room-not-on-team')
    const team = permittedTeam(app, { teamId: room.teamId }, user, ['edit-team-channel'])
    const any = seesAny(app, team, user)
    return { room: setAutoJoin(app, team, user, roomId, isDefault, any) }
  },
)

/** The rooms of teams (protocol reference 3.17). */
export const teamRoomEndpoints: readonly Endpoint[] = [
  list,
  listOfUser,
  children,
  add,
  remove,
  update,
]
