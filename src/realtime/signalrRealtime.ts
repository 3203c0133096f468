import type { Clock, Disposer, TimerHandle } from '../platform/types'
import { createAwayFollower, type AwayFollower } from './awayFollower'
import type { HubConnection } from './hubConnection'
import { createHubEvents, type HubSessionState } from './hubEvents'
import { createHubRooms, type HubRooms } from './hubRooms'
import { hubCloseCodes, toHubSubprotocols } from './hubWire'
import { createListeners, throwLater } from './listeners'
import { createPresenceWatch, type PresenceWatch } from './presenceWatch'
import type { Realtime, RealtimeState, RoomHandle, StreamFrame } from './realtime'
import { connectHub } from './signalrHub'
import type { SignalrRealtimeOptions } from './signalrOptions'
import { Socket } from './socket'
import { createTypingSender, type TypingSender } from './typingSender'

/** What came in and could not be used. Grows only. */
export type SignalrCounters = { malformed: number }

export interface SignalrRealtime extends Realtime {
  readonly counters: Readonly<SignalrCounters>
}

/** Its answer is a sign of life; SignalR's own pings are not answered (gateway reference 1.2). */
const probe = '{"type":1,"invocationId":"probe","target":"ping","arguments":[]}\u001e'

/** How long the hub may take to the first `sessionState`, in milliseconds. */
const handshakeTimeoutMs = 10_000

/** When the hub wants this client no more but has nothing against its session, in milliseconds. */
const stayAwayMs = 60_000

/** The hub closes with these when the session is to be renewed, or is over. */
const sessionErrors = new Set(['session_revoked', 'unauthorized', 'account_changed'])

/**
 * Back-end authentication: the gateway's SignalR hub, with the business token alone (docs/gateway.md, way B).
 *
 * ```
 *   offline ──attempt──> connecting ──handshake, rooms answered, gateway live──> live
 *      ^                     │  ^                                                  │
 *      │                     │  └── gateway lost the chat server, or resync ───────┤
 *      └──── socket ended ───┴─────────────────────────────────────────────────────┤
 *                                   token or session refused ──> rejected <────────┘
 * ```
 *
 * `Socket` reconnects, sleeps and notices dead peers; each of its connections gets one connection of the official client.
 */
export function createSignalrRealtime(options: SignalrRealtimeOptions): SignalrRealtime {
  return new Client(options)
}

class Client implements SignalrRealtime {
  state: RealtimeState = 'offline'
  generation = 0
  readonly counters: SignalrCounters = { malformed: 0 }

  private readonly options: SignalrRealtimeOptions
  private readonly clock: Clock
  private readonly socket: Socket
  private readonly rooms: HubRooms
  private readonly typing: TypingSender
  private readonly away: AwayFollower
  private readonly presence: PresenceWatch
  private readonly stateListeners
  private readonly frameListeners
  private hub: HubConnection | undefined
  private isGatewayLive = false
  private isOpen = false
  private handshakeTimer: TimerHandle
  /** Waits to come back after the hub sent this client away. */
  private openTimer: TimerHandle

  constructor(options: SignalrRealtimeOptions) {
    const { clock, lifecycle } = options
    this.options = options
    this.clock = clock
    const onThrown = throwLater(clock)
    this.stateListeners = createListeners<[RealtimeState]>(onThrown)
    this.frameListeners = createListeners<[StreamFrame]>(onThrown)
    this.socket = this.createSocket()
    this.away = createAwayFollower(lifecycle, (isAway) => {
      if (this.hub?.isStarted === true) this.hub.send('away', isAway)
    })
    this.rooms = createHubRooms({
      clock,
      invoke: (method, roomId) => this.invoke(method, roomId),
      onSettled: () => this.goLive(),
      onTimeout: () => this.socket.restart('a room was not answered'),
    })
    this.presence = createPresenceWatch({
      clock,
      send: (userIds) => this.invoke('watchPresence', userIds),
    })
    this.typing = createTypingSender(clock, (roomId, isTyping, threadId) => {
      const thread = threadId === '' ? [] : [threadId]
      this.hub?.send('typing', roomId, isTyping, ...thread)
    })
  }

  open(): void {
    this.isOpen = true
    this.clock.clearTimeout(this.openTimer)
    if (this.state === 'rejected') this.setState('offline')
    this.away.start()
    this.socket.open()
  }

  close(): void {
    this.isOpen = false
    this.clock.clearTimeout(this.openTimer)
    this.away.stop()
    this.socket.close()
    this.setState('offline')
  }

  onState(listener: (state: RealtimeState) => void): Disposer {
    return this.stateListeners.add(listener)
  }

  onFrame(listener: (frame: StreamFrame) => void): Disposer {
    return this.frameListeners.add(listener)
  }

  openRoom(roomId: string): RoomHandle {
    return this.rooms.add(roomId)
  }

  sendTyping(roomId: string, isTyping: boolean, threadId = ''): void {
    if (this.state === 'live') this.typing.update(roomId, isTyping, threadId)
  }

  watchPresence(userIds: readonly string[]): Promise<void> {
    return this.presence.want(userIds)
  }

  checkNow(): void {
    this.rooms.retry()
    this.socket.checkNow()
  }

  private createSocket(): Socket {
    const {
      url,
      token,
      openSocket,
      clock,
      lifecycle,
      network,
      socket: settings = {},
    } = this.options
    const socket = new Socket({
      ...settings,
      server: url,
      openSocket: (address, handlers) => openSocket(address, handlers, toHubSubprotocols(token())),
      clock,
      lifecycle,
      network,
      ping: () => (this.hub?.isStarted === true ? probe : undefined),
    })
    socket.$on('connecting', () => this.setState('connecting'))
    socket.$on('open', () => void this.shakeHands())
    socket.$on('message', (text) => this.hub?.receive(text))
    socket.$on('close', (code, reason) => this.disconnected(code, reason))
    return socket
  }

  private async shakeHands(): Promise<void> {
    this.generation += 1
    this.handshakeTimer = this.clock.setTimeout(
      () => this.socket.restart('the hub does not answer'),
      handshakeTimeoutMs,
    )
    const giveUp = (): void => {
      if (this.hub === hub) this.socket.restart('the hub ended the connection')
    }
    const hub = connectHub({
      url: this.options.url,
      wire: { send: (text) => void this.socket.send(text), close: giveUp },
      methods: this.createMethods(() => this.hub === hub),
      onMalformed: () => this.countMalformed(),
      onEnded: giveUp,
    })
    this.hub = hub
    try {
      await hub.start()
    } catch {
      giveUp()
      return
    }
    if (this.hub !== hub) return
    if (this.away.isAway) hub.send('away', true)
    this.rooms.start()
    this.goLive()
  }

  private createMethods(isCurrent: () => boolean) {
    return createHubEvents({
      userId: this.options.userId,
      onFrame: (frame) => {
        if (isCurrent()) this.frameListeners.emit(frame)
      },
      onSessionState: (state) => {
        if (isCurrent()) this.gatewayIs(state)
      },
      onResync: () => {
        if (isCurrent()) this.resync()
      },
      onMalformed: () => this.countMalformed(),
    })
  }

  private invoke(method: string, argument: unknown): Promise<unknown> {
    const { hub } = this
    if (hub === undefined || hub.close !== undefined) return Promise.reject(new Error('closed'))
    return hub.invoke(method, argument)
  }

  /** `unauthorized` is followed by the hub's close message, which decides. */
  private gatewayIs(state: HubSessionState): void {
    this.clock.clearTimeout(this.handshakeTimer)
    this.isGatewayLive = state === 'live'
    if (this.isGatewayLive) {
      this.rooms.retry()
      this.goLive()
    } else this.loseEvents()
  }

  private goLive(): void {
    const isReady = this.isGatewayLive && this.hub?.isStarted === true
    if (!isReady || this.rooms.openCount > 0 || this.state === 'live') return
    this.socket.confirm()
    this.setState('live')
  }

  /** What was asked for before the gap says nothing about the time after it. */
  private loseEvents(): void {
    if (this.state !== 'live') return
    this.generation += 1
    this.typing.reset()
    this.setState('connecting')
  }

  private resync(): void {
    if (this.state !== 'live') return
    this.loseEvents()
    this.goLive()
  }

  private disconnected(code: number, reason: string): void {
    const { hub } = this
    this.clock.clearTimeout(this.handshakeTimer)
    this.hub = undefined
    this.isGatewayLive = false
    this.rooms.stop()
    this.typing.reset()
    hub?.closed(code, reason)
    const told = hub?.close
    const isRefused = told !== undefined && sessionErrors.has(told.error)
    if (code === hubCloseCodes.unauthorized || isRefused) this.reject()
    else {
      if (told?.allowReconnect === false) this.stayAway()
      this.setState('offline')
    }
  }

  private reject(): void {
    this.setState('rejected')
    this.socket.close()
  }

  private stayAway(): void {
    this.socket.close()
    if (this.isOpen) this.openTimer = this.clock.setTimeout(() => this.open(), stayAwayMs)
  }

  private setState(state: RealtimeState): void {
    if (this.state === state) return
    this.state = state
    if (state === 'live') this.presence.start()
    else this.presence.stop()
    this.stateListeners.emit(state)
  }

  private countMalformed(): void {
    this.counters.malformed += 1
  }
}
