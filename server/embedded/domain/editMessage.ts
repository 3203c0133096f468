import { isDeepStrictEqual } from 'node:util'
import type { App } from '../app'
import type { MessageDoc, UserDoc } from '../documents'
import { MeteorError } from '../errors'
import { checkFree, messagePartBytes } from './freeObjects'
import { deriveText } from './messageText'
import { withQuotes } from './quotes'
import { writableRoom } from './roomAccess'

const minuteMs = 60_000

const notAllowed = (method: string, action: string): MeteorError =>
  new MeteorError('error-action-not-allowed', 'Not allowed', { method, action })

/** Whether a message is older than a limit in minutes; 0 is no limit. */
export const isTooOld = (app: App, message: MessageDoc, minutes: number): boolean =>
  minutes > 0 && app.clock.now() - message.ts.getTime() > minutes * minuteMs

/** Stores a changed message and keeps the room's `lastMessage` the same as it (5.2). Answers whether it was that one. */
export const replaceMessage = (app: App, message: MessageDoc): boolean => {
  app.store.messages.update(message)
  app.events.message(message)
  const room = app.store.rooms.get(message.rid)
  if (room?.lastMessage?._id !== message._id) return false
  const changed = { ...room, lastMessage: message, _updatedAt: app.store.stamps.next() }
  app.store.rooms.update(changed)
  app.events.room(changed)
  return true
}

const checkMayEdit = (app: App, user: UserDoc, message: MessageDoc): void => {
  const own = message.u._id === user._id && app.settings.flag('Message_AllowEditing')
  if (!own && !app.permissions.has(user, 'edit-message', message.rid)) {
    throw notAllowed('updateMessage', 'Message_editing')
  }
  const limit = app.settings.number('Message_AllowEditing_BlockEditInMinutes')
  const bypass = app.permissions.has(user, 'bypass-time-limit-edit-and-delete', message.rid)
  if (!bypass && isTooOld(app, message, limit)) {
    throw new MeteorError('error-message-editing-blocked', 'Message editing is blocked', {
      method: 'updateMessage',
    })
  }
  if (message.t !== undefined && message.t !== 'e2e') {
    throw notAllowed('updateMessage', 'Message_editing')
  }
  writableRoom(app, message.rid, user)
}

/**
 * Changes a message's text (protocol reference 5.4), and its custom fields when there are any. The same again changes
 * nothing and causes no event.
 * @throws MeteorError when the user may not, the time is over, or the text is empty or too long.
 */
export const editMessage = (
  app: App,
  user: UserDoc,
  before: MessageDoc,
  text: string,
  previews?: readonly string[],
  customFields: MessageDoc['customFields'] = before.customFields,
): MessageDoc => {
  checkMayEdit(app, user, before)
  if (before.t !== undefined) throw notAllowed('updateMessage', 'Message_editing')
  if (text === before.msg && isDeepStrictEqual(customFields, before.customFields)) return before
  if (text.trim() === '' && (before.attachments?.length ?? 0) === 0) {
    throw new MeteorError('error-invalid-message', 'The message is empty')
  }
  if (text.length > app.settings.number('Message_MaxAllowedSize')) {
    throw new MeteorError(
      'error-message-size-exceeded',
      'Message size exceeds Message_MaxAllowedSize',
    )
  }
  checkFree('customFields', customFields, messagePartBytes)
  const after = withQuotes(app, user, {
    ...before,
    msg: text,
    ...deriveText(app, text, previews),
    editedAt: new Date(app.clock.now()),
    editedBy: { _id: user._id, username: user.username },
    _updatedAt: app.store.stamps.next(),
  })
  if (customFields !== undefined) after.customFields = customFields
  app.store.write(() => {
    replaceMessage(app, after)
    app.previews.consider(after)
  })
  return after
}

/**
 * Changes the cipher text of an encrypted message, which the server cannot read.
 * @throws MeteorError when the user may not, the time is over, or the message is not encrypted.
 */
export const editContent = (
  app: App,
  user: UserDoc,
  before: MessageDoc,
  content: Record<string, unknown>,
): MessageDoc => {
  checkMayEdit(app, user, before)
  if (before.t !== 'e2e') throw notAllowed('updateMessage', 'Message_editing')
  checkFree('content', content, messagePartBytes)
  const after: MessageDoc = {
    ...before,
    content,
    editedAt: new Date(app.clock.now()),
    editedBy: { _id: user._id, username: user.username },
    _updatedAt: app.store.stamps.next(),
  }
  app.store.write(() => replaceMessage(app, after))
  return after
}
