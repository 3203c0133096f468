import type { Clock, Disposer, TimerHandle } from '../platform/types'
import { createDeferred, type Deferred } from './deferred'
import { readDdpError, readRateLimitWait, TransportError } from './ddpError'

export type StreamHandle = { ready: Promise<void>; dispose: Disposer }

export type DdpSubscriptions = {
  /** Wants one event of one stream; the same wanted twice is one subscription on the wire (protocol reference 1.2). */
  add(stream: string, eventName: string): StreamHandle
  /** A connection is signed in: subscribes everything that is wanted, with fresh ids. */
  start(): void
  /** The connection is gone: nothing is confirmed any more. */
  stop(): void
  /** A `ready` frame. */
  confirm(ids: readonly unknown[]): void
  /** A `nosub` frame. */
  end(id: unknown, error: unknown): void
  /** Wanted subscriptions that this connection has neither confirmed nor refused. */
  readonly openCount: number
}

export type DdpSubscriptionsOptions = {
  clock: Clock
  /** Sends one frame; false when there is no connection. */
  send: (frame: object) => boolean
  /** Milliseconds the server may take to confirm or refuse. */
  timeoutMs: number
  /** The last open one was confirmed or refused. */
  onSettled: () => void
  /** The server did not answer in time. */
  onTimeout: () => void
}

type Entry = {
  stream: string
  eventName: string
  references: number
  /** Id on the wire in this connection; empty when not subscribed now. */
  id: string
  isSettled: boolean
  confirmation: Deferred
  /** Waits for the answer, or for the moment to try again. */
  timer: TimerHandle
}

const maxRetryWaitMs = 60_000

/** The streams a client wants, kept over reconnects. */
export function createDdpSubscriptions(options: DdpSubscriptionsOptions): DdpSubscriptions {
  const { clock, send, timeoutMs, onSettled, onTimeout } = options
  const entries = new Map<string, Entry>()
  const byId = new Map<string, Entry>()
  let isStarted = false
  let openCount = 0
  let lastId = 0

  function subscribe(entry: Entry): void {
    lastId += 1
    entry.id = `s${lastId}`
    byId.set(entry.id, entry)
    arm(entry, timeoutMs, onTimeout)
    const params = [entry.eventName, { useCollection: false, args: [] }]
    send({ msg: 'sub', id: entry.id, name: entry.stream, params })
  }

  function arm(entry: Entry, delayMs: number, callback: () => void): void {
    clock.clearTimeout(entry.timer)
    entry.timer = clock.setTimeout(callback, delayMs)
  }

  function settle(entry: Entry): void {
    clock.clearTimeout(entry.timer)
    // A timer that has ended would stay in memory as long as the room is open.
    entry.timer = undefined
    if (entry.isSettled) return
    entry.isSettled = true
    openCount -= 1
    if (openCount === 0) onSettled()
  }

  function forget(entry: Entry): void {
    byId.delete(entry.id)
    entry.id = ''
  }

  function create(stream: string, eventName: string): Entry {
    const confirmation = createDeferred()
    const entry: Entry = {
      stream,
      eventName,
      references: 0,
      id: '',
      isSettled: false,
      confirmation,
      timer: undefined,
    }
    openCount += 1
    if (isStarted) subscribe(entry)
    return entry
  }

  function release(key: string, entry: Entry): void {
    entry.references -= 1
    if (entry.references > 0) return
    entries.delete(key)
    if (entry.id !== '') send({ msg: 'unsub', id: entry.id })
    forget(entry)
    entry.confirmation.reject(new TransportError('closed'))
    settle(entry)
  }

  function refuse(entry: Entry, error: unknown): void {
    forget(entry)
    const refusal = readDdpError(error)
    const waitMs = readRateLimitWait(refusal)
    if (waitMs !== undefined) {
      arm(entry, Math.min(Math.max(waitMs, 250), maxRetryWaitMs), () => subscribe(entry))
      return
    }
    // Stays wanted: what is refused now may be allowed in the next connection.
    entry.confirmation.reject(refusal)
    settle(entry)
  }

  return {
    add(stream, eventName) {
      const key = `${stream} ${eventName}`
      const entry = entries.get(key) ?? create(stream, eventName)
      entries.set(key, entry)
      entry.references += 1
      let isHeld = true
      return {
        ready: entry.confirmation.promise,
        dispose: () => {
          if (isHeld) release(key, entry)
          isHeld = false
        },
      }
    },
    start() {
      isStarted = true
      for (const entry of entries.values()) subscribe(entry)
      if (openCount === 0) onSettled()
    },
    stop() {
      isStarted = false
      byId.clear()
      openCount = entries.size
      for (const entry of entries.values()) {
        clock.clearTimeout(entry.timer)
        entry.id = ''
        entry.isSettled = false
        if (entry.confirmation.isSettled()) entry.confirmation = createDeferred()
      }
    },
    confirm(ids) {
      for (const id of ids) {
        const entry = typeof id === 'string' ? byId.get(id) : undefined
        if (entry === undefined) continue
        entry.confirmation.resolve()
        settle(entry)
      }
    },
    end(id, error) {
      const entry = typeof id === 'string' ? byId.get(id) : undefined
      if (entry === undefined) return
      if (error !== undefined) {
        refuse(entry, error)
        return
      }
      // Without an error it is no failure (protocol reference 2.5): the server is done with it.
      forget(entry)
      entry.confirmation.resolve()
      settle(entry)
    },
    get openCount() {
      return openCount
    },
  }
}
