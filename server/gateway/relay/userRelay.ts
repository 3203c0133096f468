import type { Logger } from 'pino'
import type { Clock, TimerHandle } from '../../../src/platform/types'
import { createDdpClient, ddpPing, type DdpClient } from '../../../src/realtime/ddpClient'
import type { StreamFrame } from '../../../src/realtime/realtime'
import { presenceStream, userEvents } from '../../../src/realtime/streamEvents'
import { createTypingSender, type TypingSender } from '../../../src/realtime/typingSender'
import type { ChatSession, ChatSessions } from '../chat/chatSessions'
import type { HubConnection } from '../hub/hubApplication'
import { createChatLogin, type ChatLogin } from './chatLogin'
import { createChatSocket } from './chatSocket'
import { relayedEvent, type EventReader, type RelayedEvent } from './events'
import { EventSocket } from './eventSocket'
import { resyncRecord, roomOf, sessionStateRecord, type SessionState } from './notifications'
import { createPresence, type Presence } from './presence'
import { createRoomSubscriptions, type RoomSubscriptions } from './roomSubscriptions'
import { createWatchedPeople, type WatchedPeople } from './watchedPeople'

/** A phone that changes networks is back within it, and the chat server never notices. */
const graceMs = 30_000
const reconnectDelayMs = 250
/** The last frame came before the last event that was missed, and the clocks of two machines differ. */
const resyncAllowanceMs = 10_000

/** Events written for hub clients, and connections to the chat server that had to be made anew. */
export type RelayCounts = { events: number; reconnects: number }

export type UserRelayOptions = {
  sessions: Pick<ChatSessions, 'open'>
  /** `ws(s)://` address of the chat server's websocket. */
  websocketUrl: string
  /** Shared by all users. */
  events: EventReader
  /** Counted up here. */
  counts: RelayCounts
  clock: Clock
  logger: Logger
  /** The relay has ended by itself; it takes no connections any more. */
  onEnded(): void
}

/** The one DDP connection of a business user and the hub connections that it serves. */
export interface UserRelay {
  add(connection: HubConnection): void
  /** The last one is followed by a grace period. */
  remove(connection: HubConnection): void
  /** A sign-in of the user was ended: its chat session is not used any longer. */
  sessionEnded(sessionId: string): void
  readonly rooms: RoomSubscriptions
  readonly presence: Presence
  readonly watched: WatchedPeople
  /** Tells the room that the user types or has stopped; sent sparingly, and lost while there is no connection. */
  sendTyping(roomId: string, isTyping: boolean, threadId: string): void
  /** Ends at once; hub connections are left alone. */
  close(): void
}

/**
 * The DDP client is the one of the uni-app client: it depends on nothing but a socket and a clock, and what it does about
 * silence (60 s), back-off, logins and subscriptions is wanted here word for word.
 */
export function createUserRelay(options: UserRelayOptions): UserRelay {
  return new User(options)
}

class User implements UserRelay {
  readonly rooms: RoomSubscriptions
  readonly presence: Presence
  readonly watched: WatchedPeople
  private readonly options: UserRelayOptions
  private readonly client: DdpClient
  private readonly login: ChatLogin
  private readonly typing: TypingSender
  private readonly connections = new Set<HubConnection>()
  private session: ChatSession | undefined
  /** The business sign-in to which the chat session belongs. */
  private sessionId = ''
  private address = ''
  private state: SessionState = 'connecting'
  private heardAt = 0
  private gapSince: number | undefined
  private graceTimer: TimerHandle
  private isEnded = false

  constructor(options: UserRelayOptions) {
    const { clock, sessions } = options
    this.options = options
    const socket = this.createSocket()
    this.client = createDdpClient({ socket, clock, token: () => this.session?.authToken ?? '' })
    this.client.onState(() => this.follow())
    this.client.onFrame((frame) => this.relay(relayedEvent(frame)))
    this.rooms = createRoomSubscriptions(this.client, clock)
    this.watched = createWatchedPeople(this.client, clock)
    this.presence = createPresence(() => this.tellPresence())
    this.typing = createTypingSender(clock, (...typing) => this.tellTyping(...typing))
    this.login = createChatLogin({
      sessions,
      clock,
      holder: () => this.connections.values().next().value,
      onSession: (session, sessionId) => this.use(session, sessionId),
      onGivenUp: () => this.giveUp(),
    })
  }

  add(connection: HubConnection): void {
    const isFirst = this.session === undefined && this.connections.size === 0
    this.options.clock.clearTimeout(this.graceTimer)
    this.connections.add(connection)
    this.presence.add(connection)
    connection.send(sessionStateRecord(this.state))
    if (!isFirst) return
    this.address = connection.address
    this.login.start()
  }

  remove(connection: HubConnection): void {
    this.rooms.drop(connection)
    this.watched.drop(connection)
    this.connections.delete(connection)
    this.presence.remove(connection)
    if (this.connections.size > 0 || this.isEnded) return
    // Nobody knows the user at the chat server yet: there is nothing to keep.
    if (this.session === undefined) this.end()
    else this.graceTimer = this.options.clock.setTimeout(() => this.end(), graceMs)
  }

  sessionEnded(sessionId: string): void {
    if (this.isEnded || this.sessionId !== sessionId) return
    if (this.connections.size === 0) {
      this.end()
      return
    }
    this.client.close()
    this.login.start()
  }

  sendTyping(roomId: string, isTyping: boolean, threadId: string): void {
    if (this.client.state === 'live') this.typing.update(roomId, isTyping, threadId)
  }

  close(): void {
    this.isEnded = true
    this.options.clock.clearTimeout(this.graceTimer)
    this.login.stop()
    this.typing.reset()
    this.watched.follow(false)
    this.client.close()
  }

  private createSocket(): EventSocket {
    const { websocketUrl, clock } = this.options
    const options = {
      server: websocketUrl,
      openSocket: createChatSocket(() => this.address),
      clock,
      reconnectDelay: reconnectDelayMs,
      ping: () => ddpPing,
    }
    return new EventSocket(options, (text) => this.take(text))
  }

  /** Events are by far the most frames; what is not well-formed is left to the DDP client, which counts it. */
  private take(text: string): boolean {
    this.heardAt = this.options.clock.now()
    const event = this.options.events.read(text)
    if (event) this.relay(event)
    return event !== undefined
  }

  private use(session: ChatSession, sessionId: string): void {
    const isFirst = this.session === undefined
    if (!isFirst && this.session?.userId !== session.userId) {
      // The chat account was made anew: everything that the clients know belongs to the old one.
      this.closeAll('account_changed', true)
      this.end()
      return
    }
    this.session = session
    this.sessionId = sessionId
    if (isFirst) {
      for (const event of userEvents) {
        this.client.subscribe('stream-notify-user', `${session.userId}/${event}`)
      }
    }
    this.client.open()
  }

  private follow(): void {
    if (this.isEnded) return
    this.typing.reset()
    this.watched.follow(this.client.state === 'live')
    if (this.client.state === 'live') this.goLive()
    else if (this.state === 'live') {
      this.gapSince = this.heardAt
      this.tell('connecting')
    }
    if (this.client.state === 'rejected') this.login.refused(this.session?.authToken ?? '')
  }

  private goLive(): void {
    this.login.confirmed()
    // Before `live`: a client that catches up whenever it becomes live does so once.
    if (this.gapSince !== undefined) {
      this.options.counts.reconnects += 1
      this.sendAll(resyncRecord(this.gapSince - resyncAllowanceMs))
      this.gapSince = undefined
    }
    this.tell('live')
    // A new connection counts as online by itself (protocol reference 5.14).
    if (this.presence.isAway) this.tellPresence()
  }

  private giveUp(): void {
    this.tell('unauthorized')
    this.closeAll('unauthorized', false)
    this.end()
  }

  private end(): void {
    if (this.isEnded) return
    this.close()
    this.options.onEnded()
  }

  private tell(state: SessionState): void {
    if (this.state === state) return
    this.state = state
    this.sendAll(sessionStateRecord(state))
  }

  private sendAll(record: string): void {
    for (const connection of this.connections) connection.send(record)
  }

  private closeAll(error: string, allowReconnect: boolean): void {
    for (const connection of [...this.connections]) connection.close(error, allowReconnect)
  }

  /** The event is written once for all connections, and not at all when nobody wants it. */
  private relay({ frame, record: write }: RelayedEvent): void {
    const wanting = this.wantingOf(frame)
    if (wanting.size === 0) return
    try {
      const record = write()
      this.options.counts.events += 1
      for (const connection of wanting) connection.send(record)
    } catch (error) {
      // A document that is nested too deep for JSON is the only known way here; the others must not suffer.
      const name = error instanceof Error ? error.name : typeof error
      this.options.logger.warn({ name, collection: frame.collection }, 'an event was not relayed')
    }
  }

  private wantingOf(frame: StreamFrame): ReadonlySet<HubConnection> {
    if (frame.collection === presenceStream) return this.watched.connectionsOf(frame.eventName)
    const roomId = roomOf(frame)
    return roomId === undefined ? this.connections : this.rooms.connectionsOf(roomId)
  }

  private tellPresence(): void {
    if (this.client.state !== 'live') return
    const method = this.presence.isAway ? 'UserPresence:away' : 'UserPresence:online'
    this.client.call(method).catch(() => undefined)
  }

  private tellTyping(roomId: string, isTyping: boolean, threadId: string): void {
    const activities = isTyping ? ['user-typing'] : []
    const extra = threadId === '' ? {} : { tmid: threadId }
    const event = `${roomId}/user-activity`
    const username = this.session?.username ?? ''
    // A failure changes nothing: the next key stroke says it again.
    this.client
      .call('stream-notify-room', event, username, activities, extra)
      .catch(() => undefined)
  }
}
