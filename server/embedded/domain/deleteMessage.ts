import type { App } from '../app'
import type { MessageDoc, RoomDoc, UserDoc } from '../documents'
import { MeteorError } from '../errors'
import { removeMessageFiles } from '../files/removeFiles'
import { eraseRoom } from './deleteRoom'
import { isTooOld, replaceMessage } from './editMessage'
import { accessibleRoom } from './roomAccess'
import { rootWithout } from './threads'

/** Whether a user may delete a message (protocol reference 5.7). */
export const mayDelete = (app: App, user: UserDoc, room: RoomDoc, message: MessageDoc): boolean => {
  const has = (permission: string): boolean => app.permissions.has(user, permission, room._id)
  if (has('force-delete-message')) return true
  if (!app.settings.flag('Message_AllowDeleting')) return false
  const own = message.u._id === user._id
  if (!has('delete-message') && !(own && has('delete-own-message'))) return false
  const limit = app.settings.number('Message_AllowDeleting_BlockDeleteInMinutes')
  if (isTooOld(app, message, limit) && !has('bypass-time-limit-edit-and-delete')) return false
  if (room.ro !== true) return true
  return has('post-readonly') || room.unmuted?.includes(user.username) === true
}

const leaveTrace = (app: App, user: UserDoc, room: RoomDoc, message: MessageDoc): void => {
  const after: MessageDoc = {
    ...message,
    t: 'rm',
    msg: '',
    attachments: [],
    urls: [],
    mentions: [],
    reactions: {},
    editedAt: new Date(app.clock.now()),
    editedBy: { _id: user._id, username: user.username },
    _updatedAt: app.store.stamps.next(),
  }
  delete after.md
  delete after.file
  delete after.files
  // Members get the room in any case, as the real server sends it.
  if (!replaceMessage(app, after)) app.events.room(room)
}

const removeFully = (app: App, room: RoomDoc, message: MessageDoc): void => {
  app.store.messages.remove(message._id)
  app.store.trash.add('messages', message._id, room._id, app.store.stamps.next())
  const changed: RoomDoc = {
    ...room,
    msgs: Math.max(0, room.msgs - 1),
    _updatedAt: app.store.stamps.next(),
  }
  if (room.lastMessage?._id === message._id) {
    const last = app.store.messages.lastOf(room._id)
    if (last === undefined) {
      delete changed.lastMessage
    } else {
      changed.lastMessage = last
    }
  }
  const root = message.tmid === undefined ? undefined : rootWithout(app, message.tmid)
  if (root !== undefined) {
    app.store.messages.update(root)
    if (changed.lastMessage?._id === root._id) changed.lastMessage = root
  }
  app.store.rooms.update(changed)
  app.events.messageDeleted(room._id, message._id)
  app.events.room(changed)
  if (root !== undefined) app.events.message(root)
}

/**
 * Deletes a message (protocol reference 5.7). The root of a thread with replies, and every message while
 * `Message_ShowDeletedStatus` is on, stays as an empty `t: "rm"` line.
 * @throws MeteorError `error-action-not-allowed`.
 */
export const deleteMessage = (app: App, user: UserDoc, message: MessageDoc): void => {
  const room = accessibleRoom(app, message.rid, user)
  if (room === undefined || !mayDelete(app, user, room, message)) {
    throw new MeteorError('error-action-not-allowed', 'Not allowed', {
      method: 'deleteMessage',
      action: 'Delete_message',
    })
  }
  app.store.write(() => {
    const discussion = message.drid === undefined ? undefined : app.store.rooms.get(message.drid)
    if (discussion !== undefined) eraseRoom(app, discussion)
    removeMessageFiles(app, [message])
    if (app.settings.flag('Message_ShowDeletedStatus') || (message.tcount ?? 0) > 0) {
      leaveTrace(app, user, room, message)
    } else {
      removeFully(app, room, message)
    }
  })
}
