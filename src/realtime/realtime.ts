import type { Disposer } from '../platform/types'

/**
 * - `offline`: not open, waiting for the next attempt, or asleep in the background
 * - `connecting`: an attempt is under way, up to the last confirmed subscription
 * - `live`: login, user subscriptions and those of the open rooms are confirmed
 * - `rejected`: the server refused the login; nothing is tried until `open()`, which asks for the token again
 */
export type RealtimeState = 'offline' | 'connecting' | 'live' | 'rejected'

/** One event of a stream as it came: `collection` is for example `stream-room-messages` (protocol reference 2.1). */
export type StreamFrame = { collection: string; eventName: string; args: readonly unknown[] }

export type RoomHandle = {
  /**
   * Resolves when the server has confirmed all streams of the room in one connection; later ones are told by `onState`.
   * Rejects with `DdpError` when the server refuses the room and with `TransportError` when disposed before. Nobody has to
   * listen: a rejection that nobody takes is not reported as unhandled.
   */
  ready: Promise<void>
  dispose: Disposer
}

/** The realtime connection as the stores see it, whichever way of authentication is behind. */
export interface Realtime {
  open(): void
  close(): void
  readonly state: RealtimeState
  /** Number of the current connection; grows with each reconnect; results asked for in an older one are dropped by it. */
  readonly generation: number
  onState(listener: (state: RealtimeState) => void): Disposer
  onFrame(listener: (frame: StreamFrame) => void): Disposer
  /** Subscribes the streams of one open room; reference-counted; subscribed again after each reconnect. */
  openRoom(roomId: string): RoomHandle
  /** Tells the room that the own user types or has stopped. May be called for every key stroke: it is sent sparingly. */
  sendTyping(roomId: string, isTyping: boolean, threadId?: string): void
  /**
   * Whose presence the server is to tell, in place of those of the call before (protocol reference 2.5). Changes are gathered
   * and sent sparingly; the set is told again after each reconnect.
   * @returns resolves when a connection has confirmed this set, or a later one: what is asked for then misses no change.
   * Never rejects.
   */
  watchPresence(userIds: readonly string[]): Promise<void>
  /** Looks whether the connection is alive, and reconnects at once when it is not. */
  checkNow(): void
}
