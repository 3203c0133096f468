import Database from 'libsql'

/** A user as the business system wants them to be. */
export type BusinessUser = {
  userId: string
  username: string
  name: string
  email: string
  /** `deleted` users are remembered, so that a token that is still valid does not bring them back. */
  state: 'active' | 'inactive' | 'deleted'
}

/** What the business system has said about its users. All methods are synchronous single statements. */
export type UserStore = {
  user(userId: string): BusinessUser | undefined
  /** Everybody whom the business system has named, deleted ones too. */
  users(): BusinessUser[]
  saveUser(user: BusinessUser): void
  /**
   * Remembers a webhook delivery.
   * @returns false when it was there already.
   */
  addDelivery(signature: string, expiresAt: number): boolean
  removeDelivery(signature: string): void
  /** Drops deliveries that have expired before `now` (epoch milliseconds). */
  removeExpired(now: number): void
  /** Writes one row. @throws when the database cannot be written. */
  probe(now: number): void
  close(): void
}

const schema = `
  CREATE TABLE IF NOT EXISTS businessUsers (
    userId TEXT PRIMARY KEY, username TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL, state TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS hookDeliveries (signature TEXT PRIMARY KEY, expiresAt INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS probes (id INTEGER PRIMARY KEY, writtenAt INTEGER NOT NULL);
`

const columns = 'userId, username, name, email, state'

/** @param file the gateway's database; its own tables are made when missing. */
export function openUserStore(file: string): UserStore {
  const db = new Database(file)
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;')
  db.exec(schema)
  const byId = db.prepare(`SELECT ${columns} FROM businessUsers WHERE userId = ?`)
  const all = db.prepare(`SELECT ${columns} FROM businessUsers ORDER BY userId`)
  const insert = db.prepare('INSERT OR REPLACE INTO businessUsers VALUES (?, ?, ?, ?, ?)')
  return {
    user: (userId) => byId.get(userId) as BusinessUser | undefined,
    users: () => all.all() as BusinessUser[],
    saveUser({ userId, username, name, email, state }) {
      insert.run(userId, username, name, email, state)
    },
    ...deliveryMethods(db),
    probe(now) {
      db.prepare('INSERT OR REPLACE INTO probes VALUES (1, ?)').run(now)
    },
    close() {
      db.close()
    },
  }
}

function deliveryMethods(db: Database.Database) {
  const add = db.prepare('INSERT OR IGNORE INTO hookDeliveries VALUES (?, ?)')
  return {
    addDelivery: (signature: string, expiresAt: number) =>
      add.run(signature, expiresAt).changes === 1,
    removeDelivery(signature: string) {
      db.prepare('DELETE FROM hookDeliveries WHERE signature = ?').run(signature)
    },
    removeExpired(now: number) {
      db.prepare('DELETE FROM hookDeliveries WHERE expiresAt < ?').run(now)
    },
  }
}
