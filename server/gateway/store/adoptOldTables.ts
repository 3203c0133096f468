import type Database from 'libsql'
import { collectionOf } from './records'

/** What the first versions kept in tables of their own, as records; `null` columns stay. */
const oldTables: OldTable[] = [
  {
    table: 'accounts',
    collection: ({ chatServer }) => collectionOf('accounts', String(chatServer)),
    key: 'businessUserId',
  },
  {
    table: 'pairs',
    collection: ({ chatServer, businessUserId }) =>
      collectionOf('pairs', String(chatServer), String(businessUserId)),
    key: 'tokenHash',
    expiry: 'expiresAt',
  },
  {
    table: 'pairs',
    collection: ({ chatServer }) => collectionOf('pairOwners', String(chatServer)),
    key: 'tokenHash',
    expiry: 'expiresAt',
    value: 'businessUserId',
  },
  {
    table: 'revokedSessions',
    collection: () => 'revokedSessions',
    key: 'sessionId',
    expiry: 'expiresAt',
  },
  { table: 'businessUsers', collection: () => 'businessUsers', key: 'userId' },
  { table: 'wechatBindings', collection: () => 'wechatBindings', key: 'wechatId' },
]

type Row = Record<string, unknown>

type OldTable = {
  table: string
  collection(row: Row): string
  key: string
  expiry?: string
  /** The column that becomes the value; the whole row when left out. */
  value?: string
}

/** Sign-ins with WeChat are not taken over: those people sign in once more, without a password. */
const droppedTables = ['hookDeliveries', 'wechatRefresh']

/** Moves the rows of the first versions' tables into `records`, once: nobody is signed out by an update. */
export function adoptOldTables(db: Database.Database): void {
  const exists = db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?")
  const insert = db.prepare('INSERT OR IGNORE INTO records VALUES (?, ?, ?, ?)')
  const adopt = db.transaction(() => {
    for (const { table, collection, key, expiry, value } of oldTables) {
      if (exists.get(table) === undefined) continue
      for (const row of db.prepare(`SELECT * FROM ${table}`).all() as Row[]) {
        const expiresAt = expiry === undefined ? null : row[expiry]
        const text = value === undefined ? JSON.stringify(row) : String(row[value])
        insert.run(collection(row), String(row[key]), text, expiresAt)
      }
    }
    for (const { table } of oldTables) db.exec(`DROP TABLE IF EXISTS ${table}`)
    for (const table of droppedTables) db.exec(`DROP TABLE IF EXISTS ${table}`)
  })
  adopt()
}
