import Database from 'libsql'

/** The business user behind a WeChat identity, as known when it was bound. */
export type BoundUser = { userId: string; username: string; name: string; email: string }

/** A refresh token, found by its hash. A family is one sign-in: each token of it replaces the one before. */
export type RefreshRow = { familyId: string; wechatId: string; isUsed: boolean; expiresAt: number }

/** What the sign-in with WeChat keeps. All methods are synchronous single statements. */
export type WechatStore = {
  boundUser(wechatId: string): BoundUser | undefined
  bind(wechatId: string, user: BoundUser): void
  addRefresh(tokenHash: string, row: Omit<RefreshRow, 'isUsed'>): void
  refresh(tokenHash: string): RefreshRow | undefined
  /** @returns false when it was used before: two uses of one token mean that it was stolen. */
  useRefresh(tokenHash: string): boolean
  hasFamily(familyId: string): boolean
  removeFamily(familyId: string): void
  /** Drops what has expired before `now` (epoch milliseconds). */
  removeExpired(now: number): void
  close(): void
}

const schema = `
  CREATE TABLE IF NOT EXISTS wechatBindings (
    wechatId TEXT PRIMARY KEY, userId TEXT NOT NULL, username TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS wechatRefresh (
    tokenHash TEXT PRIMARY KEY, familyId TEXT NOT NULL, wechatId TEXT NOT NULL, isUsed INTEGER NOT NULL,
    expiresAt INTEGER NOT NULL
  );
  CREATE INDEX IF NOT EXISTS wechatFamilies ON wechatRefresh (familyId);
`

/** @param file the gateway's database; its own tables are made when missing. */
export function openWechatStore(file: string): WechatStore {
  const db = new Database(file)
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;')
  db.exec(schema)
  return {
    boundUser: (wechatId) =>
      db
        .prepare('SELECT userId, username, name, email FROM wechatBindings WHERE wechatId = ?')
        .get(wechatId) as BoundUser | undefined,
    bind(wechatId, { userId, username, name, email }) {
      db.prepare('INSERT OR REPLACE INTO wechatBindings VALUES (?, ?, ?, ?, ?)').run(
        ...[wechatId, userId, username, name, email],
      )
    },
    addRefresh(tokenHash, { familyId, wechatId, expiresAt }) {
      db.prepare('INSERT INTO wechatRefresh VALUES (?, ?, ?, 0, ?)').run(
        ...[tokenHash, familyId, wechatId, expiresAt],
      )
    },
    refresh(tokenHash) {
      const row = db
        .prepare(
          'SELECT familyId, wechatId, isUsed, expiresAt FROM wechatRefresh WHERE tokenHash = ?',
        )
        .get(tokenHash) as (Omit<RefreshRow, 'isUsed'> & { isUsed: number }) | undefined
      return row && { ...row, isUsed: row.isUsed === 1 }
    },
    useRefresh: (tokenHash) =>
      db
        .prepare('UPDATE wechatRefresh SET isUsed = 1 WHERE tokenHash = ? AND isUsed = 0')
        .run(tokenHash).changes === 1,
    hasFamily: (familyId) =>
      db.prepare('SELECT 1 FROM wechatRefresh WHERE familyId = ?').get(familyId) !== undefined,
    removeFamily(familyId) {
      db.prepare('DELETE FROM wechatRefresh WHERE familyId = ?').run(familyId)
    },
    removeExpired(now) {
      db.prepare('DELETE FROM wechatRefresh WHERE expiresAt < ?').run(now)
    },
    close() {
      db.close()
    },
  }
}
