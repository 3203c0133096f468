import type { Message } from '../../rocketchat/types'

/** What is known of one room's newest messages, as it survives a restart. Plain JSON. */
export type CachedRoom = {
  /** In the order of time, without a gap up to the newest one that was known. */
  messages: readonly Message[]
  /** Whether the first of them is the room's first message. */
  hasOldest: boolean
  /** Every change that the server made until here is contained: the server's time in milliseconds. */
  syncedUntil: number
}

/** The newest messages of rooms, kept on the device for one account. */
export interface MessageCache {
  /** Undefined when nothing usable is kept. Never rejects: what cannot be read counts as absent. */
  load(roomId: string): Promise<CachedRoom | undefined>
  /** Keeps a copy soon; never throws, and a full device only means that nothing is kept. */
  save(roomId: string, room: CachedRoom): void
  /** Forgets a room, for example one that the user has left. */
  remove(roomId: string): void
}
