import { createDecoder, encodeDoc, type DocRow } from './codec'
import type { SqlDriver, SqlValue } from './driver'

export type TypeGroup = 'image' | 'audio' | 'video' | 'text' | 'application' | 'thumb' | 'other'

/** A stored file (protocol reference 4.6); its bytes lie on disk under its id. */
export type UploadDoc = {
  _id: string
  name: string
  /** Media type. */
  type: string
  typeGroup: TypeGroup
  /** Bytes. */
  size: number
  extension: string
  rid: string
  userId: string
  etag: string
  store: string
  complete: true
  uploading: false
  progress: 1
  uploadedAt: Date
  _updatedAt: Date
  /** When an unconfirmed file vanishes; absent for a confirmed one. */
  expiresAt?: Date
  description?: string
  identify?: { format: string; size: { width: number; height: number } }
  /** Encrypted description of an end-to-end encrypted file. */
  content?: Record<string, unknown>
}

/** What belongs to a file and is not part of its document. */
export type UploadExtra = {
  /** The file that this one is the thumbnail of. */
  original?: string
  /** A tiny JPEG in base64. */
  preview?: string
}

/** Which files of a room a list shows. */
export type UploadFilter = {
  rid: string
  /** Part of the name, upper and lower case alike. */
  name?: string
  typeGroup?: string
  confirmed?: boolean
  /** Time in milliseconds; later ones are left out. */
  until?: number
}

/** Fields that lists are sorted by, as SQL. */
const orders = {
  name: 'name COLLATE NOCASE',
  uploadedAt: 'uploaded_at',
  typeGroup: 'type_group',
  type: `json_extract(doc, '$.type')`,
  size: `json_extract(doc, '$.size')`,
  _updatedAt: `json_extract(doc, '$._updatedAt."$date"')`,
} as const

export type UploadOrder = readonly (readonly [keyof typeof orders, 1 | -1])[]

export const isUploadOrder = (key: string): key is keyof typeof orders => Object.hasOwn(orders, key)

export type Uploads = ReturnType<typeof createUploads>

const decode = createDecoder<UploadDoc>()

const whereOf = (filter: UploadFilter): { where: string; values: SqlValue[] } => {
  const values: SqlValue[] = [filter.rid]
  let where = 'rid = ?'
  const add = (sql: string, ...more: SqlValue[]): void => {
    where += ` AND ${sql}`
    values.push(...more)
  }
  // Thumbnails are part of their picture unless somebody asks for them.
  if (filter.typeGroup === undefined) add(`type_group <> 'thumb'`)
  else add('type_group = ?', filter.typeGroup)
  if (filter.name !== undefined) {
    const escaped = filter.name.replace(/[\\%_]/g, (sign) => `\\${sign}`)
    add(`name LIKE ? ESCAPE '\\'`, `%${escaped}%`)
  }
  if (filter.confirmed === true) add('expires_at IS NULL')
  if (filter.until !== undefined) add('uploaded_at <= ?', filter.until)
  return { where, values }
}

const orderOf = (order: UploadOrder): string =>
  [...order.map(([key, way]) => `${orders[key]} ${way === 1 ? 'ASC' : 'DESC'}`), 'seq DESC'].join(
    ', ',
  )

const selectIds = (driver: SqlDriver, where: string, ...values: SqlValue[]): string[] =>
  driver
    .all<{ id: string }>(`SELECT id FROM uploads WHERE ${where}`, ...values)
    .map((row) => row.id)

/** The records of files. Whoever removes one removes it from the disk too, after the commit. */
export const createUploads = (driver: SqlDriver) => ({
  get: (id: string): UploadDoc | undefined =>
    decode.one(driver.get<DocRow>('SELECT doc FROM uploads WHERE id = ?', id)),
  insert: (doc: UploadDoc, extra: UploadExtra = {}): void =>
    void driver.run(
      `INSERT INTO uploads (id, rid, uid, original, type_group, name, preview, uploaded_at, expires_at, doc)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      doc._id,
      doc.rid,
      doc.userId,
      extra.original ?? null,
      doc.typeGroup,
      doc.name,
      extra.preview ?? null,
      doc.uploadedAt.getTime(),
      doc.expiresAt?.getTime() ?? null,
      encodeDoc(doc),
    ),
  update: (doc: UploadDoc): void =>
    void driver.run(
      'UPDATE uploads SET name = ?, expires_at = ?, doc = ? WHERE id = ?',
      doc.name,
      doc.expiresAt?.getTime() ?? null,
      encodeDoc(doc),
      doc._id,
    ),
  setMessage: (id: string, messageId: string): void =>
    void driver.run('UPDATE uploads SET message = ? WHERE id = ?', messageId, id),
  messageOf: (id: string): string | undefined =>
    driver.get<{ message: string | null }>('SELECT message FROM uploads WHERE id = ?', id)
      ?.message ?? undefined,
  thumbnailOf: (id: string): UploadDoc | undefined =>
    decode.one(driver.get<DocRow>('SELECT doc FROM uploads WHERE original = ?', id)),
  previewOf: (id: string): string | undefined =>
    driver.get<{ preview: string | null }>('SELECT preview FROM uploads WHERE id = ?', id)
      ?.preview ?? undefined,
  list: (filter: UploadFilter, order: UploadOrder, offset: number, count: number): UploadDoc[] => {
    const { where, values } = whereOf(filter)
    return decode.all(
      driver.all<DocRow>(
        `SELECT doc FROM uploads WHERE ${where} ORDER BY ${orderOf(order)} LIMIT ? OFFSET ?`,
        ...values,
        count,
        offset,
      ),
    )
  },
  count: (filter: UploadFilter): number => {
    const { where, values } = whereOf(filter)
    return (
      driver.get<{ n: number }>(`SELECT count(*) AS n FROM uploads WHERE ${where}`, ...values)?.n ??
      0
    )
  },
  /** Unconfirmed files whose time is over at `now`, in milliseconds; thumbnails go with their pictures. */
  expired: (now: number): UploadDoc[] =>
    decode.all(
      driver.all<DocRow>(
        'SELECT doc FROM uploads WHERE expires_at IS NOT NULL AND expires_at <= ? AND original IS NULL',
        now,
      ),
    ),
  /** A message that shows a file, also one that was stored right before the process ended. */
  messageWith: (doc: UploadDoc): string | undefined =>
    driver.get<{ id: string }>(
      `SELECT id FROM messages WHERE rid = ? AND ts >= ? AND json_extract(doc, '$.file._id') = ? LIMIT 1`,
      doc.rid,
      doc.uploadedAt.getTime(),
      doc._id,
    )?.id,
  /** How many files of a user nobody has confirmed yet, and their bytes; thumbnails belong to their pictures. */
  unconfirmedOf: (uid: string): { files: number; bytes: number } =>
    driver.get<{ files: number; bytes: number }>(
      `SELECT count(*) AS files, coalesce(sum(json_extract(doc, '$.size')), 0) AS bytes
       FROM uploads WHERE uid = ? AND expires_at > 0 AND original IS NULL`,
      uid,
    ) ?? { files: 0, bytes: 0 },
  ofUser: (uid: string): string[] => selectIds(driver, 'uid = ?', uid),
  ofRoom: (rid: string): string[] => selectIds(driver, 'rid = ?', rid),
  /** Every one that exists, for finding files that nobody knows. */
  ids: (): string[] => selectIds(driver, '1'),
  /** Removes records with those of their thumbnails. Answers the ids of all that are gone. */
  remove: (ids: readonly string[]): string[] => {
    const asked = JSON.stringify(ids)
    const where = `id IN (SELECT value FROM json_each(?)) OR original IN (SELECT value FROM json_each(?))`
    const gone = selectIds(driver, where, asked, asked)
    driver.run(`DELETE FROM uploads WHERE ${where}`, asked, asked)
    return gone
  },
})
