import type { App } from '../app'
import type { RoomDoc } from '../documents'
import { replaceMessage } from './editMessage'

/** Carries the number of messages of a discussion to the line of its parent that links it (protocol reference 5.2). */
export const countInDiscussion = (app: App, room: RoomDoc, newest: Date): void => {
  if (room.prid === undefined) return
  const link = app.store.messages.discussionLink(room.prid, room._id)
  if (link === undefined) return
  const stamp = app.store.stamps.next()
  replaceMessage(app, { ...link, dcount: room.msgs, dlm: newest, _updatedAt: stamp })
}
