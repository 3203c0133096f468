import type { App } from '../app'
import type { RoomDoc, UserDoc } from '../documents'
import { notAllowed } from '../errors'
import { removeRoomFiles } from '../files/removeFiles'
import { releaseTeamRooms, tellTeam } from './teams'

/**
 * Removes a room with everything in it and the discussions below it (protocol reference 5.2). With its main room a team
 * ends, and its other rooms are rooms of their own again. Nobody is asked.
 */
export const eraseRoom = (app: App, room: RoomDoc): void => {
  app.store.write(() => {
    for (const discussion of app.store.rooms.discussionsOf(room._id)) eraseRoom(app, discussion)
    if (room.teamMain === true && room.teamId !== undefined) releaseTeamRooms(app, room.teamId)
    const members = app.store.subscriptions.ofRoom(room._id)
    for (const membership of members) {
      const stamp = app.store.stamps.next()
      app.store.trash.add('subscriptions', membership._id, membership.u._id, stamp)
      app.events.subscriptionRemoved(membership)
    }
    app.store.trash.add('rooms', room._id, '', app.store.stamps.next())
    removeRoomFiles(app, room._id)
    app.store.pictures.remove('room', room._id)
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
    throw notAllowed('eraseRoom')
  }
  app.store.write(() => {
    eraseRoom(app, room)
    tellTeam(app, room, user, 'user-deleted-room-from-team')
  })
}
