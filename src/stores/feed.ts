import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { ApiError } from '../api/apiError'
import { StorageError, type TimerHandle } from '../platform/types'
import type { RealtimeState, StreamFrame } from '../realtime/realtime'
import { decodeFrame } from '../rocketchat/streams'
import { useMessageCache } from './cache/messageCache'
import { useChatStore } from './chat'
import { useConnectionStore } from './connection'
import { createDispatcher } from './dispatcher'
import { useOutboxStore } from './outbox'
import { isRefusal } from './refusal'
import { usePresenceStore } from './presence'
import { createRoomSync } from './roomSync'
import { useServices } from './services'
import { useSessionStore } from './session'

/** What the line under the page's head says. */
export type LineState = 'offline' | 'connecting' | 'updating' | 'live'

/** A login that is refused again with this many fresh tokens in a row ends the session. */
const maxRenewals = 2

/**
 * How far before the watermark a delta of the lists begins: several servers share the rooms and their clocks differ a
 * little, and a change of the same millisecond would be left out.
 */
const listOverlapMs = 5_000

/** Waits between attempts to complete the lists, in milliseconds. */
const retryDelays = [1_000, 3_000, 10_000, 30_000]

/**
 * Keeps everything complete: first all conversations by REST while the connection opens, then, after every (re)connect and
 * only once login and subscriptions are confirmed, what changed meanwhile. From then on the streams bring the rest
 * (protocol reference 5.9).
 */
export const useFeedStore = defineStore('feed', () => {
  const { clock, network, repository } = useServices()
  const chat = useChatStore()
  const connection = useConnectionStore()
  const outbox = useOutboxStore()
  const presence = usePresenceStore()
  const session = useSessionStore()

  /** Frames that could not be read: counted, never shown. */
  const droppedFrames = ref(0)
  /** The same for documents of answers. */
  const droppedDocuments = ref(0)
  const isSynced = ref(false)
  const isOnline = ref(true)
  /** Short interruptions are not worth a line that jumps in and out. */
  const isLineDue = ref(false)
  let lineTimer: TimerHandle
  let retryTimer: TimerHandle
  /** What `retryTimer` waits to do. */
  let pending: (() => void) | undefined
  let retries = 0
  let renewals = 0
  /** Grows with each start and stop: answers for the person before are not for the next one. */
  let run = 0
  let firstLoad: Promise<void> = Promise.resolve()
  let disposeNetwork: () => void = () => undefined

  const lineState = computed<LineState>(() => {
    if (connection.state === 'live' && isSynced.value) return 'live'
    if (!isOnline.value) return 'offline'
    if (!isLineDue.value) return 'live'
    return connection.state === 'live' ? 'updating' : 'connecting'
  })

  const roomSync = createRoomSync({
    clock,
    repository,
    cache: useMessageCache(),
    room: chat.room,
    isOpen: (roomId) => chat.openId() === roomId,
  })
  chat.setLeftBehindListener(roomSync.noteUnfinished)
  const dispatch = createDispatcher({
    onResyncRoom: () => void resyncRoom(),
    onActivity: roomSync.note,
  })

  function onFrame(frame: StreamFrame): void {
    const event = decodeFrame(frame, () => {
      droppedFrames.value += 1
    })
    if (event) dispatch(event)
  }

  /** Begins for the user who is signed in. */
  function start(): void {
    const { user, realtime } = session
    if (!user || !realtime) return
    const restored = chat.start(user.id)
    run += 1
    retries = 0
    renewals = 0
    setSynced(false)
    waitForLine()
    disposeNetwork = network.onChange((online) => {
      isOnline.value = online
    })
    const startedRun = run
    const isOver = (): boolean => run !== startedRun
    firstLoad = restored
      .then(() => (isOver() ? undefined : loadLists(isOver)))
      .catch(() => undefined)
    const target = { ...realtime, userId: user.id, username: user.username }
    connection.open(target, { onState, onFrame })
  }

  function stop(): void {
    run += 1
    clock.clearTimeout(lineTimer)
    stopRetry()
    disposeNetwork()
    connection.close()
    roomSync.stop()
    setSynced(false)
  }

  function setSynced(isNow: boolean): void {
    isSynced.value = isNow
    chat.setComplete(isNow)
  }

  function waitForLine(): void {
    isLineDue.value = false
    clock.clearTimeout(lineTimer)
    lineTimer = clock.setTimeout(() => {
      isLineDue.value = true
    }, 1_500)
  }

  function onState(state: RealtimeState): void {
    if (state === 'live') {
      renewals = 0
      isOnline.value = true
      void complete()
      return
    }
    if (isSynced.value) {
      waitForLine()
      chat.settleWatermarks()
    }
    setSynced(false)
    presence.interrupt()
    roomSync.stop()
    stopRetry()
    chat.markStale()
    if (state === 'rejected') void renew()
  }

  /** The server refused the chat token: a new one, but not for ever, otherwise the session is over. */
  async function renew(): Promise<void> {
    const startedRun = run
    try {
      if (renewals >= maxRenewals || !(await session.renew())) {
        session.expire()
        return
      }
      renewals += 1
      connection.reopen()
    } catch {
      // Nobody answered, which says nothing about the session.
      if (run === startedRun) retryLater(() => void renew())
    }
  }

  /** Fetches what no stream brought; repeats until it worked or the connection is another one. */
  async function complete(): Promise<void> {
    const startedRun = run
    const generation = connection.generation()
    const isStale = (): boolean =>
      run !== startedRun || connection.generation() !== generation || connection.state !== 'live'
    try {
      await firstLoad
      if (isStale()) return
      await loadLists(isStale)
      if (isStale()) return
      await catchUpOpenRoom()
      if (isStale()) return
      setSynced(true)
      retries = 0
      outbox.pump()
      roomSync.start(isStale)
      presence.start()
    } catch (error) {
      if (isStale()) return
      if (!(error instanceof ApiError || error instanceof StorageError)) throw error
      retryLater(() => void complete())
    }
  }

  /** A room that the server refuses says so itself; it must not keep the others from being complete. */
  async function catchUpOpenRoom(): Promise<void> {
    try {
      await chat.catchUp()
    } catch (error) {
      if (!(error instanceof ApiError && isRefusal(error))) throw error
    }
  }

  async function loadLists(isStale: () => boolean): Promise<void> {
    const { subscriptions, rooms } = chat.watermarks()
    const since = (watermark: number) =>
      watermark === 0 ? undefined : Math.max(0, watermark - listOverlapMs)
    try {
      const [changedSubscriptions, changedRooms] = await Promise.all([
        repository.loadSubscriptions(since(subscriptions)),
        repository.loadRooms(since(rooms)),
      ])
      if (!isStale()) chat.applyLists(changedSubscriptions, changedRooms)
    } catch (error) {
      if (!isStale()) chat.failLists()
      throw error
    }
  }

  async function resyncRoom(): Promise<void> {
    try {
      await chat.catchUp()
    } catch {
      // The next reconnect asks again.
    }
  }

  function retryLater(work: () => void): void {
    const delay = retryDelays[Math.min(retries, retryDelays.length - 1)] ?? 30_000
    retries += 1
    stopRetry()
    pending = work
    retryTimer = clock.setTimeout(retryNow, delay * (0.75 + clock.random() / 2))
  }

  function retryNow(): void {
    const work = pending
    stopRetry()
    work?.()
  }

  function stopRetry(): void {
    clock.clearTimeout(retryTimer)
    pending = undefined
  }

  /** Somebody does not want to wait: whatever waits for its next attempt is tried at once. */
  function tryNow(): void {
    connection.tryNow()
    retryNow()
    outbox.pump()
  }

  /** An answer had a document that could not be read. */
  function noteDropped(): void {
    droppedDocuments.value += 1
  }

  session.onEnd(stop)

  return { lineState, droppedFrames, droppedDocuments, start, tryNow, noteDropped }
})
