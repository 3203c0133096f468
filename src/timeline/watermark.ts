import type { Message } from '../rocketchat/types'

/** Up to which `updatedAt` of one room nothing can be missing. See `Timeline.latestUpdatedAt`. */
export type Watermark = {
  readonly value: number
  /** Messages of a feed that leaves nothing out while the connection lasts. */
  note(messages: readonly Message[]): void
  /** The first page: a snapshot, so it counts also while the connection is away. */
  start(messages: readonly Message[]): void
  /** Everything is known up to here and no further. */
  reset(to: number): void
  freeze(): void
  thaw(): void
}

export function createWatermark(): Watermark {
  let value = 0
  let seen = 0
  let isFrozen = false
  return {
    get value() {
      return value
    },
    note(messages) {
      seen = maxUpdatedAt(messages, seen)
      if (!isFrozen) value = seen
    },
    start(messages) {
      value = maxUpdatedAt(messages, value)
      seen = Math.max(seen, value)
    },
    reset(to) {
      value = to
      seen = to
    },
    freeze() {
      isFrozen = true
    },
    thaw() {
      isFrozen = false
      value = seen
    },
  }
}

function maxUpdatedAt(messages: readonly Message[], least: number): number {
  let max = least
  for (const message of messages) max = Math.max(max, message.updatedAt)
  return max
}
