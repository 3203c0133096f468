import { defineStore } from 'pinia'
import { nextTick, ref, shallowRef } from 'vue'
import type { Delta, Message, Room, Subscription } from '../rocketchat/types'
import { createKeptLists } from './cache/keptLists'
import { useMessageCache } from './cache/messageCache'
import { originOf, type Channel, type Origin } from './channel'
import { createChannelList } from './channelList'
import { useChatMessages } from './chatMessages'
import { createDrafts } from './drafts'
import { createFlusher } from './flusher'
import { useOpenChannel } from './openChannel'
import { useOutboxStore } from './outbox'
import { createOwnChanges } from './ownChanges'
import { createPeers } from './peers'
import { usePresenceStore } from './presence'
import { useServices } from './services'
import { useSessionStore } from './session'
import { useSettingsStore } from './settings'
import { createUnsent } from './unsent'

/** Rocket.Chat's default `Message_MaxAllowedSize`, in characters. */
export const maxMessageLength = 5000

export type ListState = 'loading' | 'ready' | 'failed'

/**
 * The chat's state, as in the published design: the channels, the current channel and its messages. Documents come in by
 * the actions, are kept unreactive, and reach the screen once per flush window.
 */
export const useChatStore = defineStore('chat', () => {
  const { clock, storage, lifecycle, flushIntervalMs, maxDrawsPerSecond } = useServices()
  const cache = useMessageCache()
  const outbox = useOutboxStore()
  const presence = usePresenceStore()
  const session = useSessionStore()
  const settings = useSettingsStore()

  const list = createChannelList()
  const selfId = (): string => session.user?.id ?? ''
  const peers = createPeers(list, selfId)
  const kept = createKeptLists({ cache, clock, list })
  const drafts = createDrafts(storage, clock)
  const channels = shallowRef<readonly Channel[]>([])
  const listState = ref<ListState>('loading')
  /** The server has said everything about the list: an id that is not in it is unknown. */
  let isListComplete = false
  let isComplete = false
  let isListVisible = false
  let shownDay = -1
  let onLeftBehind: (roomId: string) => void = () => undefined

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
    isListComplete: () => isListComplete,
    onLeftBehind: (roomId) => onLeftBehind(roomId),
    onReturned: (text) => messages.keepAsDraft(text),
  })
  const messages = useChatMessages({
    ...{ list, drafts, open },
    isComplete: () => isComplete,
    onListChange: listChanged,
  })

  const username = (): string => session.user?.username ?? ''
  const unsent = createUnsent(outbox, username, touchLines)
  const changes = createOwnChanges(outbox, open.actions.openId)

  /** Labels such as "Yesterday" are made again when another day has begun. */
  function noteDay(): void {
    const day = new Date(clock.now()).getDate()
    if (day === shownDay) return
    shownDay = day
    list.invalidate()
    open.relabel()
  }

  function flush(): Promise<void> {
    noteDay()
    if (isListVisible) publishList()
    open.publish()
    presence.follow(peers.of(open.actions.openId()))
    return nextTick()
  }

  function publishList(): void {
    const { statusOf } = presence
    const context = { selfId: selfId(), now: clock.now(), t: settings.t, statusOf, unsent }
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
    if (!list.putSubscription(subscription)) return
    kept.note(subscription.roomId)
    listChanged()
  }

  function removeChannel(roomId: string): void {
    list.removeSubscription(roomId)
    kept.note(roomId)
    cache.remove(roomId)
    listChanged()
  }

  function updateRoom(room: Room): void {
    if (!list.putRoom(room)) return
    kept.note(room.id)
    listChanged()
    // The room names its newest message too: a second way to notice one that the room's own stream has not brought.
    if (room.lastMessage) open.noteNewest(outbox.present(room.lastMessage))
  }

  function removeRoom(roomId: string): void {
    list.removeRoom(roomId)
    removeChannel(roomId)
  }

  /** What `subscriptions.get` and `rooms.get` answered. */
  function applyLists(subscriptions: Delta<Subscription>, rooms: Delta<Room>): void {
    list.applySubscriptions(subscriptions)
    list.applyRooms(rooms)
    kept.noteAnswers(subscriptions, rooms)
    isListComplete = true
    listState.value = 'ready'
    listChanged()
  }

  function failLists(): void {
    if (listState.value === 'loading') listState.value = 'failed'
  }

  /** Whether a message is the user's own, somebody else's, or the system's. */
  function originOfMessage(message: Message): Origin {
    return originOf(message, selfId())
  }

  /** Begins for a person. Resolves once what is kept of the list on this device is in it; never rejects. */
  async function start(userId: string): Promise<void> {
    listState.value = 'loading'
    isListComplete = false
    isComplete = false
    cache.start(userId)
    outbox.start(userId, messages.outboxListeners)
    drafts.start(userId)
    for (const [roomId, text] of drafts.entries()) list.setDraft(roomId, text)
    if (!(await kept.restore())) return
    listState.value = 'ready'
    listChanged()
  }

  /** Whether everything that is known is up to date: the connection is live and what was missed is there. */
  function setComplete(isNow: boolean): void {
    isComplete = isNow
  }

  /** Lines look different for a reason that is not in the lists. */
  function touchLines(roomIds: Iterable<string>): void {
    for (const roomId of roomIds) list.touch(roomId)
    if (isListVisible) flusher.mark()
  }

  presence.onChange(touchLines)

  lifecycle.onBackground(() => {
    kept.save()
    void cache.flush()
  })

  session.onEnd(() => {
    open.actions.leaveChannel()
    drafts.stop(!session.isExpired)
    messages.clear()
    kept.stop()
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
    returned: messages.returned,
    ...open.state,
    ...open.actions,
    watermarks: () => list.watermarks(),
    settleWatermarks: () => list.settleWatermarks(),
    start,
    setComplete,
    setListVisible,
    /** These lines are drawn now: it is shown who of them is there. */
    noteDrawn: (lines: readonly Channel[]) => presence.show(peers.ofLines(lines)),
    insertChannel,
    removeChannel,
    updateRoom,
    removeRoom,
    applyLists,
    failLists,
    ...messages.actions,
    pruneMessages: open.pruneMessages,
    originOfMessage,
    /** Who brings rooms up to date that were left before they were. */
    setLeftBehindListener(listener: (roomId: string) => void) {
      onLeftBehind = listener
    },
    nameOf: list.nameOf,
    markStale: open.markStale,
    catchUp: open.catchUp,
    /** The server's documents of a conversation, as far as they are known. */
    room: list.room,
    subscription: list.subscription,
    ...changes,
    pendingOperations: outbox.pendingOperations,
    retry: outbox.retry,
    discard: outbox.discard,
    sendStateOf: outbox.stateOf,
  }
})
