import type { SqlDriver } from './driver'

export type StoredToken = { hash: string; uid: string; createdAt: number }

export type Tokens = ReturnType<typeof createTokens>

/** Login tokens, as hashes only: who reads the data file cannot sign in with it. */
export const createTokens = (driver: SqlDriver) => ({
  get: (hash: string): StoredToken | undefined =>
    driver.get<StoredToken>(
      'SELECT hash, uid, created_at AS createdAt FROM tokens WHERE hash = ?',
      hash,
    ),
  insert: (token: StoredToken): void =>
    void driver.run(
      'INSERT INTO tokens (hash, uid, created_at) VALUES (?, ?, ?)',
      token.hash,
      token.uid,
      token.createdAt,
    ),
  remove: (hash: string): boolean => driver.run('DELETE FROM tokens WHERE hash = ?', hash) > 0,
  /** Removes every token of a user but one and answers their hashes. */
  removeOthers: (uid: string, kept: string): string[] => {
    const rows = driver.all<{ hash: string }>(
      'SELECT hash FROM tokens WHERE uid = ? AND hash <> ?',
      uid,
      kept,
    )
    driver.run('DELETE FROM tokens WHERE uid = ? AND hash <> ?', uid, kept)
    return rows.map((row) => row.hash)
  },
  /** Removes the oldest tokens of a user beyond `keep` and answers their hashes. */
  removeBeyond: (uid: string, keep: number): string[] => {
    const rows = driver.all<{ hash: string }>(
      'SELECT hash FROM tokens WHERE uid = ? ORDER BY seq DESC LIMIT -1 OFFSET ?',
      uid,
      keep,
    )
    for (const { hash } of rows) driver.run('DELETE FROM tokens WHERE hash = ?', hash)
    return rows.map((row) => row.hash)
  },
})
