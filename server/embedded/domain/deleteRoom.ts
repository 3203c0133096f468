import type { App } from '../app'
import type { RoomDoc, UserDoc } from '../documents'
import { MeteorError } from '../errors'

/** Removes a room with everything in it and the discussions below it (protocol reference 5.2). Nobody is asked. */
export const eraseRoom = (app: App, room: RoomDoc): void => {
  app.store.write(() => {
    for (const discussion of app.store.rooms.discussionsOf(room._id)) eraseRoom(app, discussion)
    const members = app.store.subscriptions.ofRoom(room._id)
    for (const membership of members) {
      const stamp = app.store.stamps.next()
      app.store.trash.add('subscriptions', membership._id, membership.u._id, stamp)
      app.events.subscriptionRemoved(membership)
    }
    app.store.trash.add('rooms', room._id, '', app.store.stamps.next())
    app.store.messages.forgetWords(room._id)
    app.store.rooms.remove(room._id)
    app.events.roomRemoved(
      members.map((member) => member.u._id),
      room._id,
    )
  })
}

/** @throws MeteorError `error-not-allowed` without `delete-c`, `delete-p` or `delete-d` in the room. */
export const deleteRoom = (app: App, room: RoomDoc, user: UserDoc): void => {
  if (!app.permissions.has(user, `delete-${room.t}`, room._id)) {
    throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'eraseRoom' })
  }
  eraseRoom(app, room)
}
