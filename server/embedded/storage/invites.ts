import type { InviteDoc } from '../documents'
import { createDecoder, encodeDoc, type DocRow } from './codec'
import type { SqlDriver } from './driver'

export type Invites = ReturnType<typeof createInvites>

const decode = createDecoder<InviteDoc>()

/** Links that let people into a room. They go with the room and with the account that made them. */
export const createInvites = (driver: SqlDriver) => ({
  get: (id: string): InviteDoc | undefined =>
    decode.one(driver.get<DocRow>('SELECT doc FROM invites WHERE id = ?', id)),
  /** Every invite, oldest first. */
  all: (): InviteDoc[] => decode.all(driver.all<DocRow>('SELECT doc FROM invites ORDER BY seq')),
  /** What one person made for one room, oldest first. */
  of: (rid: string, uid: string): InviteDoc[] =>
    decode.all(
      driver.all<DocRow>(
        'SELECT doc FROM invites WHERE rid = ? AND uid = ? ORDER BY seq',
        rid,
        uid,
      ),
    ),
  insert: (invite: InviteDoc): void =>
    void driver.run(
      'INSERT INTO invites (id, rid, uid, updated_at, doc) VALUES (?, ?, ?, ?, ?)',
      invite._id,
      invite.rid,
      invite.userId,
      invite._updatedAt.getTime(),
      encodeDoc(invite),
    ),
  update: (invite: InviteDoc): void =>
    void driver.run(
      'UPDATE invites SET updated_at = ?, doc = ? WHERE id = ?',
      invite._updatedAt.getTime(),
      encodeDoc(invite),
      invite._id,
    ),
  remove: (id: string): void => void driver.run('DELETE FROM invites WHERE id = ?', id),
})
