import type { App } from '../app'
import type { UserDoc } from '../documents'
import { MeteorError } from '../errors'

/**
 * Keeps a complaint about somebody for the administrators.
 * @throws MeteorError `error-invalid-description`, `error-action-not-allowed` about oneself.
 */
export const reportUser = (app: App, by: UserDoc, about: UserDoc, description: string): void => {
  const method = 'reportUser'
  if (description.trim() === '') {
    throw new MeteorError('error-invalid-description', 'Invalid description', { method })
  }
  if (about._id === by._id) {
    throw new MeteorError('error-action-not-allowed', 'You cannot report yourself', { method })
  }
  // A complaint about a person concerns no room; the column that names a message names the person.
  app.store.driver.run(
    'INSERT INTO reports (message, rid, uid, description, created_at) VALUES (?, ?, ?, ?, ?)',
    JSON.stringify({ user: about._id, username: about.username }),
    '',
    by._id,
    description,
    app.clock.now(),
  )
}
