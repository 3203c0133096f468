import type { App } from '../app'
import type { MessageDoc, UserDoc } from '../documents'
import { mayDelete } from '../domain/deleteMessage'
import { replaceMessage } from '../domain/editMessage'
import { accessibleRoom } from '../domain/roomAccess'
import { MeteorError, TextError } from '../errors'
import type { UploadDoc } from '../storage/uploads'
import { removeFiles } from './removeFiles'

const removedFile = { type: 'removed-file', color: '#FD745E', text: 'File removed' }

const withoutFile = (
  app: App,
  user: UserDoc,
  message: MessageDoc,
  gone: ReadonlySet<unknown>,
): MessageDoc => {
  const after: MessageDoc = {
    ...message,
    attachments: (message.attachments ?? []).map((one) =>
      gone.has(one.fileId) ? removedFile : one,
    ),
    editedAt: new Date(app.clock.now()),
    editedBy: { _id: user._id, username: user.username },
    _updatedAt: app.store.stamps.next(),
  }
  const files = (message.files ?? []).filter((file) => !gone.has(file._id))
  if (files.length > 0) after.files = files
  else delete after.files
  if (gone.has(message.file?._id)) delete after.file
  return after
}

const checkMayDelete = (
  app: App,
  user: UserDoc,
  upload: UploadDoc,
  message: MessageDoc | undefined,
): void => {
  const room = accessibleRoom(app, upload.rid, user)
  const allowed =
    room !== undefined &&
    (message === undefined ? upload.userId === user._id : mayDelete(app, user, room, message))
  if (!allowed) throw new TextError('unauthorized', 403)
}

/** The message that shows a file, or undefined while it is not sent. */
export const messageOfFile = (app: App, fileId: string): MessageDoc | undefined => {
  const messageId = app.store.uploads.messageOf(fileId)
  return messageId === undefined ? undefined : app.store.messages.get(messageId)
}

/**
 * Removes a file; a message that shows it stays, with a mark in the file's place. Answers the ids of everything that is
 * gone: the file and its thumbnail.
 * @throws MeteorError `invalid-file` for an unknown one; TextError 403 for who may not delete it.
 */
export const deleteUpload = (app: App, user: UserDoc, fileId: string): string[] => {
  const upload = app.store.uploads.get(fileId)
  if (upload === undefined || upload.typeGroup === 'thumb') {
    throw new MeteorError('invalid-file', 'The file is unknown or no longer there')
  }
  const message = messageOfFile(app, fileId)
  checkMayDelete(app, user, upload, message)
  return app.store.write(() => {
    const gone = removeFiles(app, [fileId])
    if (message !== undefined) {
      replaceMessage(app, withoutFile(app, user, message, new Set(gone)))
    }
    return gone
  })
}
