import type { Clock, TimerHandle } from '../platform/types'
import { createBackoff, type Backoff } from './backoff'
import { DdpError, TransportError } from './ddpError'
import { createDeferred, type Deferred } from './deferred'
import type { RoomHandle } from './realtime'

export type HubRooms = {
  /** Wants the events of a room; the same wanted twice is one subscription at the hub. */
  add(roomId: string): RoomHandle
  /** A hub connection is there: subscribes everything that is wanted. */
  start(): void
  /** The hub connection is gone: nothing is confirmed any more. */
  stop(): void
  /** Asks at once for what could not be confirmed: the gateway is connected to the chat server again, or somebody waits. */
  retry(): void
  /** Wanted rooms that this connection has neither confirmed nor refused. */
  readonly openCount: number
}

export type HubRoomsOptions = {
  clock: Clock
  /** Calls a method of the hub; rejects with the refusal's code as the message. */
  invoke: (method: string, roomId: string) => Promise<unknown>
  /** The last open one was confirmed or refused. */
  onSettled: () => void
  /** The hub did not answer in time. */
  onTimeout: () => void
}

type Entry = {
  roomId: string
  references: number
  /** `waiting`: to be asked again; the others are the hub's state. */
  state: 'waiting' | 'asked' | 'settled'
  confirmation: Deferred
  backoff: Backoff
  /** Waits for the answer, or for the moment to ask again. */
  timer: TimerHandle
}

/** The gateway itself gives the chat server 15 s. */
const answerTimeoutMs = 20_000
const retryDelayMs = 1_000
/** Rooms are asked for only while somebody is there: the socket ends in the background. */
const retryDelayMaxMs = 10_000

/** Refusals that pass: the gateway has no connection now, or was asked too fast. */
const passing = new Set(['timeout', 'closed', 'too_many_invocations'])

/** The rooms that a client of the hub wants, kept over reconnects. */
export function createHubRooms(options: HubRoomsOptions): HubRooms {
  const { clock, invoke, onSettled, onTimeout } = options
  const entries = new Map<string, Entry>()
  let isStarted = false
  /** Number of the hub connection; answers of older ones are dropped. */
  let connection = 0

  function openCount(): number {
    let count = 0
    for (const { state } of entries.values()) if (state !== 'settled') count += 1
    return count
  }

  function arm(entry: Entry, delayMs: number, callback: () => void): void {
    clock.clearTimeout(entry.timer)
    entry.timer = clock.setTimeout(callback, delayMs)
  }

  function ask(entry: Entry): void {
    const askedIn = connection
    const isStale = (): boolean => askedIn !== connection || entries.get(entry.roomId) !== entry
    entry.state = 'asked'
    arm(entry, answerTimeoutMs, onTimeout)
    invoke('subscribeRoom', entry.roomId).then(
      () => {
        if (!isStale()) settle(entry)
      },
      (error: unknown) => {
        if (!isStale()) refused(entry, error)
      },
    )
  }

  function refused(entry: Entry, error: unknown): void {
    const code = codeOf(error)
    if (passing.has(code)) {
      entry.state = 'waiting'
      arm(entry, entry.backoff.next(), () => ask(entry))
      return
    }
    // Stays wanted: what is refused now may be allowed in the next connection.
    settle(entry, new DdpError(code, '', undefined))
  }

  function settle(entry: Entry, refusal?: DdpError): void {
    clock.clearTimeout(entry.timer)
    entry.backoff.reset()
    entry.state = 'settled'
    if (refusal === undefined) entry.confirmation.resolve()
    else entry.confirmation.reject(refusal)
    if (openCount() === 0) onSettled()
  }

  function create(roomId: string): Entry {
    const entry: Entry = {
      roomId,
      references: 0,
      state: 'waiting',
      confirmation: createDeferred(),
      backoff: createBackoff(clock, retryDelayMs, retryDelayMaxMs),
      timer: undefined,
    }
    entries.set(roomId, entry)
    if (isStarted) ask(entry)
    return entry
  }

  function release(entry: Entry): void {
    entry.references -= 1
    if (entry.references > 0) return
    entries.delete(entry.roomId)
    clock.clearTimeout(entry.timer)
    entry.confirmation.reject(new TransportError('closed'))
    if (!isStarted) return
    // Also takes back what is asked and not answered yet; what was refused is not held, which does no harm.
    invoke('unsubscribeRoom', entry.roomId).catch(() => undefined)
    if (openCount() === 0) onSettled()
  }

  return {
    add(roomId) {
      const entry = entries.get(roomId) ?? create(roomId)
      entry.references += 1
      let isHeld = true
      return {
        ready: entry.confirmation.promise,
        dispose: () => {
          if (isHeld) release(entry)
          isHeld = false
        },
      }
    },
    start() {
      connection += 1
      isStarted = true
      for (const entry of entries.values()) ask(entry)
    },
    stop() {
      connection += 1
      isStarted = false
      for (const entry of entries.values()) {
        clock.clearTimeout(entry.timer)
        entry.state = 'waiting'
        if (entry.confirmation.isSettled()) entry.confirmation = createDeferred()
      }
    },
    retry() {
      if (!isStarted) return
      for (const entry of entries.values()) if (entry.state === 'waiting') ask(entry)
    },
    get openCount() {
      return openCount()
    },
  }
}

/**
 * The official client puts no code beside the sentence: the completion's error is the whole message. An ended connection
 * fails too; its answer is stale by then.
 */
function codeOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : 'unknown'
}
