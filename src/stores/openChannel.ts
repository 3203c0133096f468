import { computed, ref, shallowRef } from 'vue'
import { noticeFor, toHead, type CurrentChannel } from './channelHead'
import type { ChannelList } from './channelList'
import type { Drafts } from './drafts'
import { createEditing, type ReturnedText } from './editing'
import { errorText } from './errorText'
import type { Flusher } from './flusher'
import { createOpenMessages } from './openMessages'
import { useOutboxStore } from './outbox'
import { createReadingPlace } from './readingPlace'
import { createReadMarks } from './readMarks'
import type { GapSide } from './roomHistory'
import { createRoomJumps } from './roomJumps'
import { createRoomNews } from './roomNews'
import { createRoomScreen } from './roomScreen'
import { useRoomVisit, type WantedMessage } from './roomVisit'
import { useServices } from './services'
import { useSessionStore } from './session'
import { useSettingsStore } from './settings'
import { useTypingStore } from './typing'

export type OpenChannelOptions = {
  list: ChannelList
  drafts: Drafts
  flusher: Flusher
  /** True once the list is complete: an id that it does not have is unknown. */
  isListComplete: () => boolean
  /** A channel was left before the copy on the device had been brought up to date. */
  onLeftBehind: (roomId: string) => void
  /** The message that was being changed is deleted. */
  onReturned: (returned: ReturnedText) => void
}

/**
 * The part of the chat state that belongs to the one open channel: its messages on the screen, the reader's place, read
 * marks and the draft. Made by the chat store.
 */
export function useOpenChannel(options: OpenChannelOptions) {
  const { list, drafts, flusher, isListComplete } = options
  const { clock, storage } = useServices()
  const outbox = useOutboxStore()
  const session = useSessionStore()
  const settings = useSettingsStore()
  const typing = useTypingStore()

  const screen = createRoomScreen()
  const currentChannel = shallowRef<CurrentChannel>()
  const isAtNewest = ref(true)
  /** Grows when the screen shall go to the newest message. */
  const jumpCount = ref(0)
  /** Why nothing can be written here; `''` when something can. */
  const composerNotice = ref('')

  let currentId = ''
  let isRoomVisible = false

  const messages = createOpenMessages({
    timeline: () => visit.room?.timeline,
    selfId: () => session.user?.id,
    t: () => settings.t,
    roomNamed: list.idOf,
    openId: () => currentId,
  })
  const editing = createEditing({
    find: (id) => visit.room?.timeline.get(id),
    onReturned: (text) => options.onReturned({ roomId: currentId, text }),
    keep: (edit) => drafts.setEdit(currentId, edit),
  })
  const place = createReadingPlace({
    storage,
    roomId: () => currentId,
    isAtNewest: () => isAtNewest.value,
  })
  const jumps = createRoomJumps({
    clock,
    room: () => visit.room,
    lastSeenAt: () => visit.lastSeenAt,
    leaveNewest: () => setAtNewest(false),
    isAtNewest: () => isAtNewest.value,
    mark: flusher.mark,
    flush() {
      flusher.mark()
      flusher.flushNow()
    },
  })
  const visit = useRoomVisit({
    ...{ list, flusher, place, jumps },
    onRemoved(ids) {
      outbox.noteRemoved(ids)
      editing.noteRemoved(ids)
    },
    onOutdated: reload,
  })
  const news = createRoomNews({ room: () => visit.room, editing, mark: flusher.mark })
  session.onEnd(() => place.stop(!session.isExpired))

  const readMarks = createReadMarks({
    clock,
    shouldMark: () => session.user !== undefined && isSeen() && list.hasUnread(currentId),
    mark() {
      outbox.markRead(currentId, list.room(currentId)?.lastActivityAt ?? 0)
    },
  })
  /** Only the newest message on the screen of a visible page says that the room was read (protocol reference 5.6). */
  const isSeen = (): boolean =>
    visit.room?.isCurrent === true && isRoomVisible && isAtNewest.value && !place.isReturning

  /** Why the messages could not be loaded, as a sentence; `''` when they could. */
  const roomFailure = computed(() =>
    screen.hasFailed.value && visit.room ? errorText(visit.room.failure, settings.t) : '',
  )

  /** Copies to the screen what changed since the last time. */
  function publish(): void {
    const { room } = visit
    if (!room) return
    screen.publish(room)
    jumps.publish(room)
    if (isSeen()) readMarks.request()
  }

  /** How many components `publish` would draw now. */
  function publishCost(): number {
    const { room } = visit
    return room ? screen.cost(room) + jumps.cost(room) : 0
  }

  /**
   * Opens a channel; one that is not known yet is entered when the list has it.
   * @param message goes to this one instead of where the room was left
   */
  function openChannel(roomId: string, message?: WantedMessage): void {
    const isListElsewhere = currentId !== ''
    leaveChannel()
    currentId = roomId
    visit.want(message)
    // A list that showed another room until now is somewhere else.
    if (isListElsewhere) jumpCount.value += 1
    isAtNewest.value = true
    editing.resume(drafts.edit(roomId))
    refresh()
  }

  /** The list has changed: enters the channel, or shows what is new about it. */
  function refresh(): void {
    if (currentId === '') return
    const subscription = list.subscription(currentId)
    if (!subscription) {
      if (!isListComplete()) return
      composerNotice.value = settings.t(visit.room ? 'room.gone' : 'room.unknown')
    } else if (!visit.room) {
      visit.enter(subscription)
    }
    showHead()
  }

  /** Begins again with the newest page. */
  function reload(): void {
    visit.close()
    screen.clearChunks()
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
    place.keep()
    readMarks.finish()
    drafts.save()
    list.setDraft(currentId, drafts.get(currentId))
    editing.leave()
    const { isBehind } = visit
    visit.leave()
    const leftId = currentId
    currentId = ''
    if (isBehind) options.onLeftBehind(leftId)
    screen.clear()
    currentChannel.value = undefined
    composerNotice.value = ''
    flusher.mark()
  }

  function setRoomVisible(isVisible: boolean): void {
    isRoomVisible = isVisible
    if (!isVisible) {
      drafts.save()
      place.keep()
    } else if (isSeen()) readMarks.request()
  }

  /** The newest message is on the screen, or not any more: then newer ones are kept back and counted. */
  function setAtNewest(isNewest: boolean): void {
    isAtNewest.value = isNewest
    if (isNewest) place.note(undefined)
    if (isNewest) visit.room?.timeline.release()
    else visit.room?.timeline.hold()
    flusher.mark()
  }

  function jumpToNewest(): void {
    setAtNewest(true)
    flusher.flushNow()
    jumpCount.value += 1
  }

  /** Sends a text to the open channel. False when this device could not keep it on disk. */
  function send(text: string): boolean {
    if (currentId === '' || text === '') return true
    const { isKept } = outbox.add(currentId, text)
    typing.stop()
    jumpToNewest()
    return isKept
  }

  function setDraft(text: string): void {
    if (currentId !== '') drafts.set(currentId, text)
  }

  return {
    /** What templates read. */
    state: {
      currentChannel,
      ...screen.state,
      isAtNewest,
      jumpCount,
      composerNotice,
      roomFailure,
      editing: editing.editing,
      ...jumps.state,
    },
    /** What pages and components do. */
    actions: {
      openChannel,
      leaveChannel,
      setRoomVisible,
      setAtNewest,
      jumpToNewest,
      loadOlder: async () => visit.room?.loadOlder(),
      /** Resolves when what came is drawn. */
      async fillGap(chunkKey: string, side: GapSide): Promise<void> {
        await visit.room?.fillGap(chunkKey, side)
        flusher.flushNow()
      },
      notePlace: place.note,
      /** Hands over what says where the list is. */
      setPlaceSource: place.setSource,
      ...jumps.actions,
      send,
      ...messages.actions,
      ...editing.actions,
      setDraft,
      currentDraft: () => drafts.get(currentId),
      /** What belongs in the field: the change of a message, or the draft. */
      fieldText: () => editing.typed() ?? drafts.get(currentId),
      /** Id of the open channel; `''` for none. */
      openId: () => currentId,
    },
    isOpen: (roomId: string) => visit.room !== undefined && roomId === currentId,
    publish,
    publishCost,
    refresh,
    ...news,
    relabel: () => visit.room?.timeline.relabel(),
    markStale: () => visit.room?.markStale(),
    catchUp: async () => visit.room?.catchUp(),
  }
}
