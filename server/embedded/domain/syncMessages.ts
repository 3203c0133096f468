import type { App } from '../app'
import type { MessageDoc, TrashStub } from '../documents'
import { MeteorError } from '../errors'

/** The question of `chat.syncMessages` (protocol reference 3.14); cursors are epoch milliseconds as text. */
export type SyncRequest = {
  lastUpdate?: string
  type?: string
  next?: string
  previous?: string
  count?: number
  fromTs?: string
}

export type SyncAnswer = {
  updated?: MessageDoc[]
  deleted?: TrashStub[]
  cursor?: { next: string | null; previous: string | null }
}

const defaultCount = 50
const maxCount = 100

const time = (value: string | undefined, code: string): number => {
  const parsed = value === undefined ? Number.NaN : Date.parse(value)
  if (Number.isNaN(parsed)) throw new MeteorError(code, 'The time is not valid')
  return parsed
}

const cursorTime = (cursor: string): number => {
  if (!/^\d{1,15}$/.test(cursor)) {
    throw new MeteorError(
      'error-cursor-param-invalid',
      'The cursor is not a number of milliseconds',
    )
  }
  return Number(cursor)
}

const checkRequest = (request: SyncRequest): void => {
  const { lastUpdate, next, previous, type } = request
  const cursor = next ?? previous
  if (lastUpdate === undefined && cursor === undefined && type === undefined) {
    throw new MeteorError('error-param-required', 'The required "lastUpdate" or cursor is missing')
  }
  if (lastUpdate !== undefined && cursor !== undefined) {
    throw new MeteorError('error-cursor-and-lastUpdate-conflict', 'Use lastUpdate or a cursor')
  }
  if (next !== undefined && previous !== undefined) {
    throw new MeteorError('error-cursor-conflict', 'Use next or previous')
  }
  if (cursor !== undefined && type === undefined) {
    throw new MeteorError('error-type-param-required', 'The "type" parameter is required')
  }
  if (type !== undefined && type !== 'UPDATED' && type !== 'DELETED') {
    throw new MeteorError('error-type-param-not-supported', 'The "type" parameter is not supported')
  }
}

const minTsOf = (request: SyncRequest): number =>
  request.fromTs === undefined ? 0 : time(request.fromTs, 'error-fromTs-param-invalid')

type Cursor = { next: string | null; previous: string | null }

/** The items of a page in ascending order and the cursors around it. One more than asked tells of another page. */
const paged = <Item>(
  found: Item[],
  count: number,
  backwards: boolean,
  stampOf: (item: Item) => Date,
): { items: Item[]; cursor: Cursor } => {
  const items = found.slice(0, count)
  if (backwards) items.reverse()
  const more = found.length > count
  const first = items[0]
  const last = items.at(-1)
  if (first === undefined || last === undefined)
    return { items, cursor: { next: null, previous: null } }
  const before = String(stampOf(first).getTime())
  const after = String(stampOf(last).getTime())
  if (backwards) return { items, cursor: { next: after, previous: more ? before : null } }
  return { items, cursor: { next: more ? after : null, previous: before } }
}

const page = (app: App, rid: string, request: SyncRequest): SyncAnswer => {
  const backwards = request.previous !== undefined
  const from = cursorTime(request.previous ?? request.next ?? '')
  const count = Math.min(Math.max(1, request.count ?? defaultCount), maxCount)
  const { messages, trash } = app.store
  if (request.type === 'DELETED') {
    const find = backwards ? trash.before : trash.after
    const found = find('messages', rid, from, count + 1)
    const { items, cursor } = paged(found, count, backwards, (stub) => stub._deletedAt)
    return { deleted: items, cursor }
  }
  const find = backwards ? messages.updatedBefore : messages.updatedAfter
  const found = find(rid, from, minTsOf(request), count + 1)
  const { items, cursor } = paged(found, count, backwards, (message) => message._updatedAt)
  return { updated: items, cursor }
}

/**
 * What changed in a room.
 * @throws MeteorError with the codes of protocol reference 3.14.
 */
export const syncMessages = (app: App, rid: string, request: SyncRequest): SyncAnswer => {
  checkRequest(request)
  if (request.lastUpdate !== undefined) {
    const since = time(request.lastUpdate, 'error-lastUpdate-param-invalid')
    return {
      updated: app.store.messages.updatedSince(rid, since),
      deleted: app.store.trash.since('messages', rid, since),
    }
  }
  // `type` alone answers with empty lists (derived from the source).
  if (request.next === undefined && request.previous === undefined) {
    return { updated: [], deleted: [] }
  }
  return page(app, rid, request)
}
