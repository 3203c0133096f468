import type { SqlDriver } from './driver'

/** Whose picture it is: the owner is the id of a user, a room or a custom emoji. */
export type PictureKind = 'user' | 'room' | 'emoji'

export type Picture = {
  /** Media type. */
  type: string
  etag: string
  data: Buffer
  updatedAt: Date
}

type Row = { type: string; etag: string; data: Buffer; updatedAt: number }

export type Pictures = ReturnType<typeof createPictures>

/** Small pictures: uploaded avatars and custom emoji. They lie in the data file, so they change with what shows them. */
export const createPictures = (driver: SqlDriver) => ({
  get: (kind: PictureKind, owner: string): Picture | undefined => {
    const row = driver.get<Row>(
      'SELECT type, etag, data, updated_at AS updatedAt FROM pictures WHERE kind = ? AND owner = ?',
      kind,
      owner,
    )
    return row === undefined
      ? undefined
      : { ...row, data: Buffer.from(row.data), updatedAt: new Date(row.updatedAt) }
  },
  put: (kind: PictureKind, owner: string, picture: Picture): void =>
    void driver.run(
      `INSERT INTO pictures (kind, owner, type, etag, data, updated_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (kind, owner) DO UPDATE SET type = excluded.type, etag = excluded.etag,
         data = excluded.data, updated_at = excluded.updated_at`,
      kind,
      owner,
      picture.type,
      picture.etag,
      picture.data,
      picture.updatedAt.getTime(),
    ),
  /** Answers whether there was one. */
  remove: (kind: PictureKind, owner: string): boolean =>
    driver.run('DELETE FROM pictures WHERE kind = ? AND owner = ?', kind, owner) > 0,
})
