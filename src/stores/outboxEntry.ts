import type { Message } from '../rocketchat/types'
import { readCachedMessage } from './cache/readCached'

/** What everything in the outbox has. */
type Item = {
  /** Made here, 17 characters. A message keeps it on the server: every attempt uses the same, so it is never stored twice. */
  id: string
  roomId: string
  /** When it was written, by this device's clock. */
  createdAt: number
  state: 'waiting' | 'sending' | 'failed'
  /** True after an attempt whose end is unknown: what the server has is asked before the next one. */
  isUnclear: boolean
  /** Why it failed: the server's code and text; empty otherwise. */
  code: string
  reason: string
}

/** A message on its way. */
export type OutboxEntry = Item & { text: string }

/** A change of a message that the server has, or will have. */
type Change = Item & {
  messageId: string
  /** The server's copy as it was seen last, to show the change on and to go back to; undefined for one that is not sent. */
  base: Message | undefined
}

export type EditOperation = Change & { kind: 'edit'; text: string }
export type DeleteOperation = Change & { kind: 'delete' }
export type ReactOperation = Change & { kind: 'react'; emoji: string; shouldReact: boolean }

/** The user has seen a room up to a moment of the server's clock. */
export type ReadOperation = Item & { kind: 'read'; seenUntil: number }

export type ChangeOperation = EditOperation | DeleteOperation | ReactOperation
export type Operation = ChangeOperation | ReadOperation
export type QueueItem = OutboxEntry | Operation

export const isOperation = (item: QueueItem): item is Operation => 'kind' in item

/** Whether it is a change of one message, of any when none is named. */
export function isChange(item: QueueItem, messageId?: string): item is ChangeOperation {
  if (!isOperation(item) || item.kind === 'read') return false
  return messageId === undefined || item.messageId === messageId
}

/** A new item's common part. */
export function newItem(id: string, roomId: string, createdAt: number): Item {
  return { id, roomId, createdAt, state: 'waiting', isUnclear: false, code: '', reason: '' }
}

/** Reads one stored item; undefined when it is not one. What was being sent when the app ended is unclear. */
export function readQueueItem(value: unknown): QueueItem | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const item = readItem(value)
  const { kind } = value as { kind?: unknown }
  if (!item) return undefined
  if (kind === undefined) return readEntry(item, value)
  if (kind === 'read') {
    const { seenUntil } = value as Partial<ReadOperation>
    return typeof seenUntil === 'number' ? { ...item, kind, seenUntil } : undefined
  }
  return readChange(item, value, kind)
}

/** Reads one stored message; undefined for everything else. */
export function readOutboxEntry(value: unknown): OutboxEntry | undefined {
  const item = readQueueItem(value)
  return item && !isOperation(item) ? item : undefined
}

function readItem(value: object): Item | undefined {
  const { id, roomId, createdAt, state, isUnclear, code, reason } = value as Partial<Item>
  if (typeof id !== 'string' || typeof roomId !== 'string') return undefined
  if (id === '' || roomId === '' || typeof createdAt !== 'number') return undefined
  return {
    id,
    roomId,
    createdAt,
    state: state === 'failed' ? 'failed' : 'waiting',
    isUnclear: isUnclear === true || state === 'sending',
    code: typeof code === 'string' ? code : '',
    reason: typeof reason === 'string' ? reason : '',
  }
}

function readEntry(item: Item, value: object): OutboxEntry | undefined {
  const { text } = value as Partial<OutboxEntry>
  return typeof text === 'string' ? { ...item, text } : undefined
}

function readChange(item: Item, value: object, kind: unknown): ChangeOperation | undefined {
  const { messageId, base, text, emoji, shouldReact } = value as Record<string, unknown>
  if (typeof messageId !== 'string' || messageId === '') return undefined
  const change = { ...item, messageId, base: readCachedMessage(base) }
  if (kind === 'delete') return { ...change, kind }
  if (kind === 'edit') return typeof text === 'string' ? { ...change, kind, text } : undefined
  if (kind !== 'react' || typeof emoji !== 'string' || emoji === '') return undefined
  return typeof shouldReact === 'boolean' ? { ...change, kind, emoji, shouldReact } : undefined
}
