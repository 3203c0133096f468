import type { Message } from '../rocketchat/types'
import type { ChunkState } from './chunk'
import type { RowLabels, SendState, ShownMessage } from './types'

/** One known message with its place. Changed in place; rows made of it are not. */
export type Entry = {
  readonly id: string
  message: ShownMessage
  /** `''` for the server's copy. */
  state: SendState
  /** Order among the outbox's messages, which stand behind all others; 0 for the server's copies. */
  sequence: number
  isGone: boolean
  /** Where it is shown; undefined while held, and for messages that are not shown at all. */
  chunk: ChunkState | undefined
  isHeld: boolean
  day: string
  time: string
  /** As `RowLabels.system` says; undefined for an ordinary message. */
  systemText: string | undefined
}

export function createEntry(message: Message, labels: RowLabels): Entry {
  const entry: Entry = {
    id: message.id,
    message,
    state: '',
    sequence: 0,
    isGone: false,
    chunk: undefined,
    isHeld: false,
    day: '',
    time: '',
    systemText: undefined,
  }
  labelEntry(entry, labels)
  return entry
}

/** Labels are made once per version of a message, not once per drawing. */
export function labelEntry(entry: Entry, labels: RowLabels): void {
  const { message } = entry
  entry.day = labels.day(message.sentAt)
  entry.time = labels.time(message.sentAt)
  entry.systemText = message.system === '' ? undefined : labels.system(message)
}

/** The order of the list: by the server's time, then by id; behind them the outbox in the order of sending. */
export function compareEntries(a: Entry, b: Entry): number {
  if (a.sequence !== b.sequence) {
    if (a.sequence === 0) return -1
    if (b.sequence === 0) return 1
    return a.sequence - b.sequence
  }
  return compareMessages(a.message, b.message)
}

export type MessageKey = Pick<Message, 'id' | 'sentAt'>

export function compareMessages(a: MessageKey, b: MessageKey): number {
  const apart = a.sentAt - b.sentAt
  if (apart !== 0) return apart
  if (a.id === b.id) return 0
  return a.id < b.id ? -1 : 1
}

/** Replies in a thread are shown only where their author asked for it; some system types show nothing. */
export function isShown(entry: Entry): boolean {
  const { threadId, isShownInRoom } = entry.message
  if (threadId !== '' && !isShownInRoom) return false
  return entry.systemText !== ''
}
