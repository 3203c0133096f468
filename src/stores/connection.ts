import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Realtime, RealtimeState, StreamFrame } from '../realtime/realtime'
import { useServices, type RealtimeTarget } from './services'

export type ConnectionListeners = {
  onState: (state: RealtimeState) => void
  onFrame: (frame: StreamFrame) => void
}

type OpenedRoom = ReturnType<Realtime['openRoom']>

/** The one realtime connection of the session, whichever way it runs. */
export const useConnectionStore = defineStore('connection', () => {
  const { createRealtime } = useServices()
  const state = ref<RealtimeState>('offline')
  let realtime: Realtime | undefined

  /** Replaces the connection by one for another session. */
  function open(target: RealtimeTarget, listeners: ConnectionListeners): void {
    close()
    const opened = createRealtime(target)
    realtime = opened
    opened.onFrame(listeners.onFrame)
    opened.onState((next) => {
      if (realtime !== opened) return
      state.value = next
      listeners.onState(next)
    })
    opened.open()
  }

  /** Connects again after the login was refused and the token renewed. */
  function reopen(): void {
    realtime?.open()
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

  return { state, open, reopen, close, openRoom, sendTyping, watchPresence, generation }
})
