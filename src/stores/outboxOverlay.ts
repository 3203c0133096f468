import type { Message } from '../rocketchat/types'
import type { ShownMessage } from '../timeline/types'
import { isChange, type ChangeOperation, type QueueItem } from './outboxEntry'
import { applyChanges } from './outboxFold'

/**
 * Between two versions of a message there is room for what is only shown: the server's times are whole milliseconds, so a
 * fraction above one is newer than the server's copy and older than its next. 1/1024 is exact at today's times.
 */
const step = 1 / 1024
const mostAbove = 1 - step

/** So many messages that went by can be changed with the change shown at once; for older ones it shows when it is done. */
const recentCount = 5_000

/** Shows changes that the server does not have yet on its copies of the messages. */
export interface Overlay {
  /**
   * A copy that came from the server, as it is to be shown: with what waits in the outbox done to it. The same object when
   * nothing waits. What was presented already may be presented again.
   */
  present(message: Message): ShownMessage
  /**
   * What the server had, for a copy that is or was shown changed; the same object for all others. A time of ours never leaves
   * the screen: kept, it would outlive the change that it was made for.
   */
  original(message: Message): Message
  /** A copy that replaces whatever is shown of it now, with what waits done to it. */
  replacement(message: Message): ShownMessage
  /** The server's copy of a message that went by lately, as it was presented last. */
  recent(messageId: string): Message | undefined
  clear(): void
}

export type OverlayOptions = {
  queue: () => readonly QueueItem[]
  username: () => string
  /** A newer copy of a message that changes wait for. */
  onBase: (message: Message) => void
}

export function createOverlay({ queue, username, onBase }: OverlayOptions): Overlay {
  /** `updatedAt` of copies that were shown with a fraction. */
  const shown = new Map<string, number>()

  /** Oldest first. */
  const recent = new Map<string, Message>()

  /** Only what the server has: a copy that was shown changed would be taken for the server's when nothing waits any more. */
  function noteRecent(message: Message): void {
    if (!isServers(message)) return
    const known = recent.get(message.id)
    if (known && known.updatedAt > message.updatedAt) return
    recent.delete(message.id)
    recent.set(message.id, message)
    const [oldest] = recent.size > recentCount ? recent.keys() : []
    if (oldest !== undefined) recent.delete(oldest)
  }

  function changesOf(messageId: string): ChangeOperation[] {
    return queue().filter((item): item is ChangeOperation => isChange(item, messageId))
  }

  /** Newer than what is shown, and than `base`, but older than anything the server will send. */
  function above(base: Message): number {
    const whole = Math.floor(base.updatedAt)
    const next = Math.max(base.updatedAt, shown.get(base.id) ?? 0) + step
    const at = Math.min(next, Math.max(whole, Math.floor(next - step)) + mostAbove)
    shown.set(base.id, at)
    return at
  }

  function withChanges(message: Message, changes: readonly ChangeOperation[]): ShownMessage {
    const hasFailed = changes.some(({ state }) => state === 'failed')
    const changed = applyChanges(message, changes, username())
    return { ...changed, updatedAt: above(message), changeState: hasFailed ? 'failed' : 'waiting' }
  }

  return {
    present(message) {
      noteRecent(message)
      const changes = changesOf(message.id)
      const [first] = changes
      if (!first) return message
      const isNewer =
        isServers(message) && (!first.base || message.updatedAt > first.base.updatedAt)
      if (isNewer) onBase(message)
      return withChanges(isNewer ? message : (first.base ?? message), changes)
    },
    original(message) {
      if (isServers(message)) return message
      return changesOf(message.id)[0]?.base ?? recent.get(message.id) ?? withoutMarks(message)
    },
    replacement(message) {
      noteRecent(message)
      const changes = changesOf(message.id)
      if (changes.length > 0) return withChanges(message, changes)
      const isShown = (shown.get(message.id) ?? 0) >= message.updatedAt
      return isShown ? { ...message, updatedAt: above(message) } : message
    },
    recent: (messageId) => recent.get(messageId),
    clear() {
      shown.clear()
      recent.clear()
    },
  }
}

function withoutMarks(message: ShownMessage): Message {
  const copy = { ...message, updatedAt: Math.floor(message.updatedAt) }
  delete copy.changeState
  return copy
}

/** A fraction says that it is a copy of ours, and not what the server has. */
function isServers({ updatedAt }: Message): boolean {
  return Number.isInteger(updatedAt)
}
