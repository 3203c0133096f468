import Database from 'libsql'
import { join } from 'node:path'
import { systemClock } from '../../server/embedded/clock'
import { encodeDoc } from '../../server/embedded/storage/codec'
import { migrations, SchemaTooNew } from '../../server/embedded/storage/migrations'
import { openStore } from '../../server/embedded/storage/store'
import { newDataDir, removeDir } from '../unit/server/embedded/support'

let dataDir: string
beforeEach(() => {
  dataDir = newDataDir()
})
afterEach(() => removeDir(dataDir))

const at = new Date(1_700_000_000_000)
const user = {
  _id: 'u1',
  username: 'ann',
  name: 'Ann',
  emails: [{ address: 'ann@example.com', verified: true }],
  roles: ['user'],
  active: true,
  type: 'user' as const,
  createdAt: at,
  _updatedAt: at,
  statusDefault: 'online' as const,
  statusText: '',
  settings: { profile: {}, preferences: {} },
}
const author = { _id: 'u1', username: 'ann', name: 'Ann' }
const message = { _id: 'm1', rid: 'r1', msg: '项目进度 is fine', ts: at, u: author, _updatedAt: at }
const room = {
  _id: 'r1',
  t: 'c' as const,
  name: 'project',
  ts: at,
  msgs: 1,
  usersCount: 1,
  _updatedAt: at,
  lm: at,
  lastMessage: message,
}
const subscription = {
  _id: 's1',
  rid: 'r1',
  t: 'c' as const,
  u: { _id: 'u1', username: 'ann' },
  ts: at,
  name: 'project',
  open: true,
  alert: true,
  unread: 3,
  userMentions: 2,
  groupMentions: 1,
  _updatedAt: at,
}

/** A data file as the version with so many steps left it; the columns are those of the first step. */
const writeOld = (steps: number): void => {
  const database = new Database(join(dataDir, 'rocketchat.db'))
  for (const sql of migrations.slice(0, steps)) database.exec(sql)
  database.pragma(`user_version = ${steps}`)
  const run = (sql: string, ...values: (string | number)[]) => database.prepare(sql).run(...values)
  const ms = at.getTime()
  run(
    "INSERT INTO users (id, username, password, updated_at, doc) VALUES ('u1', 'ann', 'hash', ?, ?)",
    ms,
    encodeDoc(user),
  )
  run("INSERT INTO emails (address, uid) VALUES ('ann@example.com', 'u1')")
  run("INSERT INTO tokens (hash, uid, created_at) VALUES ('token', 'u1', ?)", ms)
  run(
    "INSERT INTO rooms (id, t, name, updated_at, doc) VALUES ('r1', 'c', 'project', ?, ?)",
    ms,
    encodeDoc(room),
  )
  run(
    "INSERT INTO subscriptions (id, rid, uid, updated_at, doc) VALUES ('s1', 'r1', 'u1', ?, ?)",
    ms,
    encodeDoc(subscription),
  )
  run(
    `INSERT INTO messages (id, rid, uid, ts, in_main, hidden, updated_at, doc)
     VALUES ('m1', 'r1', 'u1', ?, 1, 0, ?, ?)`,
    ms,
    ms,
    encodeDoc(message),
  )
  run("INSERT INTO settings (id, value, updated_at) VALUES ('Site_Name', '\"Kept\"', ?)", ms)
  run(
    "INSERT INTO trash (collection, id, scope, deleted_at) VALUES ('messages', 'gone', 'r1', ?)",
    ms,
  )
  database.close()
}

const versions = Array.from({ length: migrations.length }, (_, index) => index + 1)

describe('data of an earlier version', () => {
  it.each(versions)('with schema %i is intact after the migration', (version) => {
    writeOld(version)
    const store = openStore(dataDir, systemClock)
    expect(store.users.get('u1')).toEqual(user)
    expect(store.users.byEmail('ANN@example.com')).toEqual(user)
    expect(store.users.passwordHash('u1')).toBe('hash')
    expect(store.tokens.get('token')).toMatchObject({ uid: 'u1', createdAt: at.getTime() })
    expect(store.rooms.get('r1')).toEqual(room)
    expect(store.subscriptions.get('r1', 'u1')).toEqual(subscription)
    expect(store.subscriptions.memberIds('r1')).toEqual(['u1'])
    expect(store.messages.get('m1')).toEqual(message)
    expect(store.trash.since('messages', 'r1', 0)).toEqual([{ _id: 'gone', _deletedAt: at }])
    expect(store.driver.get('PRAGMA user_version')).toMatchObject({
      user_version: migrations.length,
    })
    expect(store.driver.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    expect(store.driver.all('PRAGMA foreign_key_check')).toEqual([])
    store.close()
  })

  it('that a newer version wrote is refused and left as it is', () => {
    writeOld(migrations.length)
    const file = join(dataDir, 'rocketchat.db')
    const database = new Database(file)
    database.pragma(`user_version = ${migrations.length + 1}`)
    database.close()
    expect(() => openStore(dataDir, systemClock)).toThrow(SchemaTooNew)
    const again = new Database(file)
    expect(again.prepare('PRAGMA user_version').get()).toMatchObject({
      user_version: migrations.length + 1,
    })
    again.close()
  })
})
