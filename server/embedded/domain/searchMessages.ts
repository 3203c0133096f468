import { setImmediate } from 'node:timers/promises'
import type { App } from '../app'
import type { MessageDoc, RoomDoc, UserDoc } from '../documents'
import type { ListPlace, MessageFilter } from '../storage/messageLists'
import { MeteorError } from '../errors'
import { compileSearch } from './searchExpression'
import { parseSearch, type SearchQuery } from './searchQuery'
import { indexQuery } from './searchText'

const maxLength = 1024
/** How many messages an expression is tried on in one go; between them other callers get their turn. */
const batchSize = 200
/** How many of the messages of a room an expression is tried on at most. */
const maxTried = 100_000

const nobody = ''

/** People by name for a filter; `me` is the caller. */
const personIds = (app: App, user: UserDoc, names: readonly string[]): string[] =>
  names.map((name) =>
    name === 'me' ? user._id : (app.store.users.byUsername(name)?._id ?? nobody),
  )

type Page = { offset: number; count: number }

const tryEach = async (
  app: App,
  filter: MessageFilter,
  descending: boolean,
  matches: (text: string) => boolean,
  page: Page,
): Promise<MessageDoc[]> => {
  const found: MessageDoc[] = []
  const wanted = page.offset + page.count
  let place: ListPlace | undefined
  for (let tried = 0; tried < maxTried && found.length < wanted; tried += batchSize) {
    const next = app.store.messageLists.next(filter, descending, place, batchSize)
    for (const message of next.messages) if (matches(message.msg)) found.push(message)
    if (next.messages.length < batchSize) break
    place = next.place
    await setImmediate()
  }
  return found.slice(page.offset, wanted)
}

const expressionOf = (app: App, query: SearchQuery): SearchQuery['expression'] => {
  if (query.expression !== undefined || query.text === '') return query.expression
  const always = app.settings.flag('Message_AlwaysSearchRegExp')
  return always ? { source: query.text, flags: 'i' } : undefined
}

const filterOf = (app: App, user: UserDoc, room: RoomDoc, query: SearchQuery): MessageFilter => {
  const filter: MessageFilter = { ...query.filter, rid: room._id, written: true }
  if (query.from.length > 0) filter.authors = personIds(app, user, query.from)
  if (query.mention.length > 0) filter.mentions = personIds(app, user, query.mention)
  if (filter.starred === true) filter.starredBy = [user._id]
  return filter
}

/**
 * Messages of one room that a search text describes, newest first unless `order:asc` (protocol reference 3.13). Words
 * are looked up in an index of words and, for scripts without blanks, of neighbouring signs. An expression
 * (`/a.c/i`, or everything while `Message_AlwaysSearchRegExp` is on) is tried on the newest 100,000 messages.
 * @throws MeteorError `error-invalid-search` for a text that is too long and for what `compileSearch` refuses.
 */
export const searchMessages = async (
  app: App,
  user: UserDoc,
  room: RoomDoc,
  searchText: string,
  page: Page,
): Promise<MessageDoc[]> => {
  if (searchText.length > maxLength) {
    const text = `A search has at most ${maxLength} characters`
    throw new MeteorError('error-invalid-search', text, { method: 'messageSearch' })
  }
  const query = parseSearch(searchText)
  const filter = filterOf(app, user, room, query)
  const expression = expressionOf(app, query)
  if (expression !== undefined) {
    const matches = compileSearch(expression.source, expression.flags)
    return tryEach(app, filter, !query.ascending, matches, page)
  }
  if (query.text !== '') {
    const match = indexQuery(query.text)
    if (match === undefined) filter.text = query.text
    else filter.match = match
  }
  const order = { by: 'ts', descending: !query.ascending } as const
  return app.store.messageLists.page(filter, order, page.offset, page.count).messages
}
