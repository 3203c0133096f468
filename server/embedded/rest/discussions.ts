import { Type } from 'typebox'
import { cleanHistory } from '../domain/cleanHistory'
import { createDiscussion, type NewDiscussion } from '../domain/createDiscussion'
import { canAccessRoom } from '../domain/roomAccess'
import { MeteorError } from '../errors'
import { dateParam } from './dates'
import { userGet, userPost, type Endpoint } from './endpoint'
import { pageOf, pagingFields } from './paging'
import { anyRoom, roomFields } from './selectors'
import { sorted, sortKeys } from './sorting'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })
const flag = Type.Optional(Type.Boolean())

const createBody = Type.Object(
  {
    prid: text,
    pmid: Type.Optional(text),
    t_name: Type.String({ minLength: 1, maxLength: 120 }),
    users: Type.Optional(Type.Array(Type.String(), { maxItems: 1000 })),
    reply: Type.Optional(Type.String()),
    topic: Type.Optional(Type.String({ maxLength: 5000 })),
    encrypted: flag,
  },
  strict,
)

const create = userPost('rooms.createDiscussion', { body: createBody }, ({ app, user, body }) => {
  if (body.encrypted === true) {
    throw new MeteorError('error-not-allowed', 'Encryption is not available', {
      method: 'DiscussionCreation',
    })
  }
  const members = (body.users ?? []).flatMap((name) => app.store.users.byUsername(name) ?? [])
  const input: NewDiscussion = { prid: body.prid, title: body.t_name, members }
  for (const field of ['pmid', 'reply', 'topic'] as const) {
    if (body[field] !== undefined) input[field] = body[field]
  }
  const { room, inserted } = createDiscussion(app, user, input)
  return { discussion: { ...room, rid: room._id, inserted } }
})

const list = userGet(
  'rooms.getDiscussions',
  {
    query: Type.Object(
      { ...roomFields, sort: Type.Optional(Type.String()), ...pagingFields },
      strict,
    ),
  },
  ({ app, user, query }) => {
    const room = anyRoom(app, query, user)
    const found = app.store.rooms.discussionsOf(room._id)
    const visible = found.filter((one) => canAccessRoom(app, one, user))
    const { items, ...page } = pageOf(sorted(visible, sortKeys(query.sort)), query)
    return { discussions: items, ...page }
  },
)

const cleanBody = Type.Object(
  {
    roomId: text,
    latest: text,
    oldest: text,
    inclusive: flag,
    excludePinned: flag,
    filesOnly: flag,
    users: Type.Optional(Type.Array(text, { maxItems: 1000 })),
    limit: Type.Optional(Type.Integer({ minimum: 0 })),
    ignoreDiscussion: flag,
    ignoreThreads: flag,
  },
  strict,
)

const clean = userPost('rooms.cleanHistory', { body: cleanBody }, ({ app, user, body }) => {
  const room = anyRoom(app, { roomId: body.roomId }, user)
  const latest = dateParam(body.latest, 'error-latest-param-invalid') ?? new Date(0)
  const oldest = dateParam(body.oldest, 'error-oldest-param-invalid') ?? new Date(0)
  const count = cleanHistory(app, user, room, {
    latest,
    oldest,
    inclusive: body.inclusive ?? false,
    excludePinned: body.excludePinned ?? false,
    filesOnly: body.filesOnly ?? false,
    ignoreDiscussion: body.ignoreDiscussion ?? false,
    ignoreThreads: body.ignoreThreads ?? false,
    users: body.users ?? [],
    limit: body.limit ?? 0,
  })
  return { _id: room._id, count }
})

/** Discussions, and the pruning of rooms (protocol reference 3.11 and 5.10). */
export const discussionEndpoints: readonly Endpoint[] = [create, list, clean]
