import type { App } from '../app'
import type { RoomDoc, UserDoc, UserRef } from '../documents'
import { directNames } from './createRoom'

/** Gives a direct conversation the names that its people have now, and tells them. */
export const renameDirect = (app: App, room: RoomDoc): void => {
  const users = (room.uids ?? []).flatMap((uid) => app.store.users.get(uid) ?? [])
  const usernames = users.map((user) => user.username)
  app.store.rooms.update({ ...room, usernames, _updatedAt: app.store.stamps.next() })
  for (const user of users) {
    const before = app.store.subscriptions.get(room._id, user._id)
    if (before === undefined) continue
    const names = directNames(users, user)
    const u = { _id: user._id, username: user.username }
    const after = { ...before, ...names, u, _updatedAt: app.store.stamps.next() }
    app.store.subscriptions.update(after)
    app.events.subscription('updated', after)
  }
}

/**
 * Carries a stored change of name or username to everything that shows it (protocol reference 5.2, "user renamed").
 * Messages keep the name that the author had when writing.
 */
export const announceName = (app: App, before: UserDoc, after: UserDoc): void => {
  const { _id, name, username } = after
  if (name === before.name && username === before.username) return
  app.events.nameChanged({ _id, name, username })
  app.events.userData(_id, { name, username, _updatedAt: after._updatedAt })
  for (const subscription of app.store.subscriptions.ofUser(_id, -1)) {
    if (subscription.t !== 'd') {
      const u: UserRef = { _id, username }
      if (subscription.u.name !== undefined) u.name = name
      app.store.subscriptions.update({ ...subscription, u, _updatedAt: app.store.stamps.next() })
      continue
    }
    const room = app.store.rooms.get(subscription.rid)
    if (room !== undefined) renameDirect(app, room)
  }
}
