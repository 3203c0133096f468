import { Type, type Static } from 'typebox'
import type { App } from '../app'
import type { UserDoc } from '../documents'
import { createUser, type NewUser } from '../domain/createUser'
import { fullUser, publicUser } from '../domain/published'
import { updateUser, type UserChange } from '../domain/updateUser'
import { checkMayAssign } from '../domain/workspaceRoles'
import { MeteorError, TextError } from '../errors'
import { randomToken } from '../ids'
import { userGet, userPost, type Endpoint } from './endpoint'
import { pageOf, pagingFields, pagingOf } from './paging'
import { sorted, sortKeys } from './sorting'
import { withTwoFactor } from './withTwoFactor'

const text = Type.String({ minLength: 1 })
const strict = { additionalProperties: false }
const anyRecord = Type.Record(Type.String(), Type.Unknown())
const optionalFlag = Type.Optional(Type.Boolean())

const infoQuery = Type.Object(
  {
    userId: Type.Optional(text),
    username: Type.Optional(text),
    email: Type.Optional(text),
    includeUserRooms: Type.Optional(Type.String()),
    fields: Type.Optional(Type.String()),
  },
  strict,
)

const createBody = Type.Object(
  {
    name: text,
    email: text,
    password: Type.Optional(text),
    username: text,
    active: optionalFlag,
    roles: Type.Optional(Type.Array(text)),
    joinDefaultChannels: optionalFlag,
    requirePasswordChange: optionalFlag,
    setRandomPassword: optionalFlag,
    sendWelcomeEmail: optionalFlag,
    verified: optionalFlag,
    bio: Type.Optional(Type.String({ maxLength: 260 })),
    nickname: Type.Optional(Type.String({ maxLength: 120 })),
    statusText: Type.Optional(Type.String({ maxLength: 120 })),
    customFields: Type.Optional(anyRecord),
    settings: Type.Optional(anyRecord),
  },
  strict,
)

const updateBody = Type.Object(
  {
    userId: text,
    data: Type.Object(
      {
        name: Type.Optional(text),
        username: Type.Optional(text),
        email: Type.Optional(text),
        password: Type.Optional(text),
        active: optionalFlag,
        verified: optionalFlag,
        roles: Type.Optional(Type.Array(text)),
        bio: Type.Optional(Type.String({ maxLength: 260 })),
        nickname: Type.Optional(Type.String({ maxLength: 120 })),
        statusText: Type.Optional(Type.String({ maxLength: 120 })),
        requirePasswordChange: optionalFlag,
        joinDefaultChannels: optionalFlag,
        sendWelcomeEmail: optionalFlag,
        customFields: Type.Optional(anyRecord),
      },
      strict,
    ),
    confirmRelinquish: optionalFlag,
  },
  strict,
)

const listQuery = Type.Object(
  {
    sort: Type.Optional(Type.String()),
    email: Type.Optional(Type.String()),
    // Ignored, as by the real server unless it is told otherwise (protocol reference 3.3).
    query: Type.Optional(Type.String()),
    fields: Type.Optional(Type.String()),
    ...pagingFields,
  },
  strict,
)

const statusQuery = Type.Object(
  {
    status: Type.Optional(Type.Union([Type.Literal('active'), Type.Literal('deactivated')])),
    hasLoggedIn: Type.Optional(Type.Boolean()),
    type: Type.Optional(Type.String()),
    roles: Type.Optional(Type.Array(Type.String())),
    searchTerm: Type.Optional(Type.String()),
    inactiveReason: Type.Optional(Type.Array(Type.String())),
    sort: Type.Optional(Type.String()),
    ...pagingFields,
  },
  strict,
)

/** The account as its administrators get it back from `users.create` and `users.update`. */
const savedUser = (app: App, user: UserDoc): Record<string, unknown> => ({
  ...fullUser(app, user),
  settings: user.settings,
  _updatedAt: user._updatedAt,
})

const findUser = (app: App, query: Record<string, unknown>): UserDoc => {
  const { userId, username, email } = query
  let user: UserDoc | undefined
  if (typeof userId === 'string') user = app.store.users.get(userId)
  else if (typeof username === 'string') user = app.store.users.byUsername(username)
  else if (typeof email === 'string') user = app.store.users.byEmail(email)
  else {
    throw new MeteorError(
      'error-invalid-params',
      'The required "userId" or "username" param was not provided',
    )
  }
  if (user === undefined) throw new TextError('User not found.')
  return user
}

const roomsOf = (app: App, uid: string): Record<string, unknown>[] =>
  app.store.subscriptions.ofUser(uid, -1).map((subscription) => {
    const { _id, rid, name, t, unread, roles } = subscription
    const shown = { _id, rid, name, t, unread }
    return roles === undefined ? shown : { ...shown, roles }
  })

const info = userGet('users.info', { query: infoQuery }, ({ app, user, query }) => {
  const found = findUser(app, query)
  const self = found._id === user._id
  const full = self || app.permissions.has(user, 'view-full-other-user-info')
  const card = full ? fullUser(app, found) : publicUser(app, found)
  const rooms = self || app.permissions.has(user, 'view-other-user-channels')
  if (query.includeUserRooms === 'true' && rooms) card.rooms = roomsOf(app, found._id)
  card.canViewAllInfo = full
  return { user: card }
})

/** The shorter card of a list. */
const listedUser = (app: App, user: UserDoc, full: boolean): Record<string, unknown> => {
  const { _id, username, name, active, type, avatarETag, lastLogin } = user
  const card: Record<string, unknown> = { _id, username, name, active, type }
  card.status = app.presence.statusOf(user)
  card.nameInsensitive = name.toLowerCase()
  if (avatarETag !== undefined) card.avatarETag = avatarETag
  if (full) Object.assign(card, { emails: user.emails, roles: user.roles })
  if (full && lastLogin !== undefined) card.lastLogin = lastLogin
  return card
}

const list = userGet('users.list', { query: listQuery }, ({ app, user, query }) => {
  if (!app.permissions.has(user, 'view-d-room')) throw new TextError('unauthorized', 403)
  const full = app.permissions.has(user, 'view-full-other-user-info')
  const shown = (one: UserDoc): Record<string, unknown> => listedUser(app, one, full)
  const { offset, count } = pagingOf(query)
  if (query.sort === undefined && query.email === undefined) {
    const users = app.store.users.page(offset, count).map(shown)
    return { users, count: users.length, offset, total: app.store.users.count() }
  }
  const email = query.email?.toLowerCase()
  const all = app.store.users
    .page(0, Number.MAX_SAFE_INTEGER)
    .filter((one) => email === undefined || (full && hasAddress(one, email)))
  const { items, ...page } = pageOf(sorted(all, sortKeys(query.sort)), query)
  return { users: items.map(shown), ...page }
})

const hasAddress = (user: UserDoc, address: string): boolean =>
  user.emails.some((email) => email.address.toLowerCase() === address)

type StatusQuery = Static<typeof statusQuery>

const matches = (user: UserDoc, query: StatusQuery): boolean => {
  const { status, hasLoggedIn, type, roles, searchTerm, inactiveReason } = query
  const term = searchTerm?.toLowerCase() ?? ''
  const texts = [user.username, user.name, ...user.emails.map((email) => email.address)]
  return (
    (status === undefined || user.active === (status === 'active')) &&
    (hasLoggedIn === undefined || (user.lastLogin !== undefined) === hasLoggedIn) &&
    (type === undefined || user.type === type) &&
    (roles === undefined || roles.some((role) => user.roles.includes(role))) &&
    (inactiveReason === undefined ||
      (!user.active && inactiveReason.includes(user.inactiveReason ?? 'deactivated'))) &&
    (term === '' || texts.some((one) => one.toLowerCase().includes(term)))
  )
}

const listByStatus = userGet(
  'users.listByStatus',
  { query: statusQuery, permissions: ['view-full-other-user-info'] },
  ({ app, query }) => {
    const all = app.store.users
      .page(0, Number.MAX_SAFE_INTEGER)
      .filter((one) => matches(one, query))
    const { items, ...page } = pageOf(sorted(all, sortKeys(query.sort)), query)
    const users = items.map((one) => {
      const { inactiveReason } = one
      const card = listedUser(app, one, true)
      return inactiveReason === undefined ? card : { ...card, inactiveReason }
    })
    return { users, ...page }
  },
)

const create = userPost(
  'users.create',
  { body: createBody, permissions: ['create-user'] },
  async ({ app, user, body }) => {
    checkMayAssign(app, user, body.roles ?? [])
    if (body.password === undefined && body.setRandomPassword !== true) {
      throw new MeteorError('invalid-params', "must have required property 'password'")
    }
    const input: NewUser = {
      username: body.username,
      name: body.name,
      email: body.email,
      password: body.setRandomPassword === true ? randomToken() : (body.password ?? null),
    }
    const copied = [
      'active',
      'roles',
      'verified',
      'joinDefaultChannels',
      'requirePasswordChange',
      'customFields',
      'nickname',
      'bio',
      'statusText',
    ] as const
    for (const field of copied) {
      if (body[field] !== undefined) Object.assign(input, { [field]: body[field] })
    }
    return { user: savedUser(app, await createUser(app, input)) }
  },
)

const update = userPost(
  'users.update',
  { body: updateBody, permissions: ['edit-other-user-info'] },
  async ({ app, user, body }) => {
    const { userId, data, confirmRelinquish } = body
    const change: UserChange = { ...data }
    if (confirmRelinquish !== undefined) change.confirmRelinquish = confirmRelinquish
    return { user: savedUser(app, await updateUser(app, user, userId, change)) }
  },
)

/** Accounts as others see and administrate them (protocol reference 3.6). */
export const userEndpoints: readonly Endpoint[] = [
  info,
  list,
  listByStatus,
  withTwoFactor(create),
  withTwoFactor(update),
]
