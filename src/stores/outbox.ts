import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { createMessageId } from '../rocketchat/messageId'
import type { SendState } from '../timeline/types'
import { useMessageCache } from './cache/messageCache'
import type { Outcome } from './outboxAttempt'
import {
  isChange,
  isOperation,
  newItem,
  type ChangeOperation,
  type Operation,
  type OutboxEntry,
  type QueueItem,
} from './outboxEntry'
import { applyChanges, fold, isSuperseded, returnedTexts } from './outboxFold'
import type { OutboxListeners } from './outboxListeners'
import { createOverlay } from './outboxOverlay'
import { createOutboxQueue } from './outboxQueue'
import { createOutboxRunner } from './outboxRunner'
import { useServices } from './services'
import { useSessionStore } from './session'

/**
 * What the server does not have yet: messages, and edits, deletions, reactions and read marks. Each is on disk before its
 * first attempt. Those of one room go in their order, one at a time, and are tried again by themselves: after seconds, a
 * reconnect, a restart, or days.
 *
 *   add --> waiting --attempt--> sending --stored--> sent (gone: the server's copy takes its place)
 *            |   ^                 |---no answer---> waiting, unclear: the next attempt first asks chat.getMessage
 *            |   `--retry, edit--  |
 *            |               failed <---refused---'  with the server's code and text
 *            |                 |
 *            `-----------------`--discard, delete, folded--> cancelled (gone)
 *
 * Failed messages and edits stay, shown as they were typed, for retry, edit and discard. A refused deletion or reaction holds
 * nothing that was typed: it goes at once, the message is shown as it was, and `lastRefusal` says why. How operations are folded is said at `fold`, how
 * they are shown meanwhile at `Overlay`. Attachments are no part of it, because nothing uploads them yet.
 */
export const useOutboxStore = defineStore('outbox', () => {
  const { clock, storage, repository, serverUrl } = useServices()
  const cache = useMessageCache()
  const session = useSessionStore()
  /** The message that the server refused last, with its reason. */
  const lastFailure = shallowRef<OutboxEntry>()
  /** The edit, deletion or reaction that the server refused last, with its reason. */
  const lastRefusal = shallowRef<ChangeOperation>()
  const queue = createOutboxQueue(storage, cache.makeRoom)
  const { items } = queue
  const entries = computed(() =>
    items.value.filter((item): item is OutboxEntry => !isOperation(item)),
  )
  /** Read marks do not count: nobody misses them. */
  const unsentCount = computed(
    () => items.value.filter((item) => !isOperation(item) || item.kind !== 'read').length,
  )
  let listeners: OutboxListeners | undefined

  const username = (): string => session.user?.username ?? ''
  const overlay = createOverlay({ queue: () => items.value, username, onBase: queue.rebase })
  const runner = createOutboxRunner({
    clock,
    repository,
    queue,
    onAttempt: ({ id }) => mark(id, { state: 'sending' }),
    onOutcome: settle,
    mayMarkRead: (roomId, seenUntil) => listeners?.mayMarkRead(roomId, seenUntil) ?? 'later',
  })

  /** Loads what this user had not sent and reports from now on to `next`. */
  function start(userId: string, next: OutboxListeners): void {
    stop()
    listeners = next
    queue.open(serverUrl?.() ?? '', userId)
    cache.keepOriginals(overlay.original)
  }

  /** Forgets the user; what is unsent stays on disk for the next time, unless `erase`. */
  function stop(erase = false): void {
    runner.stop()
    queue.close(erase)
    overlay.clear()
    listeners = undefined
    lastFailure.value = undefined
    lastRefusal.value = undefined
  }

  function mark(id: string, change: Parameters<typeof queue.replace>[1]): void {
    const changed = queue.replace(id, change)
    if (!changed || isOperation(changed)) return
    if (changed.state === 'failed') lastFailure.value = changed
    listeners?.onEntry(displayed(changed))
  }

  /** Keeps a message and starts to send it. `isKept` is false when the device's storage is full. */
  function add(roomId: string, text: string): { entry: OutboxEntry; isKept: boolean } {
    const entry: OutboxEntry = { ...itemFor(roomId), text }
    const isKept = queue.keep([...items.value, entry])
    listeners?.onEntry(entry)
    runner.pump()
    return { entry, isKept }
  }

  function itemFor(roomId: string): ReturnType<typeof newItem> {
    const id = createMessageId(() => clock.random())
    return newItem(id, roomId, clock.now())
  }

  /** Adds an operation, folded into what waits. False when the device's storage is full. */
  function addOperation(operation: Operation): boolean {
    const before = entries.value
    const isKept = queue.keep(fold(items.value, operation, username()))
    for (const entry of before) {
      const now = queue.entry(entry.id)
      if (!now) listeners?.onDiscarded(entry)
      else if (now !== entry) listeners?.onEntry(displayed(now))
    }
    if (isChange(operation)) show(operation)
    runner.pump()
    return isKept
  }

  /** Brings the message of a change to the screen as it is to be seen now. */
  function show({ messageId, base }: ChangeOperation): void {
    const entry = queue.entry(messageId)
    if (entry) listeners?.onEntry(displayed(entry))
    else if (base) listeners?.onShown(overlay.replacement(base))
  }

  /** An unsent message with the edit that waits behind it. */
  function displayed(entry: OutboxEntry): OutboxEntry {
    const edit = items.value.find((item) => isChange(item, entry.id) && item.kind === 'edit')
    return edit && 'text' in edit ? { ...entry, text: edit.text } : entry
  }

  function changeOf(roomId: string, messageId: string) {
    const known = overlay.recent(messageId)
    return { ...itemFor(roomId), messageId, base: known && overlay.original(known) }
  }

  /** Changes the text of a message; of one that is not sent yet, what will be sent. */
  function edit(roomId: string, messageId: string, text: string): boolean {
    return addOperation({ ...changeOf(roomId, messageId), kind: 'edit', text })
  }

  /** Deletes a message for everybody; one that is not sent yet is never sent. */
  function remove(roomId: string, messageId: string): boolean {
    return addOperation({ ...changeOf(roomId, messageId), kind: 'delete' })
  }

  /** @param emoji with its colons, such as `:smile:` */
  function react(roomId: string, messageId: string, emoji: string, shouldReact: boolean): boolean {
    return addOperation({ ...changeOf(roomId, messageId), kind: 'react', emoji, shouldReact })
  }

  /** @param seenUntil the server's time of the newest thing in the room that the user could see */
  function markRead(roomId: string, seenUntil: number): boolean {
    return addOperation({ ...itemFor(roomId), kind: 'read', seenUntil })
  }

  function settle({ id }: QueueItem, outcome: Outcome): void {
    const item = queue.item(id)
    if (outcome.type === 'unclear') postpone(id, item)
    else if (outcome.type === 'refused') refuse(id, outcome)
    else if (item && isChange(item)) settleChange(item, outcome)
    else {
      queue.drop((one) => one.id === id)
      if (outcome.type === 'done' && outcome.message) listeners?.onSent(outcome.message)
    }
  }

  /** What came meanwhile may have made another attempt needless. */
  function postpone(id: string, item: QueueItem | undefined): void {
    if (item && isSuperseded(items.value, item)) queue.drop((one) => one.id === id)
    else mark(id, { state: 'waiting', isUnclear: true })
  }

  function settleChange(item: ChangeOperation, outcome: Outcome): void {
    const { base, kind, messageId, roomId } = item
    if (outcome.type === 'gone' || kind === 'delete') {
      noteRemoved([messageId])
      listeners?.onRemoved(roomId, messageId)
      return
    }
    queue.drop(({ id }) => id === item.id)
    const told = outcome.type === 'done' ? outcome.message : undefined
    // Somebody else's later change may have come before the answer to this one.
    const isOvertaken = told && base && Math.floor(base.updatedAt) > told.updatedAt
    // The server does not say what a reaction made of the message; its stream will.
    const stored = isOvertaken ? base : (told ?? (base && applyChanges(base, [item], username())))
    if (!stored) return
    queue.rebase(stored)
    listeners?.onShown(overlay.replacement(stored))
  }

  function refuse(id: string, { code, reason }: { code: string; reason: string }): void {
    mark(id, { state: 'failed', code, reason })
    const item = queue.item(id)
    if (!item || !isOperation(item)) return
    // One to which another was added meanwhile would stay behind it, and be shown in its place.
    const isOver = isSuperseded(items.value, item)
    if (item.kind !== 'edit' || isOver) queue.drop((one) => one === item)
    if (item.kind === 'read') return
    if (!isOver) lastRefusal.value = item
    show(item)
  }

  /**
   * Tries a failed message or edit again.
   * @param id of the message, for its refused edit too, or of the operation
   */
  function retry(id: string): void {
    const failed = queue.itemOf(id)
    if (!failed || failed.state === 'sending') return
    mark(failed.id, { state: 'waiting', isUnclear: true, code: '', reason: '' })
    if (isChange(failed)) show(failed)
    runner.pump()
  }

  /** Gives up what failed or waits; as `retry`. What is being sent cannot be taken back. */
  function discard(id: string): void {
    const item = queue.itemOf(id)
    if (!item || item.state === 'sending') return
    queue.drop((one) => one === item || isChange(one, item.id))
    if (!isOperation(item)) listeners?.onDiscarded(item)
    else if (isChange(item)) show(item)
  }

  /** The server's copy came by another way (the stream, a history page): it needs no more attempts. */
  function noteStored(id: string): void {
    if (!queue.entry(id)) return
    queue.drop((item) => item.id === id)
    if (items.value.some((item) => isChange(item, id))) runner.pump()
  }

  /** Messages are deleted: they had been stored, and nothing is left to change of them. Texts typed for them are given back. */
  function noteRemoved(ids: readonly string[]): void {
    // Before the queue forgets them: whatever ends the app in between, the text is on disk.
    for (const returned of returnedTexts(items.value, ids)) listeners?.onReturned(returned)
    queue.drop((item) => ids.some((id) => item.id === id || isChange(item, id)))
  }

  /** How far a message is; `failed` also for one whose edit was refused, `''` for others that the server has. */
  function stateOf(id: string): SendState {
    const item = queue.itemOf(id)
    return item && (!isOperation(item) || item.state === 'failed') ? item.state : ''
  }

  function inRoom(roomId: string): readonly OutboxEntry[] {
    return entries.value.filter((entry) => entry.roomId === roomId).map(displayed)
  }

  /** The changes of a room's messages that the server does not have, failed edits included. */
  function pendingOperations(roomId: string): readonly ChangeOperation[] {
    return items.value.filter(
      (item): item is ChangeOperation => item.roomId === roomId && isChange(item),
    )
  }

  session.onEnd(() => stop(!session.isExpired))

  return {
    items,
    entries,
    lastFailure,
    lastRefusal,
    unsentCount,
    start,
    add,
    edit,
    remove,
    react,
    markRead,
    pump: runner.pump,
    retry,
    discard,
    noteStored,
    noteRemoved,
    find: queue.entry,
    stateOf,
    inRoom,
    pendingOperations,
    present: overlay.present,
    recent: overlay.recent,
  }
})
