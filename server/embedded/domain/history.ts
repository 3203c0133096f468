import type { App } from '../app'
import type { MessageDoc, RoomDoc } from '../documents'
import type { HistoryQuery } from '../storage/messages'

export type HistoryRequest = {
  latest?: Date
  oldest?: Date
  inclusive?: boolean
  threadReplies: boolean
  offset?: number
  count: number
  unreads?: boolean
}

/** A page of a room, newest first; the two last fields only when `unreads` was asked for (5.9). */
export type HistoryPage = {
  messages: MessageDoc[]
  firstUnread?: MessageDoc
  unreadNotLoaded?: number
}

/** System types that the workspace or the room hides. */
export const hiddenTypes = (app: App, room: RoomDoc): string[] => {
  if (Array.isArray(room.sysMes)) return room.sysMes
  const stored: unknown = JSON.parse(app.settings.text('Hide_System_Messages'))
  return Array.isArray(stored) ? stored.filter((type) => typeof type === 'string') : []
}

/** Messages of a room between two times; both bounds are exclusive unless `inclusive` (protocol reference 5.9). */
export const history = (app: App, room: RoomDoc, request: HistoryRequest): HistoryPage => {
  const query: HistoryQuery = {
    rid: room._id,
    // Without an upper bound the newest message belongs to the page, also when it was written in this millisecond.
    latest: request.latest?.getTime() ?? Number.MAX_SAFE_INTEGER,
    inclusive: request.inclusive ?? false,
    threadReplies: request.threadReplies,
    hiddenTypes: hiddenTypes(app, room),
    offset: request.offset ?? 0,
    count: request.count,
  }
  if (request.oldest !== undefined) query.oldest = request.oldest.getTime()
  const page: HistoryPage = { messages: app.store.messages.history(query) }
  if (request.unreads === true && request.oldest !== undefined) addUnread(app, query, page)
  return page
}

const addUnread = (app: App, query: HistoryQuery, page: HistoryPage): void => {
  const oldestShown = page.messages.at(-1)
  const latest = oldestShown?.ts.getTime() ?? query.latest
  const { first, count } = app.store.messages.firstAndCount({ ...query, latest, inclusive: false })
  page.unreadNotLoaded = count
  if (first !== undefined) page.firstUnread = first
  else if (oldestShown !== undefined) page.firstUnread = oldestShown
}
