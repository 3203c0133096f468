import type { Clock } from '../clock'
import type { SqlDriver } from './driver'

/** Hands out the `_updatedAt` of changes. */
export type Stamps = {
  /** A time later than every earlier stamp. */
  next(): Date
}

const newestStored = `SELECT max(
  (SELECT coalesce(max(updated_at), 0) FROM users), (SELECT coalesce(max(updated_at), 0) FROM rooms),
  (SELECT coalesce(max(updated_at), 0) FROM subscriptions),
  (SELECT coalesce(max(updated_at), 0) FROM messages),
  (SELECT coalesce(max(deleted_at), 0) FROM trash)) AS newest`

/**
 * Clients ask for everything with `_updatedAt` strictly greater than the largest they know (protocol reference 3.3).
 * Two changes in one millisecond would lose one of them at that border, so stamps never repeat; under more than 1,000
 * changes a second they run ahead of the clock, which nobody compares them with.
 */
export const createStamps = (driver: SqlDriver, clock: Clock): Stamps => {
  let last = driver.get<{ newest: number }>(newestStored)?.newest ?? 0
  return {
    next: () => {
      last = Math.max(clock.now(), last + 1)
      return new Date(last)
    },
  }
}
