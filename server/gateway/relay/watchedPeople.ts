import type { Clock } from '../../../src/platform/types'
import type { DdpClient } from '../../../src/realtime/ddpClient'
import { createPresenceWatch } from '../../../src/realtime/presenceWatch'
import { presenceStream } from '../../../src/realtime/streamEvents'
import type { HubConnection } from '../hub/hubApplication'
import { inTime } from './inTime'

/** As many as one hub connection may watch. */
export const maxWatchedPeople = 500

/** Clients have gathered their changes already; this joins those of one user's devices. */
const gatherMs = 100

/** Whose presence one user's hub connections want to know; the chat server is told of the union. */
export type WatchedPeople = {
  /**
   * Replaces the set of a connection. Resolves when the chat server has confirmed it.
   *
   * @throws {HubError} `timeout` when that takes too long; the set stays wanted.
   */
  set(connection: HubConnection, userIds: readonly string[]): Promise<void>
  /** Takes the set of a connection back. */
  drop(connection: HubConnection): void
  connectionsOf(userId: string): ReadonlySet<HubConnection>
  /** The connection to the chat server is live, or is not. */
  follow(isLive: boolean): void
}

const nobody: ReadonlySet<HubConnection> = new Set()

export function createWatchedPeople(client: DdpClient, clock: Clock): WatchedPeople {
  const sets = new Map<HubConnection, readonly string[]>()
  const watchers = new Map<string, Set<HubConnection>>()
  const watch = createPresenceWatch({
    clock,
    gatherMs,
    send: (_userIds, change) => client.subscribeOnce(presenceStream, '', change),
  })

  function release(connection: HubConnection): void {
    for (const userId of sets.get(connection) ?? []) {
      const watching = watchers.get(userId)
      watching?.delete(connection)
      if (watching?.size === 0) watchers.delete(userId)
    }
    sets.delete(connection)
  }

  return {
    async set(connection, userIds) {
      release(connection)
      if (userIds.length > 0) sets.set(connection, userIds)
      for (const userId of userIds) {
        watchers.set(userId, (watchers.get(userId) ?? new Set()).add(connection))
      }
      await inTime(clock, watch.want(watchers.keys()))
    },
    drop(connection) {
      if (!sets.has(connection)) return
      release(connection)
      void watch.want(watchers.keys())
    },
    connectionsOf: (userId) => watchers.get(userId) ?? nobody,
    follow(isLive) {
      if (isLive) watch.start()
      else watch.stop()
    },
  }
}
