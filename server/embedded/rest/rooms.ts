import { Type } from 'typebox'
import { canAccessRoom } from '../domain/roomAccess'
import { MeteorError, TextError } from '../errors'
import { dateParam } from './dates'
import { userGet, type Endpoint } from './endpoint'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })

const infoQuery = Type.Union([
  Type.Object({ roomId: text, fields: Type.Optional(Type.String()) }, strict),
  Type.Object({ roomName: text, fields: Type.Optional(Type.String()) }, strict),
])

export const roomEndpoints: readonly Endpoint[] = [
  userGet(
    'rooms.get',
    { query: Type.Object({ updatedSince: Type.Optional(Type.String()) }, strict) },
    ({ app, user, query }) => {
      const since = dateParam(query.updatedSince, 'error-updatedSince-param-invalid')?.getTime()
      const update = app.store.rooms.ofMember(user._id, since ?? -1)
      const remove = since === undefined ? [] : app.store.trash.since('rooms', '', since)
      return { update, remove }
    },
  ),
  userGet('rooms.info', { query: infoQuery }, ({ app, user, query }) => {
    const { rooms } = app.store
    const room = 'roomId' in query ? rooms.get(query.roomId) : rooms.byName(query.roomName)
    if (room === undefined) {
      const reason = 'The required "roomId" or "roomName" param provided does not match any channel'
      throw new MeteorError('error-room-not-found', reason)
    }
    if (!canAccessRoom(app, room, user)) throw new TextError('not-allowed', 400)
    return { room }
  }),
]
