import type { RoomDoc, RoomType } from '../documents'
import { createDecoder, encodeDoc, type DocRow } from './codec'
import type { SqlDriver } from './driver'

export type Rooms = ReturnType<typeof createRooms>

const decode = createDecoder<RoomDoc>()

/** `removed` is called when rows of other tables went with a room. */
export const createRooms = (driver: SqlDriver, removed: () => void) => ({
  get: (id: string): RoomDoc | undefined =>
    decode.one(driver.get<DocRow>('SELECT doc FROM rooms WHERE id = ?', id)),
  byName: (name: string): RoomDoc | undefined =>
    decode.one(driver.get<DocRow>('SELECT doc FROM rooms WHERE name = ?', name)),
  /** The rooms that new accounts join. */
  defaults: (): RoomDoc[] =>
    decode.all(
      driver.all<DocRow>("SELECT doc FROM rooms WHERE json_extract(doc, '$.default') = 1"),
    ),
  /** A direct conversation of exactly these people, in any order. */
  directOf: (uids: readonly string[]): RoomDoc | undefined => {
    const sorted = JSON.stringify([...uids].sort())
    return decode.one(
      driver.get<DocRow>(
        `SELECT doc FROM rooms WHERE t = 'd' AND json_array_length(doc, '$.uids') = ?
         AND (SELECT json_group_array(value) FROM
           (SELECT value FROM json_each(doc, '$.uids') ORDER BY value)) = ?`,
        uids.length,
        sorted,
      ),
    )
  },
  insert: (room: RoomDoc): void =>
    void driver.run(
      'INSERT INTO rooms (id, t, name, updated_at, doc) VALUES (?, ?, ?, ?, ?)',
      room._id,
      room.t,
      room.name ?? null,
      room._updatedAt.getTime(),
      encodeDoc(room),
    ),
  update: (room: RoomDoc): void =>
    void driver.run(
      'UPDATE rooms SET t = ?, name = ?, updated_at = ?, doc = ? WHERE id = ?',
      room.t,
      room.name ?? null,
      room._updatedAt.getTime(),
      encodeDoc(room),
      room._id,
    ),
  /** Removes the room with its messages and subscriptions. */
  remove: (id: string): void => {
    driver.run('DELETE FROM rooms WHERE id = ?', id)
    removed()
  },
  ofType: (t: RoomType): RoomDoc[] =>
    decode.all(driver.all<DocRow>('SELECT doc FROM rooms WHERE t = ? ORDER BY name', t)),
  /** The discussions below a room. */
  discussionsOf: (rid: string): RoomDoc[] =>
    decode.all(
      driver.all<DocRow>(
        "SELECT doc FROM rooms WHERE json_extract(doc, '$.prid') = ? ORDER BY seq DESC",
        rid,
      ),
    ),
  /** The rooms of a team, by name; its main room is one of them. */
  ofTeam: (teamId: string): RoomDoc[] =>
    decode.all(
      driver.all<DocRow>(
        "SELECT doc FROM rooms WHERE json_extract(doc, '$.teamId') = ? ORDER BY name",
        teamId,
      ),
    ),
  joinCode: (id: string): string | null =>
    driver.get<{ code: string | null }>('SELECT join_code AS code FROM rooms WHERE id = ?', id)
      ?.code ?? null,
  setJoinCode: (id: string, code: string | null): void =>
    void driver.run('UPDATE rooms SET join_code = ? WHERE id = ?', code, id),
  /** The rooms of a member that changed after `since`, a time in milliseconds. */
  ofMember: (uid: string, since: number): RoomDoc[] =>
    decode.all(
      driver.all<DocRow>(
        `SELECT r.doc FROM subscriptions s JOIN rooms r ON r.id = s.rid
         WHERE s.uid = ? AND s.status IS NULL AND r.updated_at > ?`,
        uid,
        since,
      ),
    ),
})
