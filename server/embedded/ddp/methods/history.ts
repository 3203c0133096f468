import type { App } from '../../app'
import type { MessageDoc, RoomDoc, UserDoc } from '../../documents'
import { hiddenTypes, history, type HistoryRequest } from '../../domain/history'
import { messageFor } from '../../domain/published'
import { accessibleRoom } from '../../domain/roomAccess'
import { notAllowed } from '../../errors'
import { isRecord, matchFailed, textArgument } from '../arguments'
import { forUsers, type Method } from '../method'

/** The four history methods that have no REST twin (protocol reference 3.20). */

const maxPage = 1000
const defaultPage = 20
const defaultSurrounding = 50

const pageSize = (limit: unknown, usual: number): number =>
  typeof limit === 'number' && limit >= 1 ? Math.min(Math.floor(limit), maxPage) : usual

const shownTo = (user: UserDoc, messages: readonly MessageDoc[]): MessageDoc[] =>
  messages.map((message) => messageFor(message, user._id))

/** The first messages after a time, oldest first: the last page of what `history` counts from the newest. */
const pageAfter = (
  app: App,
  room: RoomDoc,
  after: Date,
  count: number,
  threadReplies: boolean,
): MessageDoc[] => {
  const range = {
    rid: room._id,
    oldest: after.getTime(),
    latest: Number.MAX_SAFE_INTEGER,
    inclusive: false,
    threadReplies,
    hiddenTypes: hiddenTypes(app, room),
    offset: 0,
    count,
  }
  const total = app.store.messages.firstAndCount(range).count
  const offset = Math.max(0, total - count)
  return app.store.messages.history({ ...range, offset }).reverse()
}

/** `rid, end?, limit = 20, lastSeen?, showThreadMessages = true`; newest first. */
const loadHistory = forUsers('loadHistory', ({ app, user }, params) => {
  const [rid, end, limit, lastSeen, showThreads = true] = params
  const room = accessibleRoom(app, textArgument(rid), user)
  if (room === undefined) {
    throw notAllowed('loadHistory')
  }
  const request: HistoryRequest = {
    count: pageSize(limit, defaultPage),
    threadReplies: showThreads === true,
  }
  if (end instanceof Date) request.latest = end
  const page = history(app, room, request)
  const answer = { ...page, messages: shownTo(user, page.messages) }
  if (!(lastSeen instanceof Date)) return answer
  const { firstUnread, unreadNotLoaded } = history(app, room, {
    ...request,
    oldest: lastSeen,
    unreads: true,
  })
  return firstUnread === undefined ? answer : { ...answer, firstUnread, unreadNotLoaded }
})

/** `{_id, rid}, limit = 50, showThreadMessages = true`; oldest first, the message in the middle. False for no such one. */
const loadSurroundingMessages = forUsers('loadSurroundingMessages', ({ app, user }, params) => {
  const [wanted, limit, showThreads = true] = params
  if (!isRecord(wanted)) throw matchFailed()
  const message = app.store.messages.get(textArgument(wanted._id))
  if (message === undefined || message._hidden === true) return false
  const room = accessibleRoom(app, message.rid, user)
  if (room === undefined || room._id !== textArgument(wanted.rid)) return false
  const others = pageSize(limit, defaultSurrounding) - 1
  const [countBefore, countAfter] = [Math.ceil(others / 2), Math.floor(others / 2)]
  const threadReplies = showThreads === true
  const before = history(app, room, { latest: message.ts, count: countBefore, threadReplies })
  const after = pageAfter(app, room, message.ts, countAfter, threadReplies)
  return {
    messages: shownTo(user, [...before.messages.reverse(), message, ...after]),
    moreBefore: before.messages.length === countBefore,
    moreAfter: after.length === countAfter,
  }
})

/** `rid, from, limit = 20, showThreadMessages = true`; oldest first. False for a room that is not to be seen. */
const loadNextMessages = forUsers('loadNextMessages', ({ app, user }, params) => {
  const [rid, from, limit, showThreads = true] = params
  if (from !== undefined && from !== null && !(from instanceof Date)) throw matchFailed()
  const room = accessibleRoom(app, textArgument(rid), user)
  if (room === undefined) return false
  const start = from ?? new Date(0)
  const count = pageSize(limit, defaultPage)
  return { messages: shownTo(user, pageAfter(app, room, start, count, showThreads === true)) }
})

/** `rid, start`; newest first. False for a room that is not to be seen. */
const loadMissedMessages = forUsers('loadMissedMessages', ({ app, user }, [rid, start]) => {
  if (!(start instanceof Date)) throw matchFailed()
  const room = accessibleRoom(app, textArgument(rid), user)
  if (room === undefined) return false
  const page = history(app, room, { oldest: start, count: maxPage, threadReplies: true })
  return shownTo(user, page.messages)
})

export const historyMethods: Readonly<Record<string, Method>> = {
  loadHistory,
  loadSurroundingMessages,
  loadNextMessages,
  loadMissedMessages,
}
