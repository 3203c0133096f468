import type { Message } from '../rocketchat/types'
import type { ReturnedText } from './editing'
import {
  isChange,
  isOperation,
  type ChangeOperation,
  type EditOperation,
  type Operation,
  type OutboxEntry,
  type QueueItem,
  type ReactOperation,
  type ReadOperation,
} from './outboxEntry'

/**
 * The queue with one more operation, folded into what waits already so that the server is told the end and not the way
 * there. Pure. What is being sent is never touched.
 *
 *   edit of an unsent message     changes the message          several edits           the last one
 *   delete of an unsent message   cancels it                   delete after edits      only the delete
 *   the same reaction again       the last one; none at all when it is as the server has it
 *   several read marks            the newest
 *
 * @param username of the user, under which reactions stand
 */
export function fold(
  queue: readonly QueueItem[],
  next: Operation,
  username: string,
): readonly QueueItem[] {
  switch (next.kind) {
    case 'edit':
      return foldEdit(queue, next)
    case 'delete':
      return foldDelete(queue, next)
    case 'react':
      return foldReaction(queue, next, username)
    case 'read':
      return foldRead(queue, next)
  }
}

/** It has certainly not reached the server. */
const isRetractable = ({ state, isUnclear }: OutboxEntry): boolean =>
  state === 'failed' || (state === 'waiting' && !isUnclear)

function findEntry(queue: readonly QueueItem[], id: string): OutboxEntry | undefined {
  const item = queue.find((one) => one.id === id)
  return item && !isOperation(item) ? item : undefined
}

function isBeingDeleted(queue: readonly QueueItem[], messageId: string): boolean {
  return queue.some((item) => isChange(item, messageId) && item.kind === 'delete')
}

function foldEdit(queue: readonly QueueItem[], next: EditOperation): readonly QueueItem[] {
  const { messageId, text, base } = next
  const entry = findEntry(queue, messageId)
  if (entry && isRetractable(entry)) {
    const changed: OutboxEntry = { ...entry, text, state: 'waiting', code: '', reason: '' }
    return queue.map((item) => (item === entry ? changed : item))
  }
  if (isBeingDeleted(queue, messageId)) return queue
  const isOlder = (item: QueueItem): item is ChangeOperation =>
    isChange(item, messageId) && item.kind === 'edit'
  return supersede(queue, isOlder, next, base?.text === text)
}

function foldDelete(
  queue: readonly QueueItem[],
  next: Extract<Operation, { kind: 'delete' }>,
): readonly QueueItem[] {
  const { messageId } = next
  const entry = findEntry(queue, messageId)
  if (entry && isRetractable(entry)) {
    return queue.filter((item) => item !== entry && !isChange(item, messageId))
  }
  if (isBeingDeleted(queue, messageId)) return queue
  const left = queue.filter((item) => !isChange(item, messageId) || item.state === 'sending')
  return [...left, next]
}

function foldReaction(
  queue: readonly QueueItem[],
  next: ReactOperation,
  username: string,
): readonly QueueItem[] {
  const { base, emoji, messageId, shouldReact } = next
  if (isBeingDeleted(queue, messageId)) return queue
  const isOlder = (item: QueueItem): item is ChangeOperation =>
    isChange(item, messageId) && item.kind === 'react' && item.emoji === emoji
  const names = base?.reactions?.find((one) => one.emoji === emoji)?.usernames ?? []
  const isAsBefore = base !== undefined && names.includes(username) === shouldReact
  return supersede(queue, isOlder, next, isAsBefore)
}

/**
 * Takes older ones of the same kind out and appends the new one.
 * @param isAsBefore the server had it like that: then nothing is left to do, unless an older one may have reached it
 */
function supersede(
  queue: readonly QueueItem[],
  isOlder: (item: QueueItem) => item is ChangeOperation,
  next: EditOperation | ReactOperation,
  isAsBefore: boolean,
): readonly QueueItem[] {
  const mayBeChanging = queue.some(
    (item) => isOlder(item) && (item.state === 'sending' || item.isUnclear),
  )
  const left = queue.filter((item) => !isOlder(item) || item.state === 'sending')
  return isAsBefore && !mayBeChanging ? left : [...left, next]
}

/** Whether a later item makes an attempt at this one needless; while it was being sent it could not be folded. */
export function isSuperseded(queue: readonly QueueItem[], item: QueueItem): boolean {
  const later = queue.slice(queue.indexOf(item) + 1)
  if (!isOperation(item)) return false
  if (item.kind === 'read')
    return later.some(
      (one) => isOperation(one) && one.kind === 'read' && one.roomId === item.roomId,
    )
  return later.some((one) => {
    if (!isChange(one, item.messageId)) return false
    if (one.kind === 'delete') return true
    if (one.kind === 'react') return item.kind === 'react' && one.emoji === item.emoji
    return item.kind === 'edit'
  })
}

/**
 * What was typed as changes of messages that are deleted now: the last text of each. Nothing of one that this person deletes,
 * because that text was given up with it, and nothing that the message said anyhow.
 */
export function returnedTexts(
  queue: readonly QueueItem[],
  removedIds: readonly string[],
): ReturnedText[] {
  const lost = new Map<string, EditOperation>()
  for (const item of queue) {
    if (!isChange(item) || item.kind !== 'edit' || !removedIds.includes(item.messageId)) continue
    if (!isBeingDeleted(queue, item.messageId)) lost.set(item.messageId, item)
  }
  const typed = [...lost.values()].filter(({ base, text }) => base?.text !== text)
  return typed.map(({ roomId, text }) => ({ roomId, text }))
}

function foldRead(queue: readonly QueueItem[], next: ReadOperation): readonly QueueItem[] {
  const isOlder = (item: QueueItem): item is ReadOperation =>
    isOperation(item) && item.kind === 'read' && item.roomId === next.roomId
  const seenUntil = Math.max(next.seenUntil, ...queue.filter(isOlder).map((item) => item.seenUntil))
  const left = queue.filter((item) => !isOlder(item) || item.state === 'sending')
  return [...left, { ...next, seenUntil }]
}

/** A message with changes done to it that the server does not have. A refused edit is one of them: it is what was typed. */
export function applyChanges(
  base: Message,
  changes: readonly ChangeOperation[],
  username: string,
): Message {
  let shown = base
  for (const change of changes) {
    if (change.kind === 'delete') shown = { ...shown, system: 'rm', text: '' }
    else if (change.kind === 'react') shown = react(shown, change, username)
    else shown = { ...shown, text: change.text, editedAt: Math.max(shown.editedAt, base.sentAt) }
  }
  return shown
}

function react(
  message: Message,
  { emoji, shouldReact }: ReactOperation,
  username: string,
): Message {
  const others = (message.reactions ?? []).filter((one) => one.emoji !== emoji)
  const known = message.reactions?.find((one) => one.emoji === emoji)?.usernames ?? []
  if (known.includes(username) === shouldReact) return message
  const usernames = shouldReact ? [...known, username] : known.filter((name) => name !== username)
  const reactions = usernames.length > 0 ? [...others, { emoji, usernames }] : others
  return { ...message, reactions }
}
