import type { App } from '../app'
import type { MessageDoc, RoomDoc, SubscriptionDoc } from '../documents'
import { audienceOf } from './unread'

const withId = (list: readonly string[] | undefined, id: string): string[] =>
  list?.includes(id) === true ? [...list] : [...(list ?? []), id]

/** Followers of a thread after a reply (protocol reference 5.6). */
const followersAfter = (room: RoomDoc, root: MessageDoc, reply: MessageDoc): string[] => {
  const members = room.t === 'd' ? (room.uids ?? []) : []
  const named = [...audienceOf(reply).named]
  return [...new Set([...(root.replies ?? [root.u._id]), reply.u._id, ...named, ...members])]
}

const followerAfter = (
  before: SubscriptionDoc,
  reply: MessageDoc,
  rootId: string,
): SubscriptionDoc => {
  const audience = audienceOf(reply)
  const after: SubscriptionDoc = {
    ...before,
    alert: true,
    open: true,
    lr: reply.ts,
    tunread: withId(before.tunread, rootId),
  }
  if (audience.named.has(before.u._id)) after.tunreadUser = withId(before.tunreadUser, rootId)
  if (audience.everybody) after.tunreadGroup = withId(before.tunreadGroup, rootId)
  return after
}

/** Counts a new reply on the root message and marks the thread unread for its followers. */
export const addReply = (app: App, room: RoomDoc, root: MessageDoc, reply: MessageDoc): void => {
  const followers = followersAfter(room, root, reply)
  const changed: MessageDoc = {
    ...root,
    tcount: (root.tcount ?? 0) + 1,
    tlm: reply.ts,
    replies: followers,
    _updatedAt: app.store.stamps.next(),
  }
  app.store.messages.update(changed)
  app.events.message(changed)
  for (const uid of followers) {
    const before = app.store.subscriptions.get(room._id, uid)
    if (before === undefined || uid === reply.u._id) continue
    const after = followerAfter(before, reply, root._id)
    after._updatedAt = app.store.stamps.next()
    app.store.subscriptions.update(after)
    app.events.subscription('updated', after)
  }
}

/** Takes a deleted reply off the root message's count. */
export const removeReply = (app: App, rootId: string): void => {
  const root = app.store.messages.get(rootId)
  if (root === undefined) return
  const changed: MessageDoc = {
    ...root,
    tcount: Math.max(0, (root.tcount ?? 0) - 1),
    _updatedAt: app.store.stamps.next(),
  }
  const last = app.store.messages.lastReplyTo(rootId)
  if (last === undefined) delete changed.tlm
  else changed.tlm = last.ts
  app.store.messages.update(changed)
  app.events.message(changed)
}
