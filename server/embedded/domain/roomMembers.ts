import type { App } from '../app'
import type { RoomDoc, SubscriptionDoc, UserDoc } from '../documents'

export type Member = { user: UserDoc; subscription: SubscriptionDoc }

export type MemberFilter = {
  /** Only people with one of these states. */
  status?: readonly string[]
  /** Part of the name or user name, upper and lower case alike. */
  filter?: string
}

/** The members of a room by user name; people who were invited or banned are none. */
export const membersOf = (app: App, room: RoomDoc, filter: MemberFilter = {}): Member[] => {
  const wanted = filter.filter?.trim().toLowerCase() ?? ''
  return app.store.subscriptions.members(room._id).filter(({ user, subscription }) => {
    if (subscription.status !== undefined) return false
    if (filter.status !== undefined && !filter.status.includes(app.presence.statusOf(user))) {
      return false
    }
    if (wanted === '') return true
    return [user.username, user.name].some((name) => name.toLowerCase().includes(wanted))
  })
}

/** A room without one of its members. */
export const withoutMember = (app: App, room: RoomDoc, membership: SubscriptionDoc): RoomDoc => {
  const { _id: uid, username } = membership.u
  const after: RoomDoc = { ...room, _updatedAt: app.store.stamps.next() }
  after.usersCount = Math.max(0, room.usersCount - 1)
  if (room.muted !== undefined) after.muted = room.muted.filter((name) => name !== username)
  if (room.uids !== undefined) after.uids = room.uids.filter((id) => id !== uid)
  if (room.usernames !== undefined) {
    after.usernames = room.usernames.filter((name) => name !== username)
  }
  return after
}

const rank = ({ subscription: { roles = [] } }: Member): number => {
  const place = ['owner', 'moderator', 'leader'].findIndex((role) => roles.includes(role))
  return place === -1 ? 3 : place
}

/** Owners, moderators and leaders first, within each by user name (protocol reference 3.11). */
export const byRole = (members: readonly Member[]): Member[] =>
  [...members].sort((a, b) => rank(a) - rank(b))

/** The card of a member in a list. */
export const memberCard = (app: App, user: UserDoc): Record<string, unknown> => {
  const card: Record<string, unknown> = {
    _id: user._id,
    username: user.username,
    name: user.name,
    status: app.presence.statusOf(user),
    _updatedAt: user._updatedAt,
  }
  for (const field of ['nickname', 'avatarETag', 'utcOffset'] as const) {
    if (user[field] !== undefined) card[field] = user[field]
  }
  if (user.statusText !== '') card.statusText = user.statusText
  return card
}
