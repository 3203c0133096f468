import type { HistoryPage, Message, MessageSync } from '../../rocketchat/types'
import type { CachedRoom } from './cachedRoom'

/**
 * A kept room with what the server says has changed since `syncedUntil`. Pure.
 * @param sync complete, and asked for from the room's `syncedUntil`
 * @param syncedUntil the server's time up to which the answer certainly reaches
 */
export function mergeSync(room: CachedRoom, sync: MessageSync, syncedUntil: number): CachedRoom {
  const byId = new Map(room.messages.map((message) => [message.id, message]))
  const oldestAt = room.hasOldest ? 0 : (room.messages[0]?.sentAt ?? Number.POSITIVE_INFINITY)
  for (const message of sync.updated) {
    const known = byId.get(message.id)
    if (known ? known.updatedAt > message.updatedAt : !belongs(message, oldestAt)) continue
    byId.set(message.id, message)
  }
  for (const id of sync.removedIds) byId.delete(id)
  return {
    messages: [...byId.values()].sort(inOrder),
    hasOldest: room.hasOldest,
    syncedUntil: Math.max(room.syncedUntil, syncedUntil),
  }
}

/** A room that begins anew with its newest page. */
export function fromPage({ messages, hasOldest }: HistoryPage, syncedUntil: number): CachedRoom {
  return { messages, hasOldest, syncedUntil }
}

/** What is older than the run comes with its page; replies that only their thread shows are no part of the room. */
function belongs({ sentAt, threadId, isShownInRoom }: Message, oldestAt: number): boolean {
  return sentAt >= oldestAt && (threadId === '' || isShownInRoom)
}

function inOrder(a: Message, b: Message): number {
  return a.sentAt - b.sentAt || (a.id < b.id ? -1 : 1)
}
