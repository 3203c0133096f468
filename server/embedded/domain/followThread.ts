import type { App } from '../app'
import type { MessageDoc, SubscriptionDoc, UserDoc } from '../documents'
import { MeteorError } from '../errors'
import { changeSubscription } from './changes'
import { replaceMessage } from './editMessage'
import { accessibleRoom } from './roomAccess'

const without = (list: readonly string[] | undefined, id: string): string[] =>
  (list ?? []).filter((one) => one !== id)

/** @throws MeteorError `error-not-allowed` while threads are switched off. */
export const checkThreadsEnabled = (app: App, text = 'Threads Disabled'): void => {
  if (!app.settings.flag('Threads_enabled')) throw new MeteorError('error-not-allowed', text)
}

/**
 * The root message of a thread that the user may read.
 * @throws MeteorError `error-not-allowed`.
 */
export const threadRootFor = (app: App, tmid: string, user: UserDoc): MessageDoc => {
  checkThreadsEnabled(app)
  const root = app.store.messages.get(tmid)
  if (root === undefined || accessibleRoom(app, root.rid, user) === undefined) {
    throw new MeteorError('error-not-allowed', 'Not Allowed')
  }
  return root
}

/** Takes one thread out of the unread ones of a subscription. */
const forget = (draft: SubscriptionDoc, tmid: string): void => {
  for (const field of ['tunread', 'tunreadUser', 'tunreadGroup'] as const) {
    const left = without(draft[field], tmid)
    if (left.length > 0) draft[field] = left
    else Reflect.deleteProperty(draft, field)
  }
}

/**
 * Marks a thread as read (protocol reference 5.6); after the last unread one the room is no longer bold, unless
 * something else in it is unread.
 * @throws MeteorError `error-not-allowed`.
 */
export const readThread = (app: App, user: UserDoc, tmid: string): void => {
  const root = threadRootFor(app, tmid, user)
  const before = app.store.subscriptions.get(root.rid, user._id)
  if (before?.tunread?.includes(tmid) !== true) return
  app.store.write(() =>
    changeSubscription(app, before, (draft) => {
      forget(draft, tmid)
      if (draft.tunread === undefined && draft.unread === 0) draft.alert = false
    }),
  )
}

/**
 * Follows a thread or ends that (protocol reference 5.2).
 * @throws MeteorError `error-not-allowed` while threads are off, `error-invalid-message`.
 */
export const followThread = (app: App, user: UserDoc, mid: string, follow: boolean): void => {
  checkThreadsEnabled(app, 'not-allowed')
  const message = app.store.messages.get(mid)
  if (message === undefined || accessibleRoom(app, message.rid, user) === undefined) {
    throw new MeteorError('error-invalid-message', 'Invalid message', {
      method: follow ? 'followMessage' : 'unfollowMessage',
    })
  }
  const root = app.store.messages.get(message.tmid ?? mid) ?? message
  const others = without(root.replies, user._id)
  const replies = follow ? [...others, user._id] : others
  app.store.write(() => {
    replaceMessage(app, { ...root, replies, _updatedAt: app.store.stamps.next() })
    const membership = app.store.subscriptions.get(root.rid, user._id)
    if (follow || membership === undefined) return
    changeSubscription(app, membership, (draft) => forget(draft, root._id))
  })
}
