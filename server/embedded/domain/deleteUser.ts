import type { App } from '../app'
import type { RoomDoc, SubscriptionDoc, UserDoc } from '../documents'
import { eraseRoom } from './deleteRoom'
import { removeUserFiles } from '../files/removeFiles'
import { checkConfirmed, checkNotLastAdmin, relinquish, successionsOf } from './lastOwner'
import { renameDirect } from './renameUser'

const botId = 'rocket.cat'

/** What the setting `Message_ErasureType` may say; Rocket.Chat's default is `Delete`. */
type Erasure = 'Delete' | 'Unlink' | 'Keep'

const erasureOf = (app: App): Erasure => {
  const value = app.settings.text('Message_ErasureType')
  return value === 'Unlink' || value === 'Keep' ? value : 'Delete'
}

const recountThread = (app: App, rootId: string): void => {
  const root = app.store.messages.get(rootId)
  if (root === undefined) return
  const { count, last } = app.store.userContent.replies(rootId)
  const after = { ...root, tcount: count, _updatedAt: app.store.stamps.next() }
  if (last === null) delete after.tlm
  else after.tlm = new Date(last)
  app.store.messages.update(after)
  app.events.message(after)
}

const recountRoom = (app: App, rid: string, removed: number): void => {
  const room = app.store.rooms.get(rid)
  if (room === undefined) return
  const after: RoomDoc = { ...room, msgs: Math.max(0, room.msgs - removed) }
  after._updatedAt = app.store.stamps.next()
  const last = app.store.messages.lastOf(rid)
  if (last === undefined) delete after.lastMessage
  else after.lastMessage = last
  app.store.rooms.update(after)
  app.events.room(after)
}

/** Removes what somebody wrote. Clients are told once (`Users:Deleted`) and not per message. */
const removeMessages = (app: App, user: UserDoc): void => {
  const { userContent, trash, stamps } = app.store
  const rooms = userContent.rooms(user._id)
  const roots = userContent.threadRoots(user._id)
  for (const { rid } of rooms) {
    for (const id of userContent.messageIds(user._id, rid)) {
      trash.add('messages', id, rid, stamps.next())
    }
  }
  userContent.removeMessages(user._id)
  for (const rootId of roots) recountThread(app, rootId)
  for (const { rid, messages } of rooms) recountRoom(app, rid, messages)
}

/** Gives what somebody wrote to the bot, under a name that says so. */
const unlinkMessages = (app: App, user: UserDoc): void => {
  const bot = app.store.users.get(botId)
  if (bot === undefined) return
  const u = { _id: bot._id, username: bot.username, name: bot.name }
  const { userContent, messages, stamps } = app.store
  for (const { rid } of userContent.rooms(user._id)) {
    for (const id of userContent.messageIds(user._id, rid)) {
      const message = messages.get(id)
      if (message === undefined) continue
      messages.update({ ...message, u, alias: 'Removed User', _updatedAt: stamps.next() })
    }
    recountRoom(app, rid, 0)
  }
}

/** Takes somebody out of a room without a line in it. */
const takeOut = (app: App, membership: SubscriptionDoc): void => {
  const room = app.store.rooms.get(membership.rid)
  if (room === undefined) return
  const { _id: uid, username } = membership.u
  app.store.subscriptions.remove(membership._id)
  const after: RoomDoc = { ...room, usersCount: Math.max(0, room.usersCount - 1) }
  after._updatedAt = app.store.stamps.next()
  if (room.muted !== undefined) after.muted = room.muted.filter((name) => name !== username)
  if (room.uids !== undefined) after.uids = room.uids.filter((id) => id !== uid)
  if (room.usernames !== undefined) {
    after.usernames = room.usernames.filter((name) => name !== username)
  }
  app.store.rooms.update(after)
  if (room.t === 'd') renameDirect(app, after)
  app.events.room(after)
}

const leaveRooms = (app: App, user: UserDoc): void => {
  for (const membership of app.store.subscriptions.ofUser(user._id, -1)) {
    const room = app.store.rooms.get(membership.rid)
    if (room?.t === 'd' && (room.uids?.length ?? 0) <= 2) eraseRoom(app, room)
    else takeOut(app, membership)
  }
}

/**
 * Deletes an account (protocol reference 3.6); what it wrote is deleted, unlinked or kept as `Message_ErasureType`
 * says. Answers the ids of the rooms that ended with it, conversations of two people aside.
 * @throws MeteorError `user-last-owner` unless `confirmed`, `error-action-not-allowed` for the last administrator.
 */
export const deleteUser = (app: App, user: UserDoc, confirmed: boolean): string[] => {
  checkNotLastAdmin(app, user, 'Leaving the app without admins is not allowed')
  const successions = successionsOf(app, user)
  checkConfirmed(successions, confirmed)
  const erasure = erasureOf(app)
  return app.store.write(() => {
    const removed = relinquish(app, successions)
    app.events.tokensRemoved(app.store.tokens.removeAll(user._id))
    leaveRooms(app, user)
    if (erasure === 'Delete') {
      removeMessages(app, user)
      removeUserFiles(app, user._id)
    }
    if (erasure === 'Unlink') unlinkMessages(app, user)
    app.store.pictures.remove('user', user._id)
    app.store.users.remove(user._id)
    app.events.userDeleted(user._id, erasure)
    return removed
  })
}
