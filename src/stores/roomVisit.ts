import type { RoomHandle } from '../realtime/realtime'
import type { Subscription } from '../rocketchat/types'
import { useMessageCache } from './cache/messageCache'
import type { ChannelList } from './channelList'
import { useConnectionStore } from './connection'
import type { Flusher } from './flusher'
import { createOpenRoom, type OpenRoom } from './openRoom'
import { useOutboxStore } from './outbox'
import type { createReadingPlace } from './readingPlace'
import type { createRoomJumps, JumpResult } from './roomJumps'
import { useServices } from './services'
import { useSessionStore } from './session'
import { useSettingsStore } from './settings'
import { streamsReady } from './streamsReady'
import { useTypingStore } from './typing'

/** A message to which a link leads. */
export type WantedMessage = { messageId: string; onResult: (result: JumpResult) => void }

export type RoomVisitOptions = {
  list: ChannelList
  flusher: Flusher
  place: ReturnType<typeof createReadingPlace>
  jumps: ReturnType<typeof createRoomJumps>
  /** A sync tells that these are deleted. */
  onRemoved: (ids: readonly string[]) => void
  /** Too much was missed for a sync: the room has to be entered anew, from its newest page. */
  onOutdated: () => void
}

/** One visit to a room, from the wish to see it until it is left: its streams, its messages, and where the reader begins. */
export interface RoomVisit {
  /** Undefined while none is entered. */
  readonly room: OpenRoom | undefined
  /** The reader's last visit in epoch milliseconds, taken once at entering; Infinity when nothing was unread. */
  readonly lastSeenAt: number
  /** The copy on the device has not been brought up to date. */
  readonly isBehind: boolean
  /** Where the reader goes once the messages are there; undefined for where the room was left. */
  want(message: WantedMessage | undefined): void
  /** Subscribes to the room's streams and brings its messages; does nothing when nobody is signed in. */
  enter(subscription: Subscription): void
  /** Ends streams and messages; the visit goes on with the next `enter`. */
  close(): void
  /** Closes the room and forgets everything about the visit. */
  leave(): void
}

/** The visits to rooms, one at a time. Made by the open channel. */
export function useRoomVisit(options: RoomVisitOptions): RoomVisit {
  const { list, flusher, place, jumps } = options
  const { clock, repository } = useServices()
  const cache = useMessageCache()
  const connection = useConnectionStore()
  const outbox = useOutboxStore()
  const session = useSessionStore()
  const settings = useSettingsStore()
  const typing = useTypingStore()

  let room: OpenRoom | undefined
  let wanted: WantedMessage | undefined
  let lastSeenAt: number | undefined
  let disposeStreams: () => void = () => undefined

  function enter({ roomId, kind, lastSeenAt: seenAt }: Subscription): void {
    const { user } = session
    if (!user) return
    place.start(user.id)
    lastSeenAt ??= list.hasUnread(roomId) ? seenAt : Number.POSITIVE_INFINITY
    const streams = connection.openRoom(roomId)
    disposeStreams = streams ? streams.dispose : () => undefined
    room = createOpenRoom({
      roomId,
      kind,
      self: user,
      lastSeenAt,
      clock,
      repository,
      cache,
      translate: () => settings.t,
      streamsReady: waitForStreams(streams),
      onChange: flusher.mark,
      onReceived: (messages) => messages.forEach(({ id }) => outbox.noteStored(id)),
      onRemoved: options.onRemoved,
      present: outbox.present,
      onOutdated: options.onOutdated,
    })
    if (connection.state !== 'live') room.markStale()
    list.clearExtraUnread(roomId)
    typing.follow(roomId)
    for (const entry of outbox.inRoom(roomId)) room.showPending(entry)
    void fill(room)
  }

  /** Without a connection nobody waits: the catch-up after connecting brings what was missed. */
  function waitForStreams(streams: RoomHandle | undefined): Promise<void> {
    if (!streams || connection.state !== 'live') return Promise.resolve()
    return streamsReady(streams, clock, () => void room?.catchUp().catch(() => undefined))
  }

  /** Brings the messages, and the reader to the wanted one or back to where the room was left. */
  async function fill(opened: OpenRoom): Promise<void> {
    const left = place.depart()
    await opened.begin()
    if (room !== opened) return
    if (wanted) {
      const { messageId, onResult } = wanted
      wanted = undefined
      onResult(await jumps.actions.jumpTo(messageId))
    } else if (left && (await jumps.actions.returnTo(left)) === 'missing') {
      place.forget(opened.roomId)
    }
    if (room === opened) place.arrive()
  }

  function close(): void {
    disposeStreams()
    disposeStreams = () => undefined
    room?.close()
    room = undefined
    jumps.reset()
  }

  return {
    get room() {
      return room
    },
    get lastSeenAt() {
      return lastSeenAt ?? Infinity
    },
    get isBehind() {
      return room?.isLoaded === true && !room.isCurrent
    },
    want(message) {
      wanted = message
    },
    enter,
    close,
    leave() {
      typing.follow('')
      close()
      lastSeenAt = undefined
      wanted = undefined
      place.arrive()
    },
  }
}
