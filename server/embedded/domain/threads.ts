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

/** The root message of a thread with one reply more. */
export const rootWith = (
  app: App,
  room: RoomDoc,
  root: MessageDoc,
  reply: MessageDoc,
): MessageDoc => ({
  ...root,
  tcount: (root.tcount ?? 0) + 1,
  tlm: reply.ts,
  replies: followersAfter(room, root, reply),
  _updatedAt: app.store.stamps.next(),
})

/** Stores the root of `rootWith` and marks the thread unread for its followers. */
export const addReply = (app: App, counted: MessageDoc, reply: MessageDoc): void => {
  app.store.messages.update(counted)
  app.events.message(counted)
  for (const uid of counted.replies ?? []) {
    const before = app.store.subscriptions.get(counted.rid, uid)
    if (before === undefined || uid === reply.u._id) continue
    const after = followerAfter(before, reply, counted._id)
    after._updatedAt = app.store.stamps.next()
    app.store.subscriptions.update(after)
    app.events.subscription('updated', after)
  }
}

/** The root of a thread after one of its replies was removed; undefined when it is gone itself. */
export const rootWithout = (app: App, rootId: string): MessageDoc | undefined => {
  const root = app.store.messages.get(rootId)
  if (root === undefined) return undefined
  const counted: MessageDoc = {
    ...root,
    tcount: Math.max(0, (root.tcount ?? 0) - 1),
    _updatedAt: app.store.stamps.next(),
  }
  const last = app.store.messages.lastReplyTo(rootId)
  if (last === undefined) delete counted.tlm
  else counted.tlm = last.ts
  return counted
}

/** Stores the root of `rootWithout`, where no `lastMessage` has to follow it. */
export const removeReply = (app: App, rootId: string): void => {
  const counted = rootWithout(app, rootId)
  if (counted === undefined) return
  app.store.messages.update(counted)
  app.events.message(counted)
}
