import type { Clock, TimerHandle } from '../platform/types'
import { DdpError, readRateLimitWait } from './ddpError'
import { createDeferred } from './deferred'

/** What the other side has to change in the set that it knows. */
export type PresenceChange = { added: string[]; removed: string[] }

export type PresenceWatch = {
  /** As `Realtime.watchPresence`. */
  want(userIds: Iterable<string>): Promise<void>
  /** A connection is there, and the other side knows of nobody: tells everybody who is wanted. */
  start(): void
  /** The connection is gone: nothing is confirmed any more. */
  stop(): void
}

export type PresenceWatchOptions = {
  clock: Clock
  /** Tells the whole set and how it differs from the one told before; resolves when that is confirmed. */
  send: (userIds: readonly string[], change: PresenceChange) => Promise<unknown>
  /**
   * Milliseconds in which changes are gathered. The first set of a connection is told at once.
   * @default 500
   */
  gatherMs?: number
}

/** After a refusal that names no time, in milliseconds. Nothing but dots on the screen depends on it. */
const retryMs = 30_000

/** The people whose presence is wanted, told sparingly and again after each reconnect. */
export function createPresenceWatch(options: PresenceWatchOptions): PresenceWatch {
  const { clock, send, gatherMs = 500 } = options
  let wanted: ReadonlySet<string> = new Set()
  /** What this connection has confirmed. */
  let told: ReadonlySet<string> = new Set()
  let confirmation = createDeferred()
  let isStarted = false
  let isTelling = false
  /** Number of the connection; answers of older ones are dropped. */
  let connection = 0
  let timer: TimerHandle

  function unsettle(): void {
    if (confirmation.isSettled()) confirmation = createDeferred()
  }

  function schedule(delayMs: number): void {
    if (!isStarted || isTelling || timer !== undefined) return
    timer = clock.setTimeout(() => {
      timer = undefined
      void tell()
    }, delayMs)
  }

  async function tell(): Promise<void> {
    const telling = wanted
    const toldIn = connection
    const isStale = (): boolean => toldIn !== connection
    const added = [...telling].filter((id) => !told.has(id))
    const removed = [...told].filter((id) => !telling.has(id))
    isTelling = true
    try {
      if (added.length + removed.length > 0) await send([...telling], { added, removed })
    } catch (error) {
      if (isStale()) return
      isTelling = false
      schedule(waitOf(error))
      return
    }
    if (isStale()) return
    isTelling = false
    told = telling
    if (wanted === telling) confirmation.resolve()
    else schedule(gatherMs)
  }

  return {
    want(userIds) {
      const next = new Set(userIds)
      if (!isSame(next, wanted)) {
        wanted = next
        unsettle()
        schedule(told.size === 0 ? 0 : gatherMs)
      }
      return confirmation.promise
    },
    start() {
      isStarted = true
      schedule(0)
    },
    stop() {
      connection += 1
      isStarted = false
      isTelling = false
      told = new Set()
      clock.clearTimeout(timer)
      timer = undefined
      unsettle()
    },
  }
}

function isSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((id) => b.has(id))
}

function waitOf(error: unknown): number {
  const waitMs = error instanceof DdpError ? readRateLimitWait(error) : undefined
  return waitMs === undefined ? retryMs : Math.min(waitMs, retryMs)
}
