import type { App } from '../app'
import type { MessageDoc, RoomDoc, UserDoc } from '../documents'
import { randomId } from '../ids'
import { hiddenTypes } from './history'

/** Fields that some system lines have beside the usual ones. */
export type SystemExtra = Partial<
  Pick<MessageDoc, 'role' | 'attachments' | 'drid' | 'dcount' | 'dlm'>
>

/**
 * Stores a system line (protocol reference 4.2). It counts in `msgs` and leaves `lm`, `lastMessage` and `alert` alone
 * (5.2), but for a pinned message. A type that the workspace or the room hides is stored and not sent (2.3). Answers the room as it is afterwards.
 */
export const addSystemMessage = (
  app: App,
  room: RoomDoc,
  type: string,
  actor: UserDoc,
  msg: string,
  extra: SystemExtra = {},
): RoomDoc => {
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
  if (type === 'message_pinned') Object.assign(changed, { lm: message.ts, lastMessage: message })
  app.store.messages.insert(message)
  app.store.rooms.update(changed)
  if (!hiddenTypes(app, room).includes(type)) app.events.message(message)
  app.events.room(changed)
  return changed
}
