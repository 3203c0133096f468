import type { UserDoc } from '../documents'
import { createCache, frozen } from './cache'
import { createDecoder, encodeDoc, type DocRow } from './codec'
import type { SqlDriver } from './driver'

export type Users = ReturnType<typeof createUsers>

const decode = createDecoder<UserDoc>()

const searchWhere = `json_extract(doc, '$.active') = 1
  AND (username LIKE ? ESCAPE '\\' OR json_extract(doc, '$.name') LIKE ? ESCAPE '\\')`

const searchValues = (term: string): [string, string] => {
  const pattern = `%${term.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`
  return [pattern, pattern]
}

/** Every call reads its caller's account. */
const mostCached = 5000

/**
 * Accounts. The password hash is a column of its own and never part of the document. `removed` is called when rows of
 * other tables went with an account.
 */
export const createUsers = (driver: SqlDriver, removed: () => void) => {
  const saveEmails = (user: UserDoc): void => {
    driver.run('DELETE FROM emails WHERE uid = ?', user._id)
    for (const { address } of user.emails) {
      driver.run('INSERT INTO emails (address, uid) VALUES (?, ?)', address, user._id)
    }
  }
  const cache = createCache<UserDoc>(driver, mostCached)
  const read = (id: string): UserDoc | undefined => {
    const doc = decode.one(driver.get<DocRow>('SELECT doc FROM users WHERE id = ?', id))
    if (doc !== undefined) cache.set(id, frozen(doc))
    return doc
  }
  return {
    /** A copy; what lies deeper in it is shared and cannot be changed. */
    get: (id: string): UserDoc | undefined => {
      const doc = cache.get(id) ?? read(id)
      return doc === undefined ? undefined : { ...doc }
    },
    /** By name, upper and lower case alike. */
    byUsername: (username: string): UserDoc | undefined =>
      decode.one(driver.get<DocRow>('SELECT doc FROM users WHERE username = ?', username)),
    byEmail: (address: string): UserDoc | undefined =>
      decode.one(
        driver.get<DocRow>(
          'SELECT u.doc FROM users u JOIN emails e ON e.uid = u.id WHERE e.address = ?',
          address,
        ),
      ),
    insert: (user: UserDoc, password: string | null): void => {
      driver.run(
        'INSERT INTO users (id, username, password, updated_at, doc) VALUES (?, ?, ?, ?, ?)',
        user._id,
        user.username,
        password,
        user._updatedAt.getTime(),
        encodeDoc(user),
      )
      saveEmails(user)
    },
    update: (user: UserDoc): void => {
      cache.delete(user._id)
      driver.run(
        'UPDATE users SET username = ?, updated_at = ?, doc = ? WHERE id = ?',
        user.username,
        user._updatedAt.getTime(),
        encodeDoc(user),
        user._id,
      )
      saveEmails(user)
    },
    passwordHash: (id: string): string | null =>
      driver.get<{ password: string | null }>('SELECT password FROM users WHERE id = ?', id)
        ?.password ?? null,
    setPasswordHash: (id: string, password: string): void =>
      void driver.run('UPDATE users SET password = ? WHERE id = ?', password, id),
    /** Everybody who has a role. */
    withRole: (role: string): UserDoc[] =>
      decode.all(
        driver.all<DocRow>(
          `SELECT doc FROM users WHERE EXISTS
             (SELECT 1 FROM json_each(doc, '$.roles') WHERE value = ?) ORDER BY username`,
          role,
        ),
      ),
    /** Active accounts with a role whose last sign-in was at `before` or earlier, in milliseconds. */
    idle: (role: string, before: number): UserDoc[] =>
      decode.all(
        driver.all<DocRow>(
          `SELECT doc FROM users WHERE json_extract(doc, '$.active') = 1
           AND json_extract(doc, '$.lastLogin."$date"') <= ?
           AND EXISTS (SELECT 1 FROM json_each(doc, '$.roles') WHERE value = ?)`,
          before,
          role,
        ),
      ),
    /** When the next status ends that was set for a while, in milliseconds. */
    nextStatusEnd: (): number | undefined =>
      driver.get<{ at: number | null }>(
        `SELECT min(json_extract(doc, '$.statusExpiresAt."$date"')) AS at FROM users`,
      )?.at ?? undefined,
    /** Whose status has ended at a time in milliseconds. */
    statusEnded: (now: number): UserDoc[] =>
      decode.all(
        driver.all<DocRow>(
          `SELECT doc FROM users WHERE json_extract(doc, '$.statusExpiresAt."$date"') <= ?`,
          now,
        ),
      ),
    /** Removes an account with its tokens, addresses and memberships. */
    remove: (id: string): void => {
      cache.delete(id)
      driver.run('DELETE FROM users WHERE id = ?', id)
      removed()
    },
    count: (): number => driver.get<{ n: number }>('SELECT count(*) AS n FROM users')?.n ?? 0,
    /** Active accounts whose name or user name contains a text, upper and lower case alike, by user name. */
    search: (term: string, offset: number, count: number): UserDoc[] =>
      decode.all(
        driver.all<DocRow>(
          `SELECT doc FROM users WHERE ${searchWhere} ORDER BY username LIMIT ? OFFSET ?`,
          ...searchValues(term),
          count,
          offset,
        ),
      ),
    searchCount: (term: string): number =>
      driver.get<{ n: number }>(
        `SELECT count(*) AS n FROM users WHERE ${searchWhere}`,
        ...searchValues(term),
      )?.n ?? 0,
    page: (offset: number, count: number): UserDoc[] =>
      decode.all(
        driver.all<DocRow>(
          'SELECT doc FROM users ORDER BY username LIMIT ? OFFSET ?',
          count,
          offset,
        ),
      ),
  }
}
