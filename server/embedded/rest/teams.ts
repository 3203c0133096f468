import { Type } from 'typebox'
import type { App } from '../app'
import type { TeamDoc, UserDoc } from '../documents'
import { convertToTeam, createTeam, type NewTeam } from '../domain/createTeam'
import { canAccessRoom } from '../domain/roomAccess'
import { saveRoomSettings, type RoomSettings } from '../domain/saveRoomSettings'
import { addTeamMembers, mainRoomOf } from '../domain/teamMembers'
import { convertToChannel, deleteTeam } from '../domain/teamRooms'
import { listedTeam, teamsOfUser } from '../domain/teams'
import { TextError } from '../errors'
import { userGet, userPost, type Endpoint } from './endpoint'
import { pageOf, pagingFields } from './paging'
import { sorted, sortKeys } from './sorting'
import { findTeam, ofTeam, permittedTeam } from './teamSelector'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })
const flag = Type.Optional(Type.Boolean())
const optionalText = Type.Optional(Type.String({ maxLength: 5000 }))
const teamType = Type.Union([Type.Literal(0), Type.Literal(1)])

const createBody = Type.Object(
  {
    name: text,
    type: teamType,
    members: Type.Optional(Type.Array(text, { maxItems: 1000 })),
    owner: Type.Optional(text),
    room: Type.Optional(
      Type.Object(
        {
          id: Type.Optional(text),
          name: optionalText,
          readOnly: flag,
          topic: optionalText,
          description: optionalText,
          extraData: Type.Optional(
            Type.Object(
              { topic: optionalText, description: optionalText, broadcast: flag, encrypted: flag },
              strict,
            ),
          ),
        },
        strict,
      ),
    ),
  },
  strict,
)

const ownerOf = (app: App, id: string): UserDoc => {
  const owner = app.store.users.get(id)
  if (owner === undefined) throw new TextError('invalid-user')
  return owner
}

/** Ids or user names; unknown ones are skipped, as in a new channel. */
const people = (app: App, members: readonly string[]): UserDoc[] => {
  const { users } = app.store
  return members.flatMap((one) => users.get(one) ?? users.byUsername(one) ?? [])
}

/**
 * A team that is made of a room, whose name and type it must have.
 * @throws TextError `invalid-room`, `error-team-creation`; 403 without `edit-room` in it.
 */
const converted = (
  app: App,
  user: UserDoc,
  rid: string,
  name: string,
  type: 0 | 1,
  members: readonly string[],
): TeamDoc => {
  const room = app.store.rooms.get(rid)
  if (room === undefined || !canAccessRoom(app, room, user)) throw new TextError('invalid-room')
  if (!app.permissions.has(user, 'edit-room', rid)) throw new TextError('unauthorized', 403)
  if (room.name !== name || room.t !== (type === 1 ? 'p' : 'c')) {
    throw new TextError('error-team-creation')
  }
  return app.store.write(() => {
    const team = convertToTeam(app, user, room)
    addTeamMembers(
      app,
      team,
      user,
      people(app, members).map(({ _id }) => ({ userId: _id })),
    )
    return team
  })
}

const create = userPost(
  'teams.create',
  { body: createBody },
  ({ app, user, body: { name, type, members = [], owner, room = {} } }) => {
    if (!app.permissions.has(user, 'create-team')) throw new TextError('unauthorized', 403)
    if (room.id !== undefined) return { team: converted(app, user, room.id, name, type, members) }
    const input: NewTeam = {
      name,
      type,
      members: people(app, members),
      owner: owner === undefined ? user : ownerOf(app, owner),
      room: {},
    }
    const { extraData = {} } = room
    const topic = extraData.topic ?? room.topic
    const description = extraData.description ?? room.description
    if (topic !== undefined) input.room.topic = topic
    if (description !== undefined) input.room.description = description
    if (room.readOnly !== undefined) input.room.readOnly = room.readOnly
    if (extraData.broadcast === true) input.room.broadcast = true
    return { team: createTeam(app, user, input) }
  },
)

const listQuery = Type.Object({ sort: Type.Optional(Type.String()), ...pagingFields }, strict)

const page = (
  app: App,
  teams: readonly TeamDoc[],
  query: { sort?: string; offset?: number; count?: number },
): Record<string, unknown> => {
  const { items, ...rest } = pageOf(sorted(teams, sortKeys(query.sort)), query)
  return { teams: items.map((team) => listedTeam(app, team)), ...rest }
}

const list = userGet('teams.list', { query: listQuery }, ({ app, user, query }) =>
  page(app, app.store.teams.ofMember(user._id), query),
)

const listAll = userGet('teams.listAll', { query: listQuery }, ({ app, user, query }) => {
  if (!app.permissions.has(user, 'view-all-teams')) throw new TextError('unauthorized', 403)
  return page(app, app.store.teams.all(), query)
})

const info = userGet('teams.info', { query: ofTeam({}) }, ({ app, user, query }) => {
  const team = findTeam(app, query)
  if (team === undefined) throw new TextError('Team not found')
  const room = mainRoomOf(app, team)
  if (!canAccessRoom(app, room, user) && !app.permissions.has(user, 'view-all-teams')) {
    throw new TextError('unauthorized', 403)
  }
  return { teamInfo: team }
})

const changes = Type.Union([
  Type.Object({ name: text, type: Type.Optional(teamType) }, strict),
  Type.Object({ name: Type.Optional(text), type: teamType }, strict),
])

const update = userPost('teams.update', { body: ofTeam({ data: changes }) }, (call) => {
  const { app, user, body } = call
  const team = permittedTeam(app, body, user, ['edit-team'])
  const settings: RoomSettings = {}
  if (body.data.name !== undefined) settings.roomName = body.data.name
  if (body.data.type !== undefined) settings.roomType = body.data.type === 1 ? 'p' : 'c'
  saveRoomSettings(app, user, mainRoomOf(app, team), settings)
  return {}
})

const removal = ofTeam({ roomsToRemove: Type.Optional(Type.Array(text, { maxItems: 1000 })) })

const remove = userPost('teams.delete', { body: removal }, ({ app, user, body }) => {
  const team = permittedTeam(app, body, user, ['delete-team'])
  deleteTeam(app, team, user, body.roomsToRemove ?? [])
  return {}
})

const convert = userPost('teams.convertToChannel', { body: removal }, ({ app, user, body }) => {
  const team = permittedTeam(app, body, user, ['convert-team'])
  convertToChannel(app, team, user, body.roomsToRemove ?? [])
  return {}
})

const suggestions = 10

const autocomplete = userGet(
  'teams.autocomplete',
  { query: Type.Object({ name: Type.String() }, strict) },
  ({ app, user, query }) => {
    const start = query.name.trim().toLowerCase()
    const rooms = app.store.teams
      .all()
      .filter(({ name }) => name.toLowerCase().startsWith(start))
      .flatMap(({ roomId }) => app.store.rooms.get(roomId) ?? [])
      .filter((room) => room.t === 'c' || app.store.subscriptions.isMember(room._id, user._id))
    return {
      teams: rooms.slice(0, suggestions).map(({ _id, teamId, name, fname, t, avatarETag }) => ({
        _id,
        teamId,
        name,
        fname,
        t,
        avatarETag,
      })),
    }
  },
)

/** The teams of a person; here because it shows nothing else of the person. */
const ofUser = userGet(
  'users.listTeams',
  { query: Type.Object({ userId: text }, strict) },
  ({ app, user, query }) => {
    const caller = app.permissions.has(user, 'view-all-teams') ? undefined : user
    return { teams: teamsOfUser(app, query.userId, caller) }
  },
)

/** Teams (protocol reference 3.17). */
export const teamEndpoints: readonly Endpoint[] = [
  create,
  list,
  listAll,
  info,
  update,
  remove,
  convert,
  autocomplete,
  ofUser,
]
