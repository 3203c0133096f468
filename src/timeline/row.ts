import { colorOf, initialsOf } from './avatar'
import type { Entry } from './entry'
import { isQuoting, withoutQuotes } from './messageLink'
import type { Row } from './types'

/** A pause of more than this begins a new group, with avatar and name. */
const GROUP_PAUSE_MS = 5 * 60_000

/** What a row needs to know beside its message. */
export type RowContext = {
  selfId: string
  isFirstUnread: boolean
  isTarget: boolean
  /** False while older messages than the oldest one shown may exist. */
  hasOldest: boolean
}

/**
 * Draws a message below the row before it (undefined for the oldest). Where older messages are still to come, the oldest
 * row has neither day nor group head: it would lose them, and with them its height, when its predecessor comes.
 */
export function makeRow(entry: Entry, previous: Entry | undefined, context: RowContext): Row {
  const { message, systemText } = entry
  const { author } = message
  const isBorder = previous === undefined && !context.hasOldest
  return {
    id: entry.id,
    kind: systemText === undefined ? 'message' : 'system',
    isOwn: author.id === context.selfId,
    day: isBorder || previous?.day === entry.day ? '' : entry.day,
    isFirstUnread: context.isFirstUnread,
    isHead: !isBorder && startsGroup(entry, previous),
    name: author.name,
    initials: initialsOf(author.name),
    color: colorOf(author.username),
    text: systemText ?? (withoutQuotes(message.text) || message.fileName),
    isQuoting: systemText === undefined && isQuoting(message.text),
    time: entry.time,
    isEdited: message.editedAt > 0,
    state: entry.state === '' ? (message.changeState ?? '') : entry.state,
    isTarget: context.isTarget,
  }
}

/** Keeps the place of a deleted message, so that the rows of a mounted chunk keep their indexes. */
export function makeTombstone(id: string): Row {
  return {
    id,
    kind: 'gone',
    isOwn: false,
    day: '',
    isFirstUnread: false,
    isHead: false,
    name: '',
    initials: '',
    color: 0,
    text: '',
    isQuoting: false,
    time: '',
    isEdited: false,
    state: '',
    isTarget: false,
  }
}

function startsGroup(entry: Entry, previous: Entry | undefined): boolean {
  if (entry.systemText !== undefined) return false
  if (previous === undefined || previous.systemText !== undefined) return true
  if (!entry.message.isGroupable || previous.day !== entry.day) return true
  const [author, before] = [entry.message.author, previous.message.author]
  // Integrations write under one account with different names.
  if (author.id !== before.id || author.name !== before.name) return true
  return entry.message.sentAt - previous.message.sentAt > GROUP_PAUSE_MS
}

export function isSameRow(a: Row, b: Row): boolean {
  return (
    a.id === b.id &&
    a.kind === b.kind &&
    a.isOwn === b.isOwn &&
    a.day === b.day &&
    a.isFirstUnread === b.isFirstUnread &&
    a.isHead === b.isHead &&
    a.name === b.name &&
    a.initials === b.initials &&
    a.color === b.color &&
    a.text === b.text &&
    a.isQuoting === b.isQuoting &&
    a.time === b.time &&
    a.isEdited === b.isEdited &&
    a.state === b.state &&
    a.isTarget === b.isTarget
  )
}
