import { Type } from 'typebox'
import type { App } from '../app'
import type { UserDoc } from '../documents'
import { setStatus, type NewStatus } from '../domain/setStatus'
import { TextError } from '../errors'
import { dateParam } from './dates'
import { userGet, userPost, type Endpoint, type UserCall } from './endpoint'
import { targetUser, userFields, type UserSelector } from './selectors'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })
const optionalText = Type.Optional(Type.String())

const card = (app: App, user: UserDoc): Record<string, unknown> => {
  const { _id, username, name, statusText, utcOffset, avatarETag, roles, statusExpiresAt } = user
  return {
    _id,
    username,
    name,
    status: app.presence.statusOf(user),
    statusText,
    statusExpiresAt,
    utcOffset,
    avatarETag,
    roles,
  }
}

/** With `from`, too, the answer is the complete one: `full: true` allows that (protocol reference 3.6). */
const presence = userGet(
  'users.presence',
  { query: Type.Object({ ids: optionalText, from: optionalText }, strict) },
  ({ app, query }) => {
    dateParam(query.from, 'error-from-param-invalid')
    const ids = query.ids?.split(',') ?? app.presence.connectedIds()
    const known = [...new Set(ids)].flatMap((id) => app.store.users.get(id) ?? [])
    const users = known.map((user) => card(app, user))
    const wanted = users.filter((user) => query.ids !== undefined || user.status !== 'offline')
    return { users: wanted, full: true }
  },
)

const personQuery = Type.Object({ ...userFields, user: Type.Optional(text) }, strict)

type PersonQuery = UserSelector & { user?: string }

/** The person that is asked for; the caller when nobody is named. `user` is a name or an id. */
const person = (app: App, query: PersonQuery, caller: UserDoc): UserDoc => {
  if (query.user !== undefined) {
    const named = app.store.users.byUsername(query.user)
    return named ?? targetUser(app, { userId: query.user })
  }
  const named = query.userId !== undefined || query.username !== undefined
  return named ? targetUser(app, query) : caller
}

const getPresence = userGet('users.getPresence', { query: personQuery }, (call) => {
  const { app, user } = call
  const found = person(app, call.query, user)
  const answer: Record<string, unknown> = { presence: app.presence.statusOf(found) }
  if (found._id !== user._id) return answer
  answer.connectionStatus = app.presence.statusConnection(user._id)
  if (found.lastLogin !== undefined) answer.lastLogin = found.lastLogin
  return answer
})

const getStatus = userGet('users.getStatus', { query: personQuery }, (call) => {
  const { app, user } = call
  const found = person(app, call.query, user)
  const answer: Record<string, unknown> = { _id: found._id, status: app.presence.statusOf(found) }
  if (found.statusExpiresAt !== undefined) answer.statusExpiresAt = found.statusExpiresAt
  if (found._id !== user._id) return answer
  return { ...answer, connectionStatus: app.presence.statusConnection(user._id) }
})

const setBody = Type.Object(
  { ...userFields, status: optionalText, message: optionalText, expiresAt: optionalText },
  strict,
)

const statusTarget = ({ app, user, body }: UserCall<unknown, UserSelector>): UserDoc => {
  if (body.userId === undefined && body.username === undefined) return user
  const target = targetUser(app, body)
  if (target._id !== user._id && !app.permissions.has(user, 'edit-other-user-info')) {
    throw new TextError('unauthorized', 403)
  }
  return target
}

const set = userPost('users.setStatus', { body: setBody }, (call) => {
  const { status, message } = call.body
  const change: NewStatus = {}
  if (status !== undefined) change.status = status
  if (message !== undefined) change.message = message
  const expiresAt = dateParam(call.body.expiresAt, 'error-invalid-date')
  if (expiresAt !== undefined) change.expiresAt = expiresAt
  setStatus(call.app, statusTarget(call), change)
  return {}
})

/** Who is there (protocol reference 3.6 and 2.5). */
export const userStatusEndpoints: readonly Endpoint[] = [presence, getPresence, getStatus, set]
