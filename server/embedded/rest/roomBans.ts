import { Type } from 'typebox'
import type { App } from '../app'
import type { RoomDoc, UserDoc } from '../documents'
import { banUser, bannedIn, unbanUser } from '../domain/bans'
import { saveDraft } from '../domain/drafts'
import { answerInvitation } from '../domain/invitation'
import { canAccessRoom } from '../domain/roomAccess'
import { TextError } from '../errors'
import { userGet, userPost, type Endpoint } from './endpoint'
import { pageOf, pagingFields } from './paging'
import { roomNotFound, targetUser } from './selectors'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })

const personBody = Type.Union([
  Type.Object({ roomId: text, userId: text }, strict),
  Type.Object({ roomId: text, username: text }, strict),
])

const change = (
  path: string,
  action: (app: App, room: RoomDoc, actor: UserDoc, target: UserDoc) => void,
): Endpoint =>
  userPost(path, { body: personBody }, ({ app, user, body }) => {
    const target = targetUser(app, body)
    const room = app.store.rooms.get(body.roomId)
    if (room === undefined) throw roomNotFound('group')
    action(app, room, user, target)
    return {}
  })

const banned = userGet(
  'rooms.bannedUsers',
  { query: Type.Object({ roomId: text, ...pagingFields }, strict) },
  ({ app, user, query }) => {
    const room = app.store.rooms.get(query.roomId)
    if (room === undefined || !canAccessRoom(app, room, user)) {
      throw new TextError('unauthorized', 403)
    }
    const { items, ...page } = pageOf(bannedIn(app, room._id), query)
    return {
      bannedUsers: items.map(({ _id, username, name }) => ({ _id, username, name })),
      ...page,
    }
  },
)

const invitation = userPost(
  'rooms.invite',
  {
    body: Type.Object(
      { roomId: text, action: Type.Union([Type.Literal('accept'), Type.Literal('reject')]) },
      strict,
    ),
  },
  ({ app, user, body }) => {
    answerInvitation(app, body.roomId, user, body.action)
    return {}
  },
)

/** No path of a field: an id becomes a key of the stored document. */
const threadId = Type.Optional(
  Type.String({ minLength: 1, maxLength: 64, pattern: '^(?!__)[A-Za-z0-9_-]+$' }),
)

const draft = userPost(
  'rooms.saveDraft',
  { body: Type.Object({ rid: text, draft: Type.String(), tmid: threadId }, strict) },
  ({ app, user, body }) => {
    saveDraft(app, user, body)
    return {}
  },
)

/** What came with 8.x: bans, invitations and drafts (protocol reference 3.11). */
export const roomBanEndpoints: readonly Endpoint[] = [
  change('rooms.banUser', banUser),
  change('rooms.unbanUser', unbanUser),
  banned,
  invitation,
  draft,
]
