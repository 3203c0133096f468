import type { SqlDriver } from './driver'

/** A device that wants pushes. Times in milliseconds. */
export type PushToken = {
  id: string
  uid: string
  /** The service that reaches the device. */
  kind: 'gcm' | 'apn'
  value: string
  appName: string
  voip: string | null
  /** Hash of the login token that it was given with; it ends with that. */
  authHash: string
  createdAt: number
  updatedAt: number
}

const columns = `id, uid, kind, value, app_name AS appName, voip, auth_hash AS authHash,
  created_at AS createdAt, updated_at AS updatedAt`

export type PushTokens = ReturnType<typeof createPushTokens>

export const createPushTokens = (driver: SqlDriver) => ({
  byId: (id: string): PushToken | undefined =>
    driver.get<PushToken>(`SELECT ${columns} FROM push_tokens WHERE id = ?`, id),
  byValue: (value: string): PushToken | undefined =>
    driver.get<PushToken>(`SELECT ${columns} FROM push_tokens WHERE value = ?`, value),
  /** Keeps a token in place of the one with the same id or value: a device has one user. */
  save: (token: PushToken): void => {
    driver.run('DELETE FROM push_tokens WHERE id = ? OR value = ?', token.id, token.value)
    driver.run(
      `INSERT INTO push_tokens
         (id, uid, kind, value, app_name, voip, auth_hash, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      token.id,
      token.uid,
      token.kind,
      token.value,
      token.appName,
      token.voip,
      token.authHash,
      token.createdAt,
      token.updatedAt,
    )
  },
  /** Answers whether there was one of this user. */
  remove: (uid: string, value: string): boolean =>
    driver.run('DELETE FROM push_tokens WHERE uid = ? AND value = ?', uid, value) > 0,
  /** Removes what was given with login tokens that ended. */
  removeOfSessions: (authHashes: readonly string[]): void =>
    void driver.run(
      'DELETE FROM push_tokens WHERE auth_hash IN (SELECT value FROM json_each(?))',
      JSON.stringify(authHashes),
    ),
  /** Keeps the newest tokens of a user. */
  keepNewest: (uid: string, count: number): void =>
    void driver.run(
      `DELETE FROM push_tokens WHERE id IN (SELECT id FROM push_tokens WHERE uid = ?
         ORDER BY updated_at DESC, id LIMIT -1 OFFSET ?)`,
      uid,
      count,
    ),
})
