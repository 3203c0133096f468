import { defineStore } from 'pinia'
import { nextTick, ref, shallowRef } from 'vue'
import type { Delta, Message, Room, Subscription } from '../rocketchat/types'
import type { PruneRange } from '../timeline/types'
import { createKeptLists } from './cache/keptLists'
import { useMessageCache } from './cache/messageCache'
import { originOf, type Channel, type Origin } from './channel'
import { createChannelList } from './channelList'
import { createDrafts } from './drafts'
import type { ReturnedText } from './editing'
import { createFlusher } from './flusher'
import { useOpenChannel } from './openChannel'
import { useOutboxStore } from './outbox'
import type { OutboxListeners } from './outboxListeners'
import { createOwnChanges } from './ownChanges'
import { createPeers } from './peers'
import { usePresenceStore } from './presence'
import { useServices } from './services'
import { useSessionStore } from './session'
import { useSettingsStore } from './settings'
import { useTypingStore } from './typing'
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
  const typing = useTypingStore()

  const list = createChannelList()
  const selfId = (): string => session.user?.id ?? ''
  const peers = createPeers(list, selfId)
  const kept = createKeptLists({ cache, clock, list })
  const drafts = createDrafts(storage, clock)
  const channels = shallowRef<readonly Channel[]>([])
  const listState = ref<ListState>('loading')
  /** The text that became a draft last because its message was deleted. */
  const returned = shallowRef<ReturnedText>()
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
    onReturned: keepAsDraft,
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
    if (outbox.find(message.id)) list.noteSent(message)
    outbox.noteStored(message.id)
    if (message.system === 'rm') outbox.noteRemoved([message.id])
    typing.note(message.roomId, message.author.username, false)
    open.appendMessage(outbox.present(message), source)
  }

  /** A typed text whose message is gone. */
  function keepAsDraft(text: ReturnedText): void {
    drafts.append(text.roomId, text.text)
    list.setDraft(text.roomId, drafts.get(text.roomId))
    listChanged()
    returned.value = text
  }

  /** Messages are deleted, for everybody. */
  function removeMessages(roomId: string, ids: readonly string[]): void {
    outbox.noteRemoved(ids)
    for (const id of ids) list.forgetSent(roomId, id)
    open.removeMessages(roomId, ids)
  }

  /** Nothing that came after what was seen may be marked as read, and without the lists nobody knows what came. */
  function mayMarkRead(roomId: string, seenUntil: number): 'yes' | 'no' | 'later' {
    if (!isComplete) return 'later'
    if (!list.hasUnread(roomId)) return 'no'
    return (list.room(roomId)?.lastActivityAt ?? 0) > seenUntil ? 'no' : 'yes'
  }

  /** What the outbox tells. */
  const outboxListeners: OutboxListeners = {
    onEntry: (entry) => open.showPending(entry),
    onSent(message) {
      list.noteSent(message)
      appendMessage(message, 'answer')
    },
    onDiscarded: (entry) => open.dropPending(entry),
    onReturned: keepAsDraft,
    onShown: (message) => open.appendMessage(message, 'answer'),
    onRemoved: (roomId, id) => removeMessages(roomId, [id]),
    mayMarkRead,
  }

  /** The user has seen all that this client knows of a room: told to the server now, or when it can be reached. */
  function markRead(roomId: string): void {
    outbox.markRead(roomId, list.room(roomId)?.lastActivityAt ?? 0)
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
    return originOf(message, selfId())
  }

  /** Begins for a person. Resolves once what is kept of the list on this device is in it; never rejects. */
  async function start(userId: string): Promise<void> {
    listState.value = 'loading'
    isListComplete = false
    isComplete = false
    cache.start(userId)
    outbox.start(userId, outboxListeners)
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
    returned.value = undefined
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
    returned,
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
    increaseUnread,
    appendMessage,
    appendEphemeral,
    removeMessages,
    pruneMessages,
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
    markRead,
    pendingOperations: outbox.pendingOperations,
    retry: outbox.retry,
    discard: outbox.discard,
    sendStateOf: outbox.stateOf,
  }
})
