import { Type, type Static } from 'typebox'
import type { App } from '../app'
import type { RoomDoc, UserDoc } from '../documents'
import { openDirectRoom } from '../domain/createRoom'
import { joinAsUser } from '../domain/membership'
import { messageFor } from '../domain/published'
import { canAccessRoom } from '../domain/roomAccess'
import { sendMessage, type NewMessage } from '../domain/sendMessage'
import { MeteorError, TextError } from '../errors'
import { userPost, type Endpoint } from './endpoint'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })
const optionalText = Type.Optional(Type.String())
const anyRecord = Type.Record(Type.String(), Type.Unknown())
const targets = Type.Union([text, Type.Array(text, { minItems: 1, maxItems: 50 })])

const content = {
  text: optionalText,
  alias: optionalText,
  emoji: optionalText,
  avatar: optionalText,
  attachments: Type.Optional(Type.Array(anyRecord, { maxItems: 100 })),
  customFields: Type.Optional(anyRecord),
  parseUrls: Type.Optional(Type.Boolean()),
}

const body = Type.Union([
  Type.Object({ roomId: targets, tmid: optionalText, ...content }, strict),
  Type.Object({ channel: targets, ...content }, strict),
])

const invalidChannel = (): MeteorError => new MeteorError('invalid-channel')

const directWith = (app: App, user: UserDoc, username: string): RoomDoc => {
  const other = app.store.users.byUsername(username)
  if (other === undefined || !app.permissions.has(user, 'create-d')) throw invalidChannel()
  const people = other._id === user._id ? [user] : [user, other]
  return openDirectRoom(app, people, user).room
}

/** The room of `#name`, `@user`, a name or an id; a public channel is joined on the way. */
const roomOf = (app: App, user: UserDoc, target: string): RoomDoc => {
  if (target.startsWith('@')) return directWith(app, user, target.slice(1))
  const name = target.replace(/^#/, '')
  const room = app.store.rooms.get(target) ?? app.store.rooms.byName(name)
  if (room === undefined || !canAccessRoom(app, room, user)) throw invalidChannel()
  return room.t === 'c' ? joinAsUser(app, room, user) : room
}

/** As the real server stores it: a message of a bot always has a display name and attachments, empty or not. */
const messageOf = (rid: string, input: Static<typeof body>): NewMessage => {
  const start = { alias: '', attachments: [], groupable: false }
  const message: NewMessage = { ...start, rid, msg: input.text ?? '' }
  if ('tmid' in input) message.tmid = input.tmid
  for (const field of ['alias', 'emoji', 'avatar', 'attachments', 'customFields'] as const) {
    if (input[field] !== undefined) Object.assign(message, { [field]: input[field] })
  }
  return message
}

/** The way in which bots write (protocol reference 3.13): no id of their own, names in place of room ids. */
export const postMessageEndpoints: readonly Endpoint[] = [
  userPost('chat.postMessage', { body }, ({ app, user, body: input }) => {
    if ((input.text ?? '').length > app.settings.number('Message_MaxAllowedSize')) {
      throw new TextError('error-message-size-exceeded')
    }
    const given = 'roomId' in input ? input.roomId : input.channel
    const list = Array.isArray(given) ? given : [given]
    const previews = input.parseUrls === false ? [] : undefined
    const [sent] = list.map((target) => {
      const message = sendMessage(
        app,
        user,
        messageOf(roomOf(app, user, target)._id, input),
        previews,
      )
      return { channel: target, message }
    })
    if (sent?.message === undefined) throw invalidChannel()
    const message = messageFor(sent.message, user._id)
    return { ts: app.clock.now(), channel: sent.channel, message }
  }),
]
