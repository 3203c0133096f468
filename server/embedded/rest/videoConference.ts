import { Type } from 'typebox'
import type { App } from '../app'
import type { UserDoc } from '../documents'
import { accessibleRoom } from '../domain/roomAccess'
import { TextError } from '../errors'
import { userGet, userPost, type Endpoint } from './endpoint'
import { pageOf, pagingFields } from './paging'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1, maxLength: 256 })
const callFields = { callId: text }
const anyState = Type.Optional(Type.Record(Type.String(), Type.Unknown()))

/** What a workspace without a provider says; administrators get a hint of their own (protocol reference 3.18). */
const noProvider = (user: UserDoc): TextError =>
  new TextError(`${user.roles.includes('admin') ? 'admin-' : ''}no-videoconf-provider-app`)

/** No conference was ever started, so no id is known. */
const unknownCall = (): never => {
  throw new TextError('invalid-params')
}

const checkRoom = (app: App, user: UserDoc, roomId: string): void => {
  if (accessibleRoom(app, roomId, user) === undefined) throw new TextError('invalid-params')
}

const startBody = Type.Object(
  {
    roomId: text,
    title: Type.Optional(Type.String({ maxLength: 256 })),
    allowRinging: Type.Optional(Type.Boolean()),
  },
  strict,
)

const start = userPost('video-conference.start', { body: startBody }, ({ app, user, body }) => {
  if (!app.permissions.has(user, 'call-management', body.roomId)) {
    throw new TextError('unauthorized', 403)
  }
  checkRoom(app, user, body.roomId)
  throw noProvider(user)
})

const list = userGet(
  'video-conference.list',
  { query: Type.Object({ roomId: text, ...pagingFields }, strict) },
  ({ app, user, query }) => {
    checkRoom(app, user, query.roomId)
    const { items, ...page } = pageOf([], query)
    return { data: items, ...page }
  },
)

const ofCall = (name: string): Endpoint =>
  userPost(`video-conference.${name}`, { body: Type.Object(callFields, strict) }, unknownCall)

/** Video conferences, of a workspace that has no provider of them (protocol reference 3.18). */
export const videoConferenceEndpoints: readonly Endpoint[] = [
  userGet('video-conference.capabilities', {}, ({ user }) => {
    throw noProvider(user)
  }),
  userGet('video-conference.providers', {}, () => ({ data: [] })),
  userGet('video-conference.info', { query: Type.Object(callFields, strict) }, unknownCall),
  start,
  list,
  userPost(
    'video-conference.join',
    { body: Type.Object({ ...callFields, state: anyState }, strict) },
    unknownCall,
  ),
  ofCall('cancel'),
  ofCall('leave'),
  ofCall('heartbeat'),
  ofCall('decline'),
  userPost(
    'video-conference.rename',
    { body: Type.Object({ ...callFields, title: Type.String({ minLength: 1 }) }, strict) },
    unknownCall,
  ),
]
