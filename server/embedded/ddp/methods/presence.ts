import { setStatus, type NewStatus } from '../../domain/setStatus'
import { matchFailed, textArgument } from '../arguments'
import { forUsers, type Method, type UserMethod } from '../method'

const setConnection =
  (status: 'online' | 'away'): UserMethod =>
  ({ app, user, connection }) => {
    if (connection !== undefined) app.presence.connectionStatus(user, connection.id, status)
    return true
  }

const statuses: readonly unknown[] = ['online', 'away', 'busy', 'offline']

const setDefaultStatus = forUsers('UserPresence:setDefaultStatus', ({ app, user }, [status]) => {
  if (!statuses.includes(status)) throw matchFailed()
  setStatus(app, user, { status: textArgument(status) })
  return true
})

const optionalText = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : textArgument(value)

/** `status?, text?`; as REST's `users.setStatus`. */
const setUserStatus = forUsers('setUserStatus', ({ app, user }, params) => {
  const [status, message] = params.map(optionalText)
  const change: NewStatus = {}
  if (status !== undefined) change.status = status
  if (message !== undefined) change.message = message
  setStatus(app, user, change)
  return true
})

/** The status of a connection and the chosen one (protocol reference 2.5). */
export const presenceMethods: Readonly<Record<string, Method>> = {
  'UserPresence:online': forUsers('UserPresence:online', setConnection('online')),
  'UserPresence:away': forUsers('UserPresence:away', setConnection('away')),
  /** Only says that the client lives, which every frame does. */
  'UserPresence:ping': forUsers('UserPresence:ping', () => undefined),
  'UserPresence:setDefaultStatus': setDefaultStatus,
  setUserStatus,
}
