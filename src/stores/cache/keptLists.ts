import type { Clock, TimerHandle } from '../../platform/types'
import type { Delta, Room, Subscription } from '../../rocketchat/types'
import type { ChannelList } from '../channelList'
import type { AccountCache } from './messageCache'
import { isCachedHead, readCachedPart, type CachedHead, type CachedPart } from './readCached'

/** The lists are kept in so many parts, so that one change writes little and 2,000 conversations fit entries of 1 MB. */
const partCount = 16
/** Changes within this time are kept together, in milliseconds. */
const saveDelayMs = 1_500
/** A device that does not give its cache by then is not waited for, in milliseconds. */
const patienceMs = 1_000

/** Keeps the conversation list on the device, and paints it from there at the next start. */
export interface KeptLists {
  /**
   * Puts what was kept into the list; true when there was something. The list's watermarks then say where the next delta
   * starts. When a part is damaged the rest is shown, and everything is asked for again. Never rejects.
   */
  restore(): Promise<boolean>
  /** Something of this room has changed. */
  note(roomId: string): void
  /** Answers of the server are in the list now. */
  noteAnswers(subscriptions: Delta<Subscription>, rooms: Delta<Room>): void
  /** Keeps now what waits, because the app may end. */
  save(): void
  /** Forgets everything, but not on the device. */
  stop(): void
}

export type KeptListsOptions = { cache: AccountCache; clock: Clock; list: ChannelList }

export function createKeptLists({ cache, clock, list }: KeptListsOptions): KeptLists {
  const ids = new Set<string>()
  const dirtyParts = new Set<number>()
  /** Grows with each start and stop. */
  let run = 0
  let isRestored = false
  let timer: TimerHandle
  let isTimerSet = false

  async function restore(): Promise<boolean> {
    run += 1
    const startedIn = run
    const [head, parts] = await Promise.race([readAll(), giveUp()])
    if (run !== startedIn) return false
    isRestored = true
    if (dirtyParts.size > 0) schedule()
    if (!head) return false
    const isWhole = parts.every((part) => part.isWhole)
    for (const part of parts) apply(part)
    if (isWhole) list.resumeFrom(head)
    return ids.size > 0
  }

  async function readAll(): Promise<KeptState> {
    const head = await cache.readList('head')
    if (!isCachedHead(head)) return [undefined, []]
    const parts = await Promise.all(head.parts.map((part) => cache.readList(String(part))))
    return [head, parts.map(readCachedPart)]
  }

  function giveUp(): Promise<KeptState> {
    return new Promise((resolve) => clock.setTimeout(() => resolve([undefined, []]), patienceMs))
  }

  /** What a stream told after an interruption lies above the watermark, and must not raise it. */
  function apply({ subscriptions, rooms }: CachedPart): void {
    for (const one of subscriptions) {
      list.putSubscription(one)
      ids.add(one.roomId)
    }
    for (const one of rooms) {
      list.putRoom(one)
      ids.add(one.id)
    }
  }

  function note(roomId: string): void {
    ids.add(roomId)
    dirtyParts.add(partOf(roomId))
    schedule()
  }

  function noteAnswers(subscriptions: Delta<Subscription>, rooms: Delta<Room>): void {
    for (const { roomId } of subscriptions.update) note(roomId)
    for (const { id } of rooms.update) note(id)
    if (subscriptions.removedIds.length + rooms.removedIds.length === 0) return
    for (const id of ids) {
      if (list.subscription(id)) continue
      note(id)
      cache.remove(id)
    }
  }

  function schedule(): void {
    if (isTimerSet || !isRestored) return
    isTimerSet = true
    timer = clock.setTimeout(save, saveDelayMs)
  }

  function save(): void {
    clock.clearTimeout(timer)
    isTimerSet = false
    if (!isRestored || dirtyParts.size === 0) return
    const parts = new Map<number, { subscriptions: Subscription[]; rooms: Room[] }>()
    for (const id of ids) {
      const subscription = list.subscription(id)
      const room = list.room(id)
      if (!subscription && !room) {
        ids.delete(id)
        continue
      }
      const part = parts.get(partOf(id)) ?? { subscriptions: [], rooms: [] }
      parts.set(partOf(id), part)
      if (subscription) part.subscriptions.push(subscription)
      if (room) part.rooms.push(room)
    }
    for (const part of dirtyParts) {
      cache.putList(String(part), parts.get(part) ?? { subscriptions: [], rooms: [] })
    }
    dirtyParts.clear()
    // Last: an interrupted write leaves an older watermark, never one that promises too much.
    cache.putList('head', { ...list.watermarks(), parts: [...parts.keys()] })
  }

  return {
    restore,
    note,
    noteAnswers,
    save,
    stop() {
      run += 1
      clock.clearTimeout(timer)
      isTimerSet = false
      isRestored = false
      ids.clear()
      dirtyParts.clear()
    },
  }
}

type KeptState = [CachedHead | undefined, ReturnType<typeof readCachedPart>[]]

/** The same part for the same room, always. */
function partOf(roomId: string): number {
  let hash = 0
  for (let index = 0; index < roomId.length; index += 1) {
    hash = (hash * 31 + roomId.charCodeAt(index)) | 0
  }
  return Math.abs(hash) % partCount
}
