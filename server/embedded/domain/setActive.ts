import type { App } from '../app'
import type { RoomDoc, UserDoc } from '../documents'
import { changeRoom, changeSubscription } from './changes'
import { checkConfirmed, checkNotLastAdmin, relinquish, successionsOf } from './lastOwner'

/** Conversations of two people with somebody who is away are closed: nobody can write into them. */
const setDirectRooms = (app: App, user: UserDoc, active: boolean): void => {
  for (const own of app.store.subscriptions.ofUser(user._id, -1)) {
    const room = own.t === 'd' ? app.store.rooms.get(own.rid) : undefined
    if (room?.uids?.length !== 2) continue
    setDirectRoom(app, room, user, active)
  }
}

const setDirectRoom = (app: App, room: RoomDoc, user: UserDoc, active: boolean): void => {
  const otherId = room.uids?.find((uid) => uid !== user._id)
  if (otherId === undefined) return
  const subscription = app.store.subscriptions.get(room._id, otherId)
  if (subscription !== undefined) {
    changeSubscription(app, subscription, (draft) => void (draft.archived = !active))
  }
  const ro = !active || app.store.users.get(otherId)?.active === false
  if ((room.ro === true) !== ro) changeRoom(app, room, (draft) => void (draft.ro = ro))
}

/**
 * Switches an account on or off (protocol reference 3.6). Switching off ends every session and every access token,
 * gives ownerships away and makes conversations of two people read-only.
 * @throws MeteorError `user-last-owner` unless `confirmed`, `error-action-not-allowed` for the last administrator.
 */
export const setActive = (
  app: App,
  user: UserDoc,
  active: boolean,
  confirmed: boolean,
): UserDoc => {
  const after: UserDoc = { ...user, active, _updatedAt: app.store.stamps.next() }
  if (active) delete after.inactiveReason
  else after.inactiveReason = 'deactivated'
  const successions = active ? [] : successionsOf(app, user)
  if (!active) {
    checkNotLastAdmin(app, user, 'Leaving the app without an active admin is not allowed')
    checkConfirmed(successions, confirmed)
  }
  return app.store.write(() => {
    relinquish(app, successions)
    app.store.users.update(after)
    setDirectRooms(app, after, active)
    if (!active) app.events.tokensRemoved(app.store.tokens.removeAll(user._id))
    app.events.userData(user._id, { active, _updatedAt: after._updatedAt })
    return after
  })
}

const dayMs = 24 * 60 * 60 * 1000

/**
 * Switches the accounts with a role off that signed in last before `days` days; answers how many. Rooms keep their
 * owners, as in Rocket.Chat.
 */
export const deactivateIdle = (app: App, days: number, role: string): number =>
  app.store.write(() => {
    const idle = app.store.users.idle(role, app.clock.now() - days * dayMs)
    for (const user of idle) {
      const after: UserDoc = { ...user, active: false, inactiveReason: 'idle_too_long' }
      after._updatedAt = app.store.stamps.next()
      app.store.users.update(after)
      app.events.tokensRemoved(app.store.tokens.removeAll(user._id))
      app.events.userData(user._id, { active: false, _updatedAt: after._updatedAt })
    }
    return idle.length
  })
