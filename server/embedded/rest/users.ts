import { Type } from 'typebox'
import { digestOf, hashPassword } from '../auth/passwords'
import type { App } from '../app'
import type { UserDoc } from '../documents'
import { checkEmail, checkUsername, createUser, type NewUser } from '../domain/createUser'
import { fullUser, publicUser } from '../domain/published'
import { announceName } from '../domain/renameUser'
import { MeteorError, TextError } from '../errors'
import { userGet, userPost, type Endpoint } from './endpoint'
import { pagingFields, pagingOf } from './paging'

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
    password: text,
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
  },
  strict,
)

const listQuery = Type.Object({ sort: Type.Optional(Type.String()), ...pagingFields }, strict)

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
  const { offset, count } = pagingOf(query)
  const users = app.store.users.page(offset, count).map((one) => listedUser(app, one, full))
  return { users, count: users.length, offset, total: app.store.users.count() }
})

const create = userPost(
  'users.create',
  { body: createBody, permissions: ['create-user'] },
  async ({ app, body }) => {
    const input: NewUser = {
      username: body.username,
      name: body.name,
      email: body.email,
      password: body.password,
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

type UpdateData = {
  name?: string
  username?: string
  email?: string
  password?: string
  verified?: boolean
}

const changedUser = (app: App, before: UserDoc, data: UpdateData): UserDoc => {
  const after = { ...before, _updatedAt: app.store.stamps.next() }
  if (data.username !== undefined) {
    checkUsername(app, data.username, before._id)
    after.username = data.username
  }
  if (data.email !== undefined) {
    checkEmail(app, data.email, before._id)
    after.emails = [{ address: data.email, verified: data.verified ?? false }]
  }
  const copied = [
    'name',
    'active',
    'roles',
    'bio',
    'nickname',
    'statusText',
    'requirePasswordChange',
    'customFields',
  ] as const
  const values = data as Record<string, unknown>
  for (const field of copied) {
    if (values[field] !== undefined) Object.assign(after, { [field]: values[field] })
  }
  return after
}

const update = userPost(
  'users.update',
  { body: updateBody, permissions: ['edit-other-user-info'] },
  async ({ app, body }) => {
    if (app.store.users.get(body.userId) === undefined) throw new TextError('User not found.')
    const { password } = body.data
    const hash = password === undefined ? undefined : await hashPassword(digestOf(password))
    const after = app.store.write(() => {
      const before = app.store.users.get(body.userId)
      if (before === undefined) throw new TextError('User not found.')
      const changed = changedUser(app, before, body.data)
      app.store.users.update(changed)
      if (hash !== undefined) {
        app.store.users.setPasswordHash(changed._id, hash)
        app.events.tokensRemoved(app.store.tokens.removeAll(changed._id))
      }
      announceName(app, before, changed)
      return changed
    })
    return { user: savedUser(app, after) }
  },
)

export const userEndpoints: readonly Endpoint[] = [info, list, create, update]
