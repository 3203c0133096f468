import { defineStore } from 'pinia'
import type { CachedRoom, MessageCache } from './cachedRoom'

/**
 * The rooms that are kept on this device for the person who is signed in; see `MessageCache`. Usable at any time: without a
 * session nothing is found and nothing is kept.
 */
export const useMessageCache = defineStore('messageCache', (): MessageCache => {
  const rooms = new Map<string, CachedRoom>()
  return {
    load: (roomId) => Promise.resolve(rooms.get(roomId)),
    save: (roomId, room) => void rooms.set(roomId, room),
    remove: (roomId) => void rooms.delete(roomId),
  }
})
