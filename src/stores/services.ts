import { getActivePinia, type Pinia } from 'pinia'
import type { ImApi, RealtimeAddress } from '../api/im'
import type { CacheDisk } from '../platform/cacheDisk'
import type { Clock, KeyValueStorage, Lifecycle, Network } from '../platform/types'
import type { Realtime } from '../realtime/realtime'
import type { Repository } from '../rocketchat/repository'

export type RealtimeTarget = {
  /** The way of authentication that the server announced. */
  mode: RealtimeAddress['mode']
  /** As the server announced it: absolute, or a path on the gateway. */
  url: string
  userId: string
  username: string
}

/** Everything the stores use that is not the stores: made by main.ts, or by a test with a fake clock and server. */
export type Services = {
  clock: Clock
  storage: KeyValueStorage
  /** Where rooms and lists are kept for the next start; left out, they are kept for as long as the app runs. */
  cacheDisk?: CacheDisk
  /** Address of the server, which keeps the caches of several servers apart; left out where there is only one. */
  serverUrl?: () => string
  lifecycle: Lifecycle
  network: Network
  im: ImApi
  repository: Repository
  createRealtime: (target: RealtimeTarget) => Realtime
  /** Language tag of the system, for the first start. */
  systemLanguage: string
  /** Least time between two updates of the screen, in milliseconds (design: 100 in mini-programs, 50 elsewhere). */
  flushIntervalMs: number
  /** Most components drawn per second by incoming messages (design: 10 setData calls in mini-programs). */
  maxDrawsPerSecond: number
  /** Tells the system in which language the interface is. */
  announceLanguage: (locale: string) => void
  /** Shows the sign-in page; asked when a session has ended. */
  showSignIn: () => void
}

const servicesOf = new WeakMap<Pinia, Services>()

/** Hands the services to the stores of one Pinia, so that several can live side by side in tests. */
export function provideServices(pinia: Pinia, services: Services): void {
  servicesOf.set(pinia, services)
}

/** The services of the Pinia whose store is being set up. */
export function useServices(): Services {
  const pinia = getActivePinia()
  const services = pinia && servicesOf.get(pinia)
  if (!services) throw new Error('provideServices was not called for this Pinia')
  return services
}
