import { Type, type Static } from 'typebox'
import type { App } from '../app'
import type { MessageDoc, UserDoc } from '../documents'
import { deleteMessage } from '../domain/deleteMessage'
import { editContent, editMessage } from '../domain/editMessage'
import { messageOfFile } from '../files/deleteUpload'
import { messageFor } from '../domain/published'
import { accessibleRoom } from '../domain/roomAccess'
import { sendSoon, type NewMessage } from '../domain/sendMessage'
import { syncMessages } from '../domain/syncMessages'
import { MeteorError, TextError } from '../errors'
import { Reply, userGet, userPost, type Endpoint } from './endpoint'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })
const optionalText = Type.Optional(Type.String())
const anyRecord = Type.Record(Type.String(), Type.Unknown())
const previewUrls = Type.Optional(Type.Array(Type.String()))

const sendBody = Type.Object(
  {
    message: Type.Object(
      {
        _id: optionalText,
        rid: optionalText,
        msg: optionalText,
        t: optionalText,
        tmid: optionalText,
        tshow: Type.Optional(Type.Boolean()),
        alias: optionalText,
        emoji: optionalText,
        avatar: optionalText,
        attachments: Type.Optional(Type.Array(anyRecord, { maxItems: 100 })),
        blocks: Type.Optional(Type.Array(anyRecord, { maxItems: 100 })),
        customFields: Type.Optional(anyRecord),
        content: Type.Optional(anyRecord),
      },
      strict,
    ),
    previewUrls,
  },
  strict,
)

const send = userPost('chat.sendMessage', { body: sendBody }, async ({ app, user, body }) => {
  const { rid, t } = body.message
  if (rid === undefined || rid === '') {
    throw new TextError("The 'rid' property on the message object is missing.")
  }
  if (t !== undefined && t !== 'e2e') {
    throw new TextError("Cannot send system messages using 'chat.sendMessage'")
  }
  const input: NewMessage = { ...(body.message as Omit<NewMessage, 'rid'>), rid }
  const message = await sendSoon(app, user, input, body.previewUrls)
  if (message === undefined) {
    // What the real server makes of its own silence about a known id (protocol reference 5.1, step 10).
    throw new TextError("Cannot read properties of undefined (reading 'starred')")
  }
  return { message: messageFor(message, user._id) }
})

/** A message that the user may see. */
const visibleMessage = (app: App, id: string, user: UserDoc): MessageDoc | undefined => {
  const message = app.store.messages.get(id)
  if (message === undefined || message._hidden === true) return undefined
  return accessibleRoom(app, message.rid, user) === undefined ? undefined : message
}

const get = userGet(
  'chat.getMessage',
  { query: Type.Object({ msgId: text }, strict) },
  ({ app, user, query }) => {
    const message = visibleMessage(app, query.msgId, user)
    if (message === undefined) return new Reply(400, { success: false })
    return { message: messageFor(message, user._id) }
  },
)

/** The message of an edit or deletion, with the refusals' texts of `chat.update` and `chat.delete` (3.13). */
const messageOfRoom = (app: App, msgId: string, roomId: string): MessageDoc => {
  const message = app.store.messages.get(msgId)
  if (message === undefined) throw new TextError(`No message found with the id of "${msgId}".`)
  if (message.rid !== roomId) {
    throw new TextError('The room id provided does not match where the message is from.')
  }
  return message
}

const updateBody = Type.Union([
  Type.Object(
    {
      roomId: text,
      msgId: text,
      text: Type.String(),
      previewUrls,
      customFields: Type.Optional(anyRecord),
    },
    strict,
  ),
  Type.Object(
    { roomId: text, msgId: text, content: anyRecord, e2eMentions: Type.Optional(anyRecord) },
    strict,
  ),
])

const update = userPost('chat.update', { body: updateBody }, ({ app, user, body }) => {
  const before = messageOfRoom(app, body.msgId, body.roomId)
  const message =
    'content' in body
      ? editContent(app, user, before, body.content)
      : editMessage(app, user, before, body.text, body.previewUrls, body.customFields)
  return { message: messageFor(message, user._id) }
})

const asUser = Type.Optional(Type.Boolean())

const deleteBody = Type.Union([
  Type.Object({ msgId: text, roomId: text, asUser }, strict),
  Type.Object({ fileId: text, asUser }, strict),
])

/** The message of a deletion: named itself, or by the file that it shows. */
const deletedMessage = (app: App, body: Static<typeof deleteBody>): MessageDoc => {
  if ('msgId' in body) return messageOfRoom(app, body.msgId, body.roomId)
  const message = messageOfFile(app, body.fileId)
  if (message === undefined) {
    throw new TextError(`No message found with the file id of "${body.fileId}".`)
  }
  return message
}

const remove = userPost('chat.delete', { body: deleteBody }, ({ app, user, body }) => {
  const message = deletedMessage(app, body)
  if (body.asUser === true && message.u._id !== user._id) {
    throw new TextError(
      'Unauthorized. You must have the permission "force-delete-message" to delete other\'s message as them.',
    )
  }
  deleteMessage(app, user, message)
  const { _id, rid, u } = message
  return { _id, ts: String(app.clock.now()), message: { _id, rid, u } }
})

const syncQuery = Type.Object(
  {
    roomId: text,
    lastUpdate: optionalText,
    type: optionalText,
    next: optionalText,
    previous: optionalText,
    fromTs: optionalText,
    count: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  strict,
)

const sync = userGet('chat.syncMessages', { query: syncQuery }, ({ app, user, query }) => {
  if (accessibleRoom(app, query.roomId, user) === undefined) {
    throw new MeteorError('error-not-allowed', 'Not allowed')
  }
  const result = syncMessages(app, query.roomId, query)
  if (result.updated !== undefined) {
    result.updated = result.updated.map((message) => messageFor(message, user._id))
  }
  return { result }
})

export const chatEndpoints: readonly Endpoint[] = [send, get, update, remove, sync]
