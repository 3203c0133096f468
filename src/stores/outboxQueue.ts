import { shallowRef, type ShallowRef } from 'vue'
import type { KeyValueStorage } from '../platform/types'
import type { Message } from '../rocketchat/types'
import {
  isChange,
  isOperation,
  readQueueItem,
  type OutboxEntry,
  type QueueItem,
} from './outboxEntry'

/** What an attempt changes of an item. */
export type ItemChange = Partial<Pick<QueueItem, 'state' | 'isUnclear' | 'code' | 'reason'>>

/** The items of one account in their order, in memory and on disk. */
export interface OutboxQueue {
  readonly items: ShallowRef<readonly QueueItem[]>
  /**
   * Begins with what an account left on disk.
   * @param server keeps the accounts of several servers apart; `''` where there is only one
   */
  open(server: string, userId: string): void
  /** Forgets the account, on disk too when `erase`. */
  close(erase: boolean): void
  /** Replaces all. True when it is on disk; a full disk does not stop anything, it only cannot outlive the app. */
  keep(items: readonly QueueItem[]): boolean
  /** Changes one item and gives it as it is now; undefined when it is gone. */
  replace(id: string, change: ItemChange): QueueItem | undefined
  drop(isDropped: (item: QueueItem) => boolean): void
  /** Gives all changes of a message a newer copy of it. */
  rebase(base: Message): void
  item(id: string): QueueItem | undefined
  /** The item itself, or the refused edit of the message with this id. */
  itemOf(id: string): QueueItem | undefined
  /** An unsent message. */
  entry(id: string): OutboxEntry | undefined
}

/** @param makeRoom frees room on a full disk, at once where it can: what is unsent matters more than any copy */
export function createOutboxQueue(storage: KeyValueStorage, makeRoom: () => void): OutboxQueue {
  const items = shallowRef<readonly QueueItem[]>([])
  let key = ''

  function save(): boolean {
    if (key === '') return false
    for (const isSecondTry of [false, true]) {
      try {
        storage.set(key, items.value)
        return true
      } catch {
        if (!isSecondTry) makeRoom()
      }
    }
    return false
  }

  function keep(next: readonly QueueItem[]): boolean {
    items.value = next
    return save()
  }

  const item = (id: string): QueueItem | undefined => items.value.find((one) => one.id === id)

  return {
    items,
    open(server, userId) {
      key = server === '' ? `outbox:${userId}` : `outbox:${server}|${userId}`
      const saved = storage.get(key)
      const list: unknown[] = Array.isArray(saved) ? saved : []
      items.value = list.flatMap((value) => readQueueItem(value) ?? [])
    },
    close(erase) {
      if (erase && key !== '') storage.remove(key)
      key = ''
      items.value = []
    },
    keep,
    replace(id, change) {
      const known = item(id)
      if (!known) return undefined
      const changed = { ...known, ...change }
      keep(items.value.map((one) => (one.id === id ? changed : one)))
      return changed
    },
    drop(isDropped) {
      if (items.value.some(isDropped)) keep(items.value.filter((one) => !isDropped(one)))
    },
    rebase(base) {
      keep(items.value.map((one) => (isChange(one, base.id) ? { ...one, base } : one)))
    },
    item,
    itemOf: (id) =>
      item(id) ?? items.value.find((one) => isChange(one, id) && one.state === 'failed'),
    entry(id) {
      const found = item(id)
      return found && !isOperation(found) ? found : undefined
    },
  }
}
