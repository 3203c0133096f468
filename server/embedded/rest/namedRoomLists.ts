import { Type } from 'typebox'
import type { App } from '../app'
import type { RoomDoc, UserDoc } from '../documents'
import { membershipOf } from '../domain/membership'
import { countersOf } from '../domain/ownSubscription'
import { canAccessRoom } from '../domain/roomAccess'
import { memberCard, membersOf } from '../domain/roomMembers'
import { TextError } from '../errors'
import { userGet, type Endpoint } from './endpoint'
import { pageOf, pagingFields } from './paging'
import { namedFamilies, namedRoom, roomFields, type Family } from './selectors'
import { sorted, sortKeys } from './sorting'

const strict = { additionalProperties: false }
const optionalText = Type.Optional(Type.String())
const listFields = { sort: optionalText, ...pagingFields }
const roomQuery = Type.Object(roomFields, strict)
const listQuery = Type.Object({ _id: optionalText, ...listFields }, strict)

export const membersQuery = Type.Object(
  {
    ...roomFields,
    status: Type.Optional(Type.Array(Type.String())),
    filter: optionalText,
    ...listFields,
  },
  strict,
)

const refuse = (): TextError => new TextError('unauthorized', 403)

const joinedRooms = (app: App, user: UserDoc, type: RoomDoc['t']): RoomDoc[] =>
  app.store.rooms
    .ofMember(user._id, -1)
    .filter((room) => room.t === type && membershipOf(app, room._id, user._id) !== undefined)

/** A channel of a team is listed for the team's people and its own members only (protocol reference 3.8). */
const visibleChannels = (app: App, user: UserDoc): RoomDoc[] => {
  if (!app.permissions.has(user, 'view-c-room')) {
    if (app.permissions.has(user, 'view-joined-room')) return joinedRooms(app, user, 'c')
    throw refuse()
  }
  const teams = new Set(app.store.teams.ofMember(user._id).map((team) => team._id))
  return app.store.rooms
    .ofType('c')
    .filter(
      (room) =>
        (room.teamId === undefined ||
          teams.has(room.teamId) ||
          membershipOf(app, room._id, user._id) !== undefined) &&
        !app.store.subscriptions.isBanned(room._id, user._id),
    )
}

const allGroups = (app: App, user: UserDoc): RoomDoc[] => {
  if (!app.permissions.has(user, 'view-room-administration')) throw refuse()
  return app.store.rooms.ofType('p')
}

type Lister = (app: App, user: UserDoc) => RoomDoc[]

const list = (path: string, key: string, find: Lister): Endpoint =>
  userGet(path, { query: listQuery }, ({ app, user, query }) => {
    const keys = query.sort === undefined ? sortKeys('{"name":1}') : sortKeys(query.sort)
    const found = find(app, user).filter(
      (room) => query._id === undefined || room._id === query._id,
    )
    const { items, ...page } = pageOf(sorted(found, keys), query)
    return { [key]: items, ...page }
  })

const lists: readonly Endpoint[] = [
  list('channels.list', 'channels', visibleChannels),
  list('channels.list.joined', 'channels', (app, user) => joinedRooms(app, user, 'c')),
  list('groups.list', 'groups', (app, user) => joinedRooms(app, user, 'p')),
  list('groups.listAll', 'groups', allGroups),
]

/** @throws TextError 403 for who may not see the members of a broadcast room. */
export const checkMemberList = (app: App, room: RoomDoc, user: UserDoc, status: number): void => {
  const permitted = app.permissions.has(user, 'view-broadcast-member-list', room._id)
  if (room.broadcast === true && !permitted) throw new TextError('unauthorized', status)
}

const members = (family: Family): Endpoint =>
  userGet(`${family.prefix}.members`, { query: membersQuery }, ({ app, user, query }) => {
    const room = namedRoom(app, family, query, user)
    checkMemberList(app, room, user, 403)
    const keys = sortKeys(query.sort)
    const cards = membersOf(app, room, query).map((member) => memberCard(app, member.user))
    const { items, ...page } = pageOf(sorted(cards, keys), query)
    return { members: items, ...page }
  })

const online = (family: Family): Endpoint =>
  userGet(
    `${family.prefix}.online`,
    { query: Type.Object({ _id: Type.String({ minLength: 1 }) }, strict) },
    ({ app, user, query }) => {
      const room = namedRoom(app, family, { roomId: query._id }, user)
      const connected = membersOf(app, room).filter((one) => app.presence.isConnected(one.user._id))
      return {
        online: connected.map(({ user: { _id, username } }) => ({ _id, username })),
      }
    },
  )

const countersQuery = Type.Object({ ...roomFields, userId: optionalText }, strict)

const counters = (family: Family): Endpoint =>
  userGet(`${family.prefix}.counters`, { query: countersQuery }, ({ app, user, query }) => {
    const uid = query.userId ?? user._id
    if (uid !== user._id && !app.permissions.has(user, 'view-room-administration')) throw refuse()
    return countersOf(app, namedRoom(app, family, query, user), uid)
  })

/** Who has roles in a room, by user name, for `channels.roles` and `rooms.roles`; with the names of now. */
export const rolesIn = (app: App, rid: string): Record<string, unknown>[] =>
  app.store.subscriptions
    .members(rid)
    .filter(({ subscription: { roles, status } }) => roles !== undefined && status === undefined)
    .map(({ subscription: { _id, u, roles }, user: { name } }) => ({
      _id,
      rid,
      u: { ...u, name },
      roles,
    }))

const roles = (family: Family): Endpoint =>
  userGet(`${family.prefix}.roles`, { query: roomQuery }, ({ app, user, query }) => ({
    roles: rolesIn(app, namedRoom(app, family, query, user)._id),
  }))

const moderators = (family: Family): Endpoint =>
  userGet(`${family.prefix}.moderators`, { query: roomQuery }, ({ app, user, query }) => ({
    moderators: membersOf(app, namedRoom(app, family, query, user))
      .filter(({ subscription }) => subscription.roles?.includes('moderator') === true)
      .map(({ user: { _id, username, name } }) => ({ _id, username, name })),
  }))

/** Who only administrates a room does not see what was written in it. */
const shownTo = (app: App, user: UserDoc, room: RoomDoc): RoomDoc => {
  if (canAccessRoom(app, room, user)) return room
  const shown = { ...room }
  delete shown.lastMessage
  return shown
}

const info = (family: Family): Endpoint =>
  userGet(`${family.prefix}.info`, { query: roomQuery }, ({ app, user, query }) => ({
    [family.word]: shownTo(app, user, namedRoom(app, family, query, user)),
  }))

/** What there is to read of channels and private groups (protocol reference 3.8 and 3.9). */
export const namedRoomListEndpoints: readonly Endpoint[] = [
  ...lists,
  ...namedFamilies.flatMap((family) =>
    [info, members, online, counters, roles, moderators].map((make) => make(family)),
  ),
]
