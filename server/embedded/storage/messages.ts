import type { MessageDoc } from '../documents'
import { indexedText } from '../domain/searchText'
import { createDecoder, encodeDoc, type DocRow } from './codec'
import type { SqlDriver } from './driver'

/** Which messages of a room are wanted; times in milliseconds. */
export type HistoryQuery = {
  rid: string
  oldest?: number
  latest: number
  inclusive: boolean
  /** Whether replies that live in threads only are included. */
  threadReplies: boolean
  hiddenTypes: readonly string[]
  offset: number
  count: number
}

export type Messages = ReturnType<typeof createMessages>

const historyWhere = (query: HistoryQuery): { where: string; values: (string | number)[] } => {
  const [after, before] = query.inclusive ? ['>=', '<='] : ['>', '<']
  const values: (string | number)[] = [query.rid, query.latest]
  let where = `rid = ? AND ts ${before} ? AND hidden = 0`
  if (query.oldest !== undefined) {
    where += ` AND ts ${after} ?`
    values.push(query.oldest)
  }
  if (!query.threadReplies) where += ' AND in_main = 1'
  if (query.hiddenTypes.length > 0) {
    where += ` AND (t IS NULL OR t NOT IN (${query.hiddenTypes.map(() => '?').join(', ')}))`
    values.push(...query.hiddenTypes)
  }
  return { where, values }
}

/** A message as the values of its row. */
export const insertColumns = (message: MessageDoc, doc: string = encodeDoc(message)) =>
  [
    message.rid,
    message.u._id,
    message.ts.getTime(),
    message.t ?? null,
    message.tmid ?? null,
    message.tmid === undefined || message.tshow === true ? 1 : 0,
    message._hidden === true ? 1 : 0,
    message._updatedAt.getTime(),
    doc,
    message._id,
  ] as const

const decode = createDecoder<MessageDoc>()

const seqOf = 'SELECT seq FROM messages WHERE id = ?'

/** Keeps the index of words the same as the text. */
const saveWords = (driver: SqlDriver, message: MessageDoc): void => {
  if (message.t !== undefined && message.t !== 'rm') return
  driver.run(
    `INSERT OR REPLACE INTO message_words (rowid, words) VALUES ((${seqOf}), ?)`,
    message._id,
    indexedText(message.msg),
  )
}

export const createMessages = (driver: SqlDriver) => ({
  get: (id: string): MessageDoc | undefined =>
    decode.one(driver.get<DocRow>('SELECT doc FROM messages WHERE id = ?', id)),
  insert: (message: MessageDoc): void => {
    driver.run(
      `INSERT INTO messages (rid, uid, ts, t, tmid, in_main, hidden, updated_at, doc, id)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...insertColumns(message),
    )
    saveWords(driver, message)
  },
  update: (message: MessageDoc): void => {
    driver.run(
      `UPDATE messages SET rid = ?, uid = ?, ts = ?, t = ?, tmid = ?, in_main = ?, hidden = ?,
       updated_at = ?, doc = ? WHERE id = ?`,
      ...insertColumns(message),
    )
    saveWords(driver, message)
  },
  remove: (id: string): void => {
    driver.run(`DELETE FROM message_words WHERE rowid = (${seqOf})`, id)
    driver.run('DELETE FROM messages WHERE id = ?', id)
  },
  /** Takes the messages of a room out of the index of words, before the room is removed. */
  forgetWords: (rid: string): void =>
    void driver.run(
      'DELETE FROM message_words WHERE rowid IN (SELECT seq FROM messages WHERE rid = ?)',
      rid,
    ),
  /** Puts messages that an older version stored into the index of words. */
  indexMissing: (): void => {
    const missing = driver.all<DocRow>(
      `SELECT doc FROM messages WHERE t IS NULL AND seq NOT IN (SELECT rowid FROM message_words)`,
    )
    for (const message of decode.all(missing)) saveWords(driver, message)
  },
  /** Newest first. */
  history: (query: HistoryQuery): MessageDoc[] => {
    const { where, values } = historyWhere(query)
    return decode.all(
      driver.all<DocRow>(
        `SELECT doc FROM messages WHERE ${where} ORDER BY ts DESC, seq DESC LIMIT ? OFFSET ?`,
        ...values,
        query.count,
        query.offset,
      ),
    )
  },
  /** The oldest message of a range, and how many there are. */
  firstAndCount: (query: HistoryQuery): { first: MessageDoc | undefined; count: number } => {
    const { where, values } = historyWhere(query)
    const first = driver.get<DocRow>(
      `SELECT doc FROM messages WHERE ${where} ORDER BY ts, seq LIMIT 1`,
      ...values,
    )
    const row = driver.get<{ n: number }>(
      `SELECT count(*) AS n FROM messages WHERE ${where}`,
      ...values,
    )
    return { first: decode.one(first), count: row?.n ?? 0 }
  },
  /** Messages of a room whose state is newer than `since`, newest message first; for `lastUpdate`. */
  updatedSince: (rid: string, since: number): MessageDoc[] =>
    decode.all(
      driver.all<DocRow>(
        'SELECT doc FROM messages WHERE rid = ? AND updated_at > ? AND hidden = 0 ORDER BY ts DESC, seq DESC',
        rid,
        since,
      ),
    ),
  /** One page of a room's changes after `from`, oldest change first. */
  updatedAfter: (rid: string, from: number, minTs: number, count: number): MessageDoc[] =>
    decode.all(
      driver.all<DocRow>(
        `SELECT doc FROM messages WHERE rid = ? AND updated_at > ? AND ts >= ? AND hidden = 0
         ORDER BY updated_at LIMIT ?`,
        rid,
        from,
        minTs,
        count,
      ),
    ),
  /** One page of a room's changes before `from`, newest change first. */
  updatedBefore: (rid: string, from: number, minTs: number, count: number): MessageDoc[] =>
    decode.all(
      driver.all<DocRow>(
        `SELECT doc FROM messages WHERE rid = ? AND updated_at < ? AND ts >= ? AND hidden = 0
         ORDER BY updated_at DESC LIMIT ?`,
        rid,
        from,
        minTs,
        count,
      ),
    ),
  /** The message that a room list shows: the newest of the main conversation that a person wrote. */
  lastOf: (rid: string): MessageDoc | undefined =>
    decode.one(
      driver.get<DocRow>(
        `SELECT doc FROM messages WHERE rid = ? AND in_main = 1 AND hidden = 0
         AND (t IS NULL OR t IN ('e2e', 'discussion-created', 'message_pinned', 'videoconf', 'rm'))
         ORDER BY ts DESC, seq DESC LIMIT 1`,
        rid,
      ),
    ),
  /** The newest message of the main conversation that somebody else wrote. */
  lastOfOthers: (rid: string, uid: string): MessageDoc | undefined =>
    decode.one(
      driver.get<DocRow>(
        `SELECT doc FROM messages WHERE rid = ? AND uid <> ? AND in_main = 1 AND hidden = 0
         ORDER BY ts DESC, seq DESC LIMIT 1`,
        rid,
        uid,
      ),
    ),
  /** How many messages of the main conversation others wrote after `since`, a time in milliseconds. */
  countOfOthers: (rid: string, uid: string, since: number): number =>
    driver.get<{ n: number }>(
      `SELECT count(*) AS n FROM messages
       WHERE rid = ? AND ts > ? AND uid <> ? AND in_main = 1 AND hidden = 0`,
      rid,
      since,
      uid,
    )?.n ?? 0,
  /** The line of a room that links one of its discussions. */
  discussionLink: (rid: string, drid: string): MessageDoc | undefined =>
    decode.one(
      driver.get<DocRow>(
        `SELECT doc FROM messages WHERE rid = ? AND t = 'discussion-created'
         AND json_extract(doc, '$.drid') = ?`,
        rid,
        drid,
      ),
    ),
  /** Every message of a time span, oldest first. */
  between: (span: Pick<HistoryQuery, 'rid' | 'latest' | 'inclusive'> & { oldest: number }) => {
    const query = { ...span, threadReplies: true, hiddenTypes: [], offset: 0, count: 0 }
    const { where, values } = historyWhere(query)
    return decode.all(
      driver.all<DocRow>(`SELECT doc FROM messages WHERE ${where} ORDER BY ts, seq`, ...values),
    )
  },
  lastReplyTo: (tmid: string): MessageDoc | undefined =>
    decode.one(
      driver.get<DocRow>(
        'SELECT doc FROM messages WHERE tmid = ? ORDER BY ts DESC, seq DESC LIMIT 1',
        tmid,
      ),
    ),
})
