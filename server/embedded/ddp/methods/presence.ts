import type { PresenceStatus } from '../../documents'
import { forUsers, matchFailed, type Method, type UserMethod } from '../method'

const setConnection =
  (status: 'online' | 'away'): UserMethod =>
  ({ app, user, connection }) => {
    if (connection !== undefined) app.presence.connectionStatus(user, connection.id, status)
    return true
  }

const statuses: readonly unknown[] = [
  'online',
  'away',
  'busy',
  'offline',
] satisfies PresenceStatus[]

const isStatus = (value: unknown): value is PresenceStatus => statuses.includes(value)

/** The status of a connection and the chosen one (protocol reference 2.5). */
export const presenceMethods: Readonly<Record<string, Method>> = {
  'UserPresence:online': forUsers('UserPresence:online', setConnection('online')),
  'UserPresence:away': forUsers('UserPresence:away', setConnection('away')),
  'UserPresence:setDefaultStatus': forUsers(
    'UserPresence:setDefaultStatus',
    ({ app, user }, [status]) => {
      if (!isStatus(status)) throw matchFailed()
      app.presence.announceChange(user, { ...user, statusDefault: status })
      app.store.users.update({
        ...user,
        statusDefault: status,
        _updatedAt: app.store.stamps.next(),
      })
      return true
    },
  ),
}
