import type { MessageDoc } from '../documents'
import { createDecoder, type DocRow } from './codec'
import type { SqlDriver } from './driver'

/** Which messages a list shows. Every condition that is there must hold. */
export type MessageFilter = {
  rid?: string
  /** Replies of one thread. */
  tmid?: string
  pinned?: boolean
  /** Starred by one of these people. */
  starredBy?: readonly string[]
  /** Mentions one of these people. */
  mentions?: readonly string[]
  /** Roots of threads. */
  threads?: boolean
  /** Followed by this person. */
  followedBy?: string
  /** One of these messages. */
  ids?: readonly string[]
  /** Links to discussions. */
  discussions?: boolean
  /** Part of the text. */
  text?: string
  /** A question to the index of words. */
  match?: string
  /** Written by one of these people. */
  authors?: readonly string[]
  /** Only what people wrote, no system lines. */
  written?: boolean
  /** Stars of the caller; see `starredBy`. */
  starred?: boolean
  hasUrl?: boolean
  hasLocation?: boolean
  /** A file of this kind is attached; `file` is any. */
  hasFile?: 'file' | 'image' | 'video' | 'audio'
  /** Part of the label, of an attachment's title, of an attachment's description. */
  label?: string
  fileTitle?: string
  fileDescription?: string
  /** Times in milliseconds: from the first on, before the second. */
  from?: number
  before?: number
  /** Changed after this time in milliseconds. */
  updatedAfter?: number
}

/** Fields that lists are sorted by, as SQL. */
const orders = {
  ts: 'ts',
  tlm: `json_extract(doc, '$.tlm."$date"')`,
  dlm: `json_extract(doc, '$.dlm."$date"')`,
  _updatedAt: 'updated_at',
} as const

export type MessageOrder = { by: keyof typeof orders; descending: boolean }

export const isMessageOrder = (key: string): key is keyof typeof orders =>
  Object.hasOwn(orders, key)

type Condition = { sql: string; values: (string | number)[] }

const among = (path: string, id: string, wanted: readonly string[]): Condition => ({
  sql: `EXISTS (SELECT 1 FROM json_each(doc, '${path}') WHERE ${id} IN (SELECT value FROM json_each(?)))`,
  values: [JSON.stringify(wanted)],
})

const nameId = `json_extract(value, '$._id')`

const escapeLike = (text: string): string => text.replace(/[\\%_]/g, (sign) => `\\${sign}`)

type Add = (sql: string, ...values: (string | number)[]) => void

const partOf = (place: string): string => `json_extract(${place}) LIKE ? ESCAPE '\\'`

const likePart = (text: string): string => `%${escapeLike(text)}%`

/** What each kind of attached file is known by (protocol reference 4.1a). */
const fileMarks = {
  file: `json_extract(value, '$.type') = 'file'`,
  image: `json_extract(value, '$.image_url') IS NOT NULL`,
  video: `json_extract(value, '$.video_url') IS NOT NULL`,
  audio: `json_extract(value, '$.audio_url') IS NOT NULL`,
} as const

const attached = (condition: string): string =>
  `EXISTS (SELECT 1 FROM json_each(doc, '$.attachments') WHERE ${condition})`

const addSearch = (filter: MessageFilter, add: Add): void => {
  if (filter.match !== undefined) {
    add('seq IN (SELECT rowid FROM message_words WHERE message_words MATCH ?)', filter.match)
  }
  if (filter.authors !== undefined) {
    add('uid IN (SELECT value FROM json_each(?))', JSON.stringify(filter.authors))
  }
  if (filter.written === true) add(`(t IS NULL OR t = 'e2e')`)
  if (filter.hasUrl === true) add(`json_array_length(doc, '$.urls') > 0`)
  if (filter.hasLocation === true) add(`json_extract(doc, '$.location') IS NOT NULL`)
  if (filter.hasFile !== undefined) add(attached(fileMarks[filter.hasFile]))
  if (filter.label !== undefined) add(partOf(`doc, '$.label'`), likePart(filter.label))
  if (filter.fileTitle !== undefined) {
    add(attached(partOf(`value, '$.title'`)), likePart(filter.fileTitle))
  }
  if (filter.fileDescription !== undefined) {
    add(attached(partOf(`value, '$.description'`)), likePart(filter.fileDescription))
  }
  if (filter.from !== undefined) add('ts >= ?', filter.from)
  if (filter.before !== undefined) add('ts < ?', filter.before)
}

const conditionsOf = (filter: MessageFilter): Condition[] => {
  const conditions: Condition[] = [{ sql: 'hidden = 0', values: [] }]
  const add = (sql: string, ...values: (string | number)[]): void =>
    void conditions.push({ sql, values })
  if (filter.rid !== undefined) add('rid = ?', filter.rid)
  if (filter.tmid !== undefined) add('tmid = ?', filter.tmid)
  if (filter.updatedAfter !== undefined) add('updated_at > ?', filter.updatedAfter)
  if (filter.pinned === true) add(`json_extract(doc, '$.pinned') = 1`)
  if (filter.discussions === true) add(`json_extract(doc, '$.drid') IS NOT NULL`)
  if (filter.threads === true) add(`json_extract(doc, '$.tcount') > 0`)
  if (filter.ids !== undefined) {
    add('id IN (SELECT value FROM json_each(?))', JSON.stringify(filter.ids))
  }
  if (filter.text !== undefined) {
    add(`json_extract(doc, '$.msg') LIKE ? ESCAPE '\\'`, `%${escapeLike(filter.text)}%`)
  }
  addSearch(filter, add)
  if (filter.starredBy !== undefined) conditions.push(among('$.starred', nameId, filter.starredBy))
  if (filter.mentions !== undefined) conditions.push(among('$.mentions', nameId, filter.mentions))
  if (filter.followedBy !== undefined) {
    conditions.push(among('$.replies', 'value', [filter.followedBy]))
  }
  return conditions
}

/** Where a list goes on: the time of a message in milliseconds, and its row. */
export type ListPlace = { ts: number; seq: number }

const decode = createDecoder<MessageDoc>()

export type MessageLists = ReturnType<typeof createMessageLists>

/** Lists of messages that share something: pinned, starred, threads, discussions. */
export const createMessageLists = (driver: SqlDriver) => ({
  /** How many replies of a thread are older than one of them. */
  countBefore: (tmid: string, reply: MessageDoc): number =>
    driver.get<{ n: number }>(
      `SELECT count(*) AS n FROM messages WHERE tmid = ? AND hidden = 0
       AND (ts < ? OR (ts = ? AND seq < (SELECT seq FROM messages WHERE id = ?)))`,
      tmid,
      reply.ts.getTime(),
      reply.ts.getTime(),
      reply._id,
    )?.n ?? 0,
  page: (
    filter: MessageFilter,
    order: MessageOrder,
    offset: number,
    count: number,
  ): { messages: MessageDoc[]; total: number } => {
    const conditions = conditionsOf(filter)
    const where = conditions.map(({ sql }) => sql).join(' AND ')
    const values = conditions.flatMap((condition) => condition.values)
    const direction = order.descending ? 'DESC' : 'ASC'
    const rows = driver.all<DocRow>(
      `SELECT doc FROM messages WHERE ${where}
       ORDER BY ${orders[order.by]} ${direction}, seq ${direction} LIMIT ? OFFSET ?`,
      ...values,
      count,
      offset,
    )
    const total = driver.get<{ n: number }>(
      `SELECT count(*) AS n FROM messages WHERE ${where}`,
      ...values,
    )
    return { messages: decode.all(rows), total: total?.n ?? 0 }
  },
  /**
   * The next messages of a list by time, beyond the one that `after` names; for a search that looks at each of them.
   */
  next: (
    filter: MessageFilter,
    descending: boolean,
    after: ListPlace | undefined,
    count: number,
  ): { messages: MessageDoc[]; place: ListPlace | undefined } => {
    const conditions = conditionsOf(filter)
    const sign = descending ? '<' : '>'
    if (after !== undefined) {
      conditions.push({ sql: `(ts, seq) ${sign} (?, ?)`, values: [after.ts, after.seq] })
    }
    const direction = descending ? 'DESC' : 'ASC'
    const rows = driver.all<DocRow & ListPlace>(
      `SELECT doc, ts, seq FROM messages WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}
       ORDER BY ts ${direction}, seq ${direction} LIMIT ?`,
      ...conditions.flatMap((condition) => condition.values),
      count,
    )
    const last = rows.at(-1)
    const place = last === undefined ? undefined : { ts: last.ts, seq: last.seq }
    return { messages: decode.all(rows), place }
  },
})
