import type { App } from '../app'
import type { UserDoc } from '../documents'
import { TextError } from '../errors'
import { seen } from './unread'

/**
 * Marks a room as read (protocol reference 5.6). Unread threads keep it in bold unless `threads` marks them too.
 * @throws TextError `error-invalid-subscription` for who is not a member.
 */
export const readRoom = (app: App, rid: string, user: UserDoc, threads = false): void => {
  const before = app.store.subscriptions.get(rid, user._id)
  if (before === undefined || before.status !== undefined)
    throw new TextError('error-invalid-subscription')
  // In a burst the times of messages run ahead of the clock (`sendMessage`); what is read must not look new.
  const newest = app.store.rooms.get(rid)?.lm?.getTime() ?? 0
  const after = seen(before, new Date(Math.max(app.clock.now(), newest)))
  if (threads) {
    delete after.tunread
    delete after.tunreadUser
    delete after.tunreadGroup
  } else if ((before.tunread?.length ?? 0) > 0) {
    after.alert = true
  }
  after._updatedAt = app.store.stamps.next()
  app.store.write(() => {
    app.store.subscriptions.update(after)
    app.events.subscription('updated', after)
  })
}
