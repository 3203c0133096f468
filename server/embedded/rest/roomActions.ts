import { Type, type Static } from 'typebox'
import type { App } from '../app'
import { dataUriPicture } from '../avatar/setAvatar'
import type { RoomDoc, SubscriptionDoc, UserDoc } from '../documents'
import { archiveRoom } from '../domain/archiveRoom'
import { deleteRoom } from '../domain/deleteRoom'
import { joinAsUser, leaveRoom } from '../domain/membership'
import { muteUser } from '../domain/muteUser'
import {
  favourite,
  saveNotifications,
  showRoom,
  subscriptionOrRefuse,
} from '../domain/ownSubscription'
import { saveRoomSettings, type RoomSettings } from '../domain/saveRoomSettings'
import { MeteorError, TextError } from '../errors'
import { userPost, type Endpoint } from './endpoint'
import { anyRoom, fresh, roomFields, roomNotFound, targetUser, userFields } from './selectors'

const strict = { additionalProperties: false }
const text = Type.String({ minLength: 1 })
const flag = Type.Optional(Type.Boolean())
const idBody = Type.Object({ roomId: text }, strict)

const join = userPost(
  'rooms.join',
  { body: Type.Object({ ...roomFields, joinCode: Type.Optional(Type.String()) }, strict) },
  ({ app, user, body }) => {
    const { rooms } = app.store
    const room =
      body.roomId === undefined ? rooms.byName(body.roomName ?? '') : rooms.get(body.roomId)
    if (room === undefined) throw roomNotFound('channel')
    return { room: fresh(app, joinAsUser(app, room, user, body.joinCode)) }
  },
)

const leave = userPost(
  'rooms.leave',
  { body: Type.Object(roomFields, strict) },
  ({ app, user, body }) => {
    leaveRoom(app, anyRoom(app, body, user), user)
    return {}
  },
)

const ownSubscription = (app: App, rid: string, user: UserDoc): SubscriptionDoc => {
  const subscription = app.store.subscriptions.get(rid, user._id)
  if (subscription === undefined) throw new TextError('unauthorized', 403)
  return subscription
}

const show = (path: string, open: boolean): Endpoint =>
  userPost(path, { body: idBody }, ({ app, user, body }) => {
    showRoom(app, ownSubscription(app, body.roomId, user), open)
    return {}
  })

const favorite = userPost(
  'rooms.favorite',
  { body: Type.Object({ ...roomFields, favorite: Type.Boolean() }, strict) },
  ({ app, user, body }) => {
    const room = anyRoom(app, body, user)
    const subscription = app.store.subscriptions.get(room._id, user._id)
    if (subscription === undefined) {
      throw new MeteorError(
        'error-invalid-subscription',
        'You must be part of a room to favorite it',
        { method: 'toggleFavorite' },
      )
    }
    favourite(app, subscription, body.favorite)
    return {}
  },
)

const digit = Type.Optional(Type.Union([Type.Literal('0'), Type.Literal('1')]))
const level = Type.Optional(
  Type.Union([
    Type.Literal('default'),
    Type.Literal('all'),
    Type.Literal('mentions'),
    Type.Literal('nothing'),
  ]),
)

const notificationBody = Type.Object(
  {
    roomId: text,
    notifications: Type.Object(
      {
        disableNotifications: digit,
        muteGroupMentions: digit,
        hideUnreadStatus: digit,
        hideMentionStatus: digit,
        desktopNotifications: level,
        mobilePushNotifications: level,
        emailNotifications: level,
        audioNotificationValue: Type.Optional(Type.String({ maxLength: 100 })),
      },
      strict,
    ),
  },
  strict,
)

const notifications = userPost(
  'rooms.saveNotification',
  { body: notificationBody },
  ({ app, user, body }) => {
    const before = subscriptionOrRefuse(app, body.roomId, user, 'saveNotificationSettings')
    saveNotifications(app, before, body.notifications)
    return {}
  },
)

const mute = (path: string, muted: boolean): Endpoint =>
  userPost(
    path,
    { body: Type.Object({ roomId: text, ...userFields }, strict) },
    ({ app, user, body }) => {
      const room = anyRoom(app, { roomId: body.roomId }, user)
      muteUser(app, room, user, targetUser(app, body), muted)
      return {}
    },
  )

const optionalText = Type.Optional(Type.String({ maxLength: 5000 }))

const settingsBody = Type.Object(
  {
    rid: text,
    roomName: Type.Optional(text),
    roomTopic: optionalText,
    roomDescription: optionalText,
    roomAnnouncement: optionalText,
    roomType: Type.Optional(Type.Union([Type.Literal('c'), Type.Literal('p')])),
    readOnly: flag,
    reactWhenReadOnly: flag,
    systemMessages: Type.Optional(Type.Array(Type.String(), { maxItems: 100 })),
    joinCode: Type.Optional(Type.String({ maxLength: 100 })),
    roomCustomFields: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    default: flag,
    featured: flag,
    favorite: Type.Optional(
      Type.Union([
        Type.Boolean(),
        Type.Object({ defaultValue: flag, favorite: Type.Boolean() }, strict),
      ]),
    ),
    encrypted: flag,
    roomAvatar: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    retentionEnabled: flag,
    retentionMaxAge: Type.Optional(Type.Number({ minimum: 0, maximum: 100_000 })),
    retentionExcludePinned: flag,
    retentionFilesOnly: flag,
    retentionIgnoreThreads: flag,
    retentionOverrideGlobal: flag,
  },
  strict,
)

/** The fields of the form that the room keeps together as its `retention`. */
const retentionFields = {
  retentionEnabled: 'enabled',
  retentionMaxAge: 'maxAge',
  retentionExcludePinned: 'excludePinned',
  retentionFilesOnly: 'filesOnly',
  retentionIgnoreThreads: 'ignoreThreads',
  retentionOverrideGlobal: 'overrideGlobal',
} as const

/** Fields of the form that are not settings as they are. */
const ownFields: ReadonlySet<string> = new Set(['rid', 'favorite', 'roomAvatar'])

const settingsOf = (body: Static<typeof settingsBody>): RoomSettings => {
  const { favorite } = body
  const settings: Record<string, unknown> = {}
  const retention: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(body)) {
    if (ownFields.has(field)) continue
    const kept = retentionFields[field as keyof typeof retentionFields] as string | undefined
    if (kept === undefined) settings[field] = value
    else retention[kept] = value
  }
  if (Object.keys(retention).length > 0) settings.retention = retention
  if (favorite !== undefined) {
    settings.favorite = typeof favorite === 'boolean' ? favorite : favorite.favorite
  }
  return settings
}

const invalidRoom = (method: string): MeteorError =>
  new MeteorError('error-invalid-room', 'Invalid room', { method })

const visible = (app: App, rid: string, user: UserDoc, method: string): RoomDoc => {
  const room = app.store.rooms.get(rid)
  const administrates = app.permissions.has(user, 'view-room-administration')
  if (room === undefined) throw invalidRoom(method)
  return administrates ? room : anyRoom(app, { roomId: rid }, user)
}

const settings = userPost('rooms.saveRoomSettings', { body: settingsBody }, async (call) => {
  const { app, user, body } = call
  const changes = settingsOf(body)
  const { roomAvatar } = body
  if (roomAvatar === null || roomAvatar === '') changes.avatar = null
  else if (roomAvatar !== undefined) changes.avatar = await dataUriPicture(app, roomAvatar)
  const room = visible(app, body.rid, user, 'saveRoomSettings')
  saveRoomSettings(app, user, room, changes)
  return { rid: room._id }
})

const archivation = userPost(
  'rooms.changeArchivationState',
  {
    body: Type.Object(
      { rid: text, action: Type.Union([Type.Literal('archive'), Type.Literal('unarchive')]) },
      strict,
    ),
  },
  ({ app, user, body }) => {
    const room = visible(app, body.rid, user, 'archiveRoom')
    archiveRoom(app, room, user, body.action === 'archive')
    return {}
  },
)

const remove = userPost('rooms.delete', { body: idBody }, ({ app, user, body }) => {
  deleteRoom(app, visible(app, body.roomId, user, 'eraseRoom'), user)
  return {}
})

/** What people do with rooms of any type (protocol reference 3.11). */
export const roomActionEndpoints: readonly Endpoint[] = [
  join,
  leave,
  show('rooms.open', true),
  show('rooms.hide', false),
  favorite,
  notifications,
  mute('rooms.muteUser', true),
  mute('rooms.unmuteUser', false),
  settings,
  archivation,
  remove,
]
