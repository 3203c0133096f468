import type { Clock, Disposer, TimerHandle } from '../platform/types'
import { DdpError, isPassing, TransportError } from './ddpError'
import { createDdpMethods, type DdpMethods } from './ddpMethods'
import type { DdpClientOptions } from './ddpOptions'
import {
  createDdpSubscriptions,
  type DdpSubscriptions,
  type StreamHandle,
} from './ddpSubscriptions'
import { createListeners, throwLater } from './listeners'
import type { RealtimeState, StreamFrame } from './realtime'
import type { Socket } from './socket'

/** What came in and could not be used. Grows only. */
export type DdpCounters = {
  /** Not JSON, not an object, or a known frame without what it must have. */
  malformed: number
  /** Frames of a kind that this client does not know. */
  unknown: number
  /** `error` frames: the server did not understand something of ours. */
  protocolErrors: number
}

export interface DdpClient {
  open(): void
  close(): void
  readonly state: RealtimeState
  /** Number of the current connection; grows whenever a socket opens. */
  readonly generation: number
  readonly counters: Readonly<DdpCounters>
  onState(listener: (state: RealtimeState) => void): Disposer
  onFrame(listener: (frame: StreamFrame) => void): Disposer
  /**
   * Calls a method on a connection that is signed in; nothing is queued for a later one. Params are EJSON-encoded, dates in
   * the result are epoch milliseconds.
   * @throws {DdpError} refused by the server
   * @throws {TransportError} not connected, cut, or no answer in time
   */
  call(method: string, ...params: readonly unknown[]): Promise<unknown>
  /** Subscribes a stream such as `stream-room-messages`; kept over reconnects until disposed. */
  subscribe(stream: string, eventName: string): StreamHandle
  /**
   * Subscribes once with an argument of its own, on this connection only. Resolves when it is confirmed, or ended without an
   * error. Rejects as `call`.
   */
  subscribeOnce(stream: string, eventName: string, argument: object): Promise<void>
  checkNow(): void
}

export const ddpPing = '{"msg":"ping"}'

/** Proposed in this order (protocol reference 1.1). */
const versions = ['1', 'pre2', 'pre1']

type Frame = Record<string, unknown>

/**
 * DDP, the protocol of Rocket.Chat's websocket, over one `Socket`.
 *
 * ```
 *   offline ──attempt──> connecting ──connected──> login{resume} ──ok──> subs ──all answered──> live
 *      ^                     │                         │
 *      └──── socket ended ───┴─────────────────────────┤ 401, 403, other refusals
 *            (from any of them; Socket reconnects)     └──> rejected: closed until open()
 * ```
 *
 * No server resumes sessions, so every connection logs in and subscribes anew, in this order: a subscription sent before
 * the login would be judged as a stranger's.
 */
export function createDdpClient(options: DdpClientOptions): DdpClient {
  return new Client(options)
}

class Client implements DdpClient {
  state: RealtimeState = 'offline'
  generation = 0
  readonly counters: DdpCounters = { malformed: 0, unknown: 0, protocolErrors: 0 }

  private readonly socket: Socket
  private readonly clock: Clock
  private readonly token: () => string
  private readonly methodTimeout: number
  private readonly handshakeTimeout: number
  private readonly methods: DdpMethods
  private readonly subscriptions: DdpSubscriptions
  private readonly stateListeners
  private readonly frameListeners
  private awaitsConnected = false
  private isSignedIn = false
  private version = '1'
  private handshakeTimer: TimerHandle

  constructor({ socket, clock, token, ...timeouts }: DdpClientOptions) {
    this.socket = socket
    this.clock = clock
    this.token = token
    this.methodTimeout = timeouts.methodTimeout ?? 20_000
    this.handshakeTimeout = timeouts.handshakeTimeout ?? 10_000
    const send = (frame: object): boolean => socket.send(JSON.stringify(frame))
    this.methods = createDdpMethods(clock, send)
    this.subscriptions = createDdpSubscriptions({
      clock,
      send,
      timeoutMs: this.handshakeTimeout,
      onSettled: () => this.goLive(),
      onTimeout: () => socket.restart('a subscription was not answered'),
    })
    const onThrown = throwLater(clock)
    this.stateListeners = createListeners<[RealtimeState]>(onThrown)
    this.frameListeners = createListeners<[StreamFrame]>(onThrown)
    socket.$on('connecting', () => this.setState('connecting'))
    socket.$on('open', () => this.startHandshake())
    socket.$on('message', (text) => this.receive(text))
    socket.$on('close', () => this.disconnected())
  }

  open(): void {
    if (this.state === 'rejected') this.setState('offline')
    this.socket.open()
  }

  close(): void {
    this.methods.rejectAll('closed')
    this.socket.close()
    this.setState('offline')
  }

  onState(listener: (state: RealtimeState) => void): Disposer {
    return this.stateListeners.add(listener)
  }

  onFrame(listener: (frame: StreamFrame) => void): Disposer {
    return this.frameListeners.add(listener)
  }

  async call(method: string, ...params: readonly unknown[]): Promise<unknown> {
    if (!this.isSignedIn) throw new TransportError('offline')
    return this.methods.call(method, params, this.methodTimeout)
  }

  subscribe(stream: string, eventName: string): StreamHandle {
    return this.subscriptions.add(stream, eventName)
  }

  async subscribeOnce(stream: string, eventName: string, argument: object): Promise<void> {
    if (!this.isSignedIn) throw new TransportError('offline')
    const frame = { msg: 'sub', name: stream, params: [eventName, argument] }
    await this.methods.ask(frame, this.handshakeTimeout)
  }

  checkNow(): void {
    this.socket.checkNow()
  }

  private startHandshake(): void {
    this.generation += 1
    this.awaitsConnected = true
    this.handshakeTimer = this.clock.setTimeout(
      () => this.socket.restart('no answer to connect'),
      this.handshakeTimeout,
    )
    // At once: one kind of server pings within 30 ms and wants to hear `connect` before the pong (protocol reference 1.1).
    this.socket.send(JSON.stringify({ msg: 'connect', version: this.version, support: versions }))
  }

  private async logIn(): Promise<void> {
    this.awaitsConnected = false
    this.clock.clearTimeout(this.handshakeTimer)
    this.handshakeTimer = undefined
    const generation = this.generation
    try {
      await this.methods.call('login', [{ resume: this.token() }], this.handshakeTimeout)
    } catch (error) {
      if (generation === this.generation) this.loginFailed(error)
      return
    }
    if (generation !== this.generation || !this.socket.isConnected) return
    this.isSignedIn = true
    this.subscriptions.start()
  }

  private loginFailed(error: unknown): void {
    if (!this.socket.isConnected) return
    if (error instanceof DdpError && !isPassing(error)) {
      this.setState('rejected')
      this.socket.close()
      return
    }
    this.socket.restart('the login was not answered')
  }

  private goLive(): void {
    // Rooms opened later settle too, and `live` is told once per connection.
    if (!this.isSignedIn || this.state === 'live') return
    this.socket.confirm()
    this.setState('live')
  }

  private disconnected(): void {
    this.clock.clearTimeout(this.handshakeTimer)
    this.awaitsConnected = false
    this.isSignedIn = false
    this.subscriptions.stop()
    this.methods.rejectAll('cut')
    if (this.state !== 'rejected') this.setState('offline')
  }

  private setState(state: RealtimeState): void {
    if (this.state === state) return
    this.state = state
    this.stateListeners.emit(state)
  }

  /** One frame. Stream events are by far the most and are handed on without a look into their documents. */
  private receive(text: string): void {
    let frame: unknown
    try {
      frame = JSON.parse(text)
    } catch {
      this.counters.malformed += 1
      return
    }
    if (typeof frame !== 'object' || frame === null) this.counters.malformed += 1
    else if ((frame as Frame).msg === 'changed') this.receiveChanged(frame as Frame)
    else this.receiveOther(frame as Frame)
  }

  private receiveChanged({ collection, fields }: Frame): void {
    if (typeof collection !== 'string' || typeof fields !== 'object' || fields === null) {
      this.counters.malformed += 1
      return
    }
    const { eventName, args } = fields as Frame
    if (typeof eventName === 'string' && Array.isArray(args)) {
      this.frameListeners.emit({ collection, eventName, args })
      return
    }
    // Real collections, such as the own document in `users`, have other fields and are not used here.
    if (collection.startsWith('stream-')) this.counters.malformed += 1
  }

  private receiveOther(frame: Frame): void {
    switch (frame.msg) {
      case 'ping':
        this.socket.send(JSON.stringify({ msg: 'pong', id: frame.id }))
        return
      case 'connected':
        if (this.awaitsConnected) void this.logIn()
        return
      case 'failed':
        this.negotiate(frame.version)
        return
      case 'result':
        this.methods.settle(frame.id, frame)
        return
      case 'ready':
        this.confirm(frame.subs)
        return
      case 'nosub':
        if (!this.methods.settle(frame.id, frame)) this.subscriptions.end(frame.id, frame.error)
        return
      case 'error':
        this.counters.protocolErrors += 1
        return
      case 'pong':
      case 'updated':
      case 'added':
      case 'removed':
        return
      // `server_id`, and whatever else has no kind, is to be ignored (protocol reference 1.1).
      case undefined:
        return
      default:
        this.counters.unknown += 1
    }
  }

  private confirm(ids: unknown): void {
    if (!Array.isArray(ids)) {
      this.counters.malformed += 1
      return
    }
    for (const id of ids) this.methods.settle(id, {})
    this.subscriptions.confirm(ids)
  }

  /** The server proposes a version: the next connection takes it up, if this client speaks it. */
  private negotiate(version: unknown): void {
    if (typeof version === 'string' && versions.includes(version)) this.version = version
    this.socket.restart('another version of the protocol')
  }
}
