import type { App } from '../app'
import type { RoomDoc, SubscriptionDoc, UserDoc } from '../documents'
import { MeteorError, notAllowed } from '../errors'
import { canAccessRoom } from './roomAccess'
import { withoutMember } from './roomMembers'
import { isLastOwner } from './roomRoles'
import { addSystemMessage } from './systemMessage'

/** Who is banned keeps a subscription that says so: it is what keeps the person out (protocol reference 4.4 and 5.8). */

const check = (app: App, room: RoomDoc, actor: UserDoc, method: string): void => {
  if (room.t === 'd' || !app.permissions.has(actor, 'ban-user', room._id)) {
    throw notAllowed(method)
  }
  if (!canAccessRoom(app, room, actor)) {
    const text = 'The required "roomId" or "roomName" param provided does not match any group'
    throw new MeteorError('error-room-not-found', text)
  }
}

/** The subscription of somebody who is banned: nothing of what it showed is left. */
const bannedFrom = (app: App, membership: SubscriptionDoc): SubscriptionDoc => {
  const banned: SubscriptionDoc = {
    _id: membership._id,
    rid: membership.rid,
    t: membership.t,
    u: membership.u,
    ts: membership.ts,
    name: membership.name,
    open: false,
    alert: false,
    unread: 0,
    userMentions: 0,
    groupMentions: 0,
    _updatedAt: app.store.stamps.next(),
    status: 'BANNED',
  }
  if (membership.fname !== undefined) banned.fname = membership.fname
  if (membership.prid !== undefined) banned.prid = membership.prid
  return banned
}

/**
 * Bans a member: the person leaves the room, cannot see it and cannot come back by itself (3.11).
 * @throws MeteorError `error-not-allowed`, `error-room-not-found`, `error-user-not-in-room`,
 * `error-user-already-banned`, `error-you-are-last-owner`.
 */
export const banUser = (app: App, room: RoomDoc, actor: UserDoc, target: UserDoc): RoomDoc => {
  const method = 'banUserFromRoom'
  check(app, room, actor, method)
  const membership = app.store.subscriptions.get(room._id, target._id)
  if (membership === undefined) {
    throw new MeteorError('error-user-not-in-room', 'User is not in this room', { method })
  }
  if (membership.status === 'BANNED') {
    const text = 'User is already banned from this room'
    throw new MeteorError('error-user-already-banned', text, { method })
  }
  if (isLastOwner(app, membership)) {
    const text = 'You are the last owner. Please set new owner before banning the user.'
    throw new MeteorError('error-you-are-last-owner', text, { method })
  }
  return app.store.write(() => {
    const told = addSystemMessage(app, room, 'user-banned', actor, target.username)
    // Who was only invited was never counted.
    const after = membership.status === undefined ? withoutMember(app, told, membership) : told
    app.store.subscriptions.update(bannedFrom(app, membership))
    app.store.rooms.update(after)
    app.events.subscriptionRemoved(membership)
    app.events.room(after)
    return after
  })
}

/** Takes a subscription away that made nobody a member: a ban or an invitation. */
export const forgetSubscription = (app: App, subscription: SubscriptionDoc): void => {
  app.store.subscriptions.remove(subscription._id)
  const stamp = app.store.stamps.next()
  app.store.trash.add('subscriptions', subscription._id, subscription.u._id, stamp)
  app.events.subscriptionRemoved(subscription)
}

/** Ends a ban. The person is not a member by that. */
export const liftBan = (
  app: App,
  room: RoomDoc,
  actor: UserDoc,
  banned: SubscriptionDoc,
): RoomDoc => {
  forgetSubscription(app, banned)
  return addSystemMessage(app, room, 'user-unbanned', actor, banned.u.username)
}

/**
 * Ends a ban (3.11): the person may join or be added again.
 * @throws MeteorError `error-not-allowed`, `error-room-not-found`, `error-user-not-banned`.
 */
export const unbanUser = (app: App, room: RoomDoc, actor: UserDoc, target: UserDoc): RoomDoc => {
  const method = 'unbanUserFromRoom'
  check(app, room, actor, method)
  const banned = app.store.subscriptions.get(room._id, target._id)
  if (banned?.status !== 'BANNED') {
    const text = 'User is not banned from this room'
    throw new MeteorError('error-user-not-banned', text, { method })
  }
  return app.store.write(() => liftBan(app, room, actor, banned))
}

/** Who is banned from a room, longest member first. */
export const bannedIn = (app: App, rid: string): UserDoc[] =>
  app.store.subscriptions
    .members(rid)
    .filter(({ subscription }) => subscription.status === 'BANNED')
    .sort((a, b) => a.subscription.ts.getTime() - b.subscription.ts.getTime())
    .map(({ user }) => user)
