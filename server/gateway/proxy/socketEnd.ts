import type { Logger } from 'pino'

/** How a websocket that was to be passed through came to its end. */
export type SocketEnd = {
  /** `refused`: it was never open. */
  what: 'refused' | 'off'
  /** Who ended it; the others only followed. */
  by: 'client' | 'chat server' | 'gateway'
  /** A sentence of the gateway's own: what a peer gives as its reason may be anything. */
  reason: string
  /** The closing code (RFC 6455, 7.4), the HTTP status or the code of an error. */
  code?: number | string | undefined
  /** Something that whoever runs the gateway can mend. */
  isFault?: boolean
}

/** One line for each end, a warning for faults only. */
export function logSocketEnd(logger: Logger, end: SocketEnd): void {
  const { what, by, reason, code, isFault = false } = end
  logger[isFault ? 'warn' : 'info']({ by, reason, code }, `websocket: ${what}`)
}
