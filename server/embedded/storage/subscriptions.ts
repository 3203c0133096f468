import type { SubscriptionDoc, UserDoc } from '../documents'
import { createDecoder, encodeDoc, type DocRow } from './codec'
import type { SqlDriver } from './driver'

export type Subscriptions = ReturnType<typeof createSubscriptions>

const decode = createDecoder<SubscriptionDoc>()
const decodeUser = createDecoder<UserDoc>()

export const createSubscriptions = (driver: SqlDriver) => ({
  get: (rid: string, uid: string): SubscriptionDoc | undefined =>
    decode.one(
      driver.get<DocRow>('SELECT doc FROM subscriptions WHERE rid = ? AND uid = ?', rid, uid),
    ),
  ofRoom: (rid: string): SubscriptionDoc[] =>
    decode.all(driver.all<DocRow>('SELECT doc FROM subscriptions WHERE rid = ?', rid)),
  /** Without people who were only invited or are banned. */
  memberIds: (rid: string): string[] =>
    driver
      .all<{ uid: string }>('SELECT uid FROM subscriptions WHERE rid = ? AND status IS NULL', rid)
      .map((row) => row.uid),
  /** The subscriptions of a user that changed after `since`, a time in milliseconds. */
  ofUser: (uid: string, since: number): SubscriptionDoc[] =>
    decode.all(
      driver.all<DocRow>(
        'SELECT doc FROM subscriptions WHERE uid = ? AND updated_at > ?',
        uid,
        since,
      ),
    ),
  remove: (id: string): void => void driver.run('DELETE FROM subscriptions WHERE id = ?', id),
  isBanned: (rid: string, uid: string): boolean =>
    driver.get(
      "SELECT 1 FROM subscriptions WHERE rid = ? AND uid = ? AND status = 'BANNED'",
      rid,
      uid,
    ) !== undefined,
  isMember: (rid: string, uid: string): boolean =>
    driver.get(
      'SELECT 1 FROM subscriptions WHERE rid = ? AND uid = ? AND status IS NULL',
      rid,
      uid,
    ) !== undefined,
  countMembers: (rid: string): number =>
    driver.get<{ n: number }>(
      'SELECT count(*) AS n FROM subscriptions WHERE rid = ? AND status IS NULL',
      rid,
    )?.n ?? 0,
  /** How many people have a role in a room. */
  countWithRole: (rid: string, role: string): number =>
    driver.get<{ n: number }>(
      `SELECT count(*) AS n FROM subscriptions WHERE rid = ? AND status IS NULL
       AND EXISTS (SELECT 1 FROM json_each(doc, '$.roles') WHERE value = ?)`,
      rid,
      role,
    )?.n ?? 0,
  /** The members of a room with their accounts, by user name; also those who were invited or are banned. */
  members: (rid: string): { user: UserDoc; subscription: SubscriptionDoc }[] =>
    driver
      .all<{ user: string; subscription: string }>(
        `SELECT u.doc AS user, s.doc AS subscription FROM subscriptions s
         JOIN users u ON u.id = s.uid WHERE s.rid = ? ORDER BY u.username`,
        rid,
      )
      .flatMap((row) => {
        const user = decodeUser.one({ doc: row.user })
        const subscription = decode.one({ doc: row.subscription })
        return user === undefined || subscription === undefined ? [] : [{ user, subscription }]
      }),
  insert: (subscription: SubscriptionDoc): void =>
    void driver.run(
      'INSERT INTO subscriptions (id, rid, uid, updated_at, status, doc) VALUES (?, ?, ?, ?, ?, ?)',
      subscription._id,
      subscription.rid,
      subscription.u._id,
      subscription._updatedAt.getTime(),
      subscription.status ?? null,
      encodeDoc(subscription),
    ),
  update: (subscription: SubscriptionDoc): void =>
    void driver.run(
      'UPDATE subscriptions SET updated_at = ?, status = ?, doc = ? WHERE id = ?',
      subscription._updatedAt.getTime(),
      subscription.status ?? null,
      encodeDoc(subscription),
      subscription._id,
    ),
})
