import type { Clock, KeyValueStorage, TimerHandle } from '../platform/types'

const saveDelayMs = 800

/** Texts that were typed and not sent, by room; they survive restarts, a full list is small. */
export interface Drafts {
  start(userId: string): void
  get(roomId: string): string
  set(roomId: string, text: string): void
  /** Adds a text that must not be lost below what the room has, on disk at once. */
  append(roomId: string, text: string): void
  /** Rooms that have one. */
  entries(): Iterable<[string, string]>
  /** Writes to disk now what waits to be written. */
  save(): void
  stop(erase: boolean): void
}

export function createDrafts(storage: KeyValueStorage, clock: Clock): Drafts {
  const texts = new Map<string, string>()
  let ownerId = ''
  let timer: TimerHandle
  let isDirty = false

  const keyOf = (userId: string): string => `drafts:${userId}`

  function save(): void {
    clock.clearTimeout(timer)
    if (!isDirty || ownerId === '') return
    isDirty = false
    try {
      storage.set(keyOf(ownerId), Object.fromEntries(texts))
    } catch {
      // A full storage loses the draft only when the app closes; it stays on the screen.
    }
  }

  function set(roomId: string, text: string): void {
    if (text === '') texts.delete(roomId)
    else texts.set(roomId, text)
    isDirty = true
    clock.clearTimeout(timer)
    timer = clock.setTimeout(save, saveDelayMs)
  }

  return {
    start(userId) {
      ownerId = userId
      texts.clear()
      const saved = storage.get(keyOf(userId))
      if (typeof saved !== 'object' || saved === null) return
      for (const [roomId, text] of Object.entries(saved)) {
        if (typeof text === 'string') texts.set(roomId, text)
      }
    },
    get: (roomId) => texts.get(roomId) ?? '',
    set,
    append(roomId, text) {
      const known = texts.get(roomId)
      set(roomId, known === undefined ? text : `${known}\n${text}`)
      save()
    },
    entries: () => texts.entries(),
    save,
    stop(erase) {
      save()
      if (erase && ownerId !== '') storage.remove(keyOf(ownerId))
      texts.clear()
      ownerId = ''
    },
  }
}
