import type { App } from '../app'
import type { RoomDoc, SubscriptionDoc } from '../documents'

/** Stores a room that `change` has altered and tells its members. Answers the room as it is afterwards. */
export const changeRoom = (
  app: App,
  before: RoomDoc,
  change: (draft: RoomDoc) => void,
): RoomDoc => {
  const after = { ...before, _updatedAt: app.store.stamps.next() }
  change(after)
  app.store.rooms.update(after)
  if (after.t !== before.t || after.teamId !== before.teamId) app.events.accessChanged()
  app.events.room(after)
  return after
}

/** Stores a subscription that `change` has altered and tells its owner. */
export const changeSubscription = (
  app: App,
  before: SubscriptionDoc,
  change: (draft: SubscriptionDoc) => void,
): SubscriptionDoc => {
  const after = { ...before, _updatedAt: app.store.stamps.next() }
  change(after)
  app.store.subscriptions.update(after)
  if (after.roles !== before.roles) app.events.accessChanged()
  app.events.subscription('updated', after)
  return after
}

/** Changes every subscription of a room. */
export const changeMembers = (
  app: App,
  rid: string,
  change: (draft: SubscriptionDoc) => void,
): void => {
  for (const member of app.store.subscriptions.ofRoom(rid)) changeSubscription(app, member, change)
}
