import { Type } from 'typebox'
import type { App } from '../app'
import type { RoomDoc, SubscriptionDoc, UserDoc } from '../documents'
import { deleteRoom } from '../domain/deleteRoom'
import { leaveRoom, membershipOf } from '../domain/membership'
import { blockUser, countersOf, showRoom } from '../domain/ownSubscription'
import { memberCard, membersOf } from '../domain/roomMembers'
import { saveRoomSettings } from '../domain/saveRoomSettings'
import { MeteorError, TextError } from '../errors'
import { userGet, userPost, type Endpoint } from './endpoint'
import { pageOf, pagingFields } from './paging'
import { sorted, sortKeys } from './sorting'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })
const optionalText = Type.Optional(text)
const listFields = { sort: Type.Optional(Type.String()), ...pagingFields }

/** A direct conversation by its id or by the other person's name; spread into a schema. */
export const directFields = { roomId: optionalText, username: optionalText }

type DirectSelector = { roomId?: string; username?: string }

const lookUp = (app: App, selector: DirectSelector, user: UserDoc): RoomDoc | undefined => {
  if (selector.roomId !== undefined) return app.store.rooms.get(selector.roomId)
  const other = app.store.users.byUsername(selector.username ?? '')
  if (other === undefined) return undefined
  return app.store.rooms.directOf([...new Set([user._id, other._id])])
}

/**
 * The direct conversation of a call.
 * @throws MeteorError `error-room-param-not-provided`, `invalid-channel` for what is no conversation of the user.
 */
export const directRoom = (app: App, selector: DirectSelector, user: UserDoc): RoomDoc => {
  if (selector.roomId === undefined && selector.username === undefined) {
    const reason = 'Query param "roomId" or "username" is required'
    throw new MeteorError('error-room-param-not-provided', reason)
  }
  const room = lookUp(app, selector, user)
  if (room?.t !== 'd' || membershipOf(app, room._id, user._id) === undefined) {
    throw new MeteorError('invalid-channel')
  }
  return room
}

const list = userGet(
  'im.list',
  { query: Type.Object(listFields, strict) },
  ({ app, user, query }) => {
    const keys = sortKeys(query.sort ?? '{"lm":-1}')
    const rooms = app.store.rooms.ofMember(user._id, -1).filter((room) => room.t === 'd')
    const { items, ...page } = pageOf(sorted(rooms, keys), query)
    return { ims: items, ...page }
  },
)

const listEveryone = userGet(
  'im.list.everyone',
  { query: Type.Object(listFields, strict), permissions: ['view-room-administration'] },
  ({ app, query }) => {
    const rooms = sorted(app.store.rooms.ofType('d'), sortKeys(query.sort))
    const { items, ...page } = pageOf(rooms, query)
    return { ims: items, ...page }
  },
)

const membersQuery = Type.Object(
  {
    ...directFields,
    status: Type.Optional(Type.Array(Type.String())),
    filter: Type.Optional(Type.String()),
    ...listFields,
  },
  strict,
)

const members = userGet('im.members', { query: membersQuery }, ({ app, user, query }) => {
  const room = directRoom(app, query, user)
  const cards = membersOf(app, room, query).map((member) => {
    const { _id, ts } = member.subscription
    const { statusText } = member.user
    return { ...memberCard(app, member.user), statusText, subscription: { _id, ts } }
  })
  const { items, ...page } = pageOf(sorted(cards, sortKeys(query.sort)), query)
  return { members: items, ...page }
})

const counters = userGet(
  'im.counters',
  { query: Type.Object({ ...directFields, userId: optionalText }, strict) },
  ({ app, user, query }) => {
    const other = query.userId !== undefined && query.userId !== user._id
    if (other && !app.permissions.has(user, 'view-room-administration')) {
      throw new TextError('unauthorized', 403)
    }
    return countersOf(app, directRoom(app, query, user), query.userId ?? user._id)
  },
)

const idBody = Type.Object({ roomId: text }, strict)

const memberOrRefuse = (app: App, rid: string, user: UserDoc): SubscriptionDoc => {
  const membership = membershipOf(app, rid, user._id)
  if (membership?.t !== 'd') throw new TextError('unauthorized', 403)
  return membership
}

const open = userPost('im.open', { body: idBody }, ({ app, user, body }) => {
  showRoom(app, memberOrRefuse(app, body.roomId, user), true)
  return {}
})

const close = userPost('im.close', { body: idBody }, ({ app, user, body }) => {
  const membership = memberOrRefuse(app, body.roomId, user)
  if (!membership.open) {
    const name = membership.name === '' ? body.roomId : membership.name
    throw new TextError(`The direct message room, ${name}, is already closed to the sender`)
  }
  showRoom(app, membership, false)
  return {}
})

const remove = userPost(
  'im.delete',
  { body: Type.Object(directFields, strict) },
  ({ app, user, body }) => {
    const administrates = app.permissions.has(user, 'view-room-administration')
    const known = body.roomId === undefined ? undefined : app.store.rooms.get(body.roomId)
    const room = administrates && known?.t === 'd' ? known : directRoom(app, body, user)
    deleteRoom(app, room, user)
    return {}
  },
)

const leave = userPost(
  'im.leave',
  { body: Type.Object({ roomId: optionalText, roomName: optionalText }, strict) },
  ({ app, user, body: { roomId, roomName } }) => {
    const selector: DirectSelector = {}
    if (roomId !== undefined) selector.roomId = roomId
    else if (roomName !== undefined) selector.username = roomName
    leaveRoom(app, directRoom(app, selector, user), user)
    return {}
  },
)

const setTopic = userPost(
  'im.setTopic',
  { body: Type.Object({ roomId: text, topic: Type.String({ maxLength: 5000 }) }, strict) },
  ({ app, user, body }) => {
    saveRoomSettings(app, user, directRoom(app, body, user), { roomTopic: body.topic })
    return { topic: body.topic }
  },
)

const block = userPost(
  'im.blockUser',
  { body: Type.Object({ roomId: text, block: Type.Boolean() }, strict) },
  ({ app, user, body }) => {
    blockUser(app, directRoom(app, { roomId: body.roomId }, user), user, body.block)
    return {}
  },
)

const own = [list, listEveryone, members, counters, open, close, remove, leave, setTopic, block]

/** The same endpoints under their second name `dm.*`. */
export const withAlias = (endpoints: readonly Endpoint[]): Endpoint[] =>
  endpoints.flatMap((endpoint) => [
    endpoint,
    { ...endpoint, path: endpoint.path.replace(/^im\./, 'dm.') },
  ])

/** Direct conversations (protocol reference 3.10). */
export const directRoomEndpoints: readonly Endpoint[] = withAlias(own)
