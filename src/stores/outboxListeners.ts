import type { Message } from '../rocketchat/types'
import type { ReturnedText } from './editing'
import type { OutboxEntry } from './outboxEntry'

/** What the outbox tells and asks whoever shows the messages: the chat store. */
export type OutboxListeners = {
  /** A message is new, or its state or text changed. */
  onEntry: (entry: OutboxEntry) => void
  /** The server has it. */
  onSent: (message: Message) => void
  /** The user removed it. */
  onDiscarded: (entry: OutboxEntry) => void
  /** A message of the server is to be shown like this now: changed, or as it was. */
  onShown: (message: Message) => void
  /** What was typed as the change of a message that somebody else has deleted. */
  onReturned: (returned: ReturnedText) => void
  /** The server has deleted it. */
  onRemoved: (roomId: string, messageId: string) => void
  /**
   * Whether a room may be marked as read that the user had seen up to a moment of the server's clock; what came after it was
   * not seen. `later` while it is not known what is new.
   */
  mayMarkRead: (roomId: string, seenUntil: number) => 'yes' | 'no' | 'later'
}
