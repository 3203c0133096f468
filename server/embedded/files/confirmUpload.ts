import type { App } from '../app'
import type { MessageDoc, UserDoc } from '../documents'
import { checkFree, messagePartBytes } from '../domain/freeObjects'
import { sendMessage, type NewMessage } from '../domain/sendMessage'
import { MeteorError } from '../errors'
import type { UploadDoc } from '../storage/uploads'
import { attachmentOf, fileEntries, fileEntry, type ShownFile } from './attachment'
import { cleanFileName } from './fileName'

/** What comes with the confirmation of a file (protocol reference 3.11, `rooms.mediaConfirm`). */
export type Confirmation = Pick<
  NewMessage,
  'msg' | 'tmid' | 'alias' | 'avatar' | 'emoji' | 'groupable' | 'customFields' | 'content'
> & {
  t?: 'e2e'
  description?: string
  fileName?: string
  /** Encrypted description of the file, kept with it. */
  fileContent?: Record<string, unknown>
}

/**
 * The caller's own file in a room, confirmed or not.
 * @throws MeteorError `invalid-file` for an unknown one, another's, one of another room, or one whose time is over.
 */
export const ownUpload = (app: App, user: UserDoc, rid: string, id: string): UploadDoc => {
  const upload = app.store.uploads.get(id)
  const known = upload?.rid === rid && upload.userId === user._id && upload.typeGroup !== 'thumb'
  const expires = upload?.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY
  if (upload === undefined || !known || expires <= app.clock.now()) {
    throw new MeteorError('invalid-file', 'The file is unknown or no longer there')
  }
  return upload
}

const copied = [
  'tmid',
  'alias',
  'avatar',
  'emoji',
  'customFields',
  'content',
  't',
] as const satisfies readonly (keyof Confirmation)[]

const messageOf = (rid: string, file: ShownFile, input: Confirmation): NewMessage => {
  const message: NewMessage = {
    rid,
    msg: input.msg ?? '',
    file: fileEntry(file),
    files: fileEntries(file),
    attachments: [attachmentOf(file)],
    groupable: input.groupable ?? false,
  }
  for (const field of copied) {
    if (input[field] !== undefined) Object.assign(message, { [field]: input[field] })
  }
  return message
}

const confirmed = (app: App, upload: UploadDoc, input: Confirmation): UploadDoc => {
  const after: UploadDoc = { ...upload, _updatedAt: app.store.stamps.next() }
  delete after.expiresAt
  if (input.fileName !== undefined) after.name = cleanFileName(input.fileName)
  if (input.description !== undefined) after.description = input.description
  if (input.fileContent !== undefined) after.content = input.fileContent
  return after
}

/** Makes a file stay, as a part of `messageId`. */
export const keepUpload = (app: App, upload: UploadDoc, messageId: string): void => {
  const { uploads } = app.store
  app.store.write(() => {
    uploads.update(upload)
    uploads.setMessage(upload._id, messageId)
    const thumbnail = uploads.thumbnailOf(upload._id)
    if (thumbnail === undefined) return
    const stays = { ...thumbnail, _updatedAt: upload._updatedAt }
    delete stays.expiresAt
    uploads.update(stays)
    uploads.setMessage(stays._id, messageId)
  })
}

/**
 * Sends the message that shows an uploaded file, like any other message. Confirming twice sends twice, as on a real server.
 * @throws what `sendMessage` throws; the file is then as before.
 */
export const confirmUpload = (
  app: App,
  user: UserDoc,
  upload: UploadDoc,
  input: Confirmation,
): MessageDoc => {
  checkFree('fileContent', input.fileContent, messagePartBytes)
  const after = confirmed(app, upload, input)
  const file: ShownFile = {
    upload: after,
    thumbnail: app.store.uploads.thumbnailOf(upload._id),
    preview: app.store.uploads.previewOf(upload._id),
    description: input.description,
  }
  const message = sendMessage(app, user, messageOf(upload.rid, file, input))
  if (message === undefined) throw new Error('a new message had a known id')
  // A step of its own, so that a refusal still reaches its author; the sweep mends what a crash in between leaves.
  keepUpload(app, after, message._id)
  return message
}
