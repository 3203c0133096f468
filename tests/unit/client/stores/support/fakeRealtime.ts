import type { Realtime, RealtimeState, StreamFrame } from '../../../../../src/realtime/realtime'
import type { FakeChat, Listener } from './fakeChat'

export type FakeRealtime = Realtime & {
  /** Login and subscriptions are confirmed: from now on frames arrive. */
  goLive(): void
  /** The connection breaks; frames from now on are lost. */
  cut(): void
  reject(): void
  /** A frame as if the server had sent it. */
  receive(frame: StreamFrame): void
  readonly openedRooms: readonly string[]
  readonly typing: readonly (readonly [string, boolean])[]
  /** Whose presence was wanted, call by call. */
  readonly watched: readonly (readonly string[])[]
  readonly opens: number
  /** How frames travel; at once unless a test says otherwise. */
  transport: (deliver: () => void) => void
}

/** A connection of one person to a `FakeChat`, which changes its state only when the test says so. */
export function createFakeRealtime(chat: FakeChat, userId: string): FakeRealtime {
  const stateListeners = new Set<(state: RealtimeState) => void>()
  const frameListeners = new Set<(frame: StreamFrame) => void>()
  const rooms: string[] = []
  /** Rooms whose streams the server has confirmed in this connection. */
  let followed: string[] = []
  const typing: [string, boolean][] = []
  const watched: (readonly string[])[] = []
  let confirms: (() => void)[] = []
  let state: RealtimeState = 'offline'
  let generation = 0
  let opens = 0

  const receive = (frame: StreamFrame): void => frameListeners.forEach((listen) => listen(frame))
  const listener: Listener = {
    userId,
    follows: (roomId) => followed.includes(roomId),
    deliver(frame) {
      const sentIn = generation
      realtime.transport(() => {
        if (generation === sentIn && state === 'live') receive(frame)
      })
    },
  }

  function become(next: RealtimeState): void {
    state = next
    if (next === 'live') chat.listeners.add(listener)
    else chat.listeners.delete(listener)
    for (const listen of [...stateListeners]) listen(next)
  }

  const realtime: FakeRealtime = {
    transport: (deliver) => deliver(),
    openedRooms: rooms,
    typing,
    watched,
    get opens() {
      return opens
    },
    get state() {
      return state
    },
    get generation() {
      return generation
    },
    open() {
      opens += 1
      become('connecting')
    },
    close: () => become('offline'),
    goLive() {
      if (state === 'offline') become('connecting')
      generation += 1
      followed = [...rooms]
      for (const confirm of confirms) confirm()
      confirms = []
      become('live')
    },
    cut: () => become('offline'),
    reject: () => become('rejected'),
    receive,
    onState(listen) {
      stateListeners.add(listen)
      return () => stateListeners.delete(listen)
    },
    onFrame(listen) {
      frameListeners.add(listen)
      return () => frameListeners.delete(listen)
    },
    openRoom(roomId) {
      rooms.push(roomId)
      let isOpen = true
      const ready = new Promise<void>((resolve) => {
        const confirm = (): void => {
          if (isOpen) followed.push(roomId)
          resolve()
        }
        if (state === 'live') realtime.transport(confirm)
        else confirms.push(resolve)
      })
      return {
        ready,
        dispose() {
          if (isOpen) rooms.splice(rooms.indexOf(roomId), 1)
          isOpen = false
          followed = followed.filter((id) => rooms.includes(id))
        },
      }
    },
    sendTyping(roomId, isTyping) {
      typing.push([roomId, isTyping])
    },
    watchPresence(userIds) {
      watched.push(userIds)
      return new Promise((resolve) => {
        if (state === 'live') realtime.transport(resolve)
        else confirms.push(resolve)
      })
    },
    checkNow: () => undefined,
  }
  return realtime
}
