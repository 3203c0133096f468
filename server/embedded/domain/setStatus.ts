import type { App } from '../app'
import type { PresenceStatus, UserDoc } from '../documents'
import { MeteorError } from '../errors'

const statuses: readonly string[] = ['online', 'away', 'offline', 'busy']

const isStatus = (value: string): value is PresenceStatus => statuses.includes(value)

export type NewStatus = {
  status?: string
  message?: string
  /** When the earlier status comes back. */
  expiresAt?: Date
}

/** @throws MeteorError `error-invalid-status`, `error-status-not-allowed`, `error-not-allowed`, `error-invalid-date`. */
const check = (app: App, change: NewStatus): void => {
  const method = 'users.setStatus'
  const { status, message } = change
  const texts = app.settings.flag('Accounts_AllowUserStatusMessageChange')
  if (message !== undefined && !texts) {
    throw new MeteorError('error-not-allowed', 'Change status is not allowed', { method })
  }
  const { expiresAt } = change
  if (expiresAt !== undefined && !(expiresAt.getTime() > app.clock.now())) {
    throw new MeteorError('error-invalid-date', 'The date must be in the future', { method })
  }
  if (status === undefined) return
  if (!isStatus(status)) {
    const text = 'Valid status types include online, away, offline, and busy.'
    throw new MeteorError('error-invalid-status', text, { method })
  }
  if (status === 'offline' && !app.settings.flag('Accounts_AllowInvisibleStatusOption')) {
    throw new MeteorError('error-status-not-allowed', 'Invisible status is disabled', { method })
  }
}

/**
 * Changes the chosen status and its text, and tells everybody (protocol reference 2.5 and 3.6).
 * @throws MeteorError `error-invalid-status`, `error-status-not-allowed`, `error-not-allowed`, `error-invalid-date`.
 */
export const setStatus = (app: App, user: UserDoc, change: NewStatus): UserDoc => {
  check(app, change)
  const after: UserDoc = { ...user, _updatedAt: app.store.stamps.next() }
  delete after.statusExpiresAt
  delete after.statusBefore
  if (change.expiresAt !== undefined) {
    const { statusDefault, statusText } = user
    after.statusExpiresAt = change.expiresAt
    // One status for a while after another: what was before the first comes back.
    after.statusBefore = user.statusBefore ?? { statusDefault, statusText }
  }
  if (change.status !== undefined && isStatus(change.status)) after.statusDefault = change.status
  if (change.message !== undefined) after.statusText = change.message.trim().slice(0, 120)
  app.store.users.update(after)
  app.presence.announceChange(user, after)
  if (after.statusExpiresAt !== user.statusExpiresAt) app.statusEnds.changed()
  return after
}
