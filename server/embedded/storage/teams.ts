import type { TeamDoc } from '../documents'
import { createDecoder, encodeDoc, type DocRow } from './codec'
import type { SqlDriver } from './driver'

export type Teams = ReturnType<typeof createTeams>

const decode = createDecoder<TeamDoc>()

/**
 * Teams. Who belongs to one is not kept here: that is who belongs to its main room. A team goes with its main room.
 */
export const createTeams = (driver: SqlDriver) => ({
  get: (id: string): TeamDoc | undefined =>
    decode.one(driver.get<DocRow>('SELECT doc FROM teams WHERE id = ?', id)),
  /** By name, upper and lower case alike. */
  byName: (name: string): TeamDoc | undefined =>
    decode.one(driver.get<DocRow>('SELECT doc FROM teams WHERE name = ?', name)),
  /** Every team, by name. */
  all: (): TeamDoc[] => decode.all(driver.all<DocRow>('SELECT doc FROM teams ORDER BY name')),
  /** The teams of a person, by name. */
  ofMember: (uid: string): TeamDoc[] =>
    decode.all(
      driver.all<DocRow>(
        `SELECT t.doc FROM subscriptions s JOIN teams t ON t.room = s.rid
         WHERE s.uid = ? AND s.status IS NULL ORDER BY t.name`,
        uid,
      ),
    ),
  insert: (team: TeamDoc): void =>
    void driver.run(
      'INSERT INTO teams (id, name, room, updated_at, doc) VALUES (?, ?, ?, ?, ?)',
      team._id,
      team.name,
      team.roomId,
      team._updatedAt.getTime(),
      encodeDoc(team),
    ),
  update: (team: TeamDoc): void =>
    void driver.run(
      'UPDATE teams SET name = ?, updated_at = ?, doc = ? WHERE id = ?',
      team.name,
      team._updatedAt.getTime(),
      encodeDoc(team),
      team._id,
    ),
  remove: (id: string): void => void driver.run('DELETE FROM teams WHERE id = ?', id),
})
