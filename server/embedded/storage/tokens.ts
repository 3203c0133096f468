import type { SqlDriver } from './driver'

/** A login token, or a personal access token, which has a name and does not expire. Times in milliseconds. */
export type StoredToken = {
  hash: string
  uid: string
  createdAt: number
  /** Until when a second factor given in this session counts. */
  checkedUntil: number
  /** Name of a personal access token; null for the token of a sign-in. */
  name: string | null
  /** The last characters of a personal access token, so that its owner recognises it. */
  lastPart: string | null
  /** 1 for a personal access token that is never asked for a second factor. */
  bypass: number
}

export type NewToken = Pick<StoredToken, 'hash' | 'uid' | 'createdAt'> &
  Partial<Pick<StoredToken, 'name' | 'lastPart' | 'bypass'>>

export type Tokens = ReturnType<typeof createTokens>

const columns = `hash, uid, created_at AS createdAt, checked_until AS checkedUntil, name,
  last_part AS lastPart, bypass`

type Hash = { hash: string }

/** Removes the tokens of a user that a condition names and answers their hashes. */
const removeWhere = (
  driver: SqlDriver,
  condition: string,
  ...values: (string | number)[]
): string[] => {
  const rows = driver.all<Hash>(`SELECT hash FROM tokens WHERE ${condition}`, ...values)
  driver.run(`DELETE FROM tokens WHERE ${condition}`, ...values)
  return rows.map((row) => row.hash)
}

/** Login tokens, as hashes only: who reads the data file cannot sign in with it. */
export const createTokens = (driver: SqlDriver) => ({
  get: (hash: string): StoredToken | undefined =>
    driver.get<StoredToken>(`SELECT ${columns} FROM tokens WHERE hash = ?`, hash),
  insert: (token: NewToken): void =>
    void driver.run(
      'INSERT INTO tokens (hash, uid, created_at, name, last_part, bypass) VALUES (?, ?, ?, ?, ?, ?)',
      token.hash,
      token.uid,
      token.createdAt,
      token.name ?? null,
      token.lastPart ?? null,
      token.bypass ?? 0,
    ),
  remove: (hash: string): boolean => driver.run('DELETE FROM tokens WHERE hash = ?', hash) > 0,
  /** Notes that a second factor was given in this session. */
  setCheckedUntil: (hash: string, until: number): void =>
    void driver.run('UPDATE tokens SET checked_until = ? WHERE hash = ?', until, hash),
  /** The personal access tokens of a user, oldest first. */
  personal: (uid: string): StoredToken[] =>
    driver.all<StoredToken>(
      `SELECT ${columns} FROM tokens WHERE uid = ? AND name IS NOT NULL ORDER BY seq`,
      uid,
    ),
  /** Removes every token of a user and answers their hashes. */
  removeAll: (uid: string): string[] => removeWhere(driver, 'uid = ?', uid),
  /** Removes every token of a user but one and answers their hashes. */
  removeAllBut: (uid: string, kept: string): string[] =>
    removeWhere(driver, 'uid = ? AND hash <> ?', uid, kept),
  /** Removes the other sign-ins of a user, not the personal access tokens, and answers their hashes. */
  removeOthers: (uid: string, kept: string): string[] =>
    removeWhere(driver, 'uid = ? AND name IS NULL AND hash <> ?', uid, kept),
  /** Removes the oldest sign-ins of a user beyond `keep` and answers their hashes. */
  removeBeyond: (uid: string, keep: number): string[] => {
    const rows = driver.all<Hash>(
      'SELECT hash FROM tokens WHERE uid = ? AND name IS NULL ORDER BY seq DESC LIMIT -1 OFFSET ?',
      uid,
      keep,
    )
    for (const { hash } of rows) driver.run('DELETE FROM tokens WHERE hash = ?', hash)
    return rows.map((row) => row.hash)
  },
})
