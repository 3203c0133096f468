import { Type } from 'typebox'
import type { App } from '../app'
import type { MessageDoc, RoomDoc, UserDoc } from '../documents'
import {
  checkThreadsEnabled,
  followThread,
  readThread,
  threadRootFor,
} from '../domain/followThread'
import { messageFor } from '../domain/published'
import { accessibleRoom } from '../domain/roomAccess'
import { MeteorError } from '../errors'
import type { MessageFilter } from '../storage/messageLists'
import { dateParam } from './dates'
import { userGet, userPost, type Endpoint } from './endpoint'
import { listFields, messagePage } from './messageLists'
import { pagingOf } from './paging'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })

/** @throws MeteorError `error-not-allowed`. */
const roomWithThreads = (app: App, rid: string, user: UserDoc): RoomDoc => {
  checkThreadsEnabled(app)
  const room = accessibleRoom(app, rid, user)
  if (room === undefined) throw new MeteorError('error-not-allowed', 'Not Allowed')
  return room
}

const listQuery = Type.Object(
  {
    rid: text,
    type: Type.Optional(Type.Union([Type.Literal('following'), Type.Literal('unread')])),
    text: Type.Optional(Type.String()),
    ...listFields,
  },
  strict,
)

const list = userGet('chat.getThreadsList', { query: listQuery }, ({ app, user, query }) => {
  const room = roomWithThreads(app, query.rid, user)
  const filter: MessageFilter = { rid: room._id, threads: true }
  if (query.text !== undefined && query.text !== '') filter.text = query.text
  if (query.type === 'following') filter.followedBy = user._id
  if (query.type === 'unread') {
    filter.ids = app.store.subscriptions.get(room._id, user._id)?.tunread ?? []
  }
  const newest = { by: 'tlm', descending: true } as const
  const { messages, ...page } = messagePage(app, user, filter, query, newest)
  return { threads: messages, ...page }
})

type PageQuery = { offset?: number; count?: number }

/**
 * The page in whose middle one reply is, oldest first; the `offset` of the answer says where that page lies.
 * @throws MeteorError `error-invalid-message` for what is no reply of the thread.
 */
const pageAround = (app: App, root: MessageDoc, id: string, query: PageQuery): PageQuery => {
  const reply = app.store.messages.get(id)
  if (reply?.tmid !== root._id) {
    throw new MeteorError('error-invalid-message', 'No such reply', { method: 'getThreadMessages' })
  }
  const { count } = pagingOf(query)
  const before = app.store.messageLists.countBefore(root._id, reply)
  const offset = Math.max(0, before - Math.floor(count / 2))
  return query.count === undefined ? { offset } : { offset, count: query.count }
}

const threadQuery = Type.Object(
  { tmid: text, aroundId: Type.Optional(text), ...listFields },
  strict,
)

const messages = userGet(
  'chat.getThreadMessages',
  { query: threadQuery },
  ({ app, user, query: { tmid, aroundId, ...query } }) => {
    const root = threadRootFor(app, tmid, user)
    const oldest = { by: 'ts', descending: false } as const
    const filter = { tmid: root._id }
    if (aroundId === undefined) return messagePage(app, user, filter, query, oldest)
    return messagePage(app, user, filter, pageAround(app, root, aroundId, query), oldest)
  },
)

type Changes = { update: unknown[]; remove: unknown[] }

/**
 * What changed since a time. `remove` may name other deleted messages of the room: ids that a client never had are to be
 * ignored (protocol reference 3.3).
 */
const changesOf = (
  app: App,
  user: UserDoc,
  rid: string,
  filter: MessageFilter,
  updatedSince: string,
): Changes => {
  const since = dateParam(updatedSince, 'error-updatedSince-param-invalid')?.getTime() ?? 0
  const order = { by: '_updatedAt', descending: false } as const
  const changed = { ...filter, updatedAfter: since }
  const all = app.store.messageLists.page(changed, order, 0, Number.MAX_SAFE_INTEGER)
  return {
    update: all.messages.map((message) => messageFor(message, user._id)),
    remove: app.store.trash.since('messages', rid, since),
  }
}

const syncList = userGet(
  'chat.syncThreadsList',
  { query: Type.Object({ rid: text, updatedSince: text }, strict) },
  ({ app, user, query }) => {
    const { _id: rid } = roomWithThreads(app, query.rid, user)
    return { threads: changesOf(app, user, rid, { rid, threads: true }, query.updatedSince) }
  },
)

const syncMessages = userGet(
  'chat.syncThreadMessages',
  { query: Type.Object({ tmid: text, updatedSince: text }, strict) },
  ({ app, user, query }) => {
    const { _id: tmid, rid } = threadRootFor(app, query.tmid, user)
    return { messages: changesOf(app, user, rid, { tmid }, query.updatedSince) }
  },
)

const follow = (path: string, follows: boolean): Endpoint =>
  userPost(path, { body: Type.Object({ mid: text }, strict) }, ({ app, user, body }) => {
    followThread(app, user, body.mid, follows)
    return {}
  })

const read = userPost(
  'chat.readThread',
  { body: Type.Object({ tmid: text }, strict) },
  ({ app, user, body }) => {
    readThread(app, user, body.tmid)
    return {}
  },
)

/** Threads (protocol reference 3.13, 5.6 and 5.10). */
export const threadEndpoints: readonly Endpoint[] = [
  list,
  messages,
  syncList,
  syncMessages,
  follow('chat.followMessage', true),
  follow('chat.unfollowMessage', false),
  read,
]
