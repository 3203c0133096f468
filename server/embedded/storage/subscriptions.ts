import type { SubscriptionDoc, UserDoc } from '../documents'
import { createCache, frozen } from './cache'
import { createDecoder, encodeDoc, type DocRow } from './codec'
import type { SqlDriver } from './driver'

export type Subscriptions = ReturnType<typeof createSubscriptions>

const decode = createDecoder<SubscriptionDoc>()
const decodeUser = createDecoder<UserDoc>()

/** Some megabytes; more people than these are rarely talked to at the same time. */
const mostCached = { subscriptions: 20_000, rooms: 2000 }

/** A room with more members is read from the file, so that it does not drive everything else out. */
const mostMembers = 2000

/** Every message asks for all members of its room, so these are kept decoded. */
const createCachedReads = (driver: SqlDriver) => {
  const docs = createCache<SubscriptionDoc>(driver, mostCached.subscriptions)
  const people = createCache<readonly string[]>(driver, mostCached.rooms)
  const keyOf = (rid: string, uid: string): string => `${rid}\n${uid}`
  const one = (rid: string, uid: string): SubscriptionDoc | undefined => {
    const key = keyOf(rid, uid)
    const cached = docs.get(key)
    if (cached !== undefined) return cached
    const doc = decode.one(
      driver.get<DocRow>('SELECT doc FROM subscriptions WHERE rid = ? AND uid = ?', rid, uid),
    )
    if (doc !== undefined) docs.set(key, frozen(doc))
    return doc
  }
  const read = (rid: string): SubscriptionDoc[] => {
    const all = decode.all(driver.all<DocRow>('SELECT doc FROM subscriptions WHERE rid = ?', rid))
    if (all.length > mostMembers) return all
    people.set(
      rid,
      all.map(({ u }) => u._id),
    )
    for (const doc of all) docs.set(keyOf(rid, doc.u._id), frozen(doc))
    return all
  }
  return {
    one,
    ofRoom: (rid: string): readonly SubscriptionDoc[] =>
      people.get(rid)?.flatMap((uid) => one(rid, uid) ?? []) ?? read(rid),
    changed: ({ rid, u }: SubscriptionDoc): void => docs.delete(keyOf(rid, u._id)),
    /** What was just written is asked for again with the next message of the room. */
    replaced: (doc: SubscriptionDoc): void =>
      docs.set(keyOf(doc.rid, doc.u._id), frozen({ ...doc })),
    membersChanged: (rid: string): void => people.delete(rid),
    forget: (): void => {
      docs.clear()
      people.clear()
    },
  }
}

export const createSubscriptions = (driver: SqlDriver) => {
  const cached = createCachedReads(driver)
  return { ...createReads(driver, cached), ...createWrites(driver, cached) }
}

type CachedReads = ReturnType<typeof createCachedReads>

const createReads = (driver: SqlDriver, cached: CachedReads) => ({
  /** A copy; what lies deeper in it is shared and cannot be changed. */
  get: (rid: string, uid: string): SubscriptionDoc | undefined => {
    const doc = cached.one(rid, uid)
    return doc === undefined ? undefined : { ...doc }
  },
  /** Everybody's subscription of a room, shared and unchangeable; for loops over members that rarely change one. */
  shared: (rid: string): readonly Readonly<SubscriptionDoc>[] => cached.ofRoom(rid),
  /** Forgets what was read, after rows went by a foreign key. */
  forget: (): void => cached.forget(),
  ofRoom: (rid: string): SubscriptionDoc[] =>
    decode.all(driver.all<DocRow>('SELECT doc FROM subscriptions WHERE rid = ?', rid)),
  /** Without people who were only invited or are banned. */
  memberIds: (rid: string): string[] =>
    cached.ofRoom(rid).flatMap(({ u, status }) => (status === undefined ? [u._id] : [])),
  /** The subscriptions of a user that changed after `since`, a time in milliseconds. */
  ofUser: (uid: string, since: number): SubscriptionDoc[] =>
    decode.all(
      driver.all<DocRow>(
        'SELECT doc FROM subscriptions WHERE uid = ? AND updated_at > ?',
        uid,
        since,
      ),
    ),
  isBanned: (rid: string, uid: string): boolean => cached.one(rid, uid)?.status === 'BANNED',
  isMember: (rid: string, uid: string): boolean => {
    const doc = cached.one(rid, uid)
    return doc !== undefined && doc.status === undefined
  },
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
})

const createWrites = (driver: SqlDriver, cached: CachedReads) => ({
  remove: (id: string): void => {
    cached.forget()
    driver.run('DELETE FROM subscriptions WHERE id = ?', id)
  },
  insert: (subscription: SubscriptionDoc): void => {
    cached.changed(subscription)
    cached.membersChanged(subscription.rid)
    driver.run(
      'INSERT INTO subscriptions (id, rid, uid, updated_at, status, doc) VALUES (?, ?, ?, ?, ?, ?)',
      subscription._id,
      subscription.rid,
      subscription.u._id,
      subscription._updatedAt.getTime(),
      subscription.status ?? null,
      encodeDoc(subscription),
    )
  },
  update: (subscription: SubscriptionDoc): void => {
    const count = driver.run(
      'UPDATE subscriptions SET updated_at = ?, status = ?, doc = ? WHERE id = ?',
      subscription._updatedAt.getTime(),
      subscription.status ?? null,
      encodeDoc(subscription),
      subscription._id,
    )
    if (count > 0) cached.replaced(subscription)
  },
})
