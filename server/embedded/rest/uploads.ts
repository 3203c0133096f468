import { Type, type Static } from 'typebox'
import type { App } from '../app'
import { messageFor } from '../domain/published'
import { BadJson, parseJson } from '../ejson'
import { MeteorError } from '../errors'
import { confirmUpload, ownUpload } from '../files/confirmUpload'
import { deleteUpload } from '../files/deleteUpload'
import { filePath } from '../files/fileName'
import { receiveUpload, uploadRoom } from '../files/receiveUpload'
import { removeFiles } from '../files/removeFiles'
import { userPost, userUpload, type Endpoint } from './endpoint'
import { problemOf } from './validate'

const strict = { additionalProperties: false }
const optionalText = Type.Optional(Type.String())
const anyRecord = Type.Record(Type.String(), Type.Unknown())

const media = userUpload('rooms.media/', [], async ({ app, user, rest, request }) => {
  const room = uploadRoom(app, rest, user)
  const { upload } = await receiveUpload(app, user, room, request)
  return { file: { _id: upload._id, url: filePath(upload._id, upload.name) } }
})

const confirmBody = Type.Object(
  {
    msg: optionalText,
    description: optionalText,
    tmid: optionalText,
    fileName: optionalText,
    alias: optionalText,
    avatar: optionalText,
    emoji: optionalText,
    groupable: Type.Optional(Type.Boolean()),
    customFields: Type.Optional(anyRecord),
    t: Type.Optional(Type.Literal('e2e')),
    content: Type.Optional(anyRecord),
    fileContent: Type.Optional(anyRecord),
  },
  strict,
)

const confirm = userPost(
  'rooms.mediaConfirm/',
  { body: confirmBody },
  ({ app, user, rest, body }) => {
    const [rid = '', fileId = ''] = rest.split('/')
    uploadRoom(app, rid, user)
    const upload = ownUpload(app, user, rid, fileId)
    const message = confirmUpload(app, user, upload, body)
    return { message: messageFor(message, user._id) }
  },
)

const oldFields = Type.Object({
  msg: optionalText,
  description: optionalText,
  tmid: optionalText,
  customFields: Type.Optional(anyRecord),
})

/** The other fields of the older form; `customFields` is JSON in a text. */
const oldInput = (fields: ReadonlyMap<string, string>): Static<typeof oldFields> => {
  const input: Record<string, unknown> = {}
  for (const name of ['msg', 'description', 'tmid'] as const) {
    const value = fields.get(name)
    if (value !== undefined && value !== '') input[name] = value
  }
  const custom = fields.get('customFields')
  try {
    if (custom !== undefined && custom !== '') input.customFields = parseJson(custom)
  } catch (error) {
    if (error instanceof BadJson) throw new MeteorError('invalid-params', 'Invalid customFields')
    throw error
  }
  const problem = problemOf(oldFields, input)
  if (problem !== undefined) throw new MeteorError('invalid-params', problem)
  return input
}

const discardOn = async <Result>(app: App, id: string, work: () => Result): Promise<Result> => {
  try {
    return await Promise.resolve(work())
  } catch (error) {
    app.store.write(() => removeFiles(app, [id]))
    throw error
  }
}

/** Upload and message in one request, as before Rocket.Chat 8; older clients still send it. */
const upload = userUpload('rooms.upload/', [], async ({ app, user, rest, request }) => {
  const room = uploadRoom(app, rest, user)
  const { upload: file, fields } = await receiveUpload(app, user, room, request)
  const message = await discardOn(app, file._id, () =>
    confirmUpload(app, user, file, oldInput(fields)),
  )
  return { message: messageFor(message, user._id) }
})

const remove = userPost(
  'uploads.delete',
  { body: Type.Object({ fileId: Type.String({ minLength: 1 }) }, strict) },
  ({ app, user, body }) => ({ deletedFiles: deleteUpload(app, user, body.fileId) }),
)

/** How files get into a room (protocol reference 3.11 and 5.11). */
export const uploadEndpoints: readonly Endpoint[] = [media, confirm, upload, remove]
