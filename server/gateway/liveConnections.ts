import type { FastifyInstance } from 'fastify'
import type { GatewayOptions } from './gatewayOptions'
import type { Parts } from './gatewayParts'
import { measureHub } from './metrics/loadMetrics'
import { createWebsocketPass, type WebsocketPass } from './proxy/websocketPass'
import { createBackEndWay, hubPath, type BackEndWay } from './relay/backEndWay'
import { createTimers } from './relay/timers'
import { revokedSessions } from './store/gatewayStore'
import type { RecordChange } from './store/records'
import { hashToken } from './store/secretBox'
import { blockedBy } from './users/userStore'
import { createDoors } from './web/doors'
import { createUpgradeRouter } from './web/upgradeRouter'

/** Who serves the websockets of clients. */
export type LiveConnections = {
  /** Undefined where clients get their events from the chat server. */
  hub: BackEndWay | undefined
  websockets: WebsocketPass
}

/** Lets websockets in, and ends those of whoever may not go on, on whatever gateway that was said. */
export function admitLiveConnections(
  app: FastifyInstance,
  options: GatewayOptions,
  parts: Parts,
): LiveConnections {
  const { chatAddress, logger, origins, storage, who } = parts
  const doors = createDoors(origins, options.trustedProxies ?? [])
  const hub = options.realtimeMode === 'signalr' ? createHub(options, parts, doors) : undefined
  const isIssued = async (token: string) => {
    const pair = await parts.store.pairByHash(hashToken(token))
    return pair !== undefined && pair.expiresAt > parts.clock.now()
  }
  const websockets = createWebsocketPass({ ...doors, chatAddress, isIssued, logger })
  const upgrades = createUpgradeRouter(new Map(hub && [[hubPath, hub]]), websockets)
  app.server.on('upgrade', (request, socket, head) => {
    who.trustedHeader?.admit(request)
    upgrades.upgrade(request, socket, head)
  })
  if (hub) storage.onChange((change) => endRevoked(hub, change))
  return { hub, websockets }
}

function createHub(
  { timers, drainMs = 0 }: GatewayOptions,
  { identity, sessions, storage, registry, clock, chatAddress, logger }: Parts,
  doors: ReturnType<typeof createDoors>,
): BackEndWay {
  const { ephemeral } = storage
  const hub = createBackEndWay({
    ...{ ...doors, identity, sessions, ephemeral, chatAddress, logger },
    spreadMs: drainMs,
    clock: timers ?? createTimers(clock),
  })
  measureHub(hub, registry)
  return hub
}

function endRevoked(hub: BackEndWay, change: RecordChange): void {
  const isRevoked = change.collection === revokedSessions && change.value !== undefined
  if (isRevoked) hub.sessionEnded(change.key)
  const blocked = blockedBy(change)
  if (blocked !== undefined) hub.userBlocked(blocked)
}
