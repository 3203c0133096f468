import type { IncomingMessage } from 'node:http'
import { createAddressList, type AddressList } from './addressList'
import type { Origins } from './origins'

/** What is known about whoever opens a websocket. */
export type Doors = {
  isAllowedOrigin(origin: string | undefined, host: string | undefined): boolean
  /** The real client's address. */
  addressOf(request: IncomingMessage): string
}

/** @param trustedProxies addresses and networks whose X-Forwarded-For is believed. */
export function createDoors(origins: Origins, trustedProxies: readonly string[]): Doors {
  const trusted = createAddressList(trustedProxies)
  return {
    isAllowedOrigin: (origin, host) => origins.mayOpenSocket(origin, host),
    addressOf: ({ socket, headers }) =>
      realAddress(socket.remoteAddress, headers['x-forwarded-for'], trusted),
  }
}

/** The last address that no trusted proxy has: everything before it is what somebody says about himself. */
function realAddress(
  peer: string | undefined,
  forwarded: string | string[] | undefined,
  trusted: AddressList,
): string {
  const hops = typeof forwarded === 'string' ? forwarded.split(',').map((one) => one.trim()) : []
  let address = peer ?? ''
  while (hops.length > 0 && trusted.includes(address)) address = hops.pop() ?? address
  return address
}
