import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Realtime, RealtimeState, StreamFrame } from '../realtime/realtime'
import { useServices, type RealtimeTarget } from './services'

export type ConnectionListeners = {
  onState: (state: RealtimeState) => void
  onFrame: (frame: StreamFrame) => void
}

/** Least time between two attempts that an answer has brought about, in milliseconds: at first, and after many in vain. */
const answerGapMs = { first: 1_000, longest: 10_000 }

type OpenedRoom = ReturnType<Realtime['openRoom']>

/** The one realtime connection of the session, whichever way it runs. */
export const useConnectionStore = defineStore('connection', () => {
  const { clock, createRealtime } = useServices()
  const state = ref<RealtimeState>('offline')
  let realtime: Realtime | undefined
  /** When an answer last cut a wait short, by the device's clock, and how often since the last connection. */
  let hastenedAt = -Infinity
  let hastenings = 0

  /** Replaces the connection by one for another session. */
  function open(target: RealtimeTarget, listeners: ConnectionListeners): void {
    close()
    const opened = createRealtime(target)
    realtime = opened
    opened.onFrame(listeners.onFrame)
    opened.onState((next) => {
      if (realtime !== opened) return
      state.value = next
      if (next === 'live') hastenings = 0
      listeners.onState(next)
    })
    opened.open()
  }

  /** Connects again after the login was refused and the token renewed. */
  function reopen(): void {
    realtime?.open()
  }

  /** Looks whether the connection is alive, and ends any wait: somebody has asked for it. */
  function tryNow(): void {
    // A refused login needs another token first.
    if (state.value !== 'rejected') realtime?.open()
    realtime?.checkNow()
  }

  /**
   * A request was answered, so the server is there: a reconnection that waits is tried at once. Not at every answer, and less
   * and less often where requests get through and the connection does not.
   */
  function noteAnswer(): void {
    if (state.value !== 'offline' || !realtime) return
    const now = clock.now()
    const doublings = Math.max(0, hastenings - 1)
    const gapMs = Math.min(answerGapMs.first * 2 ** doublings, answerGapMs.longest)
    if (Math.abs(now - hastenedAt) < gapMs) return
    hastenings += 1
    hastenedAt = now
    realtime.checkNow()
  }

  function close(): void {
    const closed = realtime
    realtime = undefined
    closed?.close()
    state.value = 'offline'
  }

  /** Subscribes to one room until `dispose`; undefined when signed out. */
  function openRoom(roomId: string): OpenedRoom | undefined {
    return realtime?.openRoom(roomId)
  }

  function sendTyping(roomId: string, isTyping: boolean): void {
    realtime?.sendTyping(roomId, isTyping)
  }

  /** As `Realtime.watchPresence`; resolves at once when signed out. */
  function watchPresence(userIds: readonly string[]): Promise<void> {
    return realtime?.watchPresence(userIds) ?? Promise.resolve()
  }

  /** Number of the present connection; an answer asked for in an older one is stale. */
  function generation(): number {
    return realtime?.generation ?? 0
  }

  return {
    ...{ state, open, reopen, close, tryNow, noteAnswer },
    ...{ openRoom, sendTyping, watchPresence, generation },
  }
})
