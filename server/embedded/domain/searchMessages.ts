import type { App } from '../app'
import type { MessageDoc, RoomDoc, UserDoc } from '../documents'
import type { MessageFilter } from '../storage/messageLists'
import { MeteorError } from '../errors'
import { parseSearch, type SearchQuery } from './searchQuery'
import { indexQuery } from './searchText'

const nobody = ''

/** People by name for a filter; `me` is the caller. */
const personId = (app: App, user: UserDoc, name: string): string =>
  name === 'me' ? user._id : (app.store.users.byUsername(name)?._id ?? nobody)

/** @throws MeteorError `error-invalid-search` for an expression that is more than alternatives of plain text. */
const alternatives = (source: string): string[] => {
  if (/[.*+?^${}()[\]\\]/.test(source)) {
    const text = 'Only alternatives of plain text can be searched for'
    throw new MeteorError('error-invalid-search', text, { method: 'messageSearch' })
  }
  return source
    .split('|')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/**
 * Messages of one room that a search text describes, newest first unless `order:asc` (protocol reference 3.13). Words
 * are looked up in an index of words and, for scripts without blanks, of neighbouring signs. Of expressions only `/a|b/`
 * is taken: others could keep the server busy for minutes.
 * @throws MeteorError `error-invalid-search` for other expressions.
 */
export const searchMessages = (
  app: App,
  user: UserDoc,
  room: RoomDoc,
  searchText: string,
  offset: number,
  count: number,
): MessageDoc[] => {
  const query: SearchQuery = parseSearch(searchText)
  const filter: MessageFilter = { ...query.filter, rid: room._id, written: true }
  if (query.from !== undefined) filter.by = personId(app, user, query.from)
  if (query.mention !== undefined) filter.mentions = [personId(app, user, query.mention)]
  if (filter.starred === true) filter.starredBy = [user._id]
  if (query.expression !== undefined) {
    filter.anyText = alternatives(query.expression)
  } else if (query.text !== '') {
    const match = indexQuery(query.text)
    if (match === undefined) filter.text = query.text
    else filter.match = match
  }
  const order = { by: 'ts', descending: !query.ascending } as const
  return app.store.messageLists.page(filter, order, offset, count).messages
}
