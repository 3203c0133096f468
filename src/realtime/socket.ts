import type { Clock, Disposer, PlatformSocket, TimerHandle } from '../platform/types'
import { createBackgroundGrace, type BackgroundGrace } from './backgroundGrace'
import { createBackoff, type Backoff } from './backoff'
import { createHeartbeat, type Heartbeat } from './heartbeat'
import { createListeners, throwLater, type Listeners } from './listeners'
import { longestWait, type SocketEvents, type SocketOptions } from './socketOptions'

type EventListeners = { [Name in keyof SocketEvents]: Listeners<SocketEvents[Name]> }

type State = 'closed' | 'connecting' | 'open' | 'waiting' | 'paused'

/** A connection that has lived this long was a good one: the next cut starts with the shortest wait again. */
const goodAfterMs = 5_000

/**
 * How long the answer to a probe may take on coming to the foreground, in milliseconds: a dead connection is to be found within
 * two seconds, and one with a round trip of a second is alive.
 */
const probeTimeoutMs = 1_500

/**
 * One websocket that stays: reconnects, notices dead peers, sleeps in the background.
 *
 * ```
 *             open()                     onOpen
 *   closed ──────────> connecting ────────────────────> open
 *     ^                 ^   │ error, close, time-out      │ error, close, silence,
 *     │ close()         │   v                             │ restart()
 *     │ from anywhere   │  waiting <──────────────────────┘
 *     │                 │   │ wait over, foreground, network back, open();
 *     │                 └───┘ at once after a probe that was asked for
 *     │
 *     │      background, after the grace: any state but closed ──> paused
 *     └───── foreground: paused ──> connecting
 * ```
 *
 * With `reconnect: false` a lost connection goes to closed. What a replaced platform socket still says is ignored: handlers
 * belong to one attempt, and only the current one is listened to.
 */
export class Socket {
  private readonly options: SocketOptions
  private readonly clock: Clock
  private readonly backoff: Backoff
  private readonly heartbeat: Heartbeat
  private readonly grace: BackgroundGrace
  private readonly listeners: EventListeners
  private state: State = 'closed'
  private platformSocket: PlatformSocket | undefined
  /** Number of the current attempt; handlers of older ones are stale. */
  private attempt = 0
  /** The one wait that runs: connect time-out, wait before reconnecting, or proof of a good connection. */
  private timer: TimerHandle
  private watchers: Disposer[] = []

  constructor(options: SocketOptions) {
    this.options = options
    this.clock = options.clock
    const { reconnectDelay = 500 } = options
    this.backoff = createBackoff(options.clock, reconnectDelay, () =>
      longestWait(options, this.grace.isAway),
    )
    this.heartbeat = createHeartbeat({
      clock: options.clock,
      interval: options.heartbeatInterval ?? 25_000,
      timeout: options.heartbeatTimeout ?? 10_000,
      ping: () => this.ping(),
      onDead: (wasAsked) => this.dead(wasAsked),
    })
    this.grace = createBackgroundGrace({
      clock: options.clock,
      duration: options.backgroundGrace ?? 10_000,
      onOver: () => this.pause(),
    })
    const onThrown = throwLater(options.clock)
    this.listeners = {
      connecting: createListeners(onThrown),
      open: createListeners(onThrown),
      message: createListeners(onThrown),
      close: createListeners(onThrown),
      error: createListeners(onThrown),
      reconnecting: createListeners(onThrown),
    }
  }

  /** True between `open` and `close`: what is sent now leaves. It may still get lost on the way. */
  get isConnected(): boolean {
    return this.state === 'open'
  }

  /** Adds a listener; the answer removes it. */
  $on<Name extends keyof SocketEvents>(
    name: Name,
    listener: (...args: SocketEvents[Name]) => void,
  ): Disposer {
    return this.listeners[name].add(listener)
  }

  $off<Name extends keyof SocketEvents>(
    name: Name,
    listener: (...args: SocketEvents[Name]) => void,
  ): void {
    this.listeners[name].remove(listener)
  }

  /** Sends one frame; false when the socket is not open, and then nothing was kept for later. */
  send(text: string): boolean {
    if (this.state !== 'open' || this.platformSocket === undefined) return false
    this.platformSocket.send(text)
    return true
  }

  /** Starts, or tries at once where a reconnection waits. An attempt under way is shared; an open socket stays. */
  open(): void {
    if (this.state === 'closed') this.watchers = this.watchPlatform()
    if (this.state === 'closed' || this.state === 'waiting') this.connect()
  }

  /** Ends for good, until `open()`. */
  close(): void {
    if (this.state !== 'closed') this.stop(1000, 'closed by the client')
  }

  /**
   * Asks whether the connection is alive, as on coming to the foreground: an open socket is probed and replaced at once
   * when it stays silent, a wait is cut short.
   * @param timeoutMs how long the answer may take, in milliseconds
   */
  checkNow(timeoutMs: number = probeTimeoutMs): void {
    if (this.state === 'waiting') this.connect()
    if (this.state === 'open' && this.options.ping !== undefined) this.heartbeat.probe(timeoutMs)
  }

  /** Gives the current connection up and reconnects with back-off. */
  restart(reason: string): void {
    if (this.state === 'connecting' || this.state === 'open') this.end(1006, reason)
  }

  /** Says that the connection proved good (the protocol above is through its handshake): the back-off starts afresh. */
  confirm(): void {
    if (this.state === 'open') this.backoff.reset()
  }

  /** Who comes back and finds the connection dead does not wait: nothing says that the server has a problem. */
  private dead(wasAsked: boolean): void {
    if (wasAsked) this.replace('no answer to the ping')
    else this.restart('no answer to the ping')
  }

  /** Gives the current connection up and tries anew at once. */
  private replace(reason: string): void {
    if (this.options.reconnect === false) {
      this.stop(1006, reason)
      return
    }
    this.leave('waiting', 1006, reason)
    if (this.isWaiting()) this.connect()
  }

  private ping(): void {
    const frame = this.options.ping?.()
    if (frame !== undefined) this.send(frame)
  }

  private connect(): void {
    this.state = 'connecting'
    const attempt = this.attempt + 1
    this.attempt = attempt
    const isCurrent = (): boolean => this.attempt === attempt
    this.arm(this.options.connectTimeout ?? 10_000, () => this.fail('no connection in time'))
    const { server, openSocket } = this.options
    this.listeners.connecting.emit()
    if (!isCurrent()) return
    const url = typeof server === 'function' ? server() : server
    const socket = openSocket(url, {
      onOpen: () => {
        if (isCurrent() && this.state === 'connecting') this.opened()
      },
      onMessage: (text) => {
        if (!isCurrent() || this.state !== 'open') return
        this.heartbeat.beat()
        this.listeners.message.emit(text)
      },
      onClose: (code, reason) => {
        if (isCurrent()) this.end(code, reason)
      },
      onError: (reason) => {
        if (isCurrent()) this.fail(reason)
      },
    })
    // It may have failed before it was handed out.
    if (isCurrent()) this.platformSocket = socket
    else socket.close()
  }

  private opened(): void {
    this.state = 'open'
    this.arm(goodAfterMs, () => this.backoff.reset())
    if (this.options.ping !== undefined) this.heartbeat.start()
    this.listeners.open.emit()
  }

  /** An error ends the attempt here and now: on the App no close follows it. */
  private fail(reason: string): void {
    const attempt = this.attempt
    this.listeners.error.emit(reason)
    if (this.attempt === attempt) this.end(1006, reason)
  }

  private end(code: number, reason: string): void {
    if (this.options.reconnect === false) {
      this.stop(code, reason)
      return
    }
    const delayMs = this.backoff.next()
    const attempt = this.leave('waiting', code, reason, () =>
      this.arm(delayMs, () => this.connect()),
    )
    // A listener of `close` may have opened or closed the socket again.
    if (this.attempt === attempt) this.listeners.reconnecting.emit(this.backoff.attempts, delayMs)
  }

  private stop(code: number, reason: string): void {
    for (const dispose of this.watchers) dispose()
    this.watchers = []
    this.grace.stop()
    this.backoff.reset()
    this.leave('closed', code, reason)
  }

  /** Drops the platform socket and tells `close` when an attempt ends by it. Answers the number of the attempt. */
  private leave(state: State, code: number, reason: string, onLeft?: () => void): number {
    const socket = this.platformSocket
    const isEnding = this.state === 'connecting' || this.state === 'open'
    const attempt = this.attempt + 1
    this.attempt = attempt
    this.state = state
    this.platformSocket = undefined
    this.heartbeat.stop()
    this.stopTimer()
    onLeft?.()
    socket?.close(1000, '')
    if (isEnding) this.listeners.close.emit(code, reason)
    return attempt
  }

  private watchPlatform(): Disposer[] {
    const { lifecycle, network } = this.options
    const watchers: Disposer[] = []
    if (lifecycle !== undefined) {
      watchers.push(lifecycle.onForeground(() => this.wake()))
      watchers.push(lifecycle.onBackground(() => this.grace.start()))
    }
    if (network !== undefined) {
      watchers.push(network.onChange((isOnline) => this.networkChanged(isOnline)))
    }
    return watchers
  }

  private wake(): void {
    const isOverdue = this.grace.stop()
    if (this.state === 'paused') this.connect()
    else if (isOverdue && this.state === 'open') this.replace('was in the background')
    else this.checkNow()
  }

  private pause(): void {
    this.backoff.reset()
    this.leave('paused', 1000, 'in the background')
  }

  private networkChanged(isOnline: boolean): void {
    // An attempt that began without a network, or on the one before, would only run into its time-out.
    if (isOnline && this.state === 'connecting') {
      this.replace('the network changed')
      return
    }
    if (isOnline || this.state === 'open') this.checkNow()
  }

  /** A method, because listeners of `close` run in between and may have changed the state. */
  private isWaiting(): boolean {
    return this.state === 'waiting'
  }

  private arm(delayMs: number, callback: () => void): void {
    this.stopTimer()
    this.timer = this.clock.setTimeout(() => {
      this.timer = undefined
      callback()
    }, delayMs)
  }

  private stopTimer(): void {
    if (this.timer !== undefined) this.clock.clearTimeout(this.timer)
    this.timer = undefined
  }
}
