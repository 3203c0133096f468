import type { App } from '../app'
import type { UserDoc } from '../documents'

/** Ends statuses that were set for a while (protocol reference 3.6, `expiresAt`), over restarts too. */
export type StatusEnds = {
  /** The next end may be another one now. */
  changed(): void
  close(): void
}

/** Node's timers cannot wait longer. */
const longestWaitMs = 2 ** 31 - 1

const end = (app: App, user: UserDoc): void => {
  const { statusBefore } = user
  const after: UserDoc = {
    ...user,
    statusDefault: statusBefore?.statusDefault ?? 'online',
    statusText: statusBefore?.statusText ?? '',
    _updatedAt: app.store.stamps.next(),
  }
  delete after.statusExpiresAt
  delete after.statusBefore
  app.store.users.update(after)
  app.presence.announceChange(user, after)
}

/** Waits for the earliest end with one timer. What ended while the server was off ends at once. */
export const createStatusEnds = (app: App): StatusEnds => {
  let cancel: (() => void) | undefined
  let closed = false
  const run = (): void => {
    if (closed) return
    try {
      for (const user of app.store.users.statusEnded(app.clock.now())) end(app, user)
    } catch (error) {
      // A full disk, for example; the statuses end with the next change or start.
      app.logger.warn({ err: error }, 'statuses cannot be ended')
      return
    }
    arm()
  }
  const arm = (): void => {
    cancel?.()
    cancel = undefined
    const at = app.store.users.nextStatusEnd()
    if (closed || at === undefined) return
    const wait = Math.min(Math.max(0, at - app.clock.now()), longestWaitMs)
    cancel = app.clock.after(wait, run)
  }
  arm()
  return {
    changed: arm,
    close: () => {
      closed = true
      cancel?.()
    },
  }
}
