import type { HistoryPage, Message } from '../rocketchat/types'
import { createEntry, isShown, labelEntry, type Entry } from './entry'
import { FirstUnread } from './firstUnread'
import { HeldRows } from './heldRows'
import { dropEmpty, dropFar, insertPage, newestCopies } from './pages'
import { accept, forget, release, type Parts } from './parts'
import { Runs } from './runs'
import type { PendingState, PruneRange, Snapshot, Timeline, TimelineOptions } from './types'
import { createWatermark } from './watermark'

/** The ordered messages of one room, see `Timeline`. The room is not checked: the caller routes by room. */
export function createTimeline(options: TimelineOptions): Timeline {
  const parts = createParts(options)
  const { runs, held, unread, watermark } = parts
  return {
    get chunks() {
      return runs.chunks
    },
    get hasOldest() {
      return runs.oldest.from === -Infinity
    },
    get heldCount() {
      return held.count
    },
    get isHolding() {
      return held.isHolding
    },
    get size() {
      return runs.visible + held.count
    },
    get newestAt() {
      return Math.max(held.newest?.message.sentAt ?? 0, runs.newestAt)
    },
    get oldestAt() {
      const { from, list } = runs.oldest
      return Number.isFinite(from) ? from : (list.oldest?.message.sentAt ?? 0)
    },
    get latestUpdatedAt() {
      return watermark.value
    },
    get firstUnreadId() {
      return unread.entry?.id
    },
    get isFirstUnreadKnown() {
      return unread.isKnown
    },
    get unreadCount() {
      return unread.count() + held.count
    },
    get: (id) => parts.byId.get(id)?.message,
    isDrawn: (id) => parts.byId.get(id)?.chunk !== undefined,
    isHeld: (id) => parts.byId.get(id)?.isHeld === true,
    insertHistory: (page) => insertPage(parts, newestPage(parts, page)),
    insertPage: (page) => insertPage(parts, page),
    gapAt: (key) => runs.gapAt(key),
    dropFar: (most, keptAt) => dropFar(parts, most, keptAt),
    setTarget: (id) => setTarget(parts, id),
    restore: (snapshot) => restore(parts, snapshot),
    snapshot: (most) => takeSnapshot(parts, most),
    upsert(messages, source = 'feed') {
      for (const message of messages) accept(parts, message)
      dropEmpty(parts)
      if (source === 'feed') watermark.note(messages)
    },
    remove: (ids) => remove(parts, ids),
    prune: (range) => prune(parts, range),
    setPending: (message, state) => setPending(parts, message, state),
    dropPending: (id) => dropPending(parts, id),
    hold: () => held.hold(runs.newest.list.newest),
    release: () => release(parts),
    markStale: () => watermark.freeze(),
    markCaughtUp: () => watermark.thaw(),
    relabel: () => relabel(parts),
    takeChanges: () => runs.takeChanges(),
  }
}

function createParts(options: TimelineOptions): Parts {
  const { selfId, lastSeenAt } = options
  const runs: Runs = new Runs({
    selfId,
    isFirstUnread: (entry) => parts.unread.entry === entry,
    isTarget: (entry) => parts.targetId === entry.id,
  })
  const parts: Parts = {
    options,
    byId: new Map(),
    removedIds: new Set(),
    runs,
    held: new HeldRows(),
    unread: new FirstUnread(runs, selfId, lastSeenAt),
    watermark: createWatermark(),
    nextSequence: 1,
    targetId: '',
  }
  return parts
}

/** A page of `*.history`: from its oldest message on everything is known, up to the newest. */
function newestPage({ runs }: Parts, { messages, hasOldest }: HistoryPage) {
  const [oldest] = newestCopies(messages)
  const first = Math.min(runs.newest.from, oldest?.sentAt ?? Infinity)
  return { messages, from: hasOldest ? -Infinity : first, to: Infinity }
}

function restore(parts: Parts, { messages, hasOldest, syncedUntil }: Snapshot): void {
  insertPage(parts, newestPage(parts, { messages: [...messages], hasOldest }))
  // The copy may hold answers that came after its last complete sync.
  parts.watermark.reset(syncedUntil)
}

function takeSnapshot({ byId, runs, watermark }: Parts, most: number): Snapshot | undefined {
  const { from } = runs.newest
  if (from === Infinity) return undefined
  const known: Message[] = []
  for (const { message, state } of byId.values()) {
    if (state === '' && message.sentAt >= from) known.push(message)
  }
  known.sort((a, b) => a.sentAt - b.sentAt || (a.id < b.id ? -1 : 1))
  const messages = known.slice(-most)
  const hasOldest = from === -Infinity && messages.length === known.length
  return { messages, hasOldest, syncedUntil: watermark.value }
}

function remove(parts: Parts, ids: readonly string[]): void {
  for (const id of ids) {
    parts.removedIds.add(id)
    const entry = parts.byId.get(id)
    if (entry === undefined) continue
    parts.byId.delete(id)
    if (entry.isHeld) parts.held.remove(entry)
    // The outbox's rows have no place of their own that a tombstone could keep.
    if (entry.state === '') entry.chunk?.list.bury(entry)
    else entry.chunk?.list.extract(entry)
    parts.unread.consider(entry)
  }
  dropEmpty(parts)
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
    known.chunk?.list.redraw(known)
    return
  }
  const entry = createEntry(message, parts.options.labels)
  if (!isShown(entry)) return
  release(parts)
  entry.state = state
  entry.sequence = parts.nextSequence++
  parts.byId.set(entry.id, entry)
  parts.runs.newest.list.insert(entry)
}

function dropPending(parts: Parts, id: string): void {
  const entry = parts.byId.get(id)
  if (entry !== undefined && entry.state !== '') forget(parts, entry)
}

function setTarget(parts: Parts, id: string): void {
  const before = parts.byId.get(parts.targetId)
  parts.targetId = id
  const redraw = (entry: Entry | undefined): void => {
    if (entry !== undefined) entry.chunk?.list.redraw(entry)
  }
  redraw(before)
  redraw(parts.byId.get(id))
}

function relabel(parts: Parts): void {
  for (const entry of parts.byId.values()) labelEntry(entry, parts.options.labels)
  for (const { list } of parts.runs.all) list.redrawAll()
}
