import type { PresenceStatus, UserDoc } from '../documents'
import type { Bus } from './bus'

/** Presence codes of the streams (protocol reference 2.1). */
export const presenceCodes: Readonly<Record<PresenceStatus, number>> = {
  offline: 0,
  online: 1,
  away: 2,
  busy: 3,
}

/** Receives status changes of the people that it watches; the frame is that of `stream-user-presence`. */
export type PresenceWatcher = (uid: string, args: unknown[]) => void

export type Presence = {
  /** A signed-in connection appeared or changed its own status. */
  connectionStatus(user: UserDoc, connectionId: string, status: 'online' | 'away'): void
  connectionGone(user: UserDoc, connectionId: string): void
  /** Online when any connection is; else away when any is. */
  statusConnection(uid: string): PresenceStatus
  /** What others see. */
  statusOf(user: UserDoc): PresenceStatus
  isConnected(uid: string): boolean
  /** Everybody with a connection. */
  connectedIds(): string[]
  /** The account changed: tells everybody when its status or status text is another one now. */
  announceChange(before: UserDoc, after: UserDoc): void
  watch(watcher: PresenceWatcher): () => void
}

/** What a status for a while adds to the tuples (protocol reference 2.1, 8.6 and later): who set it and its end. */
const endOf = ({ statusExpiresAt }: UserDoc): unknown[] =>
  statusExpiresAt === undefined ? [] : ['manual', statusExpiresAt]

/**
 * Who is connected. Kept in memory only: after a restart nobody is.
 * The rules are those of protocol reference 2.5.
 */
export const createPresence = (bus: Bus): Presence => {
  const connections = new Map<string, Map<string, 'online' | 'away'>>()
  const watchers = new Set<PresenceWatcher>()
  const statusConnection = (uid: string): PresenceStatus => {
    const own = [...(connections.get(uid)?.values() ?? [])]
    if (own.length === 0) return 'offline'
    return own.includes('online') ? 'online' : 'away'
  }
  const statusOf = (user: UserDoc): PresenceStatus => {
    const connection = statusConnection(user._id)
    if (connection === 'offline') return 'offline'
    return user.statusDefault === 'online' ? connection : user.statusDefault
  }
  const tell = (user: UserDoc, after: PresenceStatus): void => {
    const code = presenceCodes[after]
    const end = endOf(user)
    const seen = [user.username, code, user.statusText, ...end]
    for (const watcher of watchers) watcher(user._id, [seen])
    bus.emit('notify-logged', 'user-status', [
      [user._id, user.username, code, user.statusText, user.name, user.roles, ...end],
    ])
  }
  const announce = (user: UserDoc, change: () => void): void => {
    const before = statusOf(user)
    change()
    const after = statusOf(user)
    if (after !== before) tell(user, after)
  }
  return {
    connectionStatus: (user, connectionId, status) =>
      announce(user, () => {
        const own = connections.get(user._id) ?? new Map<string, 'online' | 'away'>()
        own.set(connectionId, status)
        connections.set(user._id, own)
      }),
    connectionGone: (user, connectionId) =>
      announce(user, () => {
        const own = connections.get(user._id)
        own?.delete(connectionId)
        if (own?.size === 0) connections.delete(user._id)
      }),
    statusConnection,
    statusOf,
    isConnected: (uid) => connections.has(uid),
    announceChange: (before, after) => {
      const status = statusOf(after)
      const same =
        status === statusOf(before) &&
        after.statusText === before.statusText &&
        after.statusExpiresAt?.getTime() === before.statusExpiresAt?.getTime()
      if (!same) tell(after, status)
    },
    connectedIds: () => [...connections.keys()],
    watch: (watcher) => {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
  }
}
