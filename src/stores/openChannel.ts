import { computed, ref, shallowRef } from 'vue'
import type { RoomHandle } from '../realtime/realtime'
import type { Message } from '../rocketchat/types'
import type { PruneRange } from '../timeline/types'
import { useMessageCache } from './cache/messageCache'
import { plainText } from './channel'
import { noticeFor, toHead, type CurrentChannel } from './channelHead'
import type { ChannelList } from './channelList'
import { useConnectionStore } from './connection'
import type { Drafts } from './drafts'
import { errorText } from './errorText'
import type { Flusher } from './flusher'
import { createOpenRoom, type GapState, type HistoryState, type OpenRoom } from './openRoom'
import { useOutboxStore } from './outbox'
import type { OutboxEntry } from './outboxEntry'
import { createPlaces, type Place } from './places'
import { createReadMarks } from './readMarks'
import type { GapSide } from './roomHistory'
import { createRoomJumps, quotedIn } from './roomJumps'
import { createRoomView } from './roomView'
import { useServices } from './services'
import { useSessionStore } from './session'
import { useSettingsStore } from './settings'
import { useTypingStore } from './typing'

/** How long the first page of a room waits for the room's streams, in milliseconds. */
const streamsWaitMs = 1_000

export type OpenChannelOptions = {
  list: ChannelList
  drafts: Drafts
  flusher: Flusher
  /** True once the list is complete: an id that it does not have is unknown. */
  isListComplete: () => boolean
}

/**
 * The part of the chat state that belongs to the one open channel: its messages on the screen, the reader's place, read
 * marks and the draft. Made by the chat store.
 */
export function useOpenChannel({ list, drafts, flusher, isListComplete }: OpenChannelOptions) {
  const { clock, repository, storage } = useServices()
  const cache = useMessageCache()
  const connection = useConnectionStore()
  const outbox = useOutboxStore()
  const session = useSessionStore()
  const settings = useSettingsStore()
  const typing = useTypingStore()

  const view = createRoomView()
  const currentChannel = shallowRef<CurrentChannel>()
  const historyState = ref<HistoryState>('idle')
  const gapState = ref<GapState>('idle')
  const heldCount = ref(0)
  const isAtNewest = ref(true)
  /** Grows when the screen shall go to the newest message. */
  const jumpCount = ref(0)
  /** Why nothing can be written here; `''` when something can. */
  const composerNotice = ref('')

  /** The message that is in the composer to be changed. */
  const editing = shallowRef<{ id: string; text: string }>()

  let currentId = ''
  let room: OpenRoom | undefined
  let isRoomVisible = false
  /** The reader's last visit, taken once at opening. */
  let lastSeenAt: number | undefined
  /** The list is on its way to where the room was left: what it shows until then is not read. */
  let isReturning = false
  /** The list's word on what is at the top of the screen now. */
  let currentPlace: () => Place | undefined = () => undefined
  let disposeStreams: () => void = () => undefined

  const places = createPlaces(storage)
  const jumps = createRoomJumps({
    clock,
    room: () => room,
    lastSeenAt: () => lastSeenAt ?? Infinity,
    leaveNewest: () => setAtNewest(false),
    flush() {
      flusher.mark()
      flusher.flushNow()
    },
  })
  session.onEnd(() => places.stop(!session.isExpired))

  const readMarks = createReadMarks({
    clock,
    shouldMark: () => session.user !== undefined && isSeen() && list.hasUnread(currentId),
    mark() {
      outbox.markRead(currentId, list.room(currentId)?.lastActivityAt ?? 0)
    },
  })
  /** Only the newest message on the screen of a visible page says that the room was read (protocol reference 5.6). */
  const isSeen = (): boolean =>
    room?.isCurrent === true && isRoomVisible && isAtNewest.value && !isReturning

  /** Why the messages could not be loaded, as a sentence; `''` when they could. */
  const roomFailure = computed(() =>
    (historyState.value === 'failed' || gapState.value === 'failed') && room
      ? errorText(room.failure, settings.t)
      : '',
  )

  /** Copies to the screen what changed since the last time. */
  function publish(): void {
    if (!room) return
    view.publish(room.timeline)
    heldCount.value = room.timeline.heldCount
    historyState.value = room.historyState
    gapState.value = room.gapState
    jumps.look(room)
    if (isSeen()) readMarks.request()
  }

  /** How many components `publish` would draw now. */
  const publishCost = (): number => (room ? view.cost(room.timeline) : 0)

  /** Opens a channel; one that is not known yet is entered when the list has it. */
  function openChannel(roomId: string): void {
    leaveChannel()
    currentId = roomId
    isAtNewest.value = true
    refresh()
  }

  /** The list has changed: enters the channel, or shows what is new about it. */
  function refresh(): void {
    if (currentId === '') return
    const subscription = list.subscription(currentId)
    if (!subscription) {
      if (!isListComplete()) return
      composerNotice.value = settings.t(room ? 'room.gone' : 'room.unknown')
    } else if (!room) {
      enter()
    }
    showHead()
  }

  function enter(): void {
    const subscription = list.subscription(currentId)
    const { user } = session
    if (!user || !subscription) return
    places.start(user.id)
    lastSeenAt ??= list.hasUnread(currentId) ? subscription.lastSeenAt : Number.POSITIVE_INFINITY
    const streams = connection.openRoom(currentId)
    disposeStreams = streams ? streams.dispose : () => undefined
    room = createOpenRoom({
      roomId: currentId,
      kind: subscription.kind,
      self: user,
      lastSeenAt,
      clock,
      repository,
      cache,
      translate: () => settings.t,
      streamsReady: waitForStreams(streams),
      onChange: flusher.mark,
      onReceived: (messages) => messages.forEach(({ id }) => outbox.noteStored(id)),
      present: outbox.present,
      onOutdated: reload,
    })
    if (connection.state !== 'live') room.markStale()
    list.clearExtraUnread(currentId)
    typing.follow(currentId)
    for (const entry of outbox.inRoom(currentId)) room.showPending(entry)
    void fill(room)
  }

  /** Brings the messages, and the reader back to where the room was left. */
  async function fill(opened: OpenRoom): Promise<void> {
    const place = places.get(currentId)
    isReturning = place !== undefined
    await opened.begin()
    if (room !== opened) return
    if (place !== undefined && (await jumps.actions.returnTo(place)) === 'missing')
      places.set(opened.roomId, undefined)
    if (room === opened) isReturning = false
  }

  /** What is at the top of the screen; undefined at the newest message. Late news of a place that was left is ignored. */
  function notePlace(place: Place | undefined): void {
    if (currentId === '' || isReturning || (place && isAtNewest.value)) return
    places.set(currentId, place)
    places.save()
  }

  /** The page goes or is covered: asks the list before it is gone. */
  function keepPlace(): void {
    const place = isAtNewest.value ? undefined : currentPlace()
    if (place !== undefined) notePlace(place)
  }

  /** Without a connection nobody waits: the catch-up after connecting brings what was missed. */
  function waitForStreams(streams: RoomHandle | undefined): Promise<void> {
    if (!streams || connection.state !== 'live') return Promise.resolve()
    return new Promise((resolve) => {
      let isLate = false
      const timer = clock.setTimeout(() => {
        isLate = true
        resolve()
      }, streamsWaitMs)
      const go = (): void => {
        clock.clearTimeout(timer)
        resolve()
      }
      // Between the page and streams that come late there is time in which nobody tells anything.
      const catchUp = (): void => void room?.catchUp().catch(() => undefined)
      streams.ready.then(() => (isLate ? catchUp() : go()), go)
    })
  }

  /** Begins again with the newest page. */
  function reload(): void {
    disposeStreams()
    room?.close()
    room = undefined
    jumps.reset()
    view.clear()
    refresh()
  }

  function showHead(): void {
    const subscription = list.subscription(currentId)
    const details = list.room(currentId)
    currentChannel.value = toHead(currentId, subscription, details, currentChannel.value)
    const username = session.user?.username ?? ''
    if (subscription) composerNotice.value = noticeFor(subscription, details, username, settings.t)
  }

  function leaveChannel(): void {
    if (currentId === '') return
    keepPlace()
    readMarks.finish()
    typing.follow('')
    drafts.save()
    list.setDraft(currentId, drafts.get(currentId))
    disposeStreams()
    disposeStreams = () => undefined
    jumps.reset()
    lastSeenAt = undefined
    editing.value = undefined
    isReturning = false
    room?.close()
    room = undefined
    currentId = ''
    view.clear()
    currentChannel.value = undefined
    historyState.value = 'idle'
    gapState.value = 'idle'
    heldCount.value = 0
    composerNotice.value = ''
    flusher.mark()
  }

  function setRoomVisible(isVisible: boolean): void {
    isRoomVisible = isVisible
    if (!isVisible) {
      drafts.save()
      keepPlace()
    } else if (isSeen()) readMarks.request()
  }

  /** The newest message is on the screen, or not any more: then newer ones are kept back and counted. */
  function setAtNewest(isNewest: boolean): void {
    isAtNewest.value = isNewest
    if (isNewest) notePlace(undefined)
    if (isNewest) room?.timeline.release()
    else room?.timeline.hold()
    flusher.mark()
  }

  function jumpToNewest(): void {
    setAtNewest(true)
    flusher.flushNow()
    jumpCount.value += 1
  }

  /** Makes a change if it concerns the open channel. */
  function change(roomId: string, apply: (opened: OpenRoom) => void): void {
    if (roomId !== currentId || !room) return
    apply(room)
    flusher.mark()
  }

  const appendMessage = (message: Message, source: 'feed' | 'answer'): void =>
    change(message.roomId, (opened) => opened.upsert([message], source))
  const noteNewest = (message: Message): void =>
    change(message.roomId, (opened) => opened.noteNewest(message))
  const removeMessages = (roomId: string, ids: readonly string[]): void =>
    change(roomId, ({ timeline }) => timeline.remove(ids))
  const pruneMessages = (roomId: string, range: PruneRange): void =>
    change(roomId, ({ timeline }) => timeline.prune(range))
  const dropPending = ({ id, roomId }: OutboxEntry): void =>
    change(roomId, ({ timeline }) => timeline.dropPending(id))

  function showPending(entry: OutboxEntry): void {
    if (entry.roomId === currentId) room?.showPending(entry)
  }

  /** Sends a text to the open channel. False when this device could not keep it on disk. */
  function send(text: string): boolean {
    if (currentId === '' || text === '') return true
    const { isKept } = outbox.add(currentId, text)
    typing.stop()
    jumpToNewest()
    return isKept
  }

  /** What a person would copy of a message; `''` for unknown ids. */
  function textOf(id: string): string {
    const message = room?.timeline.get(id)
    return message ? plainText(message, settings.t) : ''
  }

  /** The message that a message quotes, by the link that Rocket.Chat puts before the reply; `''` for none. */
  function quotedBy(id: string): string {
    return quotedIn(room?.timeline.get(id)?.text ?? '')
  }

  /** Whether somebody may try to change a message: their own, of words. */
  function isOwnText(id: string): boolean {
    const message = room?.timeline.get(id)
    return message?.author.id === session.user?.id && message?.system === '' && message.text !== ''
  }

  /** Takes a message into the composer; `''` gives it up. */
  function setEditing(id: string): void {
    const text = room?.timeline.get(id)?.text
    editing.value = id === '' || text === undefined ? undefined : { id, text }
  }

  function setDraft(text: string): void {
    if (currentId !== '') drafts.set(currentId, text)
  }

  return {
    /** What templates read. */
    state: {
      currentChannel,
      chunks: view.chunks,
      historyState,
      heldCount,
      isAtNewest,
      jumpCount,
      composerNotice,
      roomFailure,
      gapState,
      editing,
      ...jumps.state,
    },
    /** What pages and components do. */
    actions: {
      openChannel,
      leaveChannel,
      setRoomVisible,
      setAtNewest,
      jumpToNewest,
      loadOlder: async () => room?.loadOlder(),
      /** Resolves when what came is drawn. */
      async fillGap(chunkKey: string, side: GapSide): Promise<void> {
        await room?.fillGap(chunkKey, side)
        flusher.flushNow()
      },
      notePlace,
      /** Hands over what says where the list is. */
      setPlaceSource(source: () => Place | undefined): void {
        currentPlace = source
      },
      ...jumps.actions,
      send,
      textOf,
      quotedBy,
      isOwnText,
      setEditing,
      setDraft,
      currentDraft: () => drafts.get(currentId),
      /** Id of the open channel; `''` for none. */
      openId: () => currentId,
    },
    isOpen: (roomId: string) => room !== undefined && roomId === currentId,
    publish,
    publishCost,
    refresh,
    appendMessage,
    noteNewest,
    removeMessages,
    pruneMessages,
    showPending,
    dropPending,
    relabel: () => room?.timeline.relabel(),
    markStale: () => room?.markStale(),
    catchUp: async () => room?.catchUp(),
  }
}
