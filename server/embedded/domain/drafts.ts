import type { App } from '../app'
import type { SubscriptionDoc, UserDoc } from '../documents'
import { MeteorError, TextError } from '../errors'
import { changeSubscription } from './changes'
import { subscriptionOrRefuse } from './ownSubscription'

/** What somebody is writing in a room, or in one of its threads; empty when it was sent or thrown away. */
export type Draft = { rid: string; draft: string; tmid?: string }

const threadDraftsWith = (
  before: SubscriptionDoc,
  tmid: string,
  text: string,
): Record<string, string> | undefined => {
  const drafts = new Map(Object.entries(before.threadDrafts ?? {}))
  if (text === '') drafts.delete(tmid)
  else drafts.set(tmid, text)
  return drafts.size === 0 ? undefined : Object.fromEntries(drafts)
}

const apply = (draft: SubscriptionDoc, { tmid, draft: text }: Draft): void => {
  if (tmid === undefined) {
    if (text === '') delete draft.draft
    else draft.draft = text
    return
  }
  const drafts = threadDraftsWith(draft, tmid, text)
  if (drafts === undefined) delete draft.threadDrafts
  else draft.threadDrafts = drafts
}

/**
 * Keeps a draft in the own subscription, so that every device of the person has it (protocol reference 3.11).
 * @throws MeteorError `error-invalid-subscription`, `error-invalid-message` for an unknown thread; TextError
 * `error-message-size-exceeded`.
 */
export const saveDraft = (app: App, user: UserDoc, draft: Draft): void => {
  const before = subscriptionOrRefuse(app, draft.rid, user, 'saveDraft')
  if (draft.draft.length > app.settings.number('Message_MaxAllowedSize')) {
    throw new TextError('error-message-size-exceeded')
  }
  // An empty one is always accepted: its thread may be gone.
  if (draft.tmid !== undefined && draft.draft !== '') {
    if (app.store.messages.get(draft.tmid)?.rid !== draft.rid) {
      throw new MeteorError('error-invalid-message', 'Invalid thread', { method: 'saveDraft' })
    }
  }
  const kept = draft.tmid === undefined ? before.draft : before.threadDrafts?.[draft.tmid]
  if ((kept ?? '') === draft.draft) return
  app.store.write(() => changeSubscription(app, before, (after) => apply(after, draft)))
}
