import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { Delta, Message, Room, Subscription } from '../rocketchat/types'
import { originOf, plainText, type Channel, type Origin } from './channel'
import { createChannelList } from './channelList'
import { useConnectionStore } from './connection'
import { createDrafts } from './drafts'
import { errorText } from './errorText'
import { createFlusher } from './flusher'
import { createOpenRoom, type HistoryState, type OpenRoom } from './openRoom'
import { useOutboxStore } from './outbox'
import type { OutboxEntry } from './outboxEntry'
import { createReadMarks } from './readMarks'
import { createRoomView } from './roomView'
import { useServices } from './services'
import { useSessionStore } from './session'
import { useSettingsStore } from './settings'
import { useTypingStore } from './typing'

/** Rocket.Chat's default `Message_MaxAllowedSize`, in characters. */
export const maxMessageLength = 5000

export type ListState = 'loading' | 'ready' | 'failed'

/** The open conversation, as the page's head shows it. */
export type CurrentChannel = Pick<Channel, 'id' | 'kind' | 'title'> & { memberCount: number }

/**
 * The chat's state, as in the published design: the channels, the current channel and its messages. Documents come in by
 * the actions, are kept unreactive, and reach the screen once per flush window.
 */
export const useChatStore = defineStore('chat', () => {
  const { clock, storage, repository, flushIntervalMs } = useServices()
  const connection = useConnectionStore()
  const outbox = useOutboxStore()
  const session = useSessionStore()
  const settings = useSettingsStore()
  const typing = useTypingStore()

  const list = createChannelList()
  const view = createRoomView()
  const drafts = createDrafts(storage, clock)
  const channels = shallowRef<readonly Channel[]>([])
  const listState = ref<ListState>('loading')
  const currentChannel = shallowRef<CurrentChannel>()
  const historyState = ref<HistoryState>('idle')
  const heldCount = ref(0)
  const isAtNewest = ref(true)
  /** Grows when the screen shall go to the newest message. */
  const jumpCount = ref(0)
  const composerNotice = ref('')

  let currentId = ''
  let room: OpenRoom | undefined
  let disposeStreams: () => void = () => undefined
  let isListVisible = false
  let isRoomVisible = false
  let isListDirty = false
  let listDay = -1

  const flusher = createFlusher({ clock, intervalMs: flushIntervalMs, flush })
  const readMarks = createReadMarks({
    clock,
    shouldMark: () => isSeen() && hasUnread(list.subscription(currentId)),
    mark: () => repository.markRead(currentId),
  })

  // --- what the screen sees -------------------------------------------------------------------------------------------

  function flush(): void {
    if (isListVisible && isListDirty) publishList()
    if (!room) return
    view.publish(room.timeline)
    heldCount.value = room.timeline.heldCount
    historyState.value = room.historyState
    if (isSeen()) readMarks.request()
  }

  function publishList(): void {
    isListDirty = false
    const now = clock.now()
    const day = new Date(now).getDate()
    if (day !== listDay) list.invalidate()
    listDay = day
    channels.value = list.lines({ selfId: session.user?.id ?? '', now, t: settings.t })
  }

  function touchList(): void {
    isListDirty = true
    if (isListVisible) flusher.mark()
  }

  /** While another page covers the list it is not drawn, only kept. */
  function setListVisible(isVisible: boolean): void {
    isListVisible = isVisible
    if (isVisible) publishList()
  }

  function setRoomVisible(isVisible: boolean): void {
    isRoomVisible = isVisible
    if (isVisible && isSeen()) readMarks.request()
    if (!isVisible) drafts.save()
  }

  /** The newest message is on the screen, or not any more. */
  function setAtNewest(isNewest: boolean): void {
    isAtNewest.value = isNewest
    if (!room) return
    if (isNewest) room.timeline.release()
    else room.timeline.hold()
    flusher.mark()
  }

  function jumpToNewest(): void {
    room?.timeline.release()
    isAtNewest.value = true
    flusher.mark()
    flusher.flushNow()
    jumpCount.value += 1
  }

  const isSeen = (): boolean => room !== undefined && isRoomVisible && isAtNewest.value

  // --- the list of channels -------------------------------------------------------------------------------------------

  /** A channel is new or has changed; an older copy than the known one is ignored. */
  function insertChannel(subscription: Subscription): void {
    if (!list.putSubscription(subscription)) return
    touchList()
    if (subscription.roomId === currentId) showCurrent()
  }

  function removeChannel(roomId: string): void {
    list.removeSubscription(roomId)
    touchList()
    if (roomId === currentId) composerNotice.value = settings.t('room.gone')
  }

  function updateRoom(next: Room): void {
    if (!list.putRoom(next)) return
    touchList()
    if (next.id !== currentId) return
    showCurrent()
    // The room says its newest message too: a second way for one that the stream of the room has not brought.
    if (next.lastMessage) appendMessage(next.lastMessage, 'answer')
  }

  function removeRoom(roomId: string): void {
    list.removeRoom(roomId)
    removeChannel(roomId)
  }

  function applyLists(subscriptions: Delta<Subscription>, rooms: Delta<Room>): void {
    list.applySubscriptions(subscriptions)
    list.applyRooms(rooms)
    listState.value = 'ready'
    touchList()
    if (currentId !== '' && !room) enterRoom()
    else showCurrent()
  }

  function failLists(): void {
    if (listState.value === 'loading') listState.value = 'failed'
  }

  /** One more unread message that the server does not count: one that only this user can see. */
  function increaseUnread(roomId: string): void {
    list.addExtraUnread(roomId)
    touchList()
  }

  // --- the open channel -----------------------------------------------------------------------------------------------

  /** Opens a channel; unknown ones wait for the list. */
  async function openChannel(roomId: string): Promise<void> {
    leaveChannel()
    currentId = roomId
    isAtNewest.value = true
    if (list.subscription(roomId)) await enterRoom()
    else if (listState.value === 'ready') composerNotice.value = settings.t('room.unknown')
    showCurrent()
  }

  async function enterRoom(): Promise<void> {
    const subscription = list.subscription(currentId)
    const { user } = session
    if (!user) return
    if (!subscription) {
      composerNotice.value = settings.t('room.unknown')
      showCurrent()
      return
    }
    const opened = createOpenRoom({
      roomId: currentId,
      kind: subscription.kind,
      self: user,
      lastSeenAt: hasUnread(subscription) ? subscription.lastSeenAt : Number.POSITIVE_INFINITY,
      clock,
      repository,
      translate: () => settings.t,
      onChange: flusher.mark,
    })
    room = opened
    list.clearExtraUnread(currentId)
    typing.follow(currentId)
    const handle = connection.openRoom(currentId)
    disposeStreams = handle ? handle.dispose : () => undefined
    for (const entry of outbox.inRoom(currentId)) opened.showPending(entry)
    showCurrent()
    await opened.loadOlder()
    if (opened.failure !== undefined && room === opened && opened.timeline.size === 0) {
      historyState.value = 'failed'
    }
  }

  function showCurrent(): void {
    if (currentId === '') return
    const subscription = list.subscription(currentId)
    const details = list.room(currentId)
    const next = {
      id: currentId,
      kind: subscription?.kind ?? 'channel',
      title: subscription?.title ?? '',
      memberCount: details?.memberCount ?? 0,
    }
    const known = currentChannel.value
    const isSame =
      known?.id === next.id && known.title === next.title && known.memberCount === next.memberCount
    if (!isSame) currentChannel.value = next
    if (!subscription) return
    composerNotice.value = details?.isArchived
      ? settings.t('room.archived')
      : details?.isReadOnly === true
        ? settings.t('room.readOnly')
        : ''
  }

  function leaveChannel(): void {
    if (currentId === '') return
    readMarks.stop()
    typing.follow('')
    drafts.save()
    list.setDraft(currentId, drafts.get(currentId))
    touchList()
    disposeStreams()
    disposeStreams = () => undefined
    room?.close()
    room = undefined
    currentId = ''
    view.clear()
    currentChannel.value = undefined
    historyState.value = 'idle'
    heldCount.value = 0
    composerNotice.value = ''
  }

  async function loadOlder(): Promise<void> {
    await room?.loadOlder()
  }

  // --- messages -------------------------------------------------------------------------------------------------------

  /**
   * A message is new or has changed: upserted by its id.
   * @param source `feed` for a complete stream; `answer` for a single answer (see `Timeline.upsert`)
   */
  function appendMessage(message: Message, source: 'feed' | 'answer' = 'feed'): void {
    outbox.noteStored(message.id)
    typing.note(message.roomId, message.author.username, false)
    if (message.roomId !== currentId || !room) return
    room.timeline.upsert([message], source)
    flusher.mark()
  }

  function removeMessages(roomId: string, ids: readonly string[]): void {
    if (roomId !== currentId || !room) return
    room.timeline.remove(ids)
    flusher.mark()
  }

  type Prune = Parameters<OpenRoom['timeline']['prune']>[0]

  function pruneMessages(roomId: string, range: Prune): void {
    if (roomId !== currentId || !room) return
    room.timeline.prune(range)
    flusher.mark()
  }

  /** Only this user sees it and the server does not keep it. */
  function appendEphemeral(message: Message): void {
    if (message.roomId === currentId && room) appendMessage(message, 'answer')
    else increaseUnread(message.roomId)
  }

  function originOfMessage(message: Message): Origin {
    return originOf(message, session.user?.id ?? '')
  }

  /** The connection was lost: what comes from now on may have a gap before it. */
  function markStale(): void {
    room?.timeline.markStale()
  }

  /** Completes the open room after a reconnect. @throws {ApiError} */
  async function catchUp(): Promise<void> {
    await room?.catchUp()
  }

  // --- writing --------------------------------------------------------------------------------------------------------

  /** Sends a text to the open channel. False when this device could not keep it on disk. */
  function send(text: string): boolean {
    if (currentId === '' || text === '') return true
    const { isKept } = outbox.add(currentId, text)
    typing.stop()
    jumpToNewest()
    return isKept
  }

  function showEntry(entry: OutboxEntry): void {
    if (entry.roomId === currentId) room?.showPending(entry)
  }

  function dropEntry(entry: OutboxEntry): void {
    if (entry.roomId !== currentId) return
    room?.timeline.dropPending(entry.id)
    flusher.mark()
  }

  const isFailed = (id: string): boolean => outbox.find(id)?.state === 'failed'

  /** What a person would copy; `''` for unknown ids. */
  function textOf(id: string): string {
    const message = room?.timeline.get(id)
    return message ? plainText(message, settings.t) : ''
  }

  function setDraft(text: string): void {
    if (currentId !== '') drafts.set(currentId, text)
  }

  const currentDraft = (): string => drafts.get(currentId)

  /** Why the first page of the open room could not be loaded, as a sentence; `''` when it could. */
  const roomFailure = computed(() => {
    if (historyState.value !== 'failed' || !room) return ''
    return errorText(room.failure, settings.t)
  })

  // --- session --------------------------------------------------------------------------------------------------------

  function start(userId: string): void {
    listState.value = 'loading'
    drafts.start(userId)
    for (const [roomId, text] of drafts.entries()) list.setDraft(roomId, text)
  }

  function clear(): void {
    leaveChannel()
    drafts.stop(!session.isExpired)
    list.clear()
    channels.value = []
    listState.value = 'loading'
  }

  session.onEnd(clear)
  settings.$subscribe(() => {
    list.invalidate()
    room?.timeline.relabel()
    touchList()
    flusher.mark()
    showCurrent()
  })

  return {
    channels,
    listState,
    currentChannel,
    chunks: view.chunks,
    historyState,
    heldCount,
    isAtNewest,
    jumpCount,
    composerNotice,
    roomFailure,
    watermarks: () => list.watermarks(),
    start,
    setListVisible,
    setRoomVisible,
    setAtNewest,
    jumpToNewest,
    insertChannel,
    removeChannel,
    updateRoom,
    removeRoom,
    applyLists,
    failLists,
    increaseUnread,
    openChannel,
    leaveChannel,
    loadOlder,
    appendMessage,
    appendEphemeral,
    removeMessages,
    pruneMessages,
    originOfMessage,
    markStale,
    catchUp,
    send,
    showEntry,
    dropEntry,
    retry: outbox.retry,
    discard: outbox.discard,
    isFailed,
    textOf,
    setDraft,
    currentDraft,
  }
})

function hasUnread(subscription: Subscription | undefined): boolean {
  return subscription !== undefined && (subscription.isAlert || subscription.unread > 0)
}
