import type { App } from './app'
import { digestOf, hashPassword, verifyPassword } from './auth/passwords'
import type { UserDoc } from './documents'
import { createNamedRoom } from './domain/createRoom'
import { insertUser } from './domain/createUser'
import { randomId } from './ids'

export type AdminAccount = { username: string; password: string; email: string }

/** The administrator of a new workspace; without a password one is generated. */
export type FirstAdmin = { username: string; password: string | undefined; email: string }

/** The bot in whose name the server speaks; its id is literal in Rocket.Chat. */
export const botId = 'rocket.cat'

/** Makes the bot and the room `general` (id GENERAL) of a new workspace. */
export const seedWorkspace = (app: App): void => {
  if (app.store.users.get(botId) !== undefined) return
  app.store.write(() => {
    const bot = insertUser(
      app,
      {
        _id: botId,
        username: botId,
        name: 'Rocket.Cat',
        email: 'rocket.cat@rocket.chat.invalid',
        password: null,
        roles: ['bot'],
        type: 'bot',
        joinDefaultChannels: false,
      },
      null,
    )
    createNamedRoom(app, {
      _id: 'GENERAL',
      t: 'c',
      name: 'general',
      owner: bot,
      members: [],
      default: true,
    })
  })
}

/** Makes sure that the configured administrator exists and that the configured password is the valid one. */
export const seedAdmin = async (app: App, admin: AdminAccount): Promise<UserDoc> => {
  const { users } = app.store
  const digest = digestOf(admin.password)
  const existing = users.byUsername(admin.username)
  if (existing === undefined) {
    const hash = await hashPassword(digest, app.hashRounds)
    const account = { ...admin, name: admin.username, roles: ['admin'], verified: true }
    const input = { ...account, joinsSilently: true }
    return insertUser(app, input, hash)
  }
  if (!(await verifyPassword(digest, users.passwordHash(existing._id)))) {
    users.setPasswordHash(existing._id, await hashPassword(digest, app.hashRounds))
  }
  return existing
}

const hasAdmin = (app: App): boolean =>
  app.store.driver.get(
    `SELECT 1 FROM users WHERE EXISTS
     (SELECT 1 FROM json_each(doc, '$.roles') WHERE value = 'admin') LIMIT 1`,
  ) !== undefined

/**
 * Makes the administrator of a workspace that has none; as on Rocket.Chat, an existing one is left as it is. Answers the
 * account that was made, whose password is kept as a hash only.
 */
export const seedFirstAdmin = async (
  app: App,
  first: FirstAdmin,
): Promise<AdminAccount | undefined> => {
  if (hasAdmin(app)) return undefined
  const admin = { ...first, password: first.password ?? randomId(24) }
  await seedAdmin(app, admin)
  return admin
}
