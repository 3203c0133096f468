import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { ApiError } from '../api/apiError'
import type { TimerHandle } from '../platform/types'
import { createMessageId } from '../rocketchat/messageId'
import type { Message } from '../rocketchat/types'
import { readOutboxEntry, type OutboxEntry } from './outboxEntry'
import { useServices } from './services'
import { useSessionStore } from './session'

/** Waits between attempts while the server cannot be reached, in milliseconds; a live connection tries at once. */
const retryDelays = [2_000, 5_000, 10_000, 30_000]

export type OutboxListeners = {
  /** An entry is new or its state changed. */
  onEntry: (entry: OutboxEntry) => void
  /** The server has it. */
  onSent: (message: Message) => void
  /** The user removed it. */
  onDiscarded: (entry: OutboxEntry) => void
}

/**
 * Messages that the server does not have yet. Each is on disk before its first attempt and keeps its order in its room.
 *
 *   add --> waiting --attempt--> sending --stored--> (gone: the server's copy takes its place)
 *              ^                    |--no answer--> waiting, unclear: the next attempt first asks chat.getMessage
 *              `------retry-----  failed <--refused--'       failed --discard--> (gone)
 */
export const useOutboxStore = defineStore('outbox', () => {
  const { clock, storage, repository } = useServices()
  const session = useSessionStore()
  const entries = shallowRef<readonly OutboxEntry[]>([])
  /** The entry that the server refused last, with its reason. */
  const lastFailure = shallowRef<OutboxEntry>()
  const unsentCount = computed(() => entries.value.length)
  const busyRooms = new Set<string>()
  let listeners: OutboxListeners | undefined
  let ownerId = ''
  /** Grows with each start and stop: attempts of an earlier run change nothing in the next. */
  let run = 0
  let retryTimer: TimerHandle
  let retries = 0

  const keyOf = (userId: string): string => `outbox:${userId}`

  /** Loads what this user had not sent and reports from now on to `next`. */
  function start(userId: string, next: OutboxListeners): void {
    stop()
    run += 1
    ownerId = userId
    listeners = next
    const saved = storage.get(keyOf(userId))
    const list: unknown[] = Array.isArray(saved) ? saved : []
    entries.value = list.flatMap((value) => readOutboxEntry(value) ?? [])
  }

  /** Forgets the user; what is unsent stays on disk for the next time, unless `erase`. */
  function stop(erase = false): void {
    run += 1
    clock.clearTimeout(retryTimer)
    if (erase && ownerId !== '') storage.remove(keyOf(ownerId))
    ownerId = ''
    listeners = undefined
    entries.value = []
    lastFailure.value = undefined
    busyRooms.clear()
    retries = 0
  }

  /** True when it is on disk. A full disk does not stop the message, it only cannot outlive the app. */
  function save(): boolean {
    try {
      storage.set(keyOf(ownerId), entries.value)
      return true
    } catch {
      return false
    }
  }

  function replace(id: string, change: Partial<OutboxEntry>): void {
    let changed: OutboxEntry | undefined
    entries.value = entries.value.map((entry) => {
      if (entry.id !== id) return entry
      changed = { ...entry, ...change }
      return changed
    })
    if (!changed) return
    save()
    if (changed.state === 'failed') lastFailure.value = changed
    listeners?.onEntry(changed)
  }

  function drop(id: string): void {
    entries.value = entries.value.filter((entry) => entry.id !== id)
    save()
  }

  /** Keeps a message and starts to send it. `isKept` is false when the device's storage is full. */
  function add(roomId: string, text: string): { entry: OutboxEntry; isKept: boolean } {
    const entry: OutboxEntry = {
      id: createMessageId(() => clock.random()),
      roomId,
      text,
      createdAt: clock.now(),
      state: 'waiting',
      isUnclear: false,
      code: '',
      reason: '',
    }
    entries.value = [...entries.value, entry]
    const isKept = save()
    listeners?.onEntry(entry)
    pump()
    return { entry, isKept }
  }

  /** Tries everything that waits, one message per room at a time. */
  function pump(): void {
    clock.clearTimeout(retryTimer)
    const rooms = new Set(entries.value.map(({ roomId }) => roomId))
    for (const roomId of rooms) {
      if (!busyRooms.has(roomId)) void pumpRoom(roomId)
    }
  }

  async function pumpRoom(roomId: string): Promise<void> {
    const startedIn = run
    busyRooms.add(roomId)
    for (;;) {
      const next = entries.value.find((one) => one.roomId === roomId && one.state === 'waiting')
      if (!next) break
      const isAnswered = await attempt(next)
      if (run !== startedIn) return
      if (!isAnswered) {
        retryLater()
        break
      }
    }
    busyRooms.delete(roomId)
  }

  /** One attempt. False when nobody answered. */
  async function attempt(entry: OutboxEntry): Promise<boolean> {
    const startedIn = run
    replace(entry.id, { state: 'sending' })
    try {
      const known = entry.isUnclear ? await repository.getMessage(entry.id) : undefined
      const message = known ?? (await repository.sendMessage(entry))
      if (run === startedIn) settle(message)
      return true
    } catch (error) {
      return run === startedIn ? await afterFailure(entry, error) : true
    }
  }

  function settle(message: Message): void {
    retries = 0
    drop(message.id)
    listeners?.onSent(message)
  }

  /**
   * Nobody answered, or the server has a problem: wait. Refused: it may still be stored, because a repeated id is refused
   * with a meaningless text (protocol reference 5.1, step 10), so that is asked first.
   */
  async function afterFailure(entry: OutboxEntry, error: unknown): Promise<boolean> {
    const startedIn = run
    if (!(error instanceof ApiError) || isTransient(error)) {
      replace(entry.id, { state: 'waiting', isUnclear: true })
      return false
    }
    try {
      const stored = await repository.getMessage(entry.id)
      if (run !== startedIn) return true
      if (stored) settle(stored)
      else replace(entry.id, { state: 'failed', code: error.code, reason: error.message })
      return true
    } catch (question) {
      if (run !== startedIn) return true
      // Who may not even ask will not get another answer later, and the room's other messages would wait for ever.
      if (isRefusal(question)) {
        replace(entry.id, { state: 'failed', code: error.code, reason: error.message })
        return true
      }
      replace(entry.id, { state: 'waiting', isUnclear: true })
      return false
    }
  }

  function retryLater(): void {
    const delay = retryDelays[Math.min(retries, retryDelays.length - 1)] ?? 30_000
    retries += 1
    clock.clearTimeout(retryTimer)
    retryTimer = clock.setTimeout(pump, delay * (0.75 + clock.random() / 2))
  }

  /** Sends a failed message again, with the same id. */
  function retry(id: string): void {
    replace(id, { state: 'waiting', isUnclear: true, code: '', reason: '' })
    pump()
  }

  /** Gives a failed or waiting message up. One that is being sent cannot be taken back. */
  function discard(id: string): void {
    const entry = find(id)
    if (!entry || entry.state === 'sending') return
    drop(id)
    listeners?.onDiscarded(entry)
  }

  /** The server's copy came by another way (the stream, a history page): it needs no more attempts. */
  function noteStored(id: string): void {
    if (find(id)) drop(id)
  }

  function find(id: string): OutboxEntry | undefined {
    return entries.value.find((entry) => entry.id === id)
  }

  function inRoom(roomId: string): readonly OutboxEntry[] {
    return entries.value.filter((entry) => entry.roomId === roomId)
  }

  session.onEnd(() => stop(!session.isExpired))

  return {
    entries,
    lastFailure,
    unsentCount,
    start,
    add,
    pump,
    retry,
    discard,
    noteStored,
    find,
    inRoom,
  }
})

/** The server has understood the question and says no. */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && !isTransient(error)
}

/** Answers that say nothing about the message itself: later they may be different. */
function isTransient(error: ApiError): boolean {
  const { isNetwork, status } = error
  return isNetwork || status === 0 || status === 401 || status === 429 || status >= 500
}
