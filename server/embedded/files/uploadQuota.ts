import type { App } from '../app'
import type { UserDoc } from '../documents'
import { MeteorError } from '../errors'

/** What one person may leave unconfirmed, so that nobody fills the disk with files that no message shows. */
const maxFiles = 100
const maxBytes = 2 * 1024 ** 3

/** How many files of one person may come side by side. */
const maxArriving = 10

const tooMany = (text: string): MeteorError => new MeteorError('error-too-many-uploads', text)

/** The number of files that are on their way, by the person who sends them. */
const arriving = new WeakMap<App, Map<string, number>>()

const arrivingFor = (app: App): Map<string, number> => {
  const known = arriving.get(app) ?? new Map<string, number>()
  arriving.set(app, known)
  return known
}

const checkRoom = (app: App, uid: string, onTheWay: number): void => {
  if (onTheWay >= maxArriving) throw tooMany('Too many files at the same time')
  const { files, bytes } = app.store.uploads.unconfirmedOf(uid)
  if (files + onTheWay >= maxFiles || bytes >= maxBytes) {
    throw tooMany('Too many files that no message shows; they vanish after 24 hours')
  }
}

/**
 * Does `work`, which takes a file of a user, within what one person may have on the way and unconfirmed.
 * @throws MeteorError `error-too-many-uploads` before any of it is read.
 */
export const withinQuota = async <Result>(
  app: App,
  user: UserDoc,
  work: () => Promise<Result>,
): Promise<Result> => {
  const counts = arrivingFor(app)
  const before = counts.get(user._id) ?? 0
  checkRoom(app, user._id, before)
  counts.set(user._id, before + 1)
  try {
    return await work()
  } finally {
    const left = (counts.get(user._id) ?? 1) - 1
    if (left === 0) counts.delete(user._id)
    else counts.set(user._id, left)
  }
}
