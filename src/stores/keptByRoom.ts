import type { Clock, KeyValueStorage, TimerHandle } from '../platform/types'

const saveDelayMs = 800

export type KeptByRoomOptions<T> = {
  storage: KeyValueStorage
  clock: Clock
  /** What the storage's key begins with; the user's id follows. */
  name: string
  /** Checks what the storage gives back; undefined for what is not one. */
  read: (saved: unknown) => T | undefined
}

/** One value per room, for one user; written to disk shortly after it has changed. */
export interface KeptByRoom<T> {
  start(userId: string): void
  get(roomId: string): T | undefined
  set(roomId: string, value: T | undefined): void
  entries(): Iterable<[string, T]>
  /** Writes to disk now what waits to be written. */
  save(): void
  stop(erase: boolean): void
}

export function createKeptByRoom<T>(options: KeptByRoomOptions<T>): KeptByRoom<T> {
  const { storage, clock, name, read } = options
  const values = new Map<string, T>()
  let ownerId = ''
  let timer: TimerHandle
  let isDirty = false

  const keyOf = (userId: string): string => `${name}:${userId}`

  function save(): void {
    clock.clearTimeout(timer)
    if (!isDirty || ownerId === '') return
    isDirty = false
    try {
      storage.set(keyOf(ownerId), Object.fromEntries(values))
    } catch {
      // A full storage loses it only when the app closes; it stays on the screen.
    }
  }

  return {
    start(userId) {
      ownerId = userId
      values.clear()
      const saved = storage.get(keyOf(userId))
      if (typeof saved !== 'object' || saved === null) return
      for (const [roomId, kept] of Object.entries(saved)) {
        const value = read(kept)
        if (value !== undefined) values.set(roomId, value)
      }
    },
    get: (roomId) => values.get(roomId),
    set(roomId, value) {
      if (value === undefined) values.delete(roomId)
      else values.set(roomId, value)
      isDirty = true
      clock.clearTimeout(timer)
      timer = clock.setTimeout(save, saveDelayMs)
    },
    entries: () => values.entries(),
    save,
    stop(erase) {
      save()
      if (erase && ownerId !== '') storage.remove(keyOf(ownerId))
      values.clear()
      ownerId = ''
    },
  }
}
