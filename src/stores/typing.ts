import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { TimerHandle } from '../platform/types'
import { useConnectionStore } from './connection'
import { useServices } from './services'
import { useSessionStore } from './session'

/** A name is dropped this long after its last event (protocol reference 2.8). */
const forgetMs = 15_000
/** Typing counts as stopped this long after the last key. */
const idleMs = 6_000

/** Who is typing in the open room, and telling the others that this user is. */
export const useTypingStore = defineStore('typing', () => {
  const { clock } = useServices()
  const connection = useConnectionStore()
  const session = useSessionStore()
  const names = shallowRef<readonly string[]>([])
  const timers = new Map<string, TimerHandle>()
  let roomId = ''
  let isTold = false
  let idleTimer: TimerHandle

  function forget(name: string): void {
    clock.clearTimeout(timers.get(name))
    timers.delete(name)
    names.value = [...timers.keys()]
  }

  /** Follows another room; `''` for none. */
  function follow(nextRoomId: string): void {
    stop()
    roomId = nextRoomId
    for (const name of [...timers.keys()]) forget(name)
  }

  /** Somebody started or stopped typing somewhere. */
  function note(inRoomId: string, name: string, isTyping: boolean): void {
    if (inRoomId !== roomId || name === session.user?.username) return
    if (!isTyping) {
      if (timers.has(name)) forget(name)
      return
    }
    clock.clearTimeout(timers.get(name))
    timers.set(
      name,
      clock.setTimeout(() => forget(name), forgetMs),
    )
    if (!names.value.includes(name)) names.value = [...timers.keys()]
  }

  /** This user pressed a key; `hasText` is false when the field is empty now. */
  function noteKeystroke(hasText: boolean): void {
    if (!hasText || roomId === '') {
      stop()
      return
    }
    isTold = true
    connection.sendTyping(roomId, true)
    clock.clearTimeout(idleTimer)
    idleTimer = clock.setTimeout(stop, idleMs)
  }

  /** The closing event is always sent: the mobile client keeps a name until it comes. */
  function stop(): void {
    clock.clearTimeout(idleTimer)
    if (!isTold) return
    isTold = false
    connection.sendTyping(roomId, false)
  }

  return { names, follow, note, noteKeystroke, stop }
})
