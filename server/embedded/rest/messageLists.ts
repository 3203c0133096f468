import { Type, type Static } from 'typebox'
import type { App } from '../app'
import type { MessageDoc, UserDoc } from '../documents'
import { messageFor } from '../domain/published'
import { accessibleRoom } from '../domain/roomAccess'
import { searchMessages } from '../domain/searchMessages'
import { TextError } from '../errors'
import { isMessageOrder, type MessageFilter, type MessageOrder } from '../storage/messageLists'
import { dateParam } from './dates'
import { directFields, directRoom, withAlias } from './directRooms'
import { userGet, type Endpoint } from './endpoint'
import { pagingFields, pagingOf } from './paging'
import { namedFamilies, readableNamedRoom, roomFields, type Family } from './selectors'
import { sortKeys } from './sorting'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })
const optionalText = Type.Optional(Type.String())

/** Paging and order of a list of messages; spread into a schema. */
export const listFields = { sort: optionalText, ...pagingFields }

type ListQuery = { sort?: string; offset?: number; count?: number }

const orderOf = (sort: string | undefined, otherwise: MessageOrder): MessageOrder => {
  const [first] = sortKeys(sort)
  if (first === undefined || !isMessageOrder(first[0])) return otherwise
  return { by: first[0], descending: first[1] === -1 }
}

export type MessagePage = {
  messages: MessageDoc[]
  count: number
  offset: number
  total: number
}

/** One page of a list, as the caller may see it; newest first unless the query says otherwise. */
export const messagePage = (
  app: App,
  user: UserDoc,
  filter: MessageFilter,
  query: ListQuery,
  otherwise: MessageOrder = { by: 'ts', descending: true },
): MessagePage => {
  const { offset, count } = pagingOf(query)
  const order = orderOf(query.sort, otherwise)
  const { messages, total } = app.store.messageLists.page(filter, order, offset, count)
  const shown = messages.map((message) => messageFor(message, user._id))
  return { messages: shown, count: shown.length, offset, total }
}

/** @throws TextError `error-not-allowed` for a room that the user may not see. */
export const checkReadable = (app: App, rid: string, user: UserDoc): void => {
  if (accessibleRoom(app, rid, user) === undefined) throw new TextError('error-not-allowed')
}

const roomList = (path: string, filterOf: (user: UserDoc) => MessageFilter): Endpoint =>
  userGet(
    path,
    { query: Type.Object({ roomId: text, ...listFields }, strict) },
    ({ app, user, query }) => {
      checkReadable(app, query.roomId, user)
      return messagePage(app, user, { rid: query.roomId, ...filterOf(user) }, query)
    },
  )

const discussions = userGet(
  'chat.getDiscussions',
  { query: Type.Object({ roomId: text, text: optionalText, ...listFields }, strict) },
  ({ app, user, query }) => {
    checkReadable(app, query.roomId, user)
    const filter: MessageFilter = { rid: query.roomId, discussions: true }
    if (query.text !== undefined && query.text !== '') filter.text = query.text
    return messagePage(app, user, filter, query)
  },
)

const deleted = userGet(
  'chat.getDeletedMessages',
  { query: Type.Object({ roomId: text, since: text, ...pagingFields }, strict) },
  ({ app, user, query }) => {
    checkReadable(app, query.roomId, user)
    const problem = 'The "since" query parameter must be a valid date.'
    const since = dateParam(query.since, problem)?.getTime() ?? 0
    const { offset, count } = pagingOf(query)
    const all = app.store.trash.since('messages', query.roomId, since)
    const messages = all.slice(offset, offset + count).map(({ _id }) => ({ _id }))
    return { messages, count: messages.length, offset, total: all.length }
  },
)

const search = userGet(
  'chat.search',
  { query: Type.Object({ roomId: text, searchText: text, ...pagingFields }, strict) },
  async ({ app, user, query }) => {
    const room = accessibleRoom(app, query.roomId, user)
    if (room === undefined) throw new TextError('error-not-allowed')
    const found = await searchMessages(app, user, room, query.searchText, pagingOf(query))
    return { messages: found.map((message) => messageFor(message, user._id)) }
  },
)

const flagFields = {
  mentionIds: optionalText,
  starredIds: optionalText,
  pinned: Type.Optional(Type.Union([Type.Literal('true'), Type.Literal('false')])),
}

const namedQuery = Type.Object({ ...roomFields, ...flagFields, ...listFields }, strict)
const directQuery = Type.Object({ ...directFields, ...flagFields, ...listFields }, strict)

const idsOf = (csv: string): string[] =>
  csv
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '')

const flagsOf = (
  rid: string,
  query: Pick<Static<typeof namedQuery>, 'mentionIds' | 'starredIds' | 'pinned'>,
): MessageFilter => {
  const filter: MessageFilter = { rid }
  if (query.mentionIds !== undefined) filter.mentions = idsOf(query.mentionIds)
  if (query.starredIds !== undefined) filter.starredBy = idsOf(query.starredIds)
  if (query.pinned === 'true') filter.pinned = true
  return filter
}

const namedMessages = (family: Family): Endpoint =>
  userGet(`${family.prefix}.messages`, { query: namedQuery }, ({ app, user, query }) => {
    const room = readableNamedRoom(app, family, query, user)
    return messagePage(app, user, flagsOf(room._id, query), query)
  })

const directMessages = userGet('im.messages', { query: directQuery }, ({ app, user, query }) => {
  const room = directRoom(app, query, user)
  return messagePage(app, user, flagsOf(room._id, query), query)
})

/** Messages that share something (protocol reference 3.8, 3.10 and 3.13). */
export const messageListEndpoints: readonly Endpoint[] = [
  roomList('chat.getPinnedMessages', () => ({ pinned: true })),
  roomList('chat.getStarredMessages', (user) => ({ starredBy: [user._id] })),
  roomList('chat.getMentionedMessages', (user) => ({ mentions: [user._id] })),
  discussions,
  deleted,
  search,
  ...namedFamilies.map(namedMessages),
  ...withAlias([directMessages]),
]
