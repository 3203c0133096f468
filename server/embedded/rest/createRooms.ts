import { Type, type Static } from 'typebox'
import type { App } from '../app'
import type { RoomDoc, UserDoc } from '../documents'
import { createNamedRoom, openDirectRoom, type NamedRoom } from '../domain/createRoom'
import { tellTeam } from '../domain/teams'
import { MeteorError, TextError, notAllowed } from '../errors'
import { userPost, type Endpoint } from './endpoint'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })

const namedBody = Type.Object(
  {
    name: text,
    members: Type.Optional(Type.Array(Type.String())),
    readOnly: Type.Optional(Type.Boolean()),
    excludeSelf: Type.Optional(Type.Boolean()),
    customFields: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    extraData: Type.Optional(
      Type.Object(
        {
          topic: Type.Optional(Type.String()),
          description: Type.Optional(Type.String()),
          announcement: Type.Optional(Type.String()),
          broadcast: Type.Optional(Type.Boolean()),
          encrypted: Type.Optional(Type.Boolean()),
          federated: Type.Optional(Type.Boolean()),
          teamId: Type.Optional(text),
        },
        strict,
      ),
    ),
    /** Names of teams whose people become members. */
    teams: Type.Optional(Type.Array(text, { maxItems: 100 })),
  },
  strict,
)

const directBody = Type.Union([
  Type.Object({ username: text, excludeSelf: Type.Optional(Type.Boolean()) }, strict),
  Type.Object({ usernames: text, excludeSelf: Type.Optional(Type.Boolean()) }, strict),
])

/** Unknown members are skipped silently (protocol reference 3.8). */
const usersNamed = (app: App, names: readonly string[]): UserDoc[] =>
  names.flatMap((name) => app.store.users.byUsername(name) ?? [])

const membersOfTeams = (app: App, names: readonly string[]): UserDoc[] =>
  names.flatMap((name) => {
    const team = app.store.teams.byName(name)
    if (team === undefined) return []
    return app.store.subscriptions
      .memberIds(team.roomId)
      .flatMap((uid) => app.store.users.get(uid) ?? [])
  })

/** @throws TextError `error-team-not-found`; 403 without `create-c`, in a team without `create-team-channel`. */
const checkMayCreate = (
  app: App,
  owner: UserDoc,
  t: 'c' | 'p',
  teamId: string | undefined,
): void => {
  const team = teamId === undefined ? undefined : app.store.teams.get(teamId)
  if (teamId !== undefined && team === undefined) throw new TextError('error-team-not-found')
  const inTeam = `create-team-${t === 'c' ? 'channel' : 'group'}`
  const allowed =
    team === undefined
      ? app.permissions.has(owner, `create-${t}`)
      : app.permissions.has(owner, inTeam, team.roomId)
  if (!allowed) throw new TextError('unauthorized', 403)
}

const createNamed = (
  app: App,
  owner: UserDoc,
  t: 'c' | 'p',
  body: Static<typeof namedBody>,
): RoomDoc => {
  const { extraData = {} } = body
  checkMayCreate(app, owner, t, extraData.teamId)
  if (extraData.encrypted === true && !app.settings.flag('E2E_Enable')) {
    throw new MeteorError('error-not-allowed', 'Encryption is not available', {
      method: t === 'c' ? 'createChannel' : 'createPrivateGroup',
    })
  }
  const input: NamedRoom = {
    t,
    name: body.name,
    owner,
    members: [...usersNamed(app, body.members ?? []), ...membersOfTeams(app, body.teams ?? [])],
  }
  if (body.readOnly !== undefined) input.readOnly = body.readOnly
  if (body.customFields !== undefined) input.customFields = body.customFields
  if (body.excludeSelf === true) input.excludeOwner = true
  for (const field of ['topic', 'description', 'announcement', 'teamId'] as const) {
    if (extraData[field] !== undefined) input[field] = extraData[field]
  }
  if (extraData.broadcast === true) input.broadcast = true
  if (extraData.encrypted === true) input.encrypted = true
  return app.store.write(() => {
    const room = createNamedRoom(app, input)
    tellTeam(app, room, owner, 'user-added-room-to-team')
    return room
  })
}

const directPeople = (app: App, user: UserDoc, body: Static<typeof directBody>): UserDoc[] => {
  const names =
    'username' in body ? [body.username] : body.usernames.split(',').map((name) => name.trim())
  const people = new Map<string, UserDoc>()
  if (body.excludeSelf !== true) people.set(user._id, user)
  for (const name of names) {
    const found = app.store.users.byUsername(name)
    if (found === undefined) {
      throw new MeteorError('error-invalid-user', 'Invalid user', { method: 'createDirectMessage' })
    }
    people.set(found._id, found)
  }
  if (people.size > app.settings.number('DirectMesssage_maxUsers')) {
    throw new MeteorError(
      'error-direct-message-max-user-exceeded',
      'You cannot add that many users to a direct message',
      { method: 'createDirectMessage' },
    )
  }
  return [...people.values()]
}

const createDirect = (path: string): Endpoint =>
  userPost(path, { body: directBody }, ({ app, user, body }) => {
    if (!app.permissions.has(user, 'create-d')) {
      throw notAllowed('createDirectMessage')
    }
    const { room, inserted } = openDirectRoom(app, directPeople(app, user, body), user)
    return { room: { ...room, rid: room._id, inserted } }
  })

export const createRoomEndpoints: readonly Endpoint[] = [
  userPost('channels.create', { body: namedBody }, ({ app, user, body }) => ({
    channel: createNamed(app, user, 'c', body),
  })),
  userPost('groups.create', { body: namedBody }, ({ app, user, body }) => ({
    group: createNamed(app, user, 'p', body),
  })),
  createDirect('im.create'),
  createDirect('dm.create'),
]
