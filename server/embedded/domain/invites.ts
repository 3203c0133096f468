import type { App } from '../app'
import type { InviteDoc, RoomDoc, UserDoc } from '../documents'
import { MeteorError, notAllowed } from '../errors'
import { randomId } from '../ids'
import { admit } from './createRoom'
import { checkLive, membershipOf } from './membership'

const dayMs = 86_400_000
const possibleDays = [0, 1, 7, 15, 30]
const possibleUses = [0, 1, 5, 10, 25, 50, 100]
const tokenLength = 6

/** Which invite is wanted; 0 is without limit (protocol reference 3.18). */
export type InviteWish = { rid: string; days: number; maxUses: number }

const notAuthorized = (): MeteorError => new MeteorError('not_authorized')

const isSpent = (app: App, invite: InviteDoc): boolean =>
  (invite.expires !== null && invite.expires.getTime() <= app.clock.now()) ||
  (invite.maxUses > 0 && invite.uses >= invite.maxUses)

const checkWish = (app: App, user: UserDoc, wish: InviteWish): void => {
  if (!app.permissions.has(user, 'create-invite-links', wish.rid)) throw notAuthorized()
  const room = app.store.rooms.get(wish.rid)
  const method = 'findOrCreateInvite'
  if (room === undefined || membershipOf(app, wish.rid, user._id) === undefined) {
    const details = { method, field: 'rid' }
    throw new MeteorError('error-invalid-room', 'The rid field is invalid', details)
  }
  if (room.t === 'd') {
    const text = 'Cannot create invite links for this room type'
    throw new MeteorError('error-room-type-not-allowed', text, { method })
  }
  if (!possibleDays.includes(wish.days)) {
    const text = 'Invite should expire in 1, 7, 15 or 30 days, or send 0 to never expire.'
    throw new MeteorError('invalid-number-of-days', text)
  }
  if (!possibleUses.includes(wish.maxUses)) {
    const text = 'Invite should be valid for 1, 5, 10, 25, 50, 100 or infinite (0) uses.'
    throw new MeteorError('invalid-number-of-uses', text)
  }
}

const newInvite = (app: App, user: UserDoc, wish: InviteWish): InviteDoc => {
  const now = app.clock.now()
  return {
    // The short id is the token in the link.
    _id: randomId().slice(0, tokenLength),
    days: wish.days,
    maxUses: wish.maxUses,
    rid: wish.rid,
    userId: user._id,
    createdAt: new Date(now),
    expires: wish.days === 0 ? null : new Date(now + wish.days * dayMs),
    uses: 0,
    _updatedAt: app.store.stamps.next(),
  }
}

/** An invite with the address that people open. */
export const withUrl = (app: App, invite: InviteDoc): InviteDoc & { url: string } => {
  const site = app.settings.text('Site_Url').replace(/\/+$/, '')
  return { ...invite, url: `${site}/invite/${invite._id}` }
}

/**
 * The user's invite with these limits for the room; made when there is none that still works.
 * @throws MeteorError `not_authorized`, `error-invalid-room`, `error-room-type-not-allowed`, `invalid-number-of-days`,
 * `invalid-number-of-uses`.
 */
export const findOrCreateInvite = (app: App, user: UserDoc, wish: InviteWish): InviteDoc => {
  checkWish(app, user, wish)
  const same = app.store.invites
    .of(wish.rid, user._id)
    .find((one) => one.days === wish.days && one.maxUses === wish.maxUses && !isSpent(app, one))
  if (same !== undefined) return same
  return app.store.write(() => {
    let invite = newInvite(app, user, wish)
    while (app.store.invites.get(invite._id) !== undefined) invite = newInvite(app, user, wish)
    app.store.invites.insert(invite)
    app.events.inviteChanged(user._id, invite)
    return invite
  })
}

/** Every invite of the workspace. @throws MeteorError `not_authorized`. */
export const listInvites = (app: App, user: UserDoc): InviteDoc[] => {
  if (!app.permissions.has(user, 'manage-invite-links')) throw notAuthorized()
  return app.store.invites.all()
}

/** @throws MeteorError `not_authorized`, `invalid-invitation-id`. */
export const removeInvite = (app: App, user: UserDoc, id: string): void => {
  if (!app.permissions.has(user, 'manage-invite-links')) throw notAuthorized()
  if (app.store.invites.get(id) === undefined) {
    const details = { method: 'removeInvite' }
    throw new MeteorError('invalid-invitation-id', 'Invalid Invitation _id', details)
  }
  app.store.invites.remove(id)
}

/**
 * The invite of a token that still works, with its room.
 * @throws MeteorError `error-invalid-token`, `error-invalid-room`, `error-invite-expired`.
 */
export const validInvite = (app: App, token: string): { invite: InviteDoc; room: RoomDoc } => {
  const method = 'validateInviteToken'
  const invite = app.store.invites.get(token)
  if (invite === undefined) {
    const details = { method, field: 'token' }
    throw new MeteorError('error-invalid-token', 'The invite token is invalid.', details)
  }
  const room = app.store.rooms.get(invite.rid)
  if (room === undefined) {
    const details = { method, field: 'rid' }
    throw new MeteorError('error-invalid-room', 'The invite token is invalid.', details)
  }
  if (isSpent(app, invite)) {
    throw new MeteorError('error-invite-expired', 'The invite token has expired.', { method })
  }
  return { invite, room }
}

/**
 * Somebody comes into a room by an invite. Who belongs to it already uses nothing up.
 * @throws MeteorError those of `validInvite`, `error-room-archived`, `error-not-allowed` for who is banned.
 */
export const useInvite = (app: App, user: UserDoc, token: string): RoomDoc => {
  const { invite, room } = validInvite(app, token)
  if (app.store.subscriptions.isMember(room._id, user._id)) return room
  const method = 'useInviteToken'
  checkLive(room, method)
  if (app.store.subscriptions.isBanned(room._id, user._id)) {
    throw notAllowed(method)
  }
  return app.store.write(() => {
    const _updatedAt = app.store.stamps.next()
    app.store.invites.update({ ...invite, uses: invite.uses + 1, _updatedAt })
    return admit(app, room, user)
  })
}
