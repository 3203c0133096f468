import type { Clock, Lifecycle, Network, OpenSocket } from '../platform/types'
import type { SocketOptions } from './socketOptions'

export type SignalrRealtimeOptions = {
  /** Absolute `ws(s)://` address of the gateway's hub. */
  url: string
  /** Rocket.Chat user id of the own user. */
  userId: string
  /** The business token of now; asked for at every connection. */
  token: () => string
  openSocket: OpenSocket
  clock: Clock
  lifecycle?: Lifecycle | undefined
  network?: Network | undefined
  /** Other settings of the socket; its defaults are meant for phones. */
  socket?: Partial<Pick<SocketOptions, 'reconnectDelay' | 'backgroundGrace'>>
}
