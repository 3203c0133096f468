import { Type } from 'typebox'
import { markRoomUnread, markUnreadFrom } from '../domain/ownSubscription'
import { publishedSubscription } from '../domain/published'
import { readRoom } from '../domain/readRoom'
import { dateParam } from './dates'
import { userGet, userPost, type Endpoint } from './endpoint'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })
const readThreads = Type.Optional(Type.Boolean())

const readBody = Type.Union([
  Type.Object({ rid: text, readThreads }, strict),
  Type.Object({ roomId: text, readThreads }, strict),
])

const unreadBody = Type.Union([
  Type.Object({ roomId: text }, strict),
  Type.Object({ firstUnreadMessage: Type.Object({ _id: text }, strict) }, strict),
])

export const subscriptionEndpoints: readonly Endpoint[] = [
  userGet(
    'subscriptions.get',
    { query: Type.Object({ updatedSince: Type.Optional(Type.String()) }, strict) },
    ({ app, user, query }) => {
      const since = dateParam(query.updatedSince, 'error-roomId-param-invalid')?.getTime()
      const update = app.store.subscriptions.ofUser(user._id, since ?? -1)
      const remove =
        since === undefined ? [] : app.store.trash.since('subscriptions', user._id, since)
      return { update: update.map(publishedSubscription), remove }
    },
  ),
  userGet(
    'subscriptions.getOne',
    { query: Type.Object({ roomId: text }, strict) },
    ({ app, user, query }) => {
      const subscription = app.store.subscriptions.get(query.roomId, user._id)
      return {
        subscription: subscription === undefined ? null : publishedSubscription(subscription),
      }
    },
  ),
  userPost('subscriptions.read', { body: readBody }, ({ app, user, body }) => {
    const rid = 'rid' in body ? body.rid : body.roomId
    readRoom(app, rid, user, body.readThreads ?? false)
    return {}
  }),
  userPost('subscriptions.unread', { body: unreadBody }, ({ app, user, body }) => {
    if ('roomId' in body) markRoomUnread(app, body.roomId, user)
    else markUnreadFrom(app, body.firstUnreadMessage._id, user)
    return {}
  }),
]
