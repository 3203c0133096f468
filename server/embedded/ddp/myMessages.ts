import type { MessageDoc } from '../documents'
import { canAccessRoom } from '../domain/roomAccess'
import { stringifyEjson } from '../ejson'
import { notAllowed, type Publication } from './publication'

/** The event name of the messages of every room that the user may see (protocol reference 2.3). */
export const myMessages = '__my_messages__'

/** What a message's frame says beside it: whether the user is in the room, and which room it is. */
const roomFacts = (
  roomType: string,
  roomName: string | undefined,
  roomParticipant: boolean,
): Record<string, unknown> =>
  roomName === undefined ? { roomParticipant, roomType } : { roomParticipant, roomType, roomName }

/**
 * `stream-room-messages` of `__my_messages__`: a feature for bots, which costs one look at the room per message and
 * subscriber. Access is checked with every message, by the account as it is then.
 */
export const myMessagesPublication: Publication = (context) => {
  const { app, user } = context
  if (user === undefined) throw notAllowed()
  const stop = app.events.bus.listenAll('room-messages', (rid, [message]) => {
    const reader = app.store.users.get(user._id)
    const room = app.store.rooms.get(rid)
    if (reader === undefined || room === undefined || !canAccessRoom(app, room, reader)) return
    const participant = app.store.subscriptions.isMember(rid, user._id)
    const facts = roomFacts(room.t, room.name, participant)
    const fields = { eventName: myMessages, args: [message as MessageDoc, facts] }
    const collection = 'stream-room-messages'
    context.send(stringifyEjson({ msg: 'changed', collection, id: 'id', fields }))
  })
  return { stop }
}
