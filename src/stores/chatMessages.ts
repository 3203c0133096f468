import { shallowRef, type ShallowRef } from 'vue'
import type { Message } from '../rocketchat/types'
import type { ChannelList } from './channelList'
import type { Drafts } from './drafts'
import type { ReturnedText } from './editing'
import type { useOpenChannel } from './openChannel'
import { useOutboxStore } from './outbox'
import type { OutboxListeners } from './outboxListeners'
import { useTypingStore } from './typing'

export type ChatMessagesOptions = {
  list: ChannelList
  drafts: Drafts
  open: Pick<
    ReturnType<typeof useOpenChannel>,
    'isOpen' | 'appendMessage' | 'removeMessages' | 'showPending' | 'dropPending'
  >
  /** Whether everything that is known is up to date. */
  isComplete: () => boolean
  /** Lines of the list look different now. */
  onListChange: () => void
}

/** What the server and the outbox tell about messages of any room, brought to everything that shows or counts them. */
export interface ChatMessages {
  /** The text that became a draft last because its message was deleted. */
  readonly returned: ShallowRef<ReturnedText | undefined>
  readonly outboxListeners: OutboxListeners
  /** A typed text whose message is gone. */
  keepAsDraft(text: ReturnedText): void
  /** The session has ended. */
  clear(): void
  readonly actions: {
    /**
     * A message is new or has changed: upserted by its id.
     * @param source `feed` for a complete stream, `answer` for a single answer (see `Timeline.upsert`)
     */
    appendMessage: (message: Message, source?: 'feed' | 'answer') => void
    /** Only this user sees it and the server does not keep it. */
    appendEphemeral: (message: Message) => void
    /** Messages are deleted, for everybody. */
    removeMessages: (roomId: string, ids: readonly string[]) => void
    /** One more unread message that the server does not count: one that only this user can see. */
    increaseUnread: (roomId: string) => void
    /** The user has seen all that this client knows of a room: told to the server now, or when it can be reached. */
    markRead: (roomId: string) => void
  }
}

/** The part of the chat state that is about messages, wherever they are. Made by the chat store. */
export function useChatMessages(options: ChatMessagesOptions): ChatMessages {
  const { list, drafts, open, isComplete, onListChange } = options
  const outbox = useOutboxStore()
  const typing = useTypingStore()
  const returned = shallowRef<ReturnedText>()

  function appendMessage(message: Message, source: 'feed' | 'answer' = 'feed'): void {
    if (outbox.find(message.id)) list.noteSent(message)
    outbox.noteStored(message.id)
    if (message.system === 'rm') outbox.noteRemoved([message.id])
    typing.note(message.roomId, message.author.username, false)
    open.appendMessage(outbox.present(message), source)
  }

  function appendEphemeral(message: Message): void {
    if (open.isOpen(message.roomId)) open.appendMessage(message, 'answer')
    else increaseUnread(message.roomId)
  }

  function removeMessages(roomId: string, ids: readonly string[]): void {
    outbox.noteRemoved(ids)
    for (const id of ids) list.forgetSent(roomId, id)
    open.removeMessages(roomId, ids)
  }

  function increaseUnread(roomId: string): void {
    list.addExtraUnread(roomId)
    onListChange()
  }

  const lastActivityIn = (roomId: string): number => list.room(roomId)?.lastActivityAt ?? 0

  function markRead(roomId: string): void {
    outbox.markRead(roomId, lastActivityIn(roomId))
  }

  /** Nothing that came after what was seen may be marked as read, and without the lists nobody knows what came. */
  function mayMarkRead(roomId: string, seenUntil: number): 'yes' | 'no' | 'later' {
    if (!isComplete()) return 'later'
    if (!list.hasUnread(roomId)) return 'no'
    return lastActivityIn(roomId) > seenUntil ? 'no' : 'yes'
  }

  function keepAsDraft(text: ReturnedText): void {
    drafts.append(text.roomId, text.text)
    list.setDraft(text.roomId, drafts.get(text.roomId))
    onListChange()
    returned.value = text
  }

  return {
    returned,
    outboxListeners: {
      onEntry: open.showPending,
      onSent(message) {
        list.noteSent(message)
        appendMessage(message, 'answer')
      },
      onDiscarded: open.dropPending,
      onReturned: keepAsDraft,
      onShown: (message) => open.appendMessage(message, 'answer'),
      onRemoved: (roomId, id) => removeMessages(roomId, [id]),
      mayMarkRead,
    },
    keepAsDraft,
    clear() {
      returned.value = undefined
    },
    actions: { appendMessage, appendEphemeral, removeMessages, increaseUnread, markRead },
  }
}
