import type { App } from '../app'
import type { RoomDoc, SubscriptionDoc, UserDoc } from '../documents'
import { randomId } from '../ids'
import { checkFree } from './freeObjects'
import { checkRoomName } from './roomName'
import { addSystemMessage } from './systemMessage'

const subscriptionOf = (app: App, room: RoomDoc, user: UserDoc): SubscriptionDoc => {
  const subscription: SubscriptionDoc = {
    _id: randomId(),
    rid: room._id,
    t: room.t,
    u: { _id: user._id, username: user.username },
    ts: new Date(app.clock.now()),
    name: room.name ?? '',
    open: true,
    alert: false,
    unread: 0,
    userMentions: 0,
    groupMentions: 0,
    _updatedAt: app.store.stamps.next(),
  }
  if (room.fname !== undefined) subscription.fname = room.fname
  if (room.customFields !== undefined) subscription.customFields = room.customFields
  if (room.prid !== undefined) subscription.prid = room.prid
  if (room.default === true && room.favorite === true) subscription.f = true
  return subscription
}

const addMember = (app: App, room: RoomDoc, subscription: SubscriptionDoc): void => {
  app.store.subscriptions.insert(subscription)
  app.events.subscription('inserted', subscription)
  app.events.roomInserted(subscription.u._id, room)
}

export type NamedRoom = {
  t: 'c' | 'p'
  name: string
  fname?: string
  owner: UserDoc
  members: readonly UserDoc[]
  readOnly?: boolean
  customFields?: Record<string, unknown>
  topic?: string
  description?: string
  announcement?: string
  default?: boolean
  /** The room above a discussion and the message that it starts from. */
  prid?: string
  pmid?: string
  /** Who makes the room does not become a member of it. */
  excludeOwner?: boolean
  /** Only who holds `post-readonly` writes in it; others answer by direct message. */
  broadcast?: boolean
  encrypted?: boolean
  teamId?: string
  teamMain?: boolean
  _id?: string
}

const roomOf = (app: App, input: NamedRoom): RoomDoc => {
  const { owner } = input
  const room: RoomDoc = {
    _id: input._id ?? randomId(),
    t: input.t,
    name: input.name,
    fname: input.fname ?? input.name,
    u: { _id: owner._id, username: owner.username, name: owner.name },
    ts: new Date(app.clock.now()),
    msgs: 0,
    usersCount: membersOf(input).length + (input.excludeOwner === true ? 0 : 1),
    default: input.default ?? false,
    ro: input.broadcast ?? input.readOnly ?? false,
    sysMes: true,
    customFields: input.customFields ?? {},
    _updatedAt: app.store.stamps.next(),
  }
  for (const field of ['topic', 'description', 'announcement'] as const) {
    const value = input[field]
    if (value !== undefined && value !== '') room[field] = value
  }
  for (const field of ['prid', 'pmid', 'teamId'] as const) {
    if (input[field] !== undefined) room[field] = input[field]
  }
  for (const field of ['broadcast', 'encrypted', 'teamMain'] as const) {
    if (input[field] === true) room[field] = true
  }
  return room
}

/** The people that a new room has beside its owner. */
const membersOf = ({ members, owner }: NamedRoom): UserDoc[] => [
  ...new Map(
    members.filter(({ _id }) => _id !== owner._id).map((one) => [one._id, one] as const),
  ).values(),
]

/**
 * Creates a public channel or private group.
 * @throws MeteorError `error-invalid-room-name`, `error-duplicate-channel-name`, `error-archived-duplicate-name` (3.8),
 * and that of `checkFree`.
 */
export const createNamedRoom = (app: App, input: NamedRoom): RoomDoc => {
  checkRoomName(app, input.name)
  checkFree('customFields', input.customFields)
  return app.store.write(() => {
    const room = roomOf(app, input)
    app.store.rooms.insert(room)
    if (input.excludeOwner !== true) {
      const owner = subscriptionOf(app, room, input.owner)
      addMember(app, room, { ...owner, roles: ['owner'], ls: new Date(app.clock.now()) })
    }
    const { _id, username } = input.owner
    for (const member of membersOf(input)) {
      const addedBy = { _id, username }
      addMember(app, room, { ...subscriptionOf(app, room, member), addedBy })
    }
    return room
  })
}

/** What a direct conversation is called for one of its people: the others' names (4.4). */
export const directNames = (
  users: readonly UserDoc[],
  self: UserDoc,
): { name: string; fname: string } => {
  const others = users.filter((user) => user._id !== self._id)
  const shown = (others.length === 0 ? [self] : others).sort((a, b) => (a.name < b.name ? -1 : 1))
  return {
    name: shown.map((user) => user.username).join(', '),
    fname: shown.map((user) => user.name).join(', '),
  }
}

const directId = (users: readonly UserDoc[]): string =>
  users.length === 2
    ? users
        .map((user) => user._id)
        .sort()
        .join('')
    : randomId()

export type DirectRoom = { room: RoomDoc; inserted: boolean }

/** The direct conversation of these people; made when there is none (3.10). The other side sees it with the first message. */
export const openDirectRoom = (
  app: App,
  users: readonly UserDoc[],
  creator: UserDoc,
): DirectRoom => {
  const existing = app.store.rooms.directOf(users.map((user) => user._id))
  if (existing !== undefined) {
    reopen(app, existing, creator)
    return { room: existing, inserted: false }
  }
  return app.store.write(() => {
    const room: RoomDoc = {
      _id: directId(users),
      t: 'd',
      ts: new Date(app.clock.now()),
      msgs: 0,
      usersCount: users.length,
      uids: users.map((user) => user._id),
      usernames: users.map((user) => user.username),
      default: false,
      ro: false,
      sysMes: true,
      _updatedAt: app.store.stamps.next(),
    }
    app.store.rooms.insert(room)
    for (const user of users) {
      const open = user._id === creator._id || users.length > 2
      const names = directNames(users, user)
      addMember(app, room, { ...subscriptionOf(app, room, user), ...names, open })
    }
    return { room, inserted: true }
  })
}

const reopen = (app: App, room: RoomDoc, user: UserDoc): void => {
  const before = app.store.subscriptions.get(room._id, user._id)
  if (before === undefined || before.open) return
  const after = { ...before, open: true, _updatedAt: app.store.stamps.next() }
  app.store.subscriptions.update(after)
  app.events.subscription('updated', after)
}

/** Adds somebody to a room, unread as an invitation is (5.2, join). Answers the room as it is afterwards. */
const enterRoom = (app: App, room: RoomDoc, user: UserDoc, by?: UserDoc): RoomDoc => {
  const grown: RoomDoc = {
    ...room,
    usersCount: room.usersCount + 1,
    _updatedAt: app.store.stamps.next(),
  }
  app.store.rooms.update(grown)
  const subscription = { ...subscriptionOf(app, grown, user), alert: true, unread: 1 }
  subscription.userMentions = 1
  // Only this way into a room stores the name, as recorded; it is optional (protocol reference 4.4).
  subscription.u = { _id: user._id, username: user.username, name: user.name }
  if (by !== undefined) subscription.addedBy = { _id: by._id, username: by.username }
  addMember(app, grown, subscription)
  return grown
}

/** The line that tells of a new member (4.2). */
const entryLine = (room: RoomDoc, by: UserDoc | undefined): string => {
  if (room.teamMain === true) return by === undefined ? 'ujt' : 'added-user-to-team'
  if (by !== undefined) return 'au'
  return room.prid === undefined ? 'uj' : 'ut'
}

/**
 * Adds somebody to a room with the line that this causes; `by` is who added the person. Who comes into a team comes into
 * the team's rooms that members join by themselves (3.17). People with a subscription of any kind are left out.
 */
export const admit = (app: App, room: RoomDoc, user: UserDoc, by?: UserDoc): RoomDoc => {
  if (app.store.subscriptions.get(room._id, user._id) !== undefined) return room
  return app.store.write(() => {
    const grown = enterRoom(app, room, user, by)
    const told = addSystemMessage(app, grown, entryLine(room, by), by ?? user, user.username)
    if (room.teamMain === true && room.teamId !== undefined) {
      for (const one of app.store.rooms.ofTeam(room.teamId)) {
        if (one.teamDefault === true && one.teamMain !== true) admit(app, one, user, by)
      }
    }
    return told
  })
}

/** Somebody joins a room; `silently` leaves the line out. */
export const joinRoom = (app: App, room: RoomDoc, user: UserDoc, silently = false): RoomDoc => {
  if (!silently) return admit(app, room, user)
  if (app.store.subscriptions.get(room._id, user._id) !== undefined) return room
  return app.store.write(() => enterRoom(app, room, user))
}
