import type { BackEndWay } from '../relay/backEndWay'
import type { Storage } from '../store/storage'
import type { Registry } from './registry'

/** What the hub and the relay behind it carry. */
export function measureHub(hub: Pick<BackEndWay, 'load'>, registry: Registry): void {
  const { gauge, total } = registry
  gauge('im_hub_connections', 'Open hub connections', () => hub.load().hubConnections)
  gauge('im_relay_users', 'Users with a connection to the chat server', () => {
    return hub.load().chatConnections
  })
  total('im_relay_events_total', 'Events relayed to hub clients', () => hub.load().events)
  total('im_relay_reconnects_total', 'Connections to the chat server made anew', () => {
    return hub.load().reconnects
  })
}

/** Whether this gateway shares with others as it should; nothing where it is alone. */
export function measureStorage(storage: Pick<Storage, 'shared'>, registry: Registry): void {
  if (storage.shared() === 'none') return
  registry.gauge('im_redis_up', 'Whether Redis answers and all is exchanged', () =>
    storage.shared() === true ? 1 : 0,
  )
}
