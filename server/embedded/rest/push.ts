import { Type } from 'typebox'
import type { App } from '../app'
import type { MessageDoc, RoomDoc } from '../documents'
import { messageFor } from '../domain/published'
import { accessibleRoom } from '../domain/roomAccess'
import { MeteorError, TextError } from '../errors'
import { randomId } from '../ids'
import type { PushToken } from '../storage/pushTokens'
import { userDelete, userGet, userPost, type Endpoint } from './endpoint'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1, maxLength: 4096 })
const maxDevices = 20

const tokenBody = Type.Object(
  {
    type: Type.Union([Type.Literal('gcm'), Type.Literal('apn')]),
    value: text,
    appName: text,
    id: Type.Optional(text),
    voipToken: Type.Optional(text),
  },
  strict,
)

const shown = (token: PushToken): Record<string, unknown> => ({
  _id: token.id,
  token: { [token.kind]: token.value },
  appName: token.appName,
  userId: token.uid,
  enabled: true,
  createdAt: new Date(token.createdAt),
  _updatedAt: new Date(token.updatedAt),
})

const addToken = userPost('push.token', { body: tokenBody }, ({ app, user, session, body }) => {
  const { pushTokens } = app.store
  const asked = body.id === undefined ? undefined : pushTokens.byId(body.id)
  const known = pushTokens.byValue(body.value) ?? asked
  // An id that belongs to somebody else is not taken over; the address of a device is.
  const free = asked === undefined || asked.uid === user._id ? body.id : undefined
  const now = app.clock.now()
  const token: PushToken = {
    id: free ?? (known?.uid === user._id ? known.id : randomId()),
    uid: user._id,
    kind: body.type,
    value: body.value,
    appName: body.appName,
    voip: body.voipToken ?? null,
    authHash: session.tokenHash,
    createdAt: known?.uid === user._id ? known.createdAt : now,
    updatedAt: now,
  }
  app.store.write(() => {
    pushTokens.save(token)
    pushTokens.keepNewest(user._id, maxDevices)
  })
  return { result: shown(token) }
})

const removeToken: Endpoint = {
  ...userDelete('push.token', (call) => {
    const { token } = call.body as { token: string }
    if (!call.app.store.pushTokens.remove(call.user._id, token)) {
      throw new TextError('Resource not found', 404)
    }
    return {}
  }),
  body: Type.Object({ token: text }, strict),
}

/** What a push about a message says (protocol reference 3.16). */
const notificationOf = (app: App, room: RoomDoc, message: MessageDoc): Record<string, unknown> => {
  const { _id, username, name } = message.u
  const payload: Record<string, unknown> = {
    host: `${app.settings.text('Site_Url')}/`,
    messageId: message._id,
    notificationType: 'message',
    rid: room._id,
    sender: { _id, username, name },
    senderName: username,
    type: room.t,
  }
  if (room.name !== undefined) payload.name = room.name
  if (message.t === 'e2e') payload.messageType = 'e2e'
  if (message.tmid !== undefined) payload.tmid = message.tmid
  const title = room.t === 'd' ? (name ?? username) : `#${room.fname ?? room.name ?? ''}`
  const line = room.t === 'd' ? message.msg : `${username}: ${message.msg}`
  return { title, text: line, from: 'push', sound: 'default', payload }
}

const get = userGet(
  'push.get',
  { query: Type.Object({ id: text }, strict) },
  ({ app, user, query }) => {
    const message = app.store.messages.get(query.id)
    if (message === undefined) throw new TextError('error-message-not-found')
    const room = accessibleRoom(app, message.rid, user)
    if (room === undefined) throw new MeteorError('error-not-allowed', 'Not allowed')
    const notification = notificationOf(app, room, message)
    return { data: { message: messageFor(message, user._id), notification } }
  },
)

/** Nothing is pushed: this workspace has no push service. Devices are kept for the day that it gets one. */
const test = userPost('push.test', { permissions: ['test-push-notifications'] }, () => {
  throw new MeteorError('error-push-disabled', 'Push is disabled', { method: 'push_test' })
})

/** Pushes (protocol reference 3.16). */
export const pushEndpoints: readonly Endpoint[] = [
  addToken,
  removeToken,
  get,
  userGet('push.info', {}, () => ({ pushGatewayEnabled: false, defaultPushGateway: false })),
  test,
]
