import type { Message } from '../rocketchat/types'
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
   * nothing waits.
   */
  present(message: Message): Message
  /**
   * What the server had, for a message that is or was shown changed; the same object for all others. A time of ours never
   * leaves the screen: kept, it would outlive the change that it was made for.
   */
  original(message: Message): Message
  /** A copy that replaces whatever is shown of it now, with what waits done to it. */
  replacement(message: Message): Message
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

  function noteRecent(message: Message): void {
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

  function withChanges(message: Message): Message {
    const active = changesOf(message.id).filter(({ state }) => state !== 'failed')
    return active.length === 0 ? message : applyChanges(message, active, username())
  }

  return {
    present(message) {
      noteRecent(message)
      const [first] = changesOf(message.id)
      if (!first) return message
      // A fraction says that it is a copy of ours, and not what the server has.
      const isServers = Number.isInteger(message.updatedAt)
      const isNewer = !first.base || (isServers && message.updatedAt > first.base.updatedAt)
      if (isNewer) onBase(message)
      const base = isNewer ? message : (first.base ?? message)
      const changed = withChanges(base)
      return changed === base ? message : { ...changed, updatedAt: above(base) }
    },
    original(message) {
      const base = changesOf(message.id)[0]?.base
      if (base || Number.isInteger(message.updatedAt)) return base ?? message
      return recent.get(message.id) ?? { ...message, updatedAt: Math.floor(message.updatedAt) }
    },
    replacement(message) {
      noteRecent(message)
      const changed = withChanges(message)
      const isShown = (shown.get(message.id) ?? 0) >= message.updatedAt
      return changed === message && !isShown ? message : { ...changed, updatedAt: above(message) }
    },
    recent: (messageId) => recent.get(messageId),
    clear() {
      shown.clear()
      recent.clear()
    },
  }
}
