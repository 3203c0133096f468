import type { App } from '../app'
import type { RoomDoc, UserDoc } from '../documents'
import { MeteorError, notAllowed } from '../errors'
import { changeRoom } from './changes'
import { addSystemMessage } from './systemMessage'

const without = (names: readonly string[] | undefined, name: string): string[] =>
  (names ?? []).filter((one) => one !== name)

/**
 * Takes a member's right to write in a room away, or gives it back; in a read-only room it gives the right to write.
 * @throws MeteorError `error-not-allowed`, `error-invalid-room-type`, `error-user-not-in-room`.
 */
export const muteUser = (
  app: App,
  room: RoomDoc,
  actor: UserDoc,
  target: UserDoc,
  muted: boolean,
): RoomDoc => {
  const method = muted ? 'muteUserInRoom' : 'unmuteUserInRoom'
  if (!app.permissions.has(actor, 'mute-user', room._id)) {
    throw notAllowed(method)
  }
  if (room.t === 'd') {
    const text = `${room.t} is not a valid room type`
    throw new MeteorError('error-invalid-room-type', text, { method, type: room.t })
  }
  if (!app.store.subscriptions.isMember(room._id, target._id)) {
    throw new MeteorError('error-user-not-in-room', 'The user is not in this room', { method })
  }
  const { username } = target
  return app.store.write(() => {
    const changed = changeRoom(app, room, (draft) => {
      draft.muted = without(room.muted, username)
      draft.unmuted = without(room.unmuted, username)
      if (muted) draft.muted.push(username)
      else if (room.ro === true) draft.unmuted.push(username)
    })
    const line = muted ? 'user-muted' : 'user-unmuted'
    return addSystemMessage(app, changed, line, actor, username)
  })
}
