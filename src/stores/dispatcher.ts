import type { DomainEvent } from '../rocketchat/events'
import { useChatStore } from './chat'
import { usePresenceStore } from './presence'
import { useSessionStore } from './session'
import { useTypingStore } from './typing'

export type DispatcherOptions = {
  /** Asked when an event cannot be applied exactly and the open room has to be synced instead. */
  onResyncRoom: (roomId: string) => void
  /** Something has happened in a room, of which this event says only a part. */
  onActivity: (roomId: string) => void
}

/** The one place that assigns events to stores: every event comes through this switch, whichever way it came in. */
export function createDispatcher({
  onResyncRoom,
  onActivity,
}: DispatcherOptions): (event: DomainEvent) => void {
  const chat = useChatStore()
  const presence = usePresenceStore()
  const session = useSessionStore()
  const typing = useTypingStore()

  return (event) => {
    switch (event.type) {
      case 'message':
        chat.appendMessage(event.message)
        return
      case 'messageDeleted':
        chat.removeMessages(event.roomId, [event.messageId])
        return
      case 'messagesPruned':
        if (event.isExact) chat.pruneMessages(event.roomId, event)
        else onResyncRoom(event.roomId)
        return
      case 'subscription':
        chat.insertChannel(event.subscription)
        return
      case 'subscriptionRemoved':
        chat.removeChannel(event.roomId)
        return
      case 'room':
        chat.updateRoom(event.room)
        onActivity(event.room.id)
        return
      case 'roomRemoved':
        chat.removeRoom(event.roomId)
        return
      case 'typing':
        // Typing in a thread concerns those who have the thread open.
        if (event.threadId === '') typing.note(event.roomId, event.name, event.isTyping)
        return
      case 'presence':
        presence.note(event.userId, event.status)
        return
      case 'ephemeral':
        chat.appendEphemeral(event.message)
        return
      case 'notification':
        // The list already shows what is unread; a sound or banner belongs to a setting that does not exist yet.
        return
      case 'forceLogout':
        session.expire()
        return
    }
  }
}
