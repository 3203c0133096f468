import { StorageError, type KeyValueStorage } from '../platform/types'

/** Where somebody was reading: the topmost message on the screen, and how far its top was below the list's, in px. */
export type Place = { id: string; offset: number }

/** Rooms whose place is remembered; the ones that were left longest ago are forgotten first. */
const maxPlaces = 100

/** The places in all rooms that were left while older messages were on the screen; they survive restarts. */
export interface Places {
  /** Reads what is kept for this person; does nothing when it is read already. */
  start(userId: string): void
  get(roomId: string): Place | undefined
  /** Undefined stands for the newest message. */
  set(roomId: string, place: Place | undefined): void
  /** Writes to disk what has changed. */
  save(): void
  stop(erase: boolean): void
}

export function createPlaces(storage: KeyValueStorage): Places {
  const places = new Map<string, Place>()
  let ownerId = ''
  let isDirty = false

  const keyOf = (userId: string): string => `places:${userId}`

  function save(): void {
    if (!isDirty || ownerId === '') return
    isDirty = false
    try {
      storage.set(keyOf(ownerId), Object.fromEntries(places))
    } catch (error) {
      // A full storage forgets the place only when the app closes.
      if (!(error instanceof StorageError)) throw error
    }
  }

  return {
    start(userId) {
      if (ownerId === userId) return
      ownerId = userId
      places.clear()
      const saved = storage.get(keyOf(userId))
      if (typeof saved !== 'object' || saved === null) return
      for (const [roomId, place] of Object.entries(saved)) {
        if (isPlace(place)) places.set(roomId, { id: place.id, offset: place.offset })
      }
    },
    get: (roomId) => places.get(roomId),
    set(roomId, place) {
      const known = places.get(roomId)
      if (known?.id === place?.id && known?.offset === place?.offset) return
      // Taken out first, so that the order is the order of leaving.
      places.delete(roomId)
      if (place !== undefined) places.set(roomId, place)
      for (const oldest of places.keys()) {
        if (places.size <= maxPlaces) break
        places.delete(oldest)
      }
      isDirty = true
    },
    save,
    stop(erase) {
      save()
      if (erase && ownerId !== '') storage.remove(keyOf(ownerId))
      places.clear()
      ownerId = ''
    },
  }
}

function isPlace(value: unknown): value is Place {
  if (typeof value !== 'object' || value === null) return false
  const { id, offset } = value as Partial<Place>
  return typeof id === 'string' && typeof offset === 'number' && Number.isFinite(offset)
}
