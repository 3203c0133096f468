import type { App } from '../../app'
import type { RoomDoc, UserDoc } from '../../documents'
import { history, type HistoryRequest } from '../../domain/history'
import { messageFor } from '../../domain/published'
import { readRoom } from '../../domain/readRoom'
import { accessibleRoom } from '../../domain/roomAccess'
import { sendMessage, type NewMessage } from '../../domain/sendMessage'
import { MeteorError, TextError } from '../../errors'
import { forUsers, matchFailed, textArgument, type Method } from '../method'

const maxPage = 1000
const defaultPage = 20

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
const isOptionalRecord = (value: unknown): boolean =>
  value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value))

/** Only the keys that the method accepts (protocol reference 5.1); a wrong type is a failed match. */
const newMessage = (value: unknown): NewMessage => {
  if (typeof value !== 'object' || value === null) throw matchFailed()
  const source = value as Record<string, unknown>
  const known = Object.keys(source).every((key) => acceptedKeys.has(key))
  const texts = [source._id, source.msg, source.tmid, source.t].every(isOptionalText)
  const time = source.ts === undefined || source.ts instanceof Date
  const records = [source.customFields, source.content].every(isOptionalRecord)
  const show = source.tshow === undefined || typeof source.tshow === 'boolean'
  if (!known || !texts || !time || !records || !show || typeof source.rid !== 'string') {
    throw matchFailed()
  }
  return source as NewMessage
}

const roomOrRefuse = (app: App, rid: unknown, user: UserDoc, method: string): RoomDoc => {
  const room = accessibleRoom(app, textArgument(rid), user)
  if (room === undefined) throw new MeteorError('error-not-allowed', 'Not allowed', { method })
  return room
}

const pageSize = (limit: unknown): number =>
  typeof limit === 'number' && limit > 0 ? Math.min(Math.floor(limit), maxPage) : defaultPage

const send = forUsers('sendMessage', ({ app, user }, [message]) => {
  try {
    const sent = sendMessage(app, user, newMessage(message))
    return sent === undefined ? undefined : messageFor(sent, user._id)
  } catch (error) {
    // The method swallows refusals, the author sees them as an ephemeral line (5.1).
    const text = error instanceof TextError ? error.message : undefined
    if (text === 'error-not-allowed') throw new MeteorError('error-not-allowed')
    if (text !== undefined) return undefined
    throw error
  }
})

const loadHistory = forUsers('loadHistory', ({ app, user }, params) => {
  const [rid, end, limit, lastSeen, showThreads = true] = params
  const room = roomOrRefuse(app, rid, user, 'loadHistory')
  const request: HistoryRequest = { count: pageSize(limit), threadReplies: showThreads === true }
  if (end instanceof Date) request.latest = end
  const page = history(app, room, request)
  const answer = { ...page, messages: page.messages.map((one) => messageFor(one, user._id)) }
  if (!(lastSeen instanceof Date)) return answer
  const { firstUnread, unreadNotLoaded } = history(app, room, {
    ...request,
    oldest: lastSeen,
    unreads: true,
  })
  return firstUnread === undefined ? answer : { ...answer, firstUnread, unreadNotLoaded }
})

const loadMissedMessages = forUsers('loadMissedMessages', ({ app, user }, [rid, start]) => {
  if (!(start instanceof Date)) throw matchFailed()
  const room = accessibleRoom(app, textArgument(rid), user)
  if (room === undefined) return false
  const page = history(app, room, { oldest: start, count: maxPage, threadReplies: true })
  return page.messages.map((message) => messageFor(message, user._id))
})

const readMessages = forUsers('readMessages', ({ app, user }, [rid, threads]) => {
  readRoom(app, textArgument(rid), user, threads === true)
})

export const messageMethods: Readonly<Record<string, Method>> = {
  sendMessage: send,
  loadHistory,
  loadMissedMessages,
  readMessages,
}
