import { ref, shallowRef } from 'vue'
import type { Clock, TimerHandle } from '../platform/types'
import type { OpenRoom } from './openRoom'
import type { Place } from './places'

/** How long the row that a jump led to stays marked, in ms. */
const markMs = 2_000

/** How long the list may take to say whether the "new messages" line is on the screen, in ms. */
const firstLookMs = 500

/** Where the list shall go. A new object for every wish, also for the same message. */
export type ScrollTarget = {
  id: string
  /** Where the message's top shall be below the list's top, in px; undefined for the middle. */
  offset: number | undefined
}

/** What is new in one direction. */
export type UnreadCount = {
  count: number
  /** There are more than these, which are not loaded. */
  isMore: boolean
}

export type JumpResult = 'there' | 'missing' | 'failed'

export type RoomJumpsOptions = {
  clock: Clock
  room: () => OpenRoom | undefined
  /** The reader's last visit, frozen at opening; Infinity when nothing was unread. */
  lastSeenAt: () => number
  /** The reader leaves the newest message: from now on newer ones are kept back. */
  leaveNewest: () => void
  /** The newest message is on the screen. */
  isAtNewest: () => boolean
  /** Something has changed that `publish` shows. */
  mark: () => void
  /** Draws everything that is known now. */
  flush: () => void
}

/** Takes the reader of the open room to a message, a day, or the first unread one, loading what surrounds it. */
export function createRoomJumps(options: RoomJumpsOptions) {
  const { clock } = options
  const target = shallowRef<ScrollTarget>()
  /** A jump waits for the server. */
  const isJumping = ref(false)
  /** What is new above the screen. */
  const unreadAbove = shallowRef<UnreadCount>()
  /** What is new below the place to which the reader was brought, without what is kept back. */
  const unreadBelow = shallowRef<UnreadCount>()
  let hasLooked = false
  let isLooking = false
  let isTimeToLook = false
  let lookTimer: TimerHandle
  let markTimer: TimerHandle

  /** A room was opened or left. */
  function reset(): void {
    clock.clearTimeout(markTimer)
    target.value = undefined
    isJumping.value = false
    unreadAbove.value = undefined
    unreadBelow.value = undefined
    hasLooked = false
    stopLooking()
  }

  function stopLooking(): void {
    clock.clearTimeout(lookTimer)
    isLooking = false
    isTimeToLook = false
  }

  function show(room: OpenRoom, id: string, offset: number | undefined): void {
    options.leaveNewest()
    if (offset === undefined) {
      room.timeline.setTarget(id)
      clock.clearTimeout(markTimer)
      markTimer = clock.setTimeout(() => {
        room.timeline.setTarget('')
        options.flush()
      }, markMs)
    }
    options.flush()
    target.value = { id, offset }
  }

  /** Runs one way of finding a message; a jump into a room that was left meanwhile goes nowhere. */
  async function go(
    find: (room: OpenRoom) => Promise<string | undefined>,
    offset?: number,
  ): Promise<JumpResult> {
    const room = options.room()
    if (!room?.isLoaded || isJumping.value) return 'failed'
    isJumping.value = true
    try {
      const id = await find(room)
      if (options.room() !== room) return 'missing'
      if (id === undefined) return 'missing'
      show(room, id, offset)
      return 'there'
    } catch {
      return 'failed'
    } finally {
      if (options.room() === room) {
        isJumping.value = false
        options.mark()
      }
    }
  }

  const reach = (id: string) => async (room: OpenRoom) =>
    (await room.history.reach(id)) ? id : undefined

  async function findFirstUnread({ timeline, history }: OpenRoom): Promise<string | undefined> {
    const since = options.lastSeenAt()
    // A call, because the compiler does not expect that it changes while an answer is awaited.
    const isKnown = (): boolean => timeline.isFirstUnreadKnown
    if (isKnown() || since === Infinity) return timeline.firstUnreadId
    const first = await history.reachTime(since + 1)
    return isKnown() ? timeline.firstUnreadId : first
  }

  const isLookDue = (room: OpenRoom): boolean =>
    !hasLooked && room.isCurrent && options.lastSeenAt() !== Infinity

  /** The reader was brought to something from before the last visit: the unread ones come after it. */
  function isBelow({ timeline }: OpenRoom): boolean {
    if (options.isAtNewest() || target.value === undefined) return false
    return (timeline.get(target.value.id)?.sentAt ?? Infinity) <= options.lastSeenAt()
  }

  function countUnread({ timeline }: OpenRoom): UnreadCount | undefined {
    const { unreadCount: count, isFirstUnreadKnown, firstUnreadId } = timeline
    return isFirstUnreadKnown && firstUnreadId === undefined
      ? undefined
      : { count, isMore: !isFirstUnreadKnown }
  }

  /** What `publish` would say of the unread messages below. */
  function nextBelow(room: OpenRoom): UnreadCount | undefined {
    const next = isLookDue(room) && isBelow(room) ? countUnread(room) : undefined
    const known = unreadBelow.value
    return next?.count === known?.count && next?.isMore === known?.isMore ? known : next
  }

  /** Once messages are there and the screen is quiet, says whether the first unread one is above the screen. */
  function publish(room: OpenRoom): void {
    unreadBelow.value = nextBelow(room)
    if (!isLookDue(room)) return
    // Where the reader will be is not known yet, or from there nothing new is above.
    if (isJumping.value || isBelow(room)) {
      stopLooking()
      return
    }
    if (isLooking) {
      if (!isTimeToLook) return
      hasLooked = true
      unreadAbove.value = countUnread(room)
      return
    }
    isLooking = true
    lookTimer = clock.setTimeout(() => {
      isTimeToLook = true
      options.mark()
    }, firstLookMs)
  }

  /** The "new messages" line is on the screen: nobody has to be led there. */
  function noteDividerSeen(): void {
    hasLooked = true
    unreadAbove.value = undefined
    unreadBelow.value = undefined
  }

  return {
    state: { target, isJumping, unreadAbove, unreadBelow },
    reset,
    publish,
    /** How many components `publish` would draw now. */
    cost(room: OpenRoom): number {
      const isLook = isTimeToLook && !isJumping.value && isLookDue(room) && !isBelow(room)
      return (isLook ? 1 : 0) + (nextBelow(room) === unreadBelow.value ? 0 : 1)
    },
    actions: {
      /** To a message of the open room by its id. */
      jumpTo: (id: string) => go(reach(id)),
      /** To where the room was left. */
      returnTo: ({ id, offset }: Place) => go(reach(id), offset),
      /** To the first message at or after a time in epoch milliseconds. */
      jumpToTime: (at: number) => go((room) => room.history.reachTime(at)),
      async jumpToFirstUnread(): Promise<JumpResult> {
        const result = await go(findFirstUnread)
        if (result !== 'failed') noteDividerSeen()
        return result
      },
      noteDividerSeen,
    },
  }
}
