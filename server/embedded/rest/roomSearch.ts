import { Type } from 'typebox'
import type { App } from '../app'
import type { RoomDoc, UserDoc } from '../documents'
import { MeteorError, TextError } from '../errors'
import { userGet, type Endpoint } from './endpoint'
import { pageOf, pagingFields } from './paging'
import { sorted, sortKeys } from './sorting'

const strict = { additionalProperties: false }
const optionalText = Type.Optional(Type.String())
const suggestions = 10

const nameIn = (selector: string | undefined): string => {
  if (selector === undefined || selector === '') {
    throw new TextError("The 'selector' param is required")
  }
  try {
    const { name } = JSON.parse(selector) as { name?: unknown }
    if (typeof name === 'string') return name
  } catch {
    // Told below, like every other value that has no name.
  }
  throw new MeteorError('error-invalid-params', 'The selector is not a JSON object with a name')
}

const names = (room: RoomDoc): string[] => [room.name ?? '', room.fname ?? '']

const contains = (room: RoomDoc, part: string): boolean =>
  names(room).some((name) => name.toLowerCase().includes(part.trim().toLowerCase()))

const startsWith = (room: RoomDoc, part: string): boolean =>
  names(room).some((name) => name.toLowerCase().startsWith(part.trim().toLowerCase()))

const card = ({ _id, fname, name, t, avatarETag, encrypted }: RoomDoc): object => ({
  _id,
  fname,
  name,
  t,
  avatarETag,
  encrypted,
})

const byName = '{"name":1}'

/** The channels and groups of a person, without discussions. */
const ownRooms = (app: App, user: UserDoc): RoomDoc[] =>
  app.store.rooms.ofMember(user._id, -1).filter((room) => room.t !== 'd' && room.prid === undefined)

const found = (app: App, user: UserDoc, selector: string | undefined, sort?: string): RoomDoc[] => {
  const name = nameIn(selector)
  const keys = sortKeys(sort ?? byName)
  return sorted(
    ownRooms(app, user).filter((room) => contains(room, name)),
    keys,
  )
}

const selectorQuery = Type.Object({ selector: optionalText }, strict)

const own = userGet(
  'rooms.autocomplete.channelAndPrivate',
  { query: selectorQuery },
  ({ app, user, query }) => ({
    items: found(app, user, query.selector).slice(0, suggestions).map(card),
  }),
)

const ownPaged = userGet(
  'rooms.autocomplete.channelAndPrivate.withPagination',
  { query: Type.Object({ selector: optionalText, sort: optionalText, ...pagingFields }, strict) },
  ({ app, user, query }) => {
    const { items, total } = pageOf(found(app, user, query.selector, query.sort), query)
    return { items: items.map(card), total }
  },
)

const forTeams = userGet(
  'rooms.autocomplete.availableForTeams',
  { query: Type.Object({ name: optionalText }, strict) },
  ({ app, user, query }) => {
    const rooms = ownRooms(app, user).filter((room) => {
      const roles = app.store.subscriptions.get(room._id, user._id)?.roles ?? []
      return room.teamId === undefined && roles.includes('owner')
    })
    const named = rooms.filter((room) => startsWith(room, query.name ?? ''))
    return { items: sorted(named, sortKeys(byName)).slice(0, suggestions).map(card) }
  },
)

const everyRoom = (app: App): RoomDoc[] =>
  (['c', 'p', 'd'] as const).flatMap((type) => app.store.rooms.ofType(type))

/** @throws TextError `error-not-authorized`. */
const checkAdministrates = (app: App, user: UserDoc): void => {
  if (app.permissions.has(user, 'view-room-administration')) return
  throw new TextError('error-not-authorized')
}

const adminFields = [
  ...[
    '_id',
    'prid',
    'fname',
    'name',
    't',
    'cl',
    'u',
    'usernames',
    'usersCount',
    'muted',
    'unmuted',
  ],
  ...['ro', 'default', 'favorite', 'featured', 'topic', 'msgs', 'archived', 'teamId', 'teamMain'],
  ...[
    'announcement',
    'description',
    'broadcast',
    'uids',
    'avatarETag',
    'encrypted',
    'customFields',
  ],
]

const adminCard = (room: RoomDoc): Record<string, unknown> =>
  Object.fromEntries(Object.entries(room).filter(([field]) => adminFields.includes(field)))

/** `discussions` and `teams` widen the choice; without any type every room is meant. */
const isOfTypes = (room: RoomDoc, types: readonly string[]): boolean => {
  if (types.length === 0) return true
  if (types.includes('discussions') && room.prid !== undefined) return true
  if (types.includes('teams') && room.teamMain === true) return true
  return types.includes(room.t) && room.prid === undefined && room.teamMain !== true
}

const adminQuery = Type.Object(
  {
    filter: optionalText,
    types: Type.Optional(Type.Array(Type.String(), { maxItems: 10 })),
    sort: optionalText,
    ...pagingFields,
  },
  strict,
)

const adminList = userGet('rooms.adminRooms', { query: adminQuery }, ({ app, user, query }) => {
  checkAdministrates(app, user)
  const { types = [], filter = '' } = query
  const rooms = everyRoom(app).filter((room) => isOfTypes(room, types) && contains(room, filter))
  const keys = sortKeys(query.sort ?? '{"default":-1,"name":1}')
  const { items, ...page } = pageOf(sorted(rooms, keys), query)
  return { rooms: items.map(adminCard), ...page }
})

const adminRoom = userGet(
  'rooms.adminRooms.getRoom',
  { query: Type.Object({ rid: Type.String() }, strict) },
  ({ app, user, query }) => {
    checkAdministrates(app, user)
    const room = app.store.rooms.get(query.rid)
    if (room === undefined) throw new TextError('not-allowed')
    return adminCard(room)
  },
)

const adminSuggestions = userGet(
  'rooms.autocomplete.adminRooms',
  { query: selectorQuery },
  ({ app, user, query }) => {
    const name = nameIn(query.selector)
    checkAdministrates(app, user)
    const rooms = everyRoom(app).filter((room) => startsWith(room, name))
    return { items: sorted(rooms, sortKeys(byName)).slice(0, suggestions).map(card) }
  },
)

/** Rooms by the beginning of their names, and the lists of administrators (protocol reference 3.11). */
export const roomSearchEndpoints: readonly Endpoint[] = [
  own,
  ownPaged,
  forTeams,
  adminList,
  adminRoom,
  adminSuggestions,
]
