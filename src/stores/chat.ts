import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { Delta, Message, Room, Subscription } from '../rocketchat/types'
import type { PruneRange, SendState } from '../timeline/types'
import { originOf, type Channel, type Origin } from './channel'
import { createChannelList } from './channelList'
import { createDrafts } from './drafts'
import { createFlusher } from './flusher'
import { useOpenChannel } from './openChannel'
import { useOutboxStore } from './outbox'
import { useServices } from './services'
import { useSessionStore } from './session'
import { useSettingsStore } from './settings'
import { useTypingStore } from './typing'

/** Rocket.Chat's default `Message_MaxAllowedSize`, in characters. */
export const maxMessageLength = 5000

export type ListState = 'loading' | 'ready' | 'failed'

/**
 * The chat's state, as in the published design: the channels, the current channel and its messages. Documents come in by
 * the actions, are kept unreactive, and reach the screen once per flush window.
 */
export const useChatStore = defineStore('chat', () => {
  const { clock, storage, flushIntervalMs, maxDrawsPerSecond } = useServices()
  const outbox = useOutboxStore()
  const session = useSessionStore()
  const settings = useSettingsStore()
  const typing = useTypingStore()

  const list = createChannelList()
  const drafts = createDrafts(storage, clock)
  const channels = shallowRef<readonly Channel[]>([])
  const listState = ref<ListState>('loading')
  let isListVisible = false
  let shownDay = -1

  const flusher = createFlusher({
    clock,
    intervalMs: flushIntervalMs,
    maxPerSecond: maxDrawsPerSecond,
    // The list of conversations is one component.
    cost: () => open.publishCost() + (isListVisible ? 1 : 0),
    flush,
  })
  const open = useOpenChannel({
    list,
    drafts,
    flusher,
    isListComplete: () => listState.value === 'ready',
  })

  /** Labels such as "Yesterday" are made again when another day has begun. */
  function noteDay(): void {
    const day = new Date(clock.now()).getDate()
    if (day === shownDay) return
    shownDay = day
    list.invalidate()
    open.relabel()
  }

  function flush(): void {
    noteDay()
    if (isListVisible) publishList()
    open.publish()
  }

  function publishList(): void {
    const context = { selfId: session.user?.id ?? '', now: clock.now(), t: settings.t }
    channels.value = list.lines(context)
  }

  function listChanged(): void {
    if (isListVisible) flusher.mark()
    open.refresh()
  }

  /** While another page covers the list it is kept but not drawn (performance reference 2.2, rule 9). */
  function setListVisible(isVisible: boolean): void {
    isListVisible = isVisible
    if (!isVisible) return
    noteDay()
    publishList()
  }

  /** A channel is new or has changed; an older copy than the known one is ignored. */
  function insertChannel(subscription: Subscription): void {
    if (list.putSubscription(subscription)) listChanged()
  }

  function removeChannel(roomId: string): void {
    list.removeSubscription(roomId)
    listChanged()
  }

  function updateRoom(room: Room): void {
    if (!list.putRoom(room)) return
    listChanged()
    // The room names its newest message too: a second way for one that the room's own stream has not brought yet.
    if (room.lastMessage) open.appendMessage(room.lastMessage, 'answer')
  }

  function removeRoom(roomId: string): void {
    list.removeRoom(roomId)
    removeChannel(roomId)
  }

  /** What `subscriptions.get` and `rooms.get` answered. */
  function applyLists(subscriptions: Delta<Subscription>, rooms: Delta<Room>): void {
    list.applySubscriptions(subscriptions)
    list.applyRooms(rooms)
    listState.value = 'ready'
    listChanged()
  }

  function failLists(): void {
    if (listState.value === 'loading') listState.value = 'failed'
  }

  /** One more unread message that the server does not count: one that only this user can see. */
  function increaseUnread(roomId: string): void {
    list.addExtraUnread(roomId)
    listChanged()
  }

  /**
   * A message is new or has changed: upserted by its id.
   * @param source `feed` for a complete stream, `answer` for a single answer (see `Timeline.upsert`)
   */
  function appendMessage(message: Message, source: 'feed' | 'answer' = 'feed'): void {
    outbox.noteStored(message.id)
    typing.note(message.roomId, message.author.username, false)
    open.appendMessage(message, source)
  }

  /** Only this user sees it and the server does not keep it. */
  function appendEphemeral(message: Message): void {
    if (open.isOpen(message.roomId)) open.appendMessage(message, 'answer')
    else increaseUnread(message.roomId)
  }

  function pruneMessages(roomId: string, range: PruneRange): void {
    open.pruneMessages(roomId, range)
  }

  /** Whether a message is the user's own, somebody else's, or the system's. */
  function originOfMessage(message: Message): Origin {
    return originOf(message, session.user?.id ?? '')
  }

  function start(userId: string): void {
    listState.value = 'loading'
    drafts.start(userId)
    for (const [roomId, text] of drafts.entries()) list.setDraft(roomId, text)
  }

  session.onEnd(() => {
    open.actions.leaveChannel()
    drafts.stop(!session.isExpired)
    list.clear()
    channels.value = []
    listState.value = 'loading'
  })

  settings.$subscribe(() => {
    list.invalidate()
    open.relabel()
    listChanged()
    flusher.mark()
  })

  return {
    channels,
    listState,
    ...open.state,
    ...open.actions,
    watermarks: () => list.watermarks(),
    settleWatermarks: () => list.settleWatermarks(),
    start,
    setListVisible,
    insertChannel,
    removeChannel,
    updateRoom,
    removeRoom,
    applyLists,
    failLists,
    increaseUnread,
    appendMessage,
    appendEphemeral,
    removeMessages: open.removeMessages,
    pruneMessages,
    originOfMessage,
    nameOf: list.nameOf,
    markStale: open.markStale,
    catchUp: open.catchUp,
    showPending: open.showPending,
    dropPending: open.dropPending,
    retry: outbox.retry,
    discard: outbox.discard,
    /** How far a message of the outbox is; `''` for one that the server has. */
    sendStateOf: (id: string): SendState => outbox.find(id)?.state ?? '',
  }
})
