import {
  CHUNK_SIZE,
  type Row,
  type Timeline,
  type TimelineOptions,
} from '../../../../src/timeline/types'
import type { Message } from '../../../../src/rocketchat/types'
import { colorOf, initialsOf } from '../../../../src/timeline/avatar'

const rowKeys = [
  ...(['id', 'kind', 'isOwn', 'day', 'isFirstUnread', 'isHead', 'name'] as const),
  ...(['initials', 'color', 'text', 'time', 'isEdited'] as const),
]

/** Rows in the order of the screen, oldest first, tombstones included. */
export function allRows(timeline: Timeline): Row[] {
  return [...timeline.chunks].reverse().flatMap((chunk) => chunk.rows)
}

/** Rows that draw something, oldest first. */
export function visibleRows(timeline: Timeline): Row[] {
  return allRows(timeline).filter((row) => row.kind !== 'gone')
}

/**
 * Throws when the timeline contradicts itself: order, duplicates, sizes of chunks, counts, and every row compared with one
 * made from scratch out of the messages. Knows only the public face, so it can be used on a timeline of any store.
 */
export function checkInvariants(timeline: Timeline, options: TimelineOptions): void {
  const rows = visibleRows(timeline)
  checkChunks(timeline)
  const messages = rows.map((row) => {
    const message = timeline.get(row.id)
    if (message === undefined) throw new Error(`${row.id} is shown but not known`)
    return message
  })
  checkOrder(rows, messages)
  if (timeline.size !== rows.length + timeline.heldCount) {
    throw new Error(
      `size ${timeline.size} is not ${rows.length} shown + ${timeline.heldCount} held`,
    )
  }
  if (!timeline.isHolding && timeline.heldCount > 0) throw new Error('held without holding')
  const behindGaps = idsBehindGaps(timeline)
  rows.forEach((row, i) => {
    const previous = behindGaps.has(row.id) ? undefined : messages[i - 1]
    const expected = expectedRow(messages[i]!, previous, row, i > 0, timeline, options)
    for (const key of rowKeys) {
      if (row[key] !== expected[key]) {
        throw new Error(`${row.id}.${key} is ${String(row[key])}, not ${String(expected[key])}`)
      }
    }
  })
}

function checkChunks(timeline: Timeline): void {
  const keys = new Set(timeline.chunks.map((chunk) => chunk.key))
  if (keys.size !== timeline.chunks.length) throw new Error('a chunk key is used twice')
  const ids = new Set<string>()
  for (const { key, rows } of timeline.chunks) {
    if (rows.length > CHUNK_SIZE) throw new Error(`chunk ${key} has ${rows.length} rows`)
    if (rows.every((row) => row.kind === 'gone')) throw new Error(`chunk ${key} shows nothing`)
    for (const row of rows) {
      if (ids.has(row.id)) throw new Error(`${row.id} is in the list twice`)
      ids.add(row.id)
      if (row.kind === 'gone' && timeline.get(row.id) !== undefined) {
        throw new Error(`${row.id} is a tombstone but known`)
      }
    }
  }
}

/** The first visible message after each gap. */
function idsBehindGaps(timeline: Timeline): Set<string> {
  const ids = new Set<string>()
  timeline.chunks.forEach(({ hasGap }, i) => {
    if (!hasGap) return
    const newer = timeline.chunks[i - 1]
    if (newer === undefined) return
    ids.add(newer.rows.find(({ kind }) => kind !== 'gone')!.id)
  })
  return ids
}

function checkOrder(rows: readonly Row[], messages: readonly Message[]): void {
  for (let i = 1; i < rows.length; i++) {
    const [before, row] = [rows[i - 1]!, rows[i]!]
    if (row.state !== '') continue
    if (before.state !== '') throw new Error(`${row.id} stands behind the outbox`)
    const [a, b] = [messages[i - 1]!, messages[i]!]
    const isOrdered = a.sentAt < b.sentAt || (a.sentAt === b.sentAt && a.id < b.id)
    if (!isOrdered) throw new Error(`${row.id} stands behind ${before.id}`)
  }
}

function expectedRow(
  message: Message,
  previous: Message | undefined,
  row: Row,
  isBehindGap: boolean,
  timeline: Timeline,
  { labels, selfId }: TimelineOptions,
): Omit<Row, 'state' | 'isTarget'> {
  const day = labels.day(message.sentAt)
  const system = message.system === '' ? undefined : labels.system(message)
  const isBorder = previous === undefined && (isBehindGap || !timeline.hasOldest)
  const isNewDay = previous === undefined || labels.day(previous.sentAt) !== day
  const isAfterSystem =
    previous !== undefined && previous.system !== '' && labels.system(previous) !== undefined
  const isHead =
    system === undefined &&
    !isBorder &&
    (previous === undefined ||
      isNewDay ||
      isAfterSystem ||
      !message.isGroupable ||
      previous.author.id !== message.author.id ||
      previous.author.name !== message.author.name ||
      message.sentAt - previous.sentAt > 300_000)
  return {
    id: message.id,
    kind: system === undefined ? 'message' : 'system',
    isOwn: message.author.id === selfId,
    day: isNewDay && !isBorder ? day : '',
    isFirstUnread: row.id === timeline.firstUnreadId,
    isHead,
    name: message.author.name,
    initials: knownInitials(message.author.name),
    color: knownColor(message.author.username),
    text: system ?? (message.text === '' ? message.fileName : message.text),
    time: labels.time(message.sentAt),
    isQuoting: false,
    isEdited: message.editedAt > 0,
  }
}

/** The checks run some million times; names and authors are few. */
const knownInitials = memoized(initialsOf)
const knownColor = memoized(colorOf)

function memoized<T>(compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const found = known.get(text) ?? compute(text)
    known.set(text, found)
    return found
  }
}
