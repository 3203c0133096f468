import type { App } from '../app'
import type { MessageDoc } from '../documents'

/** Removes files with their thumbnails: the records at once, the bytes after the commit. Answers all that are gone. */
export const removeFiles = (app: App, ids: readonly string[]): string[] => {
  if (ids.length === 0) return []
  const gone = app.store.uploads.remove(ids)
  app.store.driver.afterCommit(() => void app.store.disk.remove(gone))
  return gone
}

/** The ids of the files that a message shows, as far as they belong to its room. */
export const fileIdsOf = (app: App, message: MessageDoc): string[] =>
  (message.files ?? [])
    .map(({ _id }) => _id)
    .filter((id): id is string => typeof id === 'string')
    .filter((id) => app.store.uploads.get(id)?.rid === message.rid)

/** Removes the files that messages show; the messages themselves are the caller's. */
export const removeMessageFiles = (app: App, messages: readonly MessageDoc[]): void => {
  removeFiles(
    app,
    messages.flatMap((message) => fileIdsOf(app, message)),
  )
}

/** Removes everything that somebody uploaded, sent or not. */
export const removeUserFiles = (app: App, uid: string): void => {
  removeFiles(app, app.store.uploads.ofUser(uid))
}

export const removeRoomFiles = (app: App, rid: string): void => {
  removeFiles(app, app.store.uploads.ofRoom(rid))
}
