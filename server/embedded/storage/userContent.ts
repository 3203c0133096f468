import type { SqlDriver } from './driver'

/** What somebody wrote in one room: how many messages, and which of them the room list may show. */
export type RoomShare = { rid: string; messages: number }

export type UserContent = ReturnType<typeof createUserContent>

/** Everything that one person wrote, for the end of the account. */
export const createUserContent = (driver: SqlDriver) => ({
  /** The rooms that a person wrote in, and how much. */
  rooms: (uid: string): RoomShare[] =>
    driver.all<RoomShare>(
      'SELECT rid, count(*) AS messages FROM messages WHERE uid = ? GROUP BY rid',
      uid,
    ),
  /** The ids of a person's messages in a room. */
  messageIds: (uid: string, rid: string): string[] =>
    driver
      .all<{ id: string }>('SELECT id FROM messages WHERE uid = ? AND rid = ?', uid, rid)
      .map((row) => row.id),
  /** The roots, by others, of the threads that a person answered in. */
  threadRoots: (uid: string): string[] =>
    driver
      .all<{ id: string }>(
        `SELECT DISTINCT root.id FROM messages reply JOIN messages root ON root.id = reply.tmid
         WHERE reply.uid = ? AND root.uid <> ?`,
        uid,
        uid,
      )
      .map((row) => row.id),
  /** How many replies a thread has, and when the last one came, in milliseconds. */
  replies: (tmid: string): { count: number; last: number | null } =>
    driver.get<{ count: number; last: number | null }>(
      'SELECT count(*) AS count, max(ts) AS last FROM messages WHERE tmid = ?',
      tmid,
    ) ?? { count: 0, last: null },
  /** Removes a person's messages with their words in the index. */
  removeMessages: (uid: string): void => {
    driver.run(
      'DELETE FROM message_words WHERE rowid IN (SELECT seq FROM messages WHERE uid = ?)',
      uid,
    )
    driver.run('DELETE FROM messages WHERE uid = ?', uid)
  },
})
