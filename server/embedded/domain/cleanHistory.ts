import type { App } from '../app'
import type { MessageDoc, RoomDoc, UserDoc } from '../documents'
import { notAllowed } from '../errors'
import { removeMessageFiles } from '../files/removeFiles'
import { eraseRoom } from './deleteRoom'
import { removeReply } from './threads'

/** Which messages are pruned (protocol reference 3.11). */
export type Pruning = {
  latest: Date
  oldest: Date
  inclusive: boolean
  excludePinned: boolean
  filesOnly: boolean
  ignoreDiscussion: boolean
  ignoreThreads: boolean
  /** User names; empty for everybody. */
  users: readonly string[]
  /** 0 for no limit. */
  limit: number
}

const hasFile = (message: MessageDoc): boolean =>
  message.file !== undefined || (message.files?.length ?? 0) > 0

const isPruned = (message: MessageDoc, pruning: Pruning): boolean => {
  if (pruning.filesOnly && !hasFile(message)) return false
  if (pruning.excludePinned && message.pinned === true) return false
  if (pruning.ignoreDiscussion && message.drid !== undefined) return false
  const threaded = message.tmid !== undefined || message.tcount !== undefined
  if (pruning.ignoreThreads && threaded) return false
  return pruning.users.length === 0 || pruning.users.includes(message.u.username)
}

/** What is left of a message whose files are pruned. */
const withoutFiles = (app: App, message: MessageDoc): MessageDoc => {
  const removed = { type: 'removed-file', color: '#FD745E', text: 'File removed by prune' }
  const attachments = (message.attachments ?? []).map((one) =>
    one.type === 'file' ? removed : one,
  )
  const left: MessageDoc = { ...message, attachments, _updatedAt: app.store.stamps.next() }
  delete left.file
  delete left.files
  return left
}

const removeAll = (app: App, room: RoomDoc, pruned: readonly MessageDoc[]): void => {
  for (const message of pruned) {
    app.store.messages.remove(message._id)
    app.store.trash.add('messages', message._id, room._id, app.store.stamps.next())
    const discussion = message.drid === undefined ? undefined : app.store.rooms.get(message.drid)
    if (discussion !== undefined) eraseRoom(app, discussion)
  }
  for (const { tmid } of pruned) if (tmid !== undefined) removeReply(app, tmid)
}

const recount = (app: App, room: RoomDoc, removed: number): void => {
  const after = { ...room, msgs: Math.max(0, room.msgs - removed) }
  after._updatedAt = app.store.stamps.next()
  const last = app.store.messages.lastOf(room._id)
  if (last === undefined) delete after.lastMessage
  else after.lastMessage = last
  app.store.rooms.update(after)
  app.events.room(after)
}

/**
 * Removes messages of a time span, or the files in them. Answers how many.
 * @throws MeteorError `error-not-allowed` without `clean-channel-history`.
 */
export const cleanHistory = (app: App, user: UserDoc, room: RoomDoc, pruning: Pruning): number => {
  if (!app.permissions.has(user, 'clean-channel-history', room._id)) {
    throw notAllowed('cleanRoomHistory')
  }
  const { inclusive, oldest, latest, limit, filesOnly, excludePinned, ignoreDiscussion } = pruning
  const span = { rid: room._id, oldest: oldest.getTime(), latest: latest.getTime(), inclusive }
  const found = app.store.messages.between(span).filter((one) => isPruned(one, pruning))
  const pruned = limit === 0 ? found : found.slice(0, limit)
  if (pruned.length === 0) return 0
  app.store.write(() => {
    removeMessageFiles(app, pruned)
    if (filesOnly) {
      for (const message of pruned) app.store.messages.update(withoutFiles(app, message))
    } else {
      removeAll(app, room, pruned)
    }
    recount(app, room, filesOnly ? 0 : pruned.length)
    app.events.messagesDeleted(room._id, {
      rid: room._id,
      excludePinned,
      ignoreDiscussion,
      filesOnly,
      ts: inclusive ? { $gte: oldest, $lte: latest } : { $gt: oldest, $lt: latest },
      users: [...pruning.users],
      ids: pruned.map((message) => message._id),
    })
  })
  return pruned.length
}
