import { Type } from 'typebox'
import type { App } from '../app'
import type { RoomDoc } from '../documents'
import { canAccessRoom } from '../domain/roomAccess'
import { TextError } from '../errors'
import { publishedUpload } from '../files/publishedUpload'
import { isUploadOrder, type UploadFilter, type UploadOrder } from '../storage/uploads'
import { directFields, directRoom, withAlias } from './directRooms'
import { userGet, type Endpoint } from './endpoint'
import { pagingFields, pagingOf } from './paging'
import { namedFamilies, readableNamedRoom, roomFields, type Family } from './selectors'
import { sortKeys } from './sorting'

const strict = { additionalProperties: false }
const optionalText = Type.Optional(Type.String())

const listFields = {
  name: optionalText,
  typeGroup: optionalText,
  onlyConfirmed: Type.Optional(Type.Boolean()),
  sort: optionalText,
  ...pagingFields,
}

type ListQuery = {
  name?: string
  typeGroup?: string
  onlyConfirmed?: boolean
  sort?: string
  offset?: number
  count?: number
}

const orderOf = (sort: string | undefined): UploadOrder => {
  if (sort === undefined) return [['name', 1]]
  return sortKeys(sort).flatMap(([key, way]) => (isUploadOrder(key) ? [[key, way] as const] : []))
}

const page = (
  app: App,
  filter: UploadFilter,
  order: UploadOrder,
  query: { offset?: number; count?: number },
): Record<string, unknown> => {
  const { offset, count } = pagingOf(query)
  const found = app.store.uploads.list(filter, order, offset, count)
  const files = found.map((upload) => publishedUpload(app, upload))
  return { files, count: files.length, offset, total: app.store.uploads.count(filter) }
}

const filesOf = (app: App, room: RoomDoc, query: ListQuery): Record<string, unknown> => {
  const filter: UploadFilter = { rid: room._id }
  if (query.name !== undefined && query.name !== '') filter.name = query.name
  const { typeGroup } = query
  if (typeGroup !== undefined && typeGroup !== '' && typeGroup !== 'all') {
    filter.typeGroup = typeGroup
  }
  if (query.onlyConfirmed === true) filter.confirmed = true
  return page(app, filter, orderOf(query.sort), query)
}

const ofFamily = (family: Family): Endpoint =>
  userGet(
    `${family.prefix}.files`,
    { query: Type.Object({ ...roomFields, ...listFields }, strict) },
    ({ app, user, query }) => filesOf(app, readableNamedRoom(app, family, query, user), query),
  )

const direct = userGet(
  'im.files',
  { query: Type.Object({ ...directFields, ...listFields }, strict) },
  ({ app, user, query }) => filesOf(app, directRoom(app, query, user), query),
)

const imagesQuery = Type.Object(
  { roomId: Type.String({ minLength: 1 }), startingFromId: optionalText, ...pagingFields },
  strict,
)

/** The gallery of a room: pictures that were sent, newest first, from one of them on. */
const images = userGet('rooms.images', { query: imagesQuery }, ({ app, user, query }) => {
  const room = app.store.rooms.get(query.roomId)
  if (room === undefined || !canAccessRoom(app, room, user))
    throw new TextError('unauthorized', 403)
  const filter: UploadFilter = { rid: room._id, typeGroup: 'image', confirmed: true }
  if (query.startingFromId !== undefined && query.startingFromId !== '') {
    const first = app.store.uploads.get(query.startingFromId)
    if (first?.rid !== room._id) return { files: [], count: 0, offset: query.offset ?? 0, total: 0 }
    filter.until = first.uploadedAt.getTime()
  }
  return page(app, filter, [['uploadedAt', -1]], query)
})

/** Lists of files (protocol reference 3.8 to 3.11). */
export const fileListEndpoints: readonly Endpoint[] = [
  ...namedFamilies.map(ofFamily),
  ...withAlias([direct]),
  images,
]
