import { watch } from 'vue'
import type { Message } from '../rocketchat/types'
import type { useOutboxStore } from './outbox'
import { isChange, isOperation, type ChangeOperation, type QueueItem } from './outboxEntry'
import { applyChanges } from './outboxFold'

/** How far something is that the server does not have: it waits, or it was refused. */
export type UnsentMark = 'waiting' | 'failed'

/** What the outbox holds, as the list of conversations shows it. */
export interface Unsent {
  /** The newest message of a room that the server does not have. */
  newestIn(roomId: string): { text: string; createdAt: number; mark: UnsentMark } | undefined
  /** A room's newest message with the edit or the deletion that waits done to it; `mark` is `''` when there is none. */
  changed(message: Message): { message: Message; mark: UnsentMark | '' }
}

type Outbox = Pick<ReturnType<typeof useOutboxStore>, 'items' | 'inRoom'>

/**
 * @param username of the user
 * @param onChange what waits in these rooms is not what it was
 */
export function createUnsent(
  outbox: Outbox,
  username: () => string,
  onChange: (roomIds: ReadonlySet<string>) => void,
): Unsent {
  // Not at once: what the outbox gives away it tells in the same turn, and in between the line would jump back.
  watch(
    () => outbox.items,
    (now, before) => {
      const roomIds = changedRooms(now, before)
      if (roomIds.size > 0) onChange(roomIds)
    },
  )

  return {
    newestIn(roomId) {
      if (outbox.items.length === 0) return undefined
      const newest = outbox.inRoom(roomId).at(-1)
      return newest && { text: newest.text, createdAt: newest.createdAt, mark: markOf([newest]) }
    },
    changed(message) {
      const changes = outbox.items.filter(
        (item): item is ChangeOperation => isChange(item, message.id) && item.kind !== 'react',
      )
      if (changes.length === 0) return { message, mark: '' }
      return { message: applyChanges(message, changes, username()), mark: markOf(changes) }
    },
  }
}

function markOf(items: readonly QueueItem[]): UnsentMark {
  return items.some(({ state }) => state === 'failed') ? 'failed' : 'waiting'
}

/** Rooms in which something was added, taken out or changed; nobody sees read marks and reactions in the list. */
function changedRooms(now: readonly QueueItem[], before: readonly QueueItem[]): Set<string> {
  const [known, kept] = [new Set(before), new Set(now)]
  const changed = [
    ...now.filter((item) => !known.has(item)),
    ...before.filter((item) => !kept.has(item)),
  ]
  return new Set(changed.filter(isListed).map(({ roomId }) => roomId))
}

const isListed = (item: QueueItem): boolean =>
  !isOperation(item) || item.kind === 'edit' || item.kind === 'delete'
