import { createDecoder, encodeDoc, type DocRow } from './codec'
import type { SqlDriver } from './driver'

/** An emoji of this workspace (protocol reference 4.6); its picture has the same id. */
export type EmojiDoc = {
  _id: string
  name: string
  aliases: string[]
  extension: string
  etag: string
  _updatedAt: Date
}

export type CustomEmoji = ReturnType<typeof createCustomEmoji>

const decode = createDecoder<EmojiDoc>()

export const createCustomEmoji = (driver: SqlDriver) => ({
  get: (id: string): EmojiDoc | undefined =>
    decode.one(driver.get<DocRow>('SELECT doc FROM custom_emoji WHERE id = ?', id)),
  /** By name, or by one of its other names. */
  byName: (name: string): EmojiDoc | undefined =>
    decode.one(
      driver.get<DocRow>(
        `SELECT doc FROM custom_emoji WHERE name = ?
         OR EXISTS (SELECT 1 FROM json_each(doc, '$.aliases') WHERE value = ?)`,
        name,
        name,
      ),
    ),
  insert: (emoji: EmojiDoc): void =>
    void driver.run(
      'INSERT INTO custom_emoji (id, name, updated_at, doc) VALUES (?, ?, ?, ?)',
      emoji._id,
      emoji.name,
      emoji._updatedAt.getTime(),
      encodeDoc(emoji),
    ),
  update: (emoji: EmojiDoc): void =>
    void driver.run(
      'UPDATE custom_emoji SET name = ?, updated_at = ?, doc = ? WHERE id = ?',
      emoji.name,
      emoji._updatedAt.getTime(),
      encodeDoc(emoji),
      emoji._id,
    ),
  remove: (id: string): void => void driver.run('DELETE FROM custom_emoji WHERE id = ?', id),
  /** Those that changed after `since`, a time in milliseconds, by name. */
  changedSince: (since: number): EmojiDoc[] =>
    decode.all(
      driver.all<DocRow>('SELECT doc FROM custom_emoji WHERE updated_at > ? ORDER BY name', since),
    ),
})
