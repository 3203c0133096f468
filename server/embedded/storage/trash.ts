import type { TrashStub } from '../documents'
import type { SqlDriver } from './driver'

export type TrashCollection = 'messages' | 'subscriptions' | 'rooms' | 'emoji'

type Row = { id: string; deletedAt: number }

export type Trash = ReturnType<typeof createTrash>

const toStub = (row: Row): TrashStub => ({ _id: row.id, _deletedAt: new Date(row.deletedAt) })

/**
 * Stubs of deleted documents. `scope` is what a question asks by: the room of a message, the user of a subscription,
 * '' for rooms.
 */
export const createTrash = (driver: SqlDriver) => ({
  add: (collection: TrashCollection, id: string, scope: string, deletedAt: Date): void =>
    void driver.run(
      'INSERT INTO trash (collection, id, scope, deleted_at) VALUES (?, ?, ?, ?)',
      collection,
      id,
      scope,
      deletedAt.getTime(),
    ),
  since: (collection: TrashCollection, scope: string, since: number): TrashStub[] =>
    driver
      .all<Row>(
        `SELECT id, deleted_at AS deletedAt FROM trash
         WHERE collection = ? AND scope = ? AND deleted_at > ? ORDER BY deleted_at`,
        collection,
        scope,
        since,
      )
      .map(toStub),
  /** One page after `from`, oldest first. */
  after: (collection: TrashCollection, scope: string, from: number, count: number): TrashStub[] =>
    driver
      .all<Row>(
        `SELECT id, deleted_at AS deletedAt FROM trash
         WHERE collection = ? AND scope = ? AND deleted_at > ? ORDER BY deleted_at LIMIT ?`,
        collection,
        scope,
        from,
        count,
      )
      .map(toStub),
  /** One page before `from`, newest first. */
  before: (collection: TrashCollection, scope: string, from: number, count: number): TrashStub[] =>
    driver
      .all<Row>(
        `SELECT id, deleted_at AS deletedAt FROM trash
         WHERE collection = ? AND scope = ? AND deleted_at < ? ORDER BY deleted_at DESC LIMIT ?`,
        collection,
        scope,
        from,
        count,
      )
      .map(toStub),
})
