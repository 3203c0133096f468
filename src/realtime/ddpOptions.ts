import type { Clock } from '../platform/types'
import type { Socket } from './socket'

export type DdpClientOptions = {
  /** A socket of its own, made with `ping: () => ddpPing`. */
  socket: Socket
  clock: Clock
  /** The resume token, asked for at every login. */
  token: () => string
  /**
   * Milliseconds until a method without an answer fails.
   * @default 20000
   */
  methodTimeout?: number
  /**
   * Milliseconds the server may take for `connected`, for the login and for each subscription; then the connection is
   * replaced.
   * @default 10000
   */
  handshakeTimeout?: number
}
