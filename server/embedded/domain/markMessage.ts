import type { App } from '../app'
import type { MessageDoc, UserDoc } from '../documents'
import { MeteorError, TextError, notAllowed } from '../errors'
import { replaceMessage } from './editMessage'
import { membershipOf } from './membership'
import { accessibleRoom, writableRoom } from './roomAccess'
import { tellRoom } from './systemMessage'

/**
 * A message that the user may read.
 * @throws MeteorError `error-not-allowed` for an unknown or hidden one: the two look the same.
 */
export const readableMessage = (
  app: App,
  id: string,
  user: UserDoc,
  method: string,
): MessageDoc => {
  const message = app.store.messages.get(id)
  const visible = message !== undefined && message._hidden !== true
  if (!visible || accessibleRoom(app, message.rid, user) === undefined) {
    throw notAllowed(method)
  }
  return message
}

const store = (app: App, before: MessageDoc, change: (draft: MessageDoc) => void): MessageDoc => {
  const after = { ...before, _updatedAt: app.store.stamps.next() }
  change(after)
  app.store.write(() => replaceMessage(app, after))
  return after
}

/** `smile` and `:smile:` are the same; anything that is no name of an emoji is refused. */
const emojiKey = (app: App, emoji: string): string => {
  const name = emoji.replaceAll(':', '')
  const custom = (): boolean => app.store.customEmoji.byName(name) !== undefined
  if (!/^[\p{L}\p{N}_+-]{1,64}$/u.test(name) && !custom()) {
    throw new MeteorError('error-not-allowed', 'Invalid emoji provided.', {
      method: 'setReaction',
    })
  }
  return `:${name}:`
}

const checkMayReact = (app: App, message: MessageDoc, user: UserDoc): void => {
  const room = app.store.rooms.get(message.rid)
  const muted = room?.muted?.includes(user.username) === true
  if (room?.ro === true && room.reactWhenReadOnly === true && !muted) return
  writableRoom(app, message.rid, user)
}

/**
 * Adds or takes away a reaction; without `shouldReact` it is the other of the two (protocol reference 3.13).
 * @throws MeteorError `error-not-allowed`; TextError when the user may not write in the room.
 */
export const react = (
  app: App,
  user: UserDoc,
  messageId: string,
  emoji: string,
  shouldReact?: boolean,
): void => {
  const message = readableMessage(app, messageId, user, 'setReaction')
  const key = emojiKey(app, emoji)
  checkMayReact(app, message, user)
  const names = message.reactions?.[key]?.usernames ?? []
  const reacted = names.includes(user.username)
  if ((shouldReact ?? !reacted) === reacted) return
  const others = names.filter((name) => name !== user.username)
  const usernames = reacted ? others : [...others, user.username]
  const kept = Object.entries(message.reactions ?? {}).filter(([name]) => name !== key)
  const reactions = Object.fromEntries(kept)
  if (usernames.length > 0) reactions[key] = { usernames }
  store(app, message, (draft) => {
    if (Object.keys(reactions).length > 0) draft.reactions = reactions
    else delete draft.reactions
  })
}

/**
 * Stars a message for the user alone, or ends that. For who is not in the room nothing happens.
 * @throws MeteorError `error-action-not-allowed` while stars are switched off.
 */
export const star = (app: App, user: UserDoc, messageId: string, starred: boolean): void => {
  if (!app.settings.flag('Message_AllowStarring')) {
    throw new MeteorError('error-action-not-allowed', 'Message starring not allowed', {
      method: 'starMessage',
      action: 'Message_starring',
    })
  }
  const message = app.store.messages.get(messageId)
  const hidden = message === undefined || message._hidden === true
  // Who was only invited or is banned is not in the room either.
  if (hidden || membershipOf(app, message.rid, user._id) === undefined) return
  const others = (message.starred ?? []).filter((one) => one._id !== user._id)
  store(app, message, (draft) => {
    draft.starred = starred ? [...others, { _id: user._id }] : others
  })
}

const pinnable = (app: App, user: UserDoc, messageId: string, method: string): MessageDoc => {
  if (!app.settings.flag('Message_AllowPinning')) {
    throw new MeteorError('error-action-not-allowed', 'Message pinning not allowed', {
      method,
      action: 'Message_pinning',
    })
  }
  const message = app.store.messages.get(messageId)
  if (message === undefined || message._hidden === true) {
    throw new MeteorError('error-action-not-allowed', 'Message not found', {
      method,
      action: 'Message_pinning',
    })
  }
  const visible = accessibleRoom(app, message.rid, user) !== undefined
  if (!visible || !app.permissions.has(user, 'pin-message', message.rid)) {
    throw new MeteorError('not-authorized', 'Not Authorized', { method })
  }
  return message
}

/**
 * Pins a message; a line with the message in it tells the room. Answers that line, or the message itself when it was
 * pinned already.
 * @throws MeteorError `error-action-not-allowed`, `not-authorized`.
 */
export const pin = (app: App, user: UserDoc, messageId: string): MessageDoc => {
  const message = pinnable(app, user, messageId, 'pinMessage')
  if (message.pinned === true) return message
  const room = app.store.rooms.get(message.rid)
  if (room === undefined) throw new TextError('error-invalid-room')
  return app.store.write(() => {
    store(app, message, (draft) => {
      draft.pinned = true
      draft.pinnedAt = new Date(app.clock.now())
      draft.pinnedBy = { _id: user._id, username: user.username }
    })
    const attachment = {
      text: message.msg,
      author_name: message.u.username,
      author_icon: `/avatar/${encodeURIComponent(message.u.username)}`,
      ts: message.ts,
      attachments: message.attachments ?? [],
    }
    const attachments = [attachment]
    const current = app.store.rooms.get(room._id) ?? room
    return tellRoom(app, current, 'message_pinned', user, '', { attachments }).message
  })
}

/** @throws MeteorError `error-action-not-allowed`, `not-authorized`. */
export const unpin = (app: App, user: UserDoc, messageId: string): void => {
  const message = pinnable(app, user, messageId, 'unpinMessage')
  if (message.pinned !== true) return
  store(app, message, (draft) => {
    delete draft.pinned
    delete draft.pinnedAt
    delete draft.pinnedBy
  })
}

/** Keeps a complaint about a message for the administrators. */
export const reportMessage = (
  app: App,
  user: UserDoc,
  messageId: string,
  description: string,
): void => {
  const method = 'reportMessage'
  if (description.trim() === '') {
    throw new MeteorError('error-invalid-description', 'Invalid description', { method })
  }
  const message = app.store.messages.get(messageId)
  if (message === undefined || accessibleRoom(app, message.rid, user) === undefined) {
    throw new MeteorError('error-invalid-message_id', 'Invalid message id', { method })
  }
  app.store.driver.run(
    'INSERT INTO reports (message, rid, uid, description, created_at) VALUES (?, ?, ?, ?, ?)',
    message._id,
    message.rid,
    user._id,
    description,
    app.clock.now(),
  )
}
