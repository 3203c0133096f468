import type { App } from '../app'
import type { MessageDoc, RoomDoc, SubscriptionDoc, UserDoc } from '../documents'

/** Whom a message is for, from its mentions. */
export type Audience = { named: ReadonlySet<string>; everybody: boolean }

export const audienceOf = (message: MessageDoc): Audience => {
  const ids = (message.mentions ?? []).map((mention) => mention._id)
  return {
    named: new Set(ids.filter((id) => id !== 'all' && id !== 'here')),
    everybody: ids.includes('all') || ids.includes('here'),
  }
}

const hasHighlight = (subscription: SubscriptionDoc, text: string): boolean => {
  const words = subscription.userHighlights ?? []
  if (words.length === 0) return false
  const lower = text.toLowerCase()
  return words.some((word) => word.trim() !== '' && lower.includes(word.trim().toLowerCase()))
}

const countsAll = (app: App, room: RoomDoc): boolean =>
  app.settings.text(room.t === 'd' ? 'Unread_Count_DM' : 'Unread_Count') === 'all_messages'

/**
 * What a new message does to one member's counters (protocol reference 5.5), or undefined when nothing visible changes:
 * the member has unread messages in an open room already and no counter moves.
 */
export const unreadAfter = (
  app: App,
  room: RoomDoc,
  message: MessageDoc,
  before: SubscriptionDoc,
): SubscriptionDoc | undefined => {
  const audience = audienceOf(message)
  const after = { ...before, alert: true, open: true }
  const named = audience.named.has(before.u._id) || hasHighlight(before, message.msg)
  const grouped = audience.everybody && audience.named.size === 0
  if (named) {
    after.unread += 1
    after.userMentions += 1
  } else if (grouped) {
    after.unread += 1
    after.groupMentions += 1
  } else if (countsAll(app, room)) {
    after.unread += 1
  }
  if (before.alert && before.open && after.unread === before.unread) return undefined
  return after
}

/** The state of a subscription whose owner has seen everything (5.6). */
export const seen = (subscription: SubscriptionDoc, now: Date): SubscriptionDoc => ({
  ...subscription,
  open: true,
  alert: false,
  unread: 0,
  userMentions: 0,
  groupMentions: 0,
  ls: now,
})

const isUnread = (subscription: SubscriptionDoc): boolean =>
  subscription.alert || !subscription.open || subscription.unread > 0

/**
 * Marks the room as seen by the author of a message; only a visible change is announced. Unread threads of the author
 * stay unread and keep the room in bold.
 */
export const markAuthorSeen = (app: App, rid: string, author: UserDoc, now: Date): void => {
  const before = app.store.subscriptions.get(rid, author._id)
  if (before === undefined) return
  const after = { ...seen(before, now), _updatedAt: app.store.stamps.next() }
  app.store.subscriptions.update(after)
  if (isUnread(before)) app.events.subscription('updated', after)
}

/** Updates every other member's counters and announces those that changed. */
export const raiseUnread = (app: App, room: RoomDoc, message: MessageDoc): void => {
  const { subscriptions } = app.store
  const reaches = audienceOf(message)
  const countsForNobody = reaches.named.size === 0 && !reaches.everybody && !countsAll(app, room)
  for (const before of subscriptions.shared(room._id)) {
    if (before.u._id === message.u._id || before.status !== undefined) continue
    // Most members of a busy room have it unread already, and nothing changes for them.
    const settled = before.alert && before.open && (before.userHighlights?.length ?? 0) === 0
    if (countsForNobody && settled) continue
    const after = unreadAfter(app, room, message, before)
    if (after === undefined) continue
    after._updatedAt = app.store.stamps.next()
    subscriptions.update(after)
    app.events.subscription('updated', after)
  }
}
