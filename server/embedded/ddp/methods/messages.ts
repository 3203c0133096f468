import { deleteMessage } from '../../domain/deleteMessage'
import { editMessage } from '../../domain/editMessage'
import { react, pin, star, unpin } from '../../domain/markMessage'
import { markRoomUnread, markUnreadFrom } from '../../domain/ownSubscription'
import { messageFor } from '../../domain/published'
import { readRoom } from '../../domain/readRoom'
import { accessibleRoom } from '../../domain/roomAccess'
import { sendSoon, type NewMessage } from '../../domain/sendMessage'
import type { MessageDoc } from '../../documents'
import { MeteorError, TextError, notAllowed } from '../../errors'
import { isRecord, matchFailed, recordArgument, textArgument } from '../arguments'
import { forUsers, type Method } from '../method'

const acceptedKeys = new Set([
  '_id',
  'rid',
  'msg',
  'tmid',
  'tshow',
  'ts',
  't',
  'bot',
  'content',
  'e2e',
  'e2eMentions',
  'customFields',
  'federation',
  'groupable',
  'sentByEmail',
])

const isOptionalText = (value: unknown): boolean => value === undefined || typeof value === 'string'
const isOptionalFlag = (value: unknown): boolean =>
  value === undefined || typeof value === 'boolean'
const isOptionalRecord = (value: unknown): boolean => value === undefined || isRecord(value)

/** Only the keys that the method accepts (protocol reference 5.1); a wrong type is a failed match. */
const newMessage = (value: unknown): NewMessage => {
  const source = recordArgument(value)
  const known = Object.keys(source).every((key) => acceptedKeys.has(key))
  const texts = [source._id, source.msg, source.tmid, source.t].every(isOptionalText)
  const time = source.ts === undefined || source.ts instanceof Date
  const records = [source.customFields, source.content].every(isOptionalRecord)
  const flags = [source.tshow, source.groupable].every(isOptionalFlag)
  if (!known || !texts || !time || !records || !flags || typeof source.rid !== 'string') {
    throw matchFailed()
  }
  return source as NewMessage
}

const send = forUsers('sendMessage', async ({ app, user }, [message]) => {
  try {
    const sent = await sendSoon(app, user, newMessage(message))
    return sent === undefined ? undefined : messageFor(sent, user._id)
  } catch (error) {
    // The method swallows refusals, the author sees them as an ephemeral line (5.1).
    const text = error instanceof TextError ? error.message : undefined
    if (text === 'error-not-allowed') throw new MeteorError('error-not-allowed')
    if (text !== undefined) return undefined
    throw error
  }
})

const maxMessages = 1000

/** `ids`; unknown ones are left out. @throws MeteorError `error-not-allowed` when one is in a room of others. */
const getMessages = forUsers('getMessages', ({ app, user }, [ids]) => {
  if (!Array.isArray(ids) || ids.length > maxMessages) throw matchFailed()
  const found = ids.flatMap((id) => app.store.messages.get(textArgument(id)) ?? [])
  const rooms = new Set(found.map((message) => message.rid))
  if ([...rooms].some((rid) => accessibleRoom(app, rid, user) === undefined)) {
    throw notAllowed('getMessages')
  }
  const visible = found.filter((message) => message._hidden !== true)
  return visible.map((message) => messageFor(message, user._id))
})

/** `id`; nothing for an unknown message. */
const getSingleMessage = forUsers('getSingleMessage', ({ app, user }, [id]) => {
  const message = app.store.messages.get(textArgument(id))
  if (message === undefined || message._hidden === true) return undefined
  if (accessibleRoom(app, message.rid, user) === undefined) return undefined
  return messageFor(message, user._id)
})

const storedMessage = (message: MessageDoc | undefined, method: string): MessageDoc => {
  if (message !== undefined) return message
  throw new MeteorError('error-action-not-allowed', 'Not allowed', { method })
}

/** `{_id, rid, msg}`; as REST's `chat.update`. */
const update = forUsers('updateMessage', ({ app, user }, [change]) => {
  const { _id, rid, msg } = recordArgument(change)
  const message = storedMessage(app.store.messages.get(textArgument(_id)), 'updateMessage')
  if (rid !== undefined && rid !== message.rid) throw matchFailed()
  editMessage(app, user, message, textArgument(msg))
})

/** `{_id}`; as REST's `chat.delete`. */
const remove = forUsers('deleteMessage', ({ app, user }, [target]) => {
  const { _id } = recordArgument(target)
  deleteMessage(
    app,
    user,
    storedMessage(app.store.messages.get(textArgument(_id)), 'deleteMessage'),
  )
})

const setReaction = forUsers('setReaction', ({ app, user }, [emoji, id, shouldReact]) => {
  if (shouldReact !== undefined && shouldReact !== null && typeof shouldReact !== 'boolean') {
    throw matchFailed()
  }
  react(app, user, textArgument(id), textArgument(emoji), shouldReact ?? undefined)
})

/** `{_id, starred}`. */
const starMessage = forUsers('starMessage', ({ app, user }, [target]) => {
  const { _id, starred } = recordArgument(target)
  if (typeof starred !== 'boolean') throw matchFailed()
  star(app, user, textArgument(_id), starred)
  return true
})

const pinMessage = forUsers('pinMessage', ({ app, user }, [target]) =>
  messageFor(pin(app, user, textArgument(recordArgument(target)._id)), user._id),
)

const unpinMessage = forUsers('unpinMessage', ({ app, user }, [target]) => {
  unpin(app, user, textArgument(recordArgument(target)._id))
  return true
})

const readMessages = forUsers('readMessages', ({ app, user }, [rid, threads]) => {
  readRoom(app, textArgument(rid), user, threads === true)
})

/** `{_id}` of the first unread message, or nothing and the room. */
const unreadMessages = forUsers('unreadMessages', ({ app, user }, [first, rid]) => {
  if (isRecord(first)) markUnreadFrom(app, textArgument(first._id), user)
  else markRoomUnread(app, textArgument(rid), user)
})

/** Receipts of readers belong to the enterprise edition. */
const getReadReceipts = forUsers('getReadReceipts', () => {
  throw new MeteorError('error-action-not-allowed', 'This is an enterprise feature', {
    method: 'getReadReceipts',
  })
})

/** Methods about single messages; each has a REST twin (protocol reference 3.20) and does the same. */
export const messageMethods: Readonly<Record<string, Method>> = {
  sendMessage: send,
  getMessages,
  getSingleMessage,
  updateMessage: update,
  deleteMessage: remove,
  setReaction,
  starMessage,
  pinMessage,
  unpinMessage,
  readMessages,
  unreadMessages,
  getReadReceipts,
}
