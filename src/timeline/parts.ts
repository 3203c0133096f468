import type { Message } from '../rocketchat/types'
import { createEntry, isShown, labelEntry, type Entry } from './entry'
import type { FirstUnread } from './firstUnread'
import type { HeldRows } from './heldRows'
import type { Runs } from './runs'
import type { TimelineOptions } from './types'
import type { Watermark } from './watermark'

/** What a timeline is made of. */
export type Parts = {
  options: TimelineOptions
  /** Everything known and not deleted, thread replies included. */
  byId: Map<string, Entry>
  /** Deleted ones: a late answer must not bring them back. */
  removedIds: Set<string>
  runs: Runs
  held: HeldRows
  unread: FirstUnread
  watermark: Watermark
  nextSequence: number
  /** The message that a jump led to, as long as it is marked. */
  targetId: string
}

/** Registers an unknown message; undefined for deleted ones. */
export function admit(parts: Parts, message: Message): Entry | undefined {
  if (parts.removedIds.has(message.id)) return undefined
  const entry = createEntry(message, parts.options.labels)
  parts.byId.set(entry.id, entry)
  return entry
}

/** A new or changed message; an unknown one from a time that is not loaded is left out: its page brings it. */
export function accept(parts: Parts, message: Message): void {
  const isLoaded = parts.runs.at(message.sentAt) !== undefined
  const known = parts.byId.get(message.id)
  if (known === undefined) {
    const entry = isLoaded ? admit(parts, message) : undefined
    if (entry !== undefined && isShown(entry)) show(parts, entry)
    return
  }
  if (known.state === '' && message.updatedAt <= known.message.updatedAt) return
  known.message = message
  known.state = ''
  known.sequence = 0
  labelEntry(known, parts.options.labels)
  // An attempt of days ago is settled: the message stands where it arrived then.
  if (isLoaded) settle(parts, known)
  else forget(parts, known)
}

/** Brings a changed entry to where it now belongs. */
function settle(parts: Parts, entry: Entry): void {
  const { held, unread, runs } = parts
  const list = entry.chunk?.list
  if (list === undefined) {
    if (entry.isHeld) held.remove(entry)
    if (isShown(entry)) show(parts, entry)
    return
  }
  const to = runs.at(entry.message.sentAt)?.list
  if (!isShown(entry)) list.extract(entry)
  else if (to === undefined || to === list) list.update(entry)
  else {
    list.extract(entry)
    to.insert(entry)
  }
  unread.consider(entry)
}

/** Draws an entry in the run of its time, or keeps it back. */
export function show(parts: Parts, entry: Entry): void {
  const run = parts.runs.at(entry.message.sentAt)
  if (run === parts.runs.newest && parts.held.keeps(entry)) {
    parts.held.add(entry)
    return
  }
  run?.list.insert(entry)
  parts.unread.consider(entry)
}

/** Takes an entry away as if it had never come, so that its page can bring it. */
export function forget(parts: Parts, entry: Entry): void {
  parts.byId.delete(entry.id)
  if (entry.isHeld) parts.held.remove(entry)
  entry.chunk?.list.extract(entry)
  parts.unread.consider(entry)
}

/** Ends the holding. */
export function release(parts: Parts): void {
  for (const entry of parts.held.release()) {
    parts.runs.newest.list.insert(entry)
    parts.unread.consider(entry)
  }
}
