import { Type, type Static } from 'typebox'
import type { App } from '../app'
import type { RoomDoc, RoomType, UserDoc } from '../documents'
import { history, type HistoryRequest } from '../domain/history'
import { messageFor } from '../domain/published'
import { canAccessRoom } from '../domain/roomAccess'
import { MeteorError, TextError } from '../errors'
import { dateParam } from './dates'
import { userGet, type Endpoint } from './endpoint'
import { pagingFields, pagingOf } from './paging'

const flag = Type.Optional(Type.Union([Type.Literal('true'), Type.Literal('false')]))

const historyQuery = Type.Object(
  {
    roomId: Type.String({ minLength: 1 }),
    latest: Type.Optional(Type.String()),
    oldest: Type.Optional(Type.String()),
    inclusive: flag,
    unreads: flag,
    showThreadMessages: flag,
    ...pagingFields,
  },
  { additionalProperties: false },
)

type HistoryQuery = Static<typeof historyQuery>

type Family = {
  path: string
  type: RoomType
  /** Whether thread replies are in the answer when the caller does not say (protocol reference 5.9). */
  threadReplies: boolean
  defaultCount: number
  /** Whether the workspace's upper limit of a page applies. */
  clamped: boolean
}

const families: readonly Family[] = [
  { path: 'channels.history', type: 'c', threadReplies: false, defaultCount: 50, clamped: true },
  { path: 'groups.history', type: 'p', threadReplies: true, defaultCount: 20, clamped: false },
  { path: 'im.history', type: 'd', threadReplies: false, defaultCount: 50, clamped: true },
  { path: 'dm.history', type: 'd', threadReplies: false, defaultCount: 50, clamped: true },
]

// Not clamped by the workspace's limit, yet nobody gets more than this at once.
const hardLimit = 1000

const findRoom = (app: App, family: Family, rid: string, user: UserDoc): RoomDoc => {
  const room = app.store.rooms.get(rid)
  const member = (): boolean => app.store.subscriptions.get(rid, user._id) !== undefined
  if (room?.t !== family.type || (family.type !== 'c' && !member())) {
    const reason = 'The required "roomId" or "roomName" param provided does not match any room'
    throw new MeteorError('error-room-not-found', reason)
  }
  if (!canAccessRoom(app, room, user)) throw new TextError('unauthorized', 403)
  return room
}

const requestOf = (family: Family, query: HistoryQuery): HistoryRequest => {
  const { offset, count } = pagingOf(query)
  const free = Math.min(query.count ?? family.defaultCount, hardLimit)
  const shown = query.showThreadMessages
  const request: HistoryRequest = {
    offset,
    count: family.clamped ? Math.min(count, hardLimit) : free === 0 ? hardLimit : free,
    inclusive: query.inclusive === 'true',
    unreads: query.unreads === 'true',
    threadReplies: shown === undefined ? family.threadReplies : shown === 'true',
  }
  const latest = dateParam(query.latest, 'error-latest-param-invalid')
  const oldest = dateParam(query.oldest, 'error-oldest-param-invalid')
  if (latest !== undefined) request.latest = latest
  if (oldest !== undefined) request.oldest = oldest
  return request
}

export const historyEndpoints: readonly Endpoint[] = families.map((family) =>
  userGet(family.path, { query: historyQuery }, ({ app, user, query }) => {
    const room = findRoom(app, family, query.roomId, user)
    const page = history(app, room, requestOf(family, query))
    const messages = page.messages.map((message) => messageFor(message, user._id))
    return { ...page, messages }
  }),
)
