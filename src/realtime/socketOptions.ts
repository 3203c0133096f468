import type { Clock, Lifecycle, Network, OpenSocket } from '../platform/types'

export type SocketOptions = {
  /** `ws://` or `wss://` address; asked for each attempt when it is a function. */
  server: string | (() => string)
  openSocket: OpenSocket
  clock: Clock
  /** Without it the socket knows no background. */
  lifecycle?: Lifecycle | undefined
  network?: Network | undefined
  /**
   * Whether a lost connection is opened again.
   * @default true
   */
  reconnect?: boolean
  /**
   * Upper bound of the first wait before reconnecting, in milliseconds; doubles with each attempt.
   * @default 500
   */
  reconnectDelay?: number
  /**
   * Upper bound of every wait, in milliseconds. Somebody who looks at the app is to be back within seconds of the server;
   * nobody waits in the background, nor where there is no `lifecycle`.
   * @default 10000 in the foreground, otherwise 30000
   */
  reconnectDelayMax?: number
  /**
   * Milliseconds an attempt may take to open.
   * @default 10000
   */
  connectTimeout?: number
  /**
   * Milliseconds of silence before a ping.
   * @default 25000
   */
  heartbeatInterval?: number
  /**
   * Milliseconds of silence after a ping until the socket counts as dead.
   * @default 10000
   */
  heartbeatTimeout?: number
  /**
   * Milliseconds in the background before the socket is closed; Infinity keeps it open. Ten seconds outlast picking a photo
   * or a glance at another App, and end before the server would delay pushes for somebody who still counts as online. WeChat
   * freezes scripts after five: there the wait ends on waking up, where `checkNow` has looked at the socket already.
   * @default 10000
   */
  backgroundGrace?: number
  /**
   * The frame to probe with, in the protocol above; undefined while that protocol shakes hands, whose answer is the sign of
   * life then. Without the function silence is not looked into.
   */
  ping?: (() => string | undefined) | undefined
}

/** Upper bounds of the waits before reconnecting, in milliseconds. */
const longestWaitMs = { foreground: 10_000, background: 30_000 }

/**
 * The upper bound of a wait that begins now, in milliseconds.
 * @param isAway whether the app is in the background
 */
export function longestWait({ lifecycle, reconnectDelayMax }: SocketOptions, isAway: boolean) {
  const where = lifecycle === undefined || isAway ? 'background' : 'foreground'
  return reconnectDelayMax ?? longestWaitMs[where]
}

export type SocketEvents = {
  /** An attempt begins. */
  connecting: []
  open: []
  message: [text: string]
  /** Every attempt that ends tells this once, also one that never opened. 1006 where the platform gave no code. */
  close: [code: number, reason: string]
  error: [reason: string]
  /** The next attempt is `delayMs` away; `attempt` counts from 1. */
  reconnecting: [attempt: number, delayMs: number]
}
