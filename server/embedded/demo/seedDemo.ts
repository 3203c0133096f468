import type { App } from '../app'
import { demoPeople } from '../../demo/people'
import { insertUser } from '../domain/createUser'

/** Fills a workspace that has no demo people yet. */
export const seedDemo = (app: App): void => {
  if (demoPeople.some(({ username }) => app.store.users.byUsername(username) !== undefined)) return
  app.store.write(() => {
    for (const { username, name, email } of demoPeople) {
      insertUser(app, { username, name, email, password: null, verified: true }, null)
    }
  })
}
