import { defineStore } from 'pinia'
import { createMemoryDisk } from '../../platform/cacheDisk'
import type { Message } from '../../rocketchat/types'
import { useServices } from '../services'
import { useSessionStore } from '../session'
import type { CachedRoom, MessageCache } from './cachedRoom'
import { isCurrentKey, listKey, rankOfKey, roomKey, roomsPrefix, scopeOf } from './cacheKeys'
import { readCachedRoom } from './readCached'
import { createShelf } from './shelf'

/** Newest messages that are kept of one room: some screens to scroll without a network. */
const maxMessages = 200

/** The cache of the account that is signed in, with what only stores need. */
export interface AccountCache extends MessageCache {
  /** Begins for a person; until then, and after the end of the session, nothing is found and nothing is kept. */
  start(userId: string): void
  /** Rooms that are kept, with the `syncedUntil` of each. */
  syncedRooms(): Promise<ReadonlyMap<string, number>>
  /** Grows when a room is saved or removed: what was worked out from an older one is not saved over it. */
  revisionOf(roomId: string): number
  /** A part of the conversation list as it was put; undefined when there is none that can be read. */
  readList(part: string): Promise<unknown>
  putList(part: string, value: unknown): void
  /** What is only shown for the moment is not kept: `original` gives the copy to keep of one that may be shown changed. */
  keepOriginals(original: (message: Message) => Message): void
  /** Gives up about half of it: the outbox needs the room. */
  makeRoom(): void
  /** Writes what waits, because the app may end soon. */
  flush(): Promise<void>
}

/**
 * The rooms and conversations that are kept on this device for the person who is signed in; see `MessageCache`. An account
 * that signs out takes its part along; one whose session ends by itself finds it again.
 */
export const useMessageCache = defineStore('messageCache', (): AccountCache => {
  const { cacheDisk, clock, lifecycle, serverUrl } = useServices()
  const session = useSessionStore()
  const disk = cacheDisk ?? createMemoryDisk()
  const shelf = createShelf({ disk, clock, rank: rankOfKey, isCurrent: isCurrentKey })
  const revisions = new Map<string, number>()
  let scope = ''
  let original = (message: Message): Message => message

  function touch(roomId: string): void {
    revisions.set(roomId, (revisions.get(roomId) ?? 0) + 1)
  }

  async function load(roomId: string): Promise<CachedRoom | undefined> {
    const startedIn = scope
    if (scope === '') return undefined
    const key = roomKey(scope, roomId)
    const value = await shelf.read(key)
    if (value === undefined || scope !== startedIn) return undefined
    const room = readCachedRoom(value, roomId)
    if (!room) shelf.remove(key)
    return room
  }

  function save(roomId: string, room: CachedRoom): void {
    if (scope === '') return
    touch(roomId)
    const kept = shorten({ ...room, messages: room.messages.map(original) }, maxMessages)
    shelf.put(roomKey(scope, roomId), kept, { mark: room.syncedUntil, shrink: halve })
  }

  function remove(roomId: string): void {
    touch(roomId)
    if (scope !== '') shelf.remove(roomKey(scope, roomId))
  }

  async function syncedRooms(): Promise<ReadonlyMap<string, number>> {
    const prefix = roomsPrefix(scope)
    if (scope === '') return new Map()
    await shelf.flush()
    const entries = await shelf.entries(prefix)
    return new Map(entries.map(({ key, mark }) => [key.slice(prefix.length), mark]))
  }

  session.onEnd(() => {
    const ended = scope
    scope = ''
    revisions.clear()
    if (ended === '') return
    if (session.isExpired) void shelf.flush()
    else void shelf.clear(ended)
  })
  lifecycle.onBackground(() => void shelf.flush())

  return {
    start(userId) {
      scope = scopeOf(serverUrl?.() ?? '', userId)
    },
    load,
    save,
    remove,
    syncedRooms,
    revisionOf: (roomId) => revisions.get(roomId) ?? 0,
    readList: (part) =>
      scope === '' ? Promise.resolve(undefined) : shelf.read(listKey(scope, part)),
    putList(part, value) {
      if (scope !== '') shelf.put(listKey(scope, part), value)
    },
    keepOriginals(next) {
      original = next
    },
    makeRoom: shelf.makeRoom,
    flush: shelf.flush,
  }
})

/** The newest ones; what was before them counts as not loaded. */
function shorten(room: CachedRoom, count: number): CachedRoom {
  if (room.messages.length <= count) return room
  return { ...room, messages: room.messages.slice(-count), hasOldest: false }
}

/** For one that is too large for an entry of the disk; a single message that does not fit is not kept. */
function halve(value: unknown): CachedRoom | undefined {
  const room = value as CachedRoom
  return room.messages.length < 2 ? undefined : shorten(room, Math.floor(room.messages.length / 2))
}
