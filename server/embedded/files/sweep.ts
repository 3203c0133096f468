import type { App } from '../app'
import type { UploadDoc } from '../storage/uploads'
import { keepUpload } from './confirmUpload'
import { removeFiles } from './removeFiles'

const everyMs = 10 * 60 * 1000

/** Whether a message shows the file in spite of what its record says: the process ended between the two. */
const adopted = (app: App, upload: UploadDoc): boolean => {
  const message = app.store.uploads.messageWith(upload)
  if (message === undefined) return false
  const after = { ...upload, _updatedAt: app.store.stamps.next() }
  delete after.expiresAt
  keepUpload(app, after, message)
  return true
}

/** Removes the files that nobody confirmed within 24 hours (protocol reference 5.11). Answers how many. */
export const sweepUploads = (app: App): number =>
  app.store.write(() => {
    const over = app.store.uploads
      .expired(app.clock.now())
      .filter((upload) => !adopted(app, upload))
    removeFiles(
      app,
      over.map((upload) => upload._id),
    )
    return over.length
  })

/** Tidies the folder of files, sweeps now and every ten minutes; the answer ends that. */
export const startFileSweep = (app: App): (() => void) => {
  app.store.disk.tidy(new Set(app.store.uploads.ids()))
  let cancel: () => void = () => undefined
  const sweep = (): void => {
    try {
      sweepUploads(app)
    } catch (error) {
      app.logger.error({ err: error }, 'unconfirmed files could not be removed')
    }
    cancel = app.clock.after(everyMs, sweep)
  }
  sweep()
  return () => cancel()
}
