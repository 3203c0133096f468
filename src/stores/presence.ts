import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { TimerHandle } from '../platform/types'
import type { PresenceStatus } from '../rocketchat/types'
import { useConnectionStore } from './connection'
import { useServices } from './services'
import { useSessionStore } from './session'

/** Somebody with whom there is a direct conversation, and the conversation. */
export type Peer = { userId: string; roomId: string }

/** As many people are watched at once; of more, those whose lines were drawn last. */
export const maxWatched = 200

/** After an interruption of this length statuses count as unknown, in ms. Shorter ones are not worth a flicker. */
const forgetMs = 1_500

/** Rocket.Chat takes ten calls a minute of one kind (protocol reference 3.4). */
const askPauseMs = 6_000
const retryMs = 30_000

const nothingOpen = { roomId: '', status: '' } as const

/**
 * Who is there, of the people whose direct conversations are on the screen. A status is known from the answer to one question
 * after each (re)connect, and from the stream from then on (protocol reference 2.5).
 */
export const usePresenceStore = defineStore('presence', () => {
  const { clock, repository } = useServices()
  const connection = useConnectionStore()
  const session = useSessionStore()

  /** The open direct conversation and the other person's status, `''` when unknown. */
  const open = shallowRef<{ roomId: string; status: PresenceStatus | '' }>(nothingOpen)
  /** Conversation by user id, those that were drawn last at the end. */
  const watched = new Map<string, string>()
  const statuses = new Map<string, PresenceStatus>()
  /** Of whom this connection tells changes. */
  const followed = new Set<string>()
  /** Whose status it has told. */
  const confirmed = new Set<string>()
  let openUserId = ''
  let isLive = false
  let isAsking = false
  /** Grows with each interruption: answers for the connection before are not for the next one. */
  let run = 0
  let askTimer: TimerHandle
  let forgetTimer: TimerHandle
  let tellChanged: (roomIds: readonly string[]) => void = () => undefined

  const statusOf = (userId: string): PresenceStatus | '' => statuses.get(userId) ?? ''

  function publishOpen(roomId: string): void {
    const status = statusOf(openUserId)
    if (open.value.roomId !== roomId || open.value.status !== status) {
      open.value = { roomId, status }
    }
  }

  function put(changes: Iterable<readonly [string, PresenceStatus | undefined]>): void {
    const roomIds: string[] = []
    for (const [userId, status] of changes) {
      const roomId = watched.get(userId)
      if (roomId === undefined || statuses.get(userId) === status) continue
      if (status === undefined) statuses.delete(userId)
      else statuses.set(userId, status)
      roomIds.push(roomId)
    }
    publishOpen(open.value.roomId)
    if (roomIds.length > 0) tellChanged(roomIds)
  }

  /** These people's lines are drawn. */
  function show(peers: readonly Peer[]): void {
    let hasNew = false
    for (const { userId, roomId } of peers) {
      hasNew = !watched.delete(userId) || hasNew
      watched.set(userId, roomId)
    }
    if (!hasNew) return
    for (const userId of [...watched.keys()].slice(0, -maxWatched)) {
      if (userId !== openUserId) leave(userId)
    }
    if (isLive) void watchAll()
  }

  function leave(userId: string): void {
    watched.delete(userId)
    statuses.delete(userId)
    followed.delete(userId)
    confirmed.delete(userId)
  }

  /** The open conversation is with this person; undefined when it is with none, or with several. */
  function follow(peer: Peer | undefined): void {
    const userId = peer?.userId ?? ''
    if (userId === openUserId) return
    openUserId = userId
    publishOpen(peer?.roomId ?? '')
    if (peer !== undefined) show([peer])
  }

  /** A status came by the stream. */
  function note(userId: string, status: PresenceStatus): void {
    if (!watched.has(userId)) return
    confirmed.add(userId)
    put([[userId, status]])
  }

  /** The connection is live and everything else is up to date. */
  function start(): void {
    isLive = true
    if (watched.size > 0) void watchAll()
  }

  /** The connection is interrupted: nothing is confirmed any more, and soon nothing is known. */
  function interrupt(): void {
    if (!isLive) return
    isLive = false
    isAsking = false
    run += 1
    followed.clear()
    confirmed.clear()
    clock.clearTimeout(askTimer)
    askTimer = undefined
    forgetTimer ??= clock.setTimeout(forgetUnconfirmed, forgetMs)
  }

  function forgetUnconfirmed(): void {
    forgetTimer = undefined
    put([...statuses.keys()].filter((id) => !confirmed.has(id)).map((id) => [id, undefined]))
  }

  /** First the stream, then the question: what changes in between comes by the stream. */
  async function watchAll(): Promise<void> {
    const startedRun = run
    const userIds = [...watched.keys()]
    await connection.watchPresence(userIds)
    if (run !== startedRun) return
    for (const id of userIds) if (watched.has(id)) followed.add(id)
    askSoon(0)
  }

  function askSoon(delayMs: number): void {
    if (askTimer !== undefined || isAsking) return
    askTimer = clock.setTimeout(() => {
      askTimer = undefined
      void ask()
    }, delayMs)
  }

  /** Asks for those of whom nothing is known; again when there are others meanwhile, or when nobody answered. */
  async function ask(): Promise<void> {
    const userIds = [...followed].filter((id) => !confirmed.has(id))
    if (userIds.length === 0) return
    const startedRun = run
    const isStale = (): boolean => run !== startedRun
    let pauseMs = askPauseMs
    isAsking = true
    try {
      const told = await repository.loadPresence(userIds)
      if (isStale()) return
      // What the stream told while the question was on its way is newer.
      const unheard = userIds.filter((id) => !confirmed.has(id))
      for (const id of unheard) confirmed.add(id)
      put(unheard.map((id) => [id, told.get(id)]))
    } catch {
      pauseMs = retryMs
    } finally {
      if (!isStale()) {
        isAsking = false
        askSoon(pauseMs)
      }
    }
  }

  session.onEnd(() => {
    interrupt()
    clock.clearTimeout(forgetTimer)
    forgetTimer = undefined
    watched.clear()
    statuses.clear()
    openUserId = ''
    open.value = nothingOpen
  })

  return {
    open,
    statusOf,
    show,
    follow,
    note,
    start,
    interrupt,
    /** @param listener told the conversations whose line looks different now */
    onChange(listener: (roomIds: readonly string[]) => void): void {
      tellChanged = listener
    },
  }
})
