import { Type } from 'typebox'
import type { App } from '../app'
import type { RoomDoc, UserDoc } from '../documents'
import { convertToTeam } from '../domain/createTeam'
import { messageFor } from '../domain/published'
import { saveRoomSettings } from '../domain/saveRoomSettings'
import { MeteorError, TextError } from '../errors'
import { openGet, userGet, userPost, type Endpoint } from './endpoint'
import { listFields, messagePage } from './messageLists'
import { pagingFields, pagingOf } from './paging'
import { namedRoom, roomFields, roomNotFound, type Family } from './selectors'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })
const channels: Family = { prefix: 'channels', type: 'c', word: 'channel' }
const groups: Family = { prefix: 'groups', type: 'p', word: 'group' }

const mentions = userGet(
  'channels.getAllUserMentionsByChannel',
  { query: Type.Object({ roomId: text, ...listFields }, strict) },
  ({ app, user, query }) => {
    const room = namedRoom(app, channels, { roomId: query.roomId }, user)
    const filter = { rid: room._id, mentions: [user._id] }
    const { messages, ...page } = messagePage(app, user, filter, query)
    return { mentions: messages, ...page }
  },
)

/** What everybody may read of public channels where the workspace allows it. */
const anonymous = openGet(
  'channels.anonymousread',
  Type.Object({ ...roomFields, sort: Type.Optional(Type.String()), ...pagingFields }, strict),
  ({ app, query }) => {
    if (!app.settings.flag('Accounts_AllowAnonymousRead')) {
      throw new MeteorError('error-not-allowed', 'Enable "Allow Anonymous Read"', {
        method: 'channels.anonymousread',
      })
    }
    const { rooms, teams } = app.store
    const room =
      query.roomId === undefined ? rooms.byName(query.roomName ?? '') : rooms.get(query.roomId)
    const team = room?.teamId === undefined ? undefined : teams.get(room.teamId)
    if (room?.t !== 'c' || team?.type === 1) throw roomNotFound('channel')
    const { offset, count } = pagingOf(query)
    const newest = { by: 'ts', descending: true } as const
    const found = app.store.messageLists.page({ rid: room._id }, newest, offset, count)
    const messages = found.messages.map((message) => messageFor(message, ''))
    return { messages, count: messages.length, offset, total: found.total }
  },
)

const converted = (app: App, user: UserDoc, room: RoomDoc): Record<string, unknown> => {
  for (const permission of ['create-team', 'edit-room']) {
    if (!app.permissions.has(user, permission, room._id)) throw new TextError('unauthorized', 403)
  }
  return { team: convertToTeam(app, user, room) }
}

const channelToTeam = userPost(
  'channels.convertToTeam',
  {
    body: Type.Union([
      Type.Object({ channelId: text }, strict),
      Type.Object({ channelName: text }, strict),
    ]),
  },
  ({ app, user, body }) => {
    const selector =
      'channelId' in body ? { roomId: body.channelId } : { roomName: body.channelName }
    return converted(app, user, namedRoom(app, channels, selector, user))
  },
)

const groupToTeam = userPost(
  'groups.convertToTeam',
  { body: Type.Object(roomFields, strict) },
  ({ app, user, body }) => {
    if (body.roomId === undefined && body.roomName === undefined) {
      const reason = 'The parameter "roomId" or "roomName" is required'
      throw new MeteorError('error-room-param-not-provided', reason)
    }
    return converted(app, user, namedRoom(app, groups, body, user))
  },
)

const setEncrypted = userPost(
  'groups.setEncrypted',
  { body: Type.Object({ ...roomFields, encrypted: Type.Boolean() }, strict) },
  ({ app, user, body }) => {
    const room = namedRoom(app, groups, body, user)
    return { group: saveRoomSettings(app, user, room, { encrypted: body.encrypted }) }
  },
)

/** What administrators may read of other people's conversations, where the workspace allows it. */
const othersMessages = (path: string): Endpoint =>
  userGet(
    path,
    {
      query: Type.Object({ roomId: Type.Optional(Type.String()), ...listFields }, strict),
      permissions: ['view-room-administration'],
    },
    ({ app, user, query }) => {
      if (!app.settings.flag('API_Enable_Direct_Message_History_EndPoint')) {
        throw new MeteorError('error-endpoint-disabled', 'This endpoint is disabled', {
          route: '/api/v1/im.messages.others',
        })
      }
      if (query.roomId === undefined || query.roomId === '') {
        const reason = 'The parameter "roomId" is required'
        throw new MeteorError('error-roomid-param-not-provided', reason)
      }
      const room = app.store.rooms.get(query.roomId)
      if (room?.t !== 'd') {
        const reason = `No direct message room found by the id of: ${query.roomId}`
        throw new MeteorError('error-room-not-found', reason)
      }
      return messagePage(app, user, { rid: room._id }, query)
    },
  )

/** What only one family of rooms has (protocol reference 3.8 to 3.10). */
export const namedRoomExtraEndpoints: readonly Endpoint[] = [
  mentions,
  anonymous,
  channelToTeam,
  groupToTeam,
  setEncrypted,
  othersMessages('im.messages.others'),
  othersMessages('dm.messages.others'),
]
