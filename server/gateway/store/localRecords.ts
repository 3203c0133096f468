import Database from 'libsql'
import type { Clock } from '../clock'
import { adoptOldTables } from './adoptOldTables'
import type { RecordEntry, Records } from './records'

/** A write that other gateways have not heard of yet. `value` is null for a removal. */
export type PendingWrite = {
  id: number
  collection: string
  key: string
  value: string | null
  /** Epoch milliseconds; null: never. */
  expiresAt: number | null
  /** Epoch milliseconds of the write. */
  writtenAt: number
}

/** The records of one gateway, in SQLite. */
export type LocalRecords = Records & {
  /** Every value with its collection and expiry. */
  all(): (RecordEntry & { collection: string; expiresAt: number | null })[]
  /** Keeps a write for later; survives a restart. */
  addPending(write: Omit<PendingWrite, 'id'>): void
  /** The oldest ones first. */
  pending(limit: number): PendingWrite[]
  removePending(id: number): void
  /** Drops what has expired. */
  removeExpired(): void
  /** Writes one row. @throws when the database cannot be written. */
  probe(): void
  close(): void
}

const schema = `
  CREATE TABLE IF NOT EXISTS records (
    collection TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, expiresAt INTEGER,
    PRIMARY KEY (collection, key)
  );
  CREATE INDEX IF NOT EXISTS recordsByExpiry ON records (expiresAt) WHERE expiresAt IS NOT NULL;
  CREATE TABLE IF NOT EXISTS pendingWrites (
    id INTEGER PRIMARY KEY AUTOINCREMENT, collection TEXT NOT NULL, key TEXT NOT NULL, value TEXT, expiresAt INTEGER,
    writtenAt INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS probes (id INTEGER PRIMARY KEY, writtenAt INTEGER NOT NULL);
`

/** @param file the database, created when missing; what older versions have kept in it is taken over. */
export function openLocalRecords(file: string, clock: Clock): LocalRecords {
  const db = new Database(file)
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;')
  db.exec(schema)
  adoptOldTables(db)
  const removeDead = db.prepare('DELETE FROM records WHERE expiresAt <= ?')
  const writeProbe = db.prepare('INSERT OR REPLACE INTO probes VALUES (1, ?)')
  // A late question must not reach a closed database, which answers as if nothing were wrong.
  let isOpen = true
  return {
    ...recordMethods(db, clock),
    ...pendingMethods(db),
    removeExpired() {
      if (isOpen) removeDead.run(clock.now())
    },
    probe() {
      if (!isOpen) throw new Error('The database is closed.')
      writeProbe.run(clock.now())
    },
    close() {
      isOpen = false
      db.close()
    },
  }
}

function recordMethods(db: Database.Database, clock: Clock) {
  const isAlive = '(expiresAt IS NULL OR expiresAt > ?)'
  const one = db.prepare(
    `SELECT value FROM records WHERE collection = ? AND key = ? AND ${isAlive}`,
  )
  const some = db.prepare(
    `SELECT key, value FROM records WHERE collection = ? AND ${isAlive} ORDER BY rowid`,
  )
  const every = db.prepare(`SELECT * FROM records WHERE ${isAlive} ORDER BY rowid`)
  const insert = db.prepare('INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)')
  const insertNew = db.prepare('INSERT OR IGNORE INTO records VALUES (?, ?, ?, ?)')
  const removeDead = db.prepare(
    'DELETE FROM records WHERE collection = ? AND key = ? AND expiresAt <= ?',
  )
  const removeOne = db.prepare('DELETE FROM records WHERE collection = ? AND key = ?')
  return {
    async get(collection: string, key: string) {
      const row = one.get(collection, key, clock.now()) as { value: string } | undefined
      return Promise.resolve(row?.value)
    },
    async list(collection: string) {
      return Promise.resolve(some.all(collection, clock.now()) as RecordEntry[])
    },
    all: () => every.all(clock.now()) as ReturnType<LocalRecords['all']>,
    async put(collection: string, key: string, value: string, expiresAt?: number) {
      insert.run(collection, key, value, expiresAt ?? null)
      return Promise.resolve()
    },
    async add(collection: string, key: string, value: string, expiresAt?: number) {
      removeDead.run(collection, key, clock.now())
      const { changes } = insertNew.run(collection, key, value, expiresAt ?? null)
      return Promise.resolve(changes === 1)
    },
    async remove(collection: string, key: string) {
      removeDead.run(collection, key, clock.now())
      return Promise.resolve(removeOne.run(collection, key).changes === 1)
    },
  }
}

function pendingMethods(db: Database.Database) {
  const insert = db.prepare(
    'INSERT INTO pendingWrites (collection, key, value, expiresAt, writtenAt) VALUES (?, ?, ?, ?, ?)',
  )
  const select = db.prepare('SELECT * FROM pendingWrites ORDER BY id LIMIT ?')
  const remove = db.prepare('DELETE FROM pendingWrites WHERE id = ?')
  return {
    addPending({ collection, key, value, expiresAt, writtenAt }: Omit<PendingWrite, 'id'>) {
      insert.run(collection, key, value, expiresAt, writtenAt)
    },
    pending: (limit: number) => select.all(limit) as PendingWrite[],
    removePending(id: number) {
      remove.run(id)
    },
  }
}
