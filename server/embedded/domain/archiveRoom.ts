import type { App } from '../app'
import type { RoomDoc, UserDoc } from '../documents'
import { MeteorError } from '../errors'
import { changeMembers, changeRoom } from './changes'
import { addSystemMessage } from './systemMessage'

/**
 * Archives a room or brings it back (protocol reference 5.2): nobody writes in an archived one.
 * @throws MeteorError `error-not-authorized`, `error-direct-message-room`, `error-room-archived`, `error-room-not-archived`.
 */
export const archiveRoom = (app: App, room: RoomDoc, user: UserDoc, archived: boolean): RoomDoc => {
  const method = archived ? 'archiveRoom' : 'unarchiveRoom'
  if (room.t === 'd') {
    throw new MeteorError('error-direct-message-room', 'Direct Messages can not be archived', {
      method,
    })
  }
  const permission = archived ? 'archive-room' : 'unarchive-room'
  if (!app.permissions.has(user, permission, room._id)) {
    throw new MeteorError('error-not-authorized', 'Not authorized', { method })
  }
  if ((room.archived === true) === archived) {
    const [code, state] = archived
      ? ['error-room-archived', 'is archived']
      : ['error-room-not-archived', 'is not archived']
    throw new MeteorError(code, `The channel, ${room.name ?? room._id}, ${state}`, { method })
  }
  return app.store.write(() => {
    const changed = changeRoom(app, room, (draft) => {
      draft.archived = archived
    })
    changeMembers(app, room._id, (draft) => {
      draft.archived = archived
      if (archived) draft.alert = false
    })
    return addSystemMessage(app, changed, archived ? 'room-archived' : 'room-unarchived', user, '')
  })
}
