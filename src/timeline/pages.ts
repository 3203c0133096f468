import type { Message } from '../rocketchat/types'
import { compareEntries, compareMessages, isShown, type Entry } from './entry'
import { accept, admit, forget, show, type Parts } from './parts'
import { covers, type Run } from './runs'
import type { LoadedPage } from './types'

/** Puts a page into the run that it continues, or makes a new run of it, and joins what it connects. */
export function insertPage(parts: Parts, loaded: LoadedPage): void {
  const { runs } = parts
  const page = withoutSharedEnds(parts, loaded)
  if (page.from > page.to) {
    for (const message of page.messages) accept(parts, message)
    return
  }
  const all = newestCopies(page.messages)
  const messages = all.filter(({ sentAt }) => covers(page, sentAt))
  const isFirst = runs.newest.from === Infinity
  const touched = runs.all.filter((run) => isFirst || touches(run, page))
  const target = touched.find((run) => isFirst || continues(run, page)) ?? touched[0]
  const run = target ?? runs.add(page.from, page.to)
  run.from = Math.min(run.from, page.from)
  run.to = Math.max(run.to, page.to)
  if (isFirst) {
    // What came live and belongs before this page would stand above a gap.
    forgetUnloaded(parts)
    parts.watermark.start(messages)
  }
  // Known ones first: they may move, and with them the border behind which new chunks go.
  const isKnown = ({ id }: Message) => parts.byId.has(id)
  for (const message of messages.filter(isKnown)) accept(parts, message)
  const others = touched.filter((other) => other !== run)
  const unknown = messages.filter((message) => !isKnown(message))
  const late = insertUnknown(parts, run, others, unknown)
  runs.join(runs.all.filter((one) => one === run || others.includes(one)))
  for (const entry of late) show(parts, entry)
  // Of the millisecond that was left to another run.
  for (const message of all) if (!covers(page, message.sentAt)) accept(parts, message)
  const joined = runs.at(page.from === -Infinity ? page.to : page.from) ?? runs.newest
  const { oldest } = joined.list
  if (joined.from === -Infinity && oldest !== undefined) joined.list.redraw(oldest)
  dropEmpty(parts)
  parts.unread.refresh()
}

/**
 * A page that ends in the very millisecond in which a run ends leaves that one to the run: whether something
 * else of this time is missing between them is not known.
 */
function withoutSharedEnds({ runs }: Parts, page: LoadedPage): LoadedPage {
  const isOpen = (end: number): boolean => end !== page.joinsAt
  const isFromShared = isOpen(page.from) && runs.all.some(({ to }) => to === page.from)
  const isToShared = isOpen(page.to) && runs.all.some(({ from }) => from === page.to)
  return {
    ...page,
    from: isFromShared ? page.from + 1 : page.from,
    to: isToShared ? page.to - 1 : page.to,
  }
}

/** A page that continues a run meets it at its end; any other one has to reach into it, because its ends may be cut. */
function touches(run: Run, page: LoadedPage): boolean {
  return (run.from < page.to && page.from < run.to) || continues(run, page)
}

function continues({ from, to }: Run, { joinsAt }: LoadedPage): boolean {
  return joinsAt !== undefined && (joinsAt === from || joinsAt === to)
}

/** Whole pieces at either end of the run become chunks of their own; what lies between shown rows goes there one by one. */
function insertUnknown(
  parts: Parts,
  run: Run,
  others: readonly Run[],
  messages: readonly Message[],
): Entry[] {
  const { list } = run
  const { chunks } = list
  const isNewest = run === parts.runs.newest
  const first = chunks[chunks.length - 1]?.entries[0]
  const last = chunks[0]?.entries[chunks[0].entries.length - 1]
  const ends: { older: Entry[]; newer: Entry[] } = { older: [], newer: [] }
  const late: Entry[] = []
  for (const message of messages) {
    const entry = admit(parts, message)
    if (entry === undefined || !isShown(entry)) continue
    const isOlder = first === undefined || compareEntries(entry, first) < 0
    const isNewer = !isNewest && last !== undefined && compareEntries(last, entry) < 0
    if (others.some((other) => covers(other, message.sentAt))) late.push(entry)
    else if (isOlder && !(isNewest && parts.held.keeps(entry))) ends.older.push(entry)
    else if (isNewer) ends.newer.push(entry)
    else show(parts, entry)
  }
  list.appendOlder(ends.older)
  list.appendNewer(ends.newer)
  return late
}

/** Sorted, each id once. */
export function newestCopies(messages: readonly Message[]): Message[] {
  const byId = new Map<string, Message>()
  for (const message of messages) {
    const other = byId.get(message.id)
    if (other === undefined || other.updatedAt < message.updatedAt) byId.set(message.id, message)
  }
  return [...byId.values()].sort(compareMessages)
}

function forgetUnloaded(parts: Parts): void {
  for (const entry of parts.byId.values()) {
    if (entry.state === '' && parts.runs.at(entry.message.sentAt) === undefined)
      forget(parts, entry)
  }
}

/** A piece without a row can show no gap: its messages come again with the page that fills it. */
export function dropEmpty(parts: Parts): void {
  const { runs } = parts
  for (const run of [...runs.all]) {
    if (run !== runs.newest && run.list.visible === 0) dropRun(parts, run)
  }
}

/** Frees the pieces that are read least, until no more messages than this are kept; the newest one always stays. */
export function dropFar(parts: Parts, most: number, keptAt: number): void {
  const { runs } = parts
  for (const run of [...runs.all].reverse()) {
    if (runs.visible <= most) return
    if (run !== runs.newest && !covers(run, keptAt)) dropRun(parts, run)
  }
}

function dropRun(parts: Parts, run: Run): void {
  parts.runs.drop(run)
  for (const { id, state, isHeld, message } of parts.byId.values()) {
    if (state === '' && !isHeld && covers(run, message.sentAt)) parts.byId.delete(id)
  }
  parts.unread.refresh()
}
