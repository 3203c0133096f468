import type { App } from '../app'
import type { MessageDoc, RoomDoc, UserDoc } from '../documents'
import { randomId } from '../ids'
import { hiddenTypes } from './history'

/** Fields that some system lines have beside the usual ones. */
export type SystemExtra = Partial<
  Pick<MessageDoc, 'role' | 'attachments' | 'drid' | 'dcount' | 'dlm'>
>

/** What `tellRoom` wrote: the line, and the room as it is afterwards. */
export type Told = { message: MessageDoc; room: RoomDoc }

/**
 * Stores a system line (protocol reference 4.2). It counts in `msgs` and leaves `lm`, `lastMessage` and `alert` alone
 * (5.2). A type that the workspace or the room hides is stored and not sent (2.3).
 */
export const tellRoom = (
  app: App,
  room: RoomDoc,
  type: string,
  actor: UserDoc,
  msg: string,
  extra: SystemExtra = {},
): Told => {
  const message: MessageDoc = {
    _id: randomId(),
    rid: room._id,
    t: type,
    msg,
    ts: new Date(app.clock.now()),
    u: { _id: actor._id, username: actor.username, name: actor.name },
    groupable: false,
    _updatedAt: app.store.stamps.next(),
  }
  Object.assign(message, extra)
  const changed: RoomDoc = { ...room, msgs: room.msgs + 1, _updatedAt: app.store.stamps.next() }
  app.store.messages.insert(message)
  app.store.rooms.update(changed)
  if (!hiddenTypes(app, room).includes(type)) app.events.message(message)
  app.events.room(changed)
  return { message, room: changed }
}

/** `tellRoom` that answers the room as it is afterwards. */
export const addSystemMessage = (...told: Parameters<typeof tellRoom>): RoomDoc =>
  tellRoom(...told).room
