import type { App } from '../app'
import type { Retention, RoomDoc, UserDoc } from '../documents'
import { MeteorError, TextError } from '../errors'
import type { Picture } from '../storage/pictures'
import { changeMembers, changeRoom } from './changes'
import { checkFree } from './freeObjects'
import { checkRoomName } from './roomName'
import { addSystemMessage } from './systemMessage'
import { followMainRoom } from './teams'

/** The settings form of a room; absent fields stay as they are (protocol reference 3.11). */
export type RoomSettings = {
  roomName?: string
  roomTopic?: string
  roomDescription?: string
  roomAnnouncement?: string
  roomType?: 'c' | 'p'
  readOnly?: boolean
  reactWhenReadOnly?: boolean
  systemMessages?: string[]
  joinCode?: string
  roomCustomFields?: Record<string, unknown>
  default?: boolean
  featured?: boolean
  /** Whether new members of a default room have it among their favourites. */
  favorite?: boolean
  encrypted?: boolean
  retention?: Retention
  /** A new picture, or null for letters. */
  avatar?: Picture | null
}

const refuse = (text: string, action: string): MeteorError =>
  new MeteorError('error-action-not-allowed', text, { method: 'saveRoomSettings', action })

const fieldPermissions: readonly (readonly [keyof RoomSettings, string, string])[] = [
  ['readOnly', 'set-readonly', 'Change_Room_ReadOnly'],
  ['reactWhenReadOnly', 'set-react-when-readonly', 'Change_Room_ReactWhenReadOnly'],
  ['default', 'view-room-administration', 'Viewing_room_administration'],
  ['featured', 'view-room-administration', 'Viewing_room_administration'],
  ['favorite', 'view-room-administration', 'Viewing_room_administration'],
  ['encrypted', 'toggle-room-e2e-encryption', 'Change_Room_Encrypted'],
  ['retention', 'edit-room-retention-policy', 'Editing_room'],
]

const checkPermissions = (app: App, user: UserDoc, room: RoomDoc, settings: RoomSettings): void => {
  if (!app.permissions.has(user, 'edit-room', room._id)) {
    throw refuse('Editing room is not allowed', 'Editing_room')
  }
  for (const [field, permission, action] of fieldPermissions) {
    if (settings[field] !== undefined && !app.permissions.has(user, permission, room._id)) {
      throw refuse(`Changing ${field} is not allowed`, action)
    }
  }
  if (settings.encrypted === true && !app.settings.flag('E2E_Enable')) {
    throw refuse('Encryption is not available', 'Change_Room_Encrypted')
  }
  const { roomType } = settings
  if (roomType === undefined || roomType === room.t) return
  if (room.t === 'd') {
    throw new MeteorError('error-direct-room', "Can't change type of direct rooms", {
      method: 'saveRoomSettings',
      action: 'Change_Room_Type',
    })
  }
  if (!app.permissions.has(user, `create-${roomType}`)) {
    const name = roomType === 'c' ? 'public channels' : 'private groups'
    throw refuse(`Changing to ${name} is not allowed`, 'Change_Room_Type')
  }
}

/** One change of a room: what is stored and the line that tells of it. */
type Change = {
  apply: (draft: RoomDoc) => void
  line?: { type: string; msg: string }
  /** What members' subscriptions copy. */
  members?: Parameters<typeof changeMembers>[2]
}

const textChange = (
  room: RoomDoc,
  field: 'topic' | 'description' | 'announcement',
  value: string | undefined,
): Change[] => {
  if (value === undefined || value === (room[field] ?? '')) return []
  const line = { type: `room_changed_${field}`, msg: value }
  return [{ apply: (draft) => void (draft[field] = value), line }]
}

const nameChange = (room: RoomDoc, name: string | undefined): Change[] => {
  if (name === undefined || name === (room.prid === undefined ? room.name : room.fname)) return []
  // A discussion keeps its random name; people see the title.
  const discussion = room.prid !== undefined
  const rename = (draft: { name?: string; fname?: string }): void => {
    if (!discussion) draft.name = name
    draft.fname = name
  }
  return [
    {
      apply: rename,
      line: { type: 'r', msg: name },
      members: (draft) => {
        rename(draft)
        draft.alert = true
      },
    },
  ]
}

const typeChange = (room: RoomDoc, type: 'c' | 'p' | undefined): Change[] => {
  if (type === undefined || type === room.t) return []
  const msg = type === 'c' ? 'Channel' : 'Private Group'
  return [
    {
      apply: (draft) => void (draft.t = type),
      line: { type: 'room_changed_privacy', msg },
      members: (draft) => void (draft.t = type),
    },
  ]
}

const flagChange = (
  room: RoomDoc,
  field: 'ro' | 'reactWhenReadOnly' | 'encrypted',
  value: boolean | undefined,
  lines: readonly [string, string],
): Change[] => {
  if (value === undefined || value === (room[field] ?? false)) return []
  const line = { type: value ? lines[0] : lines[1], msg: '' }
  return [{ apply: (draft) => void (draft[field] = value), line }]
}

const avatarChange = (room: RoomDoc, avatar: Picture | null | undefined): Change[] => {
  if (avatar === undefined || (avatar === null && room.avatarETag === undefined)) return []
  const apply = (draft: RoomDoc): void => {
    if (avatar === null) delete draft.avatarETag
    else draft.avatarETag = avatar.etag
  }
  return [{ apply, line: { type: 'room_changed_avatar', msg: '' } }]
}

const saveAvatar = (app: App, rid: string, avatar: Picture | null): void => {
  if (avatar === null) app.store.pictures.remove('room', rid)
  else app.store.pictures.put('room', rid, avatar)
  app.events.avatarChanged({ rid, etag: avatar?.etag })
}

/** Fields whose change leaves no line. */
const silentChange = (settings: RoomSettings): Change[] => {
  const { systemMessages, roomCustomFields, featured, joinCode, favorite, retention } = settings
  const isDefault = settings.default
  const flags = [featured, isDefault, favorite]
  const given = [systemMessages, roomCustomFields, joinCode, retention, ...flags]
  if (given.every((value) => value === undefined)) return []
  const apply = (draft: RoomDoc): void => {
    if (systemMessages !== undefined) draft.sysMes = systemMessages
    if (roomCustomFields !== undefined) draft.customFields = roomCustomFields
    if (featured !== undefined) draft.featured = featured
    if (isDefault !== undefined) draft.default = isDefault
    if (favorite !== undefined) draft.favorite = favorite
    if (retention !== undefined) draft.retention = { ...draft.retention, ...retention }
    if (joinCode !== undefined) draft.joinCodeRequired = joinCode !== ''
  }
  if (roomCustomFields === undefined) return [{ apply }]
  return [{ apply, members: (draft) => void (draft.customFields = roomCustomFields) }]
}

const changesOf = (room: RoomDoc, settings: RoomSettings): Change[] => [
  ...nameChange(room, settings.roomName),
  ...textChange(room, 'topic', settings.roomTopic),
  ...textChange(room, 'description', settings.roomDescription),
  ...textChange(room, 'announcement', settings.roomAnnouncement),
  ...typeChange(room, settings.roomType),
  ...flagChange(room, 'ro', settings.readOnly, ['room-set-read-only', 'room-removed-read-only']),
  ...flagChange(room, 'reactWhenReadOnly', settings.reactWhenReadOnly, [
    'room-allowed-reacting',
    'room-disallowed-reacting',
  ]),
  ...flagChange(room, 'encrypted', settings.encrypted, ['room_e2e_enabled', 'room_e2e_disabled']),
  ...avatarChange(room, settings.avatar),
  ...silentChange(settings),
]

/**
 * Changes a room's settings with one line for each change (protocol reference 5.2). Values that are the same already
 * cause nothing. A team has the name and type of its main room. Answers the room as it is afterwards.
 * @throws MeteorError `error-action-not-allowed` (with `details.action`), and those of `checkRoomName`.
 */
export const saveRoomSettings = (
  app: App,
  user: UserDoc,
  room: RoomDoc,
  settings: RoomSettings,
): RoomDoc => {
  checkPermissions(app, user, room, settings)
  checkFree('roomCustomFields', settings.roomCustomFields)
  const { roomName, joinCode, avatar } = settings
  if (roomName !== undefined && roomName !== room.name && room.prid === undefined) {
    if (room.t === 'd') throw refuse('Direct messages have no name', 'Editing_room')
    checkRoomName(app, roomName)
    const team = app.store.teams.byName(roomName)
    if (room.teamMain === true && team !== undefined && team._id !== room.teamId) {
      throw new TextError('team-name-already-exists')
    }
  }
  return app.store.write(() => {
    if (joinCode !== undefined) {
      app.store.rooms.setJoinCode(room._id, joinCode === '' ? null : joinCode)
    }
    if (avatar !== undefined) saveAvatar(app, room._id, avatar)
    let current = room
    for (const { apply, line, members } of changesOf(room, settings)) {
      current = changeRoom(app, current, apply)
      if (members !== undefined) changeMembers(app, room._id, members)
      if (line !== undefined) current = addSystemMessage(app, current, line.type, user, line.msg)
    }
    followMainRoom(app, current)
    return current
  })
}
