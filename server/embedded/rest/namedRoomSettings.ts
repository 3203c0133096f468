import { Type, type TProperties } from 'typebox'
import { archiveRoom } from '../domain/archiveRoom'
import { deleteRoom } from '../domain/deleteRoom'
import type { RoomDoc } from '../documents'
import { saveRoomSettings, type RoomSettings } from '../domain/saveRoomSettings'
import { TextError } from '../errors'
import { userPost, type Endpoint } from './endpoint'
import { namedFamilies, namedRoom, roomFields, type Family } from './selectors'

const strict = { additionalProperties: false }
const roomBody = Type.Object(roomFields, strict)

type Setter = {
  /** Last part of the path. */
  name: string
  field: TProperties
  settings: (body: Record<string, unknown>, family: Family) => RoomSettings
  /** The text when the value is that already, or undefined when that is no error. */
  same?: (room: RoomDoc, body: Record<string, unknown>) => string | undefined
  /** The body's member that the answer repeats; without one it carries the room. */
  echo?: string
}

const sameText =
  (field: 'topic' | 'description', member: string, word: string): NonNullable<Setter['same']> =>
  (room, body) =>
    (room[field] ?? '') === body[member]
      ? `${word} is the same as what it would be changed to.`
      : undefined

const setters: readonly Setter[] = [
  {
    name: 'rename',
    field: { name: Type.String({ minLength: 1 }) },
    settings: ({ name }) => ({ roomName: name as string }),
    same: (room, { name }) =>
      room.name === name ? 'name is the same as what it would be renamed to.' : undefined,
  },
  {
    name: 'setTopic',
    field: { topic: Type.String({ maxLength: 5000 }) },
    settings: ({ topic }) => ({ roomTopic: topic as string }),
    same: sameText('topic', 'topic', 'topic'),
    echo: 'topic',
  },
  {
    name: 'setDescription',
    field: { description: Type.String({ maxLength: 5000 }) },
    settings: ({ description }) => ({ roomDescription: description as string }),
    same: sameText('description', 'description', 'description'),
    echo: 'description',
  },
  {
    name: 'setPurpose',
    field: { purpose: Type.String({ maxLength: 5000 }) },
    settings: ({ purpose }) => ({ roomDescription: purpose as string }),
    same: sameText('description', 'purpose', 'purpose (description)'),
    echo: 'purpose',
  },
  {
    name: 'setAnnouncement',
    field: { announcement: Type.String({ maxLength: 5000 }) },
    settings: ({ announcement }) => ({ roomAnnouncement: announcement as string }),
    echo: 'announcement',
  },
  {
    name: 'setReadOnly',
    field: { readOnly: Type.Boolean() },
    settings: ({ readOnly }) => ({ readOnly: readOnly as boolean }),
    same: (room, { readOnly }) =>
      room.ro === readOnly
        ? 'read only setting is the same as what it would be changed to.'
        : undefined,
  },
  {
    name: 'setType',
    field: { type: Type.Union([Type.Literal('c'), Type.Literal('p')]) },
    settings: ({ type }) => ({ roomType: type as 'c' | 'p' }),
    same: (room, { type }) =>
      room.t === type ? 'type is the same as what it would be changed to.' : undefined,
  },
  {
    name: 'setJoinCode',
    field: { joinCode: Type.String({ maxLength: 100 }) },
    settings: ({ joinCode }) => ({ joinCode: joinCode as string }),
  },
  {
    name: 'setDefault',
    field: { default: Type.Boolean() },
    settings: (body) => ({ default: body.default as boolean }),
  },
  {
    name: 'setCustomFields',
    field: { customFields: Type.Record(Type.String(), Type.Unknown()) },
    settings: ({ customFields }) => ({ roomCustomFields: customFields as Record<string, unknown> }),
  },
]

const setterEndpoint = (family: Family, setter: Setter): Endpoint =>
  userPost(
    `${family.prefix}.${setter.name}`,
    { body: Type.Object({ ...roomFields, ...setter.field }, strict) },
    ({ app, user, body }) => {
      const values = body as Record<string, unknown>
      const room = namedRoom(app, family, body, user, { archived: false })
      const same = setter.same?.(room, values)
      if (same !== undefined) throw new TextError(`The ${family.word} ${same}`)
      const changed = saveRoomSettings(app, user, room, setter.settings(values, family))
      return setter.echo === undefined
        ? { [family.word]: changed }
        : { [setter.echo]: values[setter.echo] }
    },
  )

const archive = (family: Family, archived: boolean): Endpoint =>
  userPost(
    `${family.prefix}.${archived ? 'archive' : 'unarchive'}`,
    { body: roomBody },
    ({ app, user, body }) => {
      const room = namedRoom(app, family, body, user)
      if (!archived && room.archived !== true) {
        throw new TextError(`The ${family.word}, ${room.name ?? room._id}, is not archived`)
      }
      archiveRoom(app, room, user, archived)
      return {}
    },
  )

const remove = (family: Family): Endpoint =>
  userPost(`${family.prefix}.delete`, { body: roomBody }, ({ app, user, body }) => {
    deleteRoom(app, namedRoom(app, family, body, user), user)
    return {}
  })

/** What channels and private groups are like (protocol reference 3.8 and 3.9). */
export const namedRoomSettingEndpoints: readonly Endpoint[] = namedFamilies.flatMap((family) => [
  ...setters.map((setter) => setterEndpoint(family, setter)),
  archive(family, true),
  archive(family, false),
  remove(family),
])
