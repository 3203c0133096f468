import type { App } from '../app'
import type { UploadDoc } from '../storage/uploads'
import { filePath } from './fileName'

/** A file as lists show it (protocol reference 4.6). */
export const publishedUpload = (app: App, upload: UploadDoc): Record<string, unknown> => {
  const path = filePath(upload._id, upload.name)
  const shown: Record<string, unknown> = {
    ...upload,
    path,
    url: `${app.settings.text('Site_Url')}${path}`,
  }
  const user = app.store.users.get(upload.userId)
  if (user === undefined) return shown
  const { _id, username, name } = user
  return { ...shown, user: { _id, username, name } }
}
