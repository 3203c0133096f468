import { ApiError } from '../api/apiError'
import type { Repository } from '../rocketchat/repository'
import type { Message } from '../rocketchat/types'
import { isOperation, type EditOperation, type OutboxEntry, type QueueItem } from './outboxEntry'

/** How one attempt ended. */
export type Outcome =
  /** The server has done it; its copy of the message where it sent one. */
  | { type: 'done'; message: Message | undefined }
  /** There is no such message any more. */
  | { type: 'gone' }
  /** Nobody answered, or the server has a problem: it may have been done. */
  | { type: 'unclear' }
  /** The server has said no, and asking again has not told otherwise. */
  | { type: 'refused'; code: string; reason: string }

/**
 * One attempt at one item of the outbox. Never rejects with `ApiError`.
 * A refusal is not believed at once: a repeated id, or an edit that is there already, is refused with a meaningless text
 * (protocol reference 5.1, step 10), so what the server has is asked first.
 */
export async function attempt(repository: Repository, item: QueueItem): Promise<Outcome> {
  try {
    return await perform(repository, item)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (isTransient(error)) return { type: 'unclear' }
    return afterRefusal(repository, item, error)
  }
}

async function perform(repository: Repository, item: QueueItem): Promise<Outcome> {
  if (!isOperation(item)) return send(repository, item)
  const { roomId } = item
  switch (item.kind) {
    case 'edit':
      return edit(repository, item)
    case 'delete':
      await repository.deleteMessage(roomId, item.messageId)
      return { type: 'done', message: undefined }
    case 'react':
      await repository.react(item)
      return { type: 'done', message: undefined }
    case 'read':
      await repository.markRead(roomId)
      return { type: 'done', message: undefined }
  }
}

async function send(repository: Repository, entry: OutboxEntry): Promise<Outcome> {
  const known = entry.isUnclear ? await repository.getMessage(entry.id) : undefined
  return { type: 'done', message: known ?? (await repository.sendMessage(entry)) }
}

async function edit(repository: Repository, operation: EditOperation): Promise<Outcome> {
  const { roomId, messageId, text, isUnclear } = operation
  if (isUnclear) {
    const known = await repository.getMessage(messageId)
    if (!known) return { type: 'gone' }
    if (known.text === text) return { type: 'done', message: known }
  }
  return { type: 'done', message: await repository.editMessage(roomId, messageId, text) }
}

async function afterRefusal(
  repository: Repository,
  item: QueueItem,
  { code, message: reason }: ApiError,
): Promise<Outcome> {
  const refused: Outcome = { type: 'refused', code, reason }
  if (isOperation(item) && item.kind === 'read') return refused
  try {
    const known = await repository.getMessage(isOperation(item) ? item.messageId : item.id)
    if (!isOperation(item)) return known ? { type: 'done', message: known } : refused
    if (!known) return { type: 'gone' }
    const isThere = item.kind === 'edit' && known.text === item.text
    return isThere ? { type: 'done', message: known } : refused
  } catch (question) {
    if (!(question instanceof ApiError)) throw question
    // Who may not even ask will not get another answer later, and the room's other messages would wait for ever.
    return question.status >= 400 && !isTransient(question) ? refused : { type: 'unclear' }
  }
}

/** Answers that say nothing about the message itself: later they may be different. */
function isTransient({ code, isNetwork, status }: ApiError): boolean {
  if (isNetwork || status === 0 || status === 401 || status === 429 || status >= 500) return true
  return code === 'error-invalid-answer'
}
