import { Type } from 'typebox'
import type { App } from '../app'
import type { RoomDoc, UserDoc } from '../documents'
import { canAccessRoom } from '../domain/roomAccess'
import { listedTeam } from '../domain/teams'
import { MeteorError, TextError } from '../errors'
import { openGet, userGet, type Endpoint } from './endpoint'
import { pageOf, pagingFields, pagingOf } from './paging'
import { sorted, sortKeys } from './sorting'

const strict = { additionalProperties: false }
const optionalText = Type.Optional(Type.String())

const parsed = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Told below, like every other value that is no object.
  }
  throw new MeteorError('error-invalid-params', 'The parameter is not a JSON object')
}

const suggestion = (app: App, user: UserDoc): Record<string, unknown> => {
  const { _id, username, name, nickname, avatarETag, statusText } = user
  return {
    _id,
    username,
    name,
    nickname,
    status: app.presence.statusOf(user),
    avatarETag,
    statusText,
  }
}

const found = (app: App, term: string, except: readonly unknown[]): Record<string, unknown>[] => {
  const limit = app.settings.number('Number_of_users_autocomplete_suggestions')
  return app.store.users
    .search(term, 0, limit + except.length)
    .filter((user) => !except.includes(user.username))
    .slice(0, limit)
    .map((user) => suggestion(app, user))
}

const autocomplete = userGet(
  'users.autocomplete',
  { query: Type.Object({ selector: Type.String({ minLength: 1 }) }, strict) },
  ({ app, user, query }) => {
    if (!app.permissions.has(user, 'view-outside-room')) return { items: [] }
    const { term, exceptions } = parsed(query.selector)
    const except = Array.isArray(exceptions) ? (exceptions as unknown[]) : []
    return { items: found(app, typeof term === 'string' ? term : '', except) }
  },
)

const roomsNamed = (app: App, user: UserDoc, term: string): RoomDoc[] => {
  const wanted = term.toLowerCase()
  return app.store.rooms.ofType('c').filter((room) => {
    const names = [room.name ?? '', room.fname ?? '']
    const matches = names.some((name) => name.toLowerCase().includes(wanted))
    return matches && room.archived !== true && canAccessRoom(app, room, user)
  })
}

const spotlightQuery = Type.Object(
  {
    query: Type.String(),
    usernames: optionalText,
    type: optionalText,
    rid: optionalText,
  },
  strict,
)

/** Who is in the room that a search is made from; nobody without one, or when the caller may not see it. */
const insiders = (app: App, user: UserDoc, rid: string | undefined): readonly string[] => {
  const room = rid === undefined ? undefined : app.store.rooms.get(rid)
  const visible = room !== undefined && canAccessRoom(app, room, user)
  return visible ? app.store.subscriptions.memberIds(room._id) : []
}

/** `@` finds people only, `#` rooms only (protocol reference 3.7). Who is not signed in finds nothing. */
const spotlight = openGet('spotlight', spotlightQuery, ({ app, session, query }) => {
  if (session === undefined) return { users: [], rooms: [] }
  const { user } = session
  const only = query.query.startsWith('@') ? 'users' : query.query.startsWith('#') ? 'rooms' : ''
  const term = only === '' ? query.query : query.query.slice(1)
  const type = query.type === undefined ? {} : parsed(query.type)
  const wants = (kind: 'users' | 'rooms'): boolean =>
    (only === '' || only === kind) && type[kind] !== false
  const outside = app.permissions.has(user, 'view-outside-room')
  const users = wants('users') && outside ? found(app, term, query.usernames?.split(',') ?? []) : []
  const members = insiders(app, user, query.rid)
  const marked = users.map((one) =>
    members.includes(String(one._id)) ? one : { ...one, outside: true },
  )
  const rank = (one: object): number => ('outside' in one ? 1 : 0)
  const rooms = wants('rooms') ? roomsNamed(app, user, term).slice(0, 5) : []
  return {
    users: marked.sort((a, b) => rank(a) - rank(b)),
    rooms: rooms.map(({ _id, t, name, fname, lastMessage }) => ({
      _id,
      t,
      name,
      fname,
      lastMessage,
    })),
  }
})

/** The main rooms of teams, with how many rooms each team has. */
const teamsAmong = (app: App, rooms: readonly RoomDoc[]): (RoomDoc & { roomsCount: number })[] =>
  rooms.flatMap((room) => {
    const team = room.teamMain === true ? app.store.teams.get(room.teamId ?? '') : undefined
    return team === undefined ? [] : { ...room, roomsCount: listedTeam(app, team).rooms }
  })

const directoryQuery = Type.Object(
  {
    text: optionalText,
    type: Type.Optional(
      Type.Union([Type.Literal('users'), Type.Literal('channels'), Type.Literal('teams')]),
    ),
    workspace: optionalText,
    sort: optionalText,
    ...pagingFields,
  },
  strict,
)

const listedUser = (app: App, caller: UserDoc, user: UserDoc): Record<string, unknown> => {
  const { _id, createdAt, username, name, nickname, bio, avatarETag } = user
  const card = { _id, createdAt, username, name, nickname, bio, avatarETag }
  const full = app.permissions.has(caller, 'view-full-other-user-info')
  return full ? { ...card, emails: user.emails } : card
}

/** What the directory shows of a room or team (protocol reference 3.7). */
const roomFields = [
  ...['_id', 't', 'name', 'fname', 'description', 'topic', 'usersCount', 'ts', 'lastMessage'],
  ...['archived', 'default', 'prid', 'teamId', 'teamMain', 'belongsTo', 'roomsCount', 'avatarETag'],
]

const listedRoom = (room: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(room).filter(([field]) => roomFields.includes(field)))

const directory = userGet('directory', { query: directoryQuery }, ({ app, user, query }) => {
  const keys = sortKeys(query.sort)
  if (keys.length > 1) throw new TextError('This method support only one "sort" parameter')
  const term = query.text ?? ''
  if (query.type === 'users') {
    if (!app.permissions.has(user, 'view-outside-room')) throw new TextError('unauthorized', 403)
    const everybody = app.store.users.search(term, 0, Number.MAX_SAFE_INTEGER)
    const page = pageOf(sorted(everybody, keys), query)
    const { items, ...rest } = page
    return { result: items.map((one) => listedUser(app, user, one)), ...rest }
  }
  const rooms = roomsNamed(app, user, term)
  const wanted = query.type === 'teams' ? teamsAmong(app, rooms) : rooms
  const { items, ...rest } = pageOf(sorted(wanted, keys), query)
  return { result: items.map(listedRoom), ...rest }
})

const emptyQuery = Type.Object(
  { name: optionalText, _id: optionalText, sort: optionalText, ...pagingFields },
  strict,
)

/** Lists of what a workspace can add and this one has none of. */
const emptyLists: readonly Endpoint[] = [
  ...([['custom-user-status.list', 'statuses', {}]] as const).map(([path, key, more]) =>
    userGet(path, { query: emptyQuery }, ({ query }) => {
      const { offset } = pagingOf(query)
      return { [key]: [], ...more, count: 0, offset, total: 0 }
    }),
  ),
]

/** How people and rooms are found (protocol reference 3.6 and 3.7). */
export const directoryEndpoints: readonly Endpoint[] = [
  autocomplete,
  spotlight,
  directory,
  ...emptyLists,
]
