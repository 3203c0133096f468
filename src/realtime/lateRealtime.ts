import type { Clock, Disposer, TimerHandle } from '../platform/types'
import { createBackoff } from './backoff'
import { TransportError } from './ddpError'
import { createDeferred } from './deferred'
import { createListeners, throwLater } from './listeners'
import type { Realtime, RealtimeState, RoomHandle, StreamFrame } from './realtime'

export type LateRealtimeOptions = {
  /** Makes the connection; its scripts may have to come over the network. Asked again when it failed. */
  load: () => Promise<Realtime>
  clock: Clock
}

const loadDelayMs = 1_000
const loadDelayMaxMs = 10_000

/** A connection whose scripts are loaded with the first `open()`: what is asked for before is kept for it. */
export function createLateRealtime({ load, clock }: LateRealtimeOptions): Realtime {
  const backoff = createBackoff(clock, loadDelayMs, loadDelayMaxMs)
  const onThrown = throwLater(clock)
  const stateListeners = createListeners<[RealtimeState]>(onThrown)
  const frameListeners = createListeners<[StreamFrame]>(onThrown)
  /** Told once the connection is there. */
  const waiting = new Set<(loaded: Realtime) => void>()
  let inner: Realtime | undefined
  let state: RealtimeState = 'offline'
  let isOpen = false
  let isLoading = false
  let timer: TimerHandle

  function setState(next: RealtimeState): void {
    if (state === next) return
    state = next
    stateListeners.emit(next)
  }

  async function start(): Promise<void> {
    if (isLoading) return
    isLoading = true
    setState('connecting')
    try {
      adopt(await load())
    } catch {
      if (isOpen) {
        setState('offline')
        timer = clock.setTimeout(() => void start(), backoff.next())
      }
    } finally {
      isLoading = false
    }
  }

  function loadNow(): void {
    clock.clearTimeout(timer)
    void start()
  }

  function adopt(loaded: Realtime): void {
    inner = loaded
    loaded.onState(setState)
    loaded.onFrame((frame) => frameListeners.emit(frame))
    for (const tell of waiting) tell(loaded)
    waiting.clear()
    if (isOpen) loaded.open()
  }

  function openLater(roomId: string): RoomHandle {
    const confirmation = createDeferred()
    let dispose: Disposer = () => {
      waiting.delete(openNow)
      confirmation.reject(new TransportError('closed'))
    }
    function openNow(loaded: Realtime): void {
      const room = loaded.openRoom(roomId)
      dispose = room.dispose
      room.ready.then(confirmation.resolve, confirmation.reject)
    }
    waiting.add(openNow)
    return { ready: confirmation.promise, dispose: () => dispose() }
  }

  return {
    open() {
      isOpen = true
      if (inner === undefined) loadNow()
      else inner.open()
    },
    close() {
      isOpen = false
      clock.clearTimeout(timer)
      inner?.close()
      setState('offline')
    },
    get state() {
      return state
    },
    get generation() {
      return inner?.generation ?? 0
    },
    onState: (listener) => stateListeners.add(listener),
    onFrame: (listener) => frameListeners.add(listener),
    openRoom: (roomId) => inner?.openRoom(roomId) ?? openLater(roomId),
    sendTyping: (...typing) => inner?.sendTyping(...typing),
    watchPresence: (userIds) =>
      inner?.watchPresence(userIds) ??
      new Promise((resolve) => {
        waiting.add((loaded) => void loaded.watchPresence(userIds).then(resolve))
      }),
    checkNow() {
      if (inner !== undefined) inner.checkNow()
      else if (isOpen) loadNow()
    },
  }
}
