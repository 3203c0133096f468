import { Type, type Static } from 'typebox'
import type { App } from '../app'
import type { RoomDoc, UserDoc } from '../documents'
import { addUsers, joinAsUser, leaveRoom, membershipOf, removeUser } from '../domain/membership'
import { showRoom } from '../domain/ownSubscription'
import { addRoomRole, removeRoomRole, type RoomRole } from '../domain/roomRoles'
import { MeteorError, TextError } from '../errors'
import { userPost, type Endpoint } from './endpoint'
import {
  fresh,
  namedFamilies,
  namedRoom,
  roomFields,
  targetUser,
  userFields,
  type Family,
} from './selectors'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })
const roomBody = Type.Object(roomFields, strict)
const personBody = Type.Object({ ...roomFields, ...userFields }, strict)
const inviteBody = Type.Object(
  {
    ...roomFields,
    ...userFields,
    userIds: Type.Optional(Type.Array(text, { maxItems: 1000 })),
    usernames: Type.Optional(Type.Array(text, { maxItems: 1000 })),
  },
  strict,
)

const live = { archived: false }

const join: Endpoint = userPost(
  'channels.join',
  { body: Type.Object({ ...roomFields, joinCode: Type.Optional(Type.String()) }, strict) },
  ({ app, user, body }) => {
    const room = namedRoom(
      app,
      { prefix: 'channels', type: 'c', word: 'channel' },
      body,
      user,
      live,
    )
    return { channel: fresh(app, joinAsUser(app, room, user, body.joinCode)) }
  },
)

/** Channels answer with the room, groups without (protocol reference 3.9). */
const answer = (app: App, family: Family, room: RoomDoc): Record<string, unknown> =>
  family.type === 'c' ? { channel: fresh(app, room) } : {}

const leave = (family: Family): Endpoint =>
  userPost(`${family.prefix}.leave`, { body: roomBody }, ({ app, user, body }) => {
    const room = namedRoom(app, family, body, user)
    leaveRoom(app, room, user)
    return answer(app, family, room)
  })

const kick = (family: Family): Endpoint =>
  userPost(`${family.prefix}.kick`, { body: personBody }, ({ app, user, body }) => {
    const room = namedRoom(app, family, body, user)
    removeUser(app, room, user, targetUser(app, body))
    return answer(app, family, room)
  })

const invited = (app: App, body: Static<typeof inviteBody>, family: Family): UserDoc[] => {
  const { users } = app.store
  const ids = [...(body.userIds ?? []), body.userId].filter((id) => id !== undefined)
  const names = [...(body.usernames ?? []), body.username].filter((name) => name !== undefined)
  const found = [
    ...ids.flatMap((id) => users.get(id) ?? []),
    ...names.flatMap((name) => users.byUsername(name) ?? []),
  ]
  if (found.length === 0) {
    const code = family.type === 'c' ? 'invalid-user-invite-list' : 'error-empty-invite-list'
    throw new MeteorError(code, 'Cannot invite if no users are provided')
  }
  return found
}

const invite = (family: Family): Endpoint =>
  userPost(`${family.prefix}.invite`, { body: inviteBody }, ({ app, user, body }) => {
    const room = namedRoom(app, family, body, user, live)
    addUsers(app, room, user, invited(app, body, family))
    return { [family.word]: fresh(app, room) }
  })

const addAll = (family: Family): Endpoint =>
  userPost(
    `${family.prefix}.addAll`,
    {
      body: Type.Object({ ...roomFields, activeUsersOnly: Type.Optional(Type.Boolean()) }, strict),
      permissions: ['add-all-to-room'],
    },
    ({ app, user, body }) => {
      const room = namedRoom(app, family, body, user, live)
      const everybody = app.store.users.page(0, Number.MAX_SAFE_INTEGER)
      const wanted = everybody.filter((one) => body.activeUsersOnly !== true || one.active)
      addUsers(app, room, user, wanted)
      return { [family.word]: fresh(app, room) }
    },
  )

const openOrClose = (family: Family, open: boolean): Endpoint => {
  const path = `${family.prefix}.${open ? 'open' : 'close'}`
  const kind = family.type === 'c' ? 'channel' : 'private group'
  return userPost(path, { body: roomBody }, ({ app, user, body }) => {
    const room = namedRoom(app, family, body, user)
    const name = room.name ?? room._id
    const subscription = membershipOf(app, room._id, user._id)
    if (subscription === undefined) {
      throw new TextError(`The user is not in the ${kind} "${name}".`)
    }
    if (subscription.open === open) {
      const state = open ? 'open' : 'closed'
      throw new TextError(`The ${kind}, ${name}, is already ${state} to the sender`)
    }
    showRoom(app, subscription, open)
    return {}
  })
}

const roleNames: readonly (readonly [string, RoomRole])[] = [
  ['Owner', 'owner'],
  ['Moderator', 'moderator'],
  ['Leader', 'leader'],
]

const roleEndpoints = (family: Family): Endpoint[] =>
  roleNames.flatMap(([suffix, role]) =>
    ([addRoomRole, removeRoomRole] as const).map((change) => {
      const verb = change === addRoomRole ? 'add' : 'remove'
      return userPost(
        `${family.prefix}.${verb}${suffix}`,
        { body: personBody },
        ({ app, user, body }) => {
          const room = namedRoom(app, family, body, user)
          change(app, room, user, targetUser(app, body), role)
          return {}
        },
      )
    }),
  )

/** Who belongs to channels and private groups, and as what (protocol reference 3.8 and 3.9). */
export const namedRoomMemberEndpoints: readonly Endpoint[] = [
  join,
  ...namedFamilies.flatMap((family) => [
    leave(family),
    kick(family),
    invite(family),
    addAll(family),
    openOrClose(family, true),
    openOrClose(family, false),
    ...roleEndpoints(family),
  ]),
]
