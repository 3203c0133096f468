import { createWriteStream, type WriteStream } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { App } from '../app'
import type { RoomDoc, UserDoc } from '../documents'
import { accessibleRoom, writableRoom } from '../domain/roomAccess'
import { MeteorError, TextError } from '../errors'
import { randomId } from '../ids'
import type { UploadDoc, UploadExtra } from '../storage/uploads'
import { cleanFileName } from './fileName'
import { extensionOf, isAcceptedType, mediaTypeOf, typeGroupOf } from './mediaTypes'
import { receiveForm, type ArrivingFile } from './multipart'
import { withinQuota } from './uploadQuota'

/** How long an unconfirmed file stays (protocol reference 5.11). */
export const unconfirmedMs = 24 * 60 * 60 * 1000

const unauthorized = (): TextError => new TextError('unauthorized', 403)

const checkEnabled = (app: App, room: RoomDoc): void => {
  if (!app.settings.flag('FileUpload_Enabled')) {
    throw new MeteorError('error-file-upload-disabled', 'File uploads are disabled.')
  }
  if (room.t === 'd' && !app.settings.flag('FileUpload_Enabled_Direct')) {
    throw new MeteorError(
      'error-direct-message-file-upload-not-allowed',
      'File sharing not allowed in direct messages.',
    )
  }
}

/**
 * The room, when the user may send files into it.
 * @throws TextError 403 without access and the refusals of `writableRoom`; MeteorError while files are switched off.
 */
export const uploadRoom = (app: App, rid: string, user: UserDoc): RoomDoc => {
  const room = accessibleRoom(app, rid, user)
  if (room === undefined) throw unauthorized()
  checkEnabled(app, room)
  return writableRoom(app, rid, user)
}

type Arrived = { id: string; name: string; type: string; size: number }

const acceptedType = (app: App, { type, name }: ArrivingFile): string => {
  const accepted = mediaTypeOf(type, name)
  const whiteList = app.settings.text('FileUpload_MediaTypeWhiteList')
  const blackList = app.settings.text('FileUpload_MediaTypeBlackList')
  if (!isAcceptedType(accepted, whiteList, blackList)) {
    throw new MeteorError('error-invalid-file-type', 'File type is not accepted.')
  }
  return accepted
}

const tooLarge = (limit: number): MeteorError =>
  new MeteorError('error-file-too-large', `File exceeds allowed size of ${limit} bytes.`)

const spaceError = (error: unknown): unknown => {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT' ? new TextError('error-disk-full', 507) : error
}

/**
 * A pipeline that failed does not wait for its file: one that is still being opened would be made after it was removed.
 */
const closed = async (file: WriteStream): Promise<void> => {
  if (file.closed) return
  await new Promise<void>((resolve) => file.destroy().once('close', () => resolve()))
}

const writeToDisk = async (app: App, file: ArrivingFile): Promise<Arrived> => {
  const name = cleanFileName(file.name)
  const type = acceptedType(app, { ...file, name })
  const limit = app.settings.number('FileUpload_MaxFileSize')
  const id = randomId()
  const { disk } = app.store
  let size = 0
  const counted = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      size += chunk.length
      // -1 is no limit.
      if (limit > -1 && size > limit) throw tooLarge(limit)
      yield chunk
    }
  }
  const incoming = createWriteStream(disk.incoming(id))
  try {
    await pipeline(file.stream, counted, incoming)
  } catch (error) {
    await closed(incoming)
    await disk.remove([id])
    throw spaceError(error)
  }
  return { id, name, type, size }
}

const newUpload = (app: App, user: UserDoc, room: RoomDoc, arrived: Arrived): UploadDoc => {
  const now = app.clock.now()
  return {
    _id: arrived.id,
    name: arrived.name,
    type: arrived.type,
    typeGroup: typeGroupOf(arrived.type),
    size: arrived.size,
    extension: extensionOf(arrived.name),
    rid: room._id,
    userId: user._id,
    etag: randomId(),
    store: 'FileSystem:Uploads',
    complete: true,
    uploading: false,
    progress: 1,
    uploadedAt: new Date(now),
    _updatedAt: app.store.stamps.next(),
    expiresAt: new Date(now + unconfirmedMs),
  }
}

/** Turns the picture upright and takes out what its camera noted, in place. */
const clean = async (app: App, upload: UploadDoc): Promise<void> => {
  if (!app.settings.flag('Message_Attachments_Strip_Exif')) return
  const { disk } = app.store
  const spare = randomId()
  const done = await app.images.cleaned(disk.incoming(upload._id), disk.incoming(spare))
  if (done !== undefined) {
    await disk.keep(spare)
    await disk.remove([upload._id])
    upload._id = spare
    upload.size = done.size
  } else {
    await disk.remove([spare])
  }
}

const makeThumbnail = async (app: App, upload: UploadDoc): Promise<UploadDoc | undefined> => {
  const { disk } = app.store
  const box = {
    width: app.settings.number('Message_Attachments_Thumbnails_Width'),
    height: app.settings.number('Message_Attachments_Thumbnails_Height'),
  }
  const id = randomId()
  const made = await app.images.thumbnail(disk.pathOf(upload._id), disk.incoming(id), box)
  if (made === undefined) {
    await disk.remove([id])
    return undefined
  }
  await disk.keep(id)
  const { format, size, width, height } = made
  const identify = { format, size: { width, height } }
  const name = `thumb-${upload.name}`
  const type = `image/${format}`
  return { ...upload, _id: id, name, type, typeGroup: 'thumb', size, etag: randomId(), identify }
}

type Finished = { upload: UploadDoc; thumbnail: UploadDoc | undefined; extra: UploadExtra }

/** Makes the arrived file a complete one, with what clients show of a picture. */
const finish = async (app: App, upload: UploadDoc): Promise<Finished> => {
  const { disk } = app.store
  const arrivedAs = upload._id
  const isPicture = upload.type.startsWith('image/')
  if (isPicture) await clean(app, upload)
  if (upload._id === arrivedAs) await disk.keep(upload._id)
  const path = disk.pathOf(upload._id)
  const facts = isPicture ? await app.images.facts(path) : undefined
  if (facts === undefined) return { upload, thumbnail: undefined, extra: {} }
  const { format, width, height, animated } = facts
  const preview = await app.images.preview(path)
  // A head that can be read says little: what cannot be drawn is a file like any other.
  if (preview === undefined) return { upload, thumbnail: undefined, extra: {} }
  upload.identify = { format, size: { width, height } }
  const wanted = app.settings.flag('Message_Attachments_Thumbnails_Enabled') && !animated
  const thumbnail = wanted ? await makeThumbnail(app, upload) : undefined
  return { upload, thumbnail, extra: { preview } }
}

const store = (app: App, { upload, thumbnail, extra }: Finished): void => {
  app.store.write(() => {
    // The room may have gone while the file came.
    if (app.store.rooms.get(upload.rid) === undefined) throw unauthorized()
    app.store.uploads.insert(upload, extra)
    if (thumbnail !== undefined) app.store.uploads.insert(thumbnail, { original: upload._id })
  })
}

const takeUpload = async (
  app: App,
  user: UserDoc,
  room: RoomDoc,
  request: IncomingMessage,
): Promise<{ upload: UploadDoc; fields: ReadonlyMap<string, string> }> => {
  const { file, fields } = await receiveForm(request, {
    fieldName: 'file',
    take: (arriving) => writeToDisk(app, arriving),
    discard: ({ id }) => app.store.disk.remove([id]),
  })
  if (file === undefined) throw new MeteorError('error-no-file', 'File required')
  const upload = newUpload(app, user, room, file)
  const made: string[] = [upload._id]
  try {
    const finished = await finish(app, upload)
    made.push(finished.upload._id)
    if (finished.thumbnail !== undefined) made.push(finished.thumbnail._id)
    store(app, finished)
  } catch (error) {
    await app.store.disk.remove([...made, upload._id])
    throw spaceError(error)
  }
  return { upload, fields }
}

/**
 * Takes the file of a request, streaming it to the disk, and keeps it unconfirmed for 24 hours (protocol reference 5.11).
 * Answers it with the other fields of the form.
 * @throws MeteorError `error-file-too-large`, `error-invalid-file-type`, `invalid-field`, `error-too-many-uploads`; TextError for a bad form, 507
 * when the disk is full. Nothing is left of a refused file.
 */
export const receiveUpload = (
  app: App,
  user: UserDoc,
  room: RoomDoc,
  request: IncomingMessage,
): Promise<{ upload: UploadDoc; fields: ReadonlyMap<string, string> }> =>
  withinQuota(app, user, () => takeUpload(app, user, room, request))
