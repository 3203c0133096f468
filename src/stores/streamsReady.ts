import type { Clock } from '../platform/types'
import type { RoomHandle } from '../realtime/realtime'

/** How long the first page of a room waits for the room's streams, in milliseconds. */
const streamsWaitMs = 1_000

/**
 * Settles when the first page of a room may be asked for: once its streams are confirmed or refused, or after a second.
 *
 * @param onLate they are confirmed later than that: in between nobody told anything
 */
export function streamsReady(streams: RoomHandle, clock: Clock, onLate: () => void): Promise<void> {
  return new Promise((resolve) => {
    let isLate = false
    const timer = clock.setTimeout(() => {
      isLate = true
      resolve()
    }, streamsWaitMs)
    const go = (): void => {
      clock.clearTimeout(timer)
      resolve()
    }
    streams.ready.then(() => (isLate ? onLate() : go()), go)
  })
}
