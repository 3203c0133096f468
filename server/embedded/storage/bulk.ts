import type { MessageDoc } from '../documents'
import type { SqlDriver } from './driver'
import { insertColumns } from './messages'

/** A message, its stored text and its words for the index. */
export type BulkRow = { message: MessageDoc; doc: string; words: string }

/** More than this gains nothing. */
const rowsAtOnce = 64

const insertRows = (driver: SqlDriver, rows: readonly BulkRow[]): void => {
  const places = (one: string): string => rows.map(() => one).join(', ')
  const next = driver.get<{ seq: number }>('SELECT coalesce(max(seq), 0) + 1 AS seq FROM messages')
  const first = next?.seq ?? 1
  driver.run(
    `INSERT INTO messages (seq, rid, uid, ts, t, tmid, in_main, hidden, updated_at, doc, id)
     VALUES ${places('(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')}`,
    ...rows.flatMap(({ message, doc }, index) => [first + index, ...insertColumns(message, doc)]),
  )
  driver.run(
    `INSERT INTO message_words (rowid, words) VALUES ${places('(?, ?)')}`,
    ...rows.flatMap(({ words }, index) => [first + index, words]),
  )
}

/** Stores many messages of people whose words are known, some in each statement. Belongs into a transaction. */
export const insertMessages = (driver: SqlDriver, rows: readonly BulkRow[]): void => {
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    insertRows(driver, rows.slice(from, from + rowsAtOnce))
  }
}

/**
 * Runs `work` without the indexes of messages and makes them anew afterwards, which is faster than keeping them for
 * every row. One transaction, so that they are never missing.
 */
export const withoutIndexes = (driver: SqlDriver, work: () => void): void =>
  driver.transaction(() => {
    const indexes = driver.all<{ name: string; sql: string }>(
      "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'messages' AND sql IS NOT NULL",
    )
    for (const { name } of indexes) driver.exec(`DROP INDEX ${name}`)
    work()
    for (const { sql } of indexes) driver.exec(sql)
  })
