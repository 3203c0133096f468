import type { HistoryPage, Message } from '../rocketchat/types'
import { ChunkList } from './chunkList'
import {
  compareEntries,
  compareMessages,
  createEntry,
  isShown,
  labelEntry,
  type Entry,
} from './entry'
import { FirstUnread } from './firstUnread'
import { HeldRows } from './heldRows'
import { makeRow } from './row'
import type { PendingState, PruneRange, Timeline, TimelineOptions } from './types'
import { createWatermark, type Watermark } from './watermark'

type Parts = {
  options: TimelineOptions
  /** Everything known and not deleted, thread replies included. */
  byId: Map<string, Entry>
  /** Deleted ones: a late answer must not bring them back. */
  removedIds: Set<string>
  list: ChunkList
  held: HeldRows
  unread: FirstUnread
  watermark: Watermark
  nextSequence: number
  hasOldest: boolean
  /** History is complete from here to the newest; Infinity before the first page. */
  loadedFrom: number
}

/** The ordered messages of one room, see `Timeline`. The room is not checked: the caller routes by room. */
export function createTimeline(options: TimelineOptions): Timeline {
  const parts = createParts(options)
  const { list, held, unread, watermark } = parts
  return {
    chunks: list.chunks,
    get hasOldest() {
      return parts.hasOldest
    },
    get heldCount() {
      return held.count
    },
    get isHolding() {
      return held.isHolding
    },
    get size() {
      return list.visible + held.count
    },
    get newestAt() {
      return Math.max(held.newest?.message.sentAt ?? 0, list.newest?.message.sentAt ?? 0)
    },
    get oldestAt() {
      return Number.isFinite(parts.loadedFrom)
        ? parts.loadedFrom
        : (list.oldest?.message.sentAt ?? 0)
    },
    get latestUpdatedAt() {
      return watermark.value
    },
    get firstUnreadId() {
      return unread.entry?.id
    },
    get: (id) => parts.byId.get(id)?.message,
    insertHistory: (page) => insertHistory(parts, page),
    upsert(messages, source = 'feed') {
      for (const message of messages) accept(parts, message)
      if (source === 'feed') watermark.note(messages)
    },
    remove: (ids) => remove(parts, ids),
    prune: (range) => prune(parts, range),
    setPending: (message, state) => setPending(parts, message, state),
    dropPending: (id) => dropPending(parts, id),
    hold: () => held.hold(list.newest),
    release: () => release(parts),
    markStale: () => watermark.freeze(),
    markCaughtUp: () => watermark.thaw(),
    relabel: () => relabel(parts),
    takeChanges: () => list.takeChanges(),
  }
}

function createParts(options: TimelineOptions): Parts {
  const { selfId, lastSeenAt } = options
  const list: ChunkList = new ChunkList((entry, previous) =>
    makeRow(entry, previous, {
      selfId,
      isFirstUnread: unread.entry === entry,
      hasOldest: parts.hasOldest,
    }),
  )
  const unread: FirstUnread = new FirstUnread(list, selfId, lastSeenAt)
  const parts: Parts = {
    options,
    byId: new Map(),
    removedIds: new Set(),
    list,
    held: new HeldRows(),
    unread,
    watermark: createWatermark(),
    nextSequence: 1,
    hasOldest: false,
    loadedFrom: Number.POSITIVE_INFINITY,
  }
  return parts
}

function insertHistory(parts: Parts, page: HistoryPage): void {
  const isFirst = !parts.hasOldest && parts.loadedFrom === Number.POSITIVE_INFINITY
  const messages = newestCopies(page.messages)
  const oldest = messages[0]
  if (page.hasOldest) parts.hasOldest = true
  if (oldest !== undefined) parts.loadedFrom = Math.min(parts.loadedFrom, oldest.sentAt)
  if (isFirst) {
    // What came live and belongs before this page would stand above a gap.
    forgetUnloaded(parts)
    parts.watermark.start(messages)
  }
  // Known ones first: they may move, and with them the border behind which new chunks go.
  const isKnown = (message: Message) => parts.byId.has(message.id)
  for (const message of messages.filter(isKnown)) accept(parts, message)
  insertUnknown(
    parts,
    messages.filter((message) => !isKnown(message)),
  )
  const { oldest: first } = parts.list
  if (page.hasOldest && first !== undefined) parts.list.redraw(first)
  parts.unread.refresh(parts.hasOldest ? Number.NEGATIVE_INFINITY : parts.loadedFrom)
}

/** A page of older messages becomes chunks of its own; what lies between shown rows goes there one by one. */
function insertUnknown(parts: Parts, messages: readonly Message[]): void {
  const chunks = parts.list.chunks
  const border = chunks[chunks.length - 1]?.entries[0]
  const older: Entry[] = []
  for (const message of messages) {
    const entry = admit(parts, message)
    if (entry === undefined || !isShown(entry)) continue
    const isOlder = border === undefined || compareEntries(entry, border) < 0
    if (isOlder && !parts.held.keeps(entry)) older.push(entry)
    else show(parts, entry)
  }
  parts.list.appendOlder(older)
}

/** Sorted, each id once. */
function newestCopies(messages: readonly Message[]): Message[] {
  const byId = new Map<string, Message>()
  for (const message of messages) {
    const other = byId.get(message.id)
    if (other === undefined || other.updatedAt < message.updatedAt) byId.set(message.id, message)
  }
  return [...byId.values()].sort(compareMessages)
}

/** Before the loaded history: the page that brings it is still to come. */
function isUnloaded(parts: Parts, message: Message): boolean {
  if (parts.hasOldest || parts.loadedFrom === Number.POSITIVE_INFINITY) return false
  return message.sentAt < parts.loadedFrom
}

function forgetUnloaded(parts: Parts): void {
  for (const entry of parts.byId.values()) {
    if (entry.state === '' && isUnloaded(parts, entry.message)) forget(parts, entry)
  }
}

/** Takes an entry away as if it had never come, so that its page can bring it. */
function forget(parts: Parts, entry: Entry): void {
  parts.byId.delete(entry.id)
  if (entry.isHeld) parts.held.remove(entry)
  parts.list.extract(entry)
  parts.unread.consider(entry)
}

/** Registers an unknown message; undefined for deleted ones. */
function admit(parts: Parts, message: Message): Entry | undefined {
  if (parts.removedIds.has(message.id)) return undefined
  const entry = createEntry(message, parts.options.labels)
  parts.byId.set(entry.id, entry)
  return entry
}

function accept(parts: Parts, message: Message): void {
  const known = parts.byId.get(message.id)
  if (known === undefined) {
    const entry = isUnloaded(parts, message) ? undefined : admit(parts, message)
    if (entry !== undefined && isShown(entry)) show(parts, entry)
    return
  }
  if (known.state === '' && message.updatedAt <= known.message.updatedAt) return
  const wasPending = known.state !== ''
  known.message = message
  known.state = ''
  known.sequence = 0
  labelEntry(known, parts.options.labels)
  // An attempt of days ago is settled: the message stands where it arrived then.
  if (wasPending && isUnloaded(parts, message)) forget(parts, known)
  else settle(parts, known)
}

/** Brings a changed entry to where it now belongs. */
function settle(parts: Parts, entry: Entry): void {
  const { list, held, unread } = parts
  if (entry.chunk !== undefined && isShown(entry)) {
    list.update(entry)
    unread.consider(entry)
  } else if (entry.chunk !== undefined) {
    list.extract(entry)
    unread.consider(entry)
  } else {
    if (entry.isHeld) held.remove(entry)
    if (isShown(entry)) show(parts, entry)
  }
}

function show(parts: Parts, entry: Entry): void {
  if (parts.held.keeps(entry)) {
    parts.held.add(entry)
    return
  }
  parts.list.insert(entry)
  parts.unread.consider(entry)
}

function remove(parts: Parts, ids: readonly string[]): void {
  for (const id of ids) {
    parts.removedIds.add(id)
    const entry = parts.byId.get(id)
    if (entry === undefined) continue
    parts.byId.delete(id)
    if (entry.isHeld) parts.held.remove(entry)
    // The outbox's rows have no place of their own that a tombstone could keep.
    if (entry.state === '') parts.list.bury(entry)
    else parts.list.extract(entry)
    parts.unread.consider(entry)
  }
}

function prune(parts: Parts, { ids, after, before, users }: PruneRange): void {
  if (ids !== undefined) {
    remove(parts, ids)
    return
  }
  const gone: string[] = []
  for (const { id, message, state } of parts.byId.values()) {
    const isInside = message.sentAt > after && message.sentAt < before
    const isAuthor = users.length === 0 || users.includes(message.author.username)
    if (state === '' && isInside && isAuthor) gone.push(id)
  }
  remove(parts, gone)
}

function setPending(parts: Parts, message: Message, state: PendingState): void {
  const known = parts.byId.get(message.id)
  if (known?.state === '' || parts.removedIds.has(message.id)) return
  if (known !== undefined) {
    known.message = message
    known.state = state
    labelEntry(known, parts.options.labels)
    parts.list.redraw(known)
    return
  }
  const entry = createEntry(message, parts.options.labels)
  if (!isShown(entry)) return
  release(parts)
  entry.state = state
  entry.sequence = parts.nextSequence++
  parts.byId.set(entry.id, entry)
  parts.list.insert(entry)
}

function dropPending(parts: Parts, id: string): void {
  const entry = parts.byId.get(id)
  if (entry !== undefined && entry.state !== '') forget(parts, entry)
}

function release(parts: Parts): void {
  for (const entry of parts.held.release()) {
    parts.list.insert(entry)
    parts.unread.consider(entry)
  }
}

function relabel(parts: Parts): void {
  for (const entry of parts.byId.values()) labelEntry(entry, parts.options.labels)
  parts.list.redrawAll()
}
