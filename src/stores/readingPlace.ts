import type { KeyValueStorage } from '../platform/types'
import { createPlaces, type Place } from './places'

export type ReadingPlaceOptions = {
  storage: KeyValueStorage
  /** The open room; `''` for none. */
  roomId: () => string
  isAtNewest: () => boolean
}

/** Where the reader of the open room is, kept when it is left and given back when it is opened again. */
export function createReadingPlace({ storage, roomId, isAtNewest }: ReadingPlaceOptions) {
  const places = createPlaces(storage)
  let isReturning = false
  /** The list's word on what is at the top of the screen now. */
  let current: () => Place | undefined = () => undefined

  /** What is at the top of the screen; undefined at the newest message. Late news of a place that was left is ignored. */
  function note(place: Place | undefined): void {
    if (roomId() === '' || isReturning || (place && isAtNewest())) return
    places.set(roomId(), place)
    places.save()
  }

  return {
    /** The list is on its way to where the room was left: what it shows until then is not read. */
    get isReturning() {
      return isReturning
    },
    start: places.start,
    stop: places.stop,
    /** Where the room that opens was left; until `arrive` nothing is noted. Undefined for the newest message. */
    depart(): Place | undefined {
      const place = places.get(roomId())
      isReturning = place !== undefined
      return place
    },
    arrive(): void {
      isReturning = false
    },
    forget: (id: string) => places.set(id, undefined),
    note,
    /** The page goes or is covered: asks the list before it is gone. */
    keep(): void {
      const place = isAtNewest() ? undefined : current()
      if (place !== undefined) note(place)
    },
    setSource(source: () => Place | undefined): void {
      current = source
    },
  }
}
