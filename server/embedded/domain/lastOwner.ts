import type { App } from '../app'
import type { RoomDoc, SubscriptionDoc, UserDoc } from '../documents'
import { MeteorError } from '../errors'
import { changeSubscription } from './changes'
import { eraseRoom } from './deleteRoom'
import { ownersOf } from './roomRoles'

/** What becomes of one room when the last owner goes: another owner, or the end of it. */
export type Succession = { room: RoomDoc; heir: SubscriptionDoc | undefined }

const heirOf = (
  app: App,
  members: readonly SubscriptionDoc[],
  uid: string,
): SubscriptionDoc | undefined => {
  const others = members
    .filter((member) => member.u._id !== uid && member.status === undefined)
    .sort((a, b) => a.ts.getTime() - b.ts.getTime())
  return others.find((member) => app.store.users.get(member.u._id)?.active === true) ?? others[0]
}

const successionOf = (app: App, room: RoomDoc, user: UserDoc): Succession | undefined => {
  const members = app.store.subscriptions.ofRoom(room._id)
  const owners = ownersOf(app, room._id)
  const owns = owners.some((owner) => owner.u._id === user._id)
  if (!owns) return members.length === 1 && room.t !== 'c' ? { room, heir: undefined } : undefined
  if (owners.length > 1) return undefined
  const heir = heirOf(app, members, user._id)
  // A public channel outlives its last member.
  return heir === undefined && room.t === 'c' ? undefined : { room, heir }
}

/** The rooms that would be left without an owner, the oldest member being the next one; direct ones are no part of it. */
export const successionsOf = (app: App, user: UserDoc): Succession[] =>
  app.store.subscriptions.ofUser(user._id, -1).flatMap((subscription) => {
    const room = subscription.t === 'd' ? undefined : app.store.rooms.get(subscription.rid)
    return room === undefined ? [] : (successionOf(app, room, user) ?? [])
  })

const nameOf = ({ room }: Succession): string => room.fname ?? room.name ?? room._id

/**
 * Somebody who is the only owner of rooms must confirm to give them up (protocol reference 3.6).
 * @throws MeteorError `user-last-owner` with the names of the rooms.
 */
export const checkConfirmed = (successions: readonly Succession[], confirmed: boolean): void => {
  if (confirmed || successions.length === 0) return
  throw new MeteorError('user-last-owner', undefined, {
    shouldChangeOwner: successions.filter(({ heir }) => heir !== undefined).map(nameOf),
    shouldBeRemoved: successions.filter(({ heir }) => heir === undefined).map(nameOf),
  })
}

/** Makes the heirs owners and removes the rooms that nobody is left in; answers the ids of those. */
export const relinquish = (app: App, successions: readonly Succession[]): string[] =>
  successions.flatMap(({ room, heir }) => {
    if (heir === undefined) {
      eraseRoom(app, room)
      return [room._id]
    }
    changeSubscription(app, heir, (draft) => {
      draft.roles = [...(heir.roles ?? []).filter((role) => role !== 'owner'), 'owner']
    })
    return []
  })

/** @throws MeteorError `error-action-not-allowed` when nobody else could administrate. */
export const checkNotLastAdmin = (app: App, user: UserDoc, text: string): void => {
  if (!user.roles.includes('admin')) return
  const others = app.store.users.withRole('admin').some((one) => one._id !== user._id && one.active)
  if (others) return
  const method = 'removeUserFromRole'
  throw new MeteorError('error-action-not-allowed', text, { method, action: 'Remove_last_admin' })
}
