import type { App } from '../../app'
import type { UserDoc } from '../../documents'
import { accessibleRoom } from '../../domain/roomAccess'
import { isRecord } from '../arguments'
import { forUsers, type Method } from '../method'

/** The name that a typing event must carry: the caller's own (protocol reference 2.8). */
const canType = (app: App, user: UserDoc, rid: string, name: unknown): boolean => {
  const own = app.settings.flag('UI_Use_Real_Name') ? user.name : user.username
  return name === own && accessibleRoom(app, rid, user) !== undefined
}

const maxActivities = 10
const maxActivityLength = 50

const isActivities = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length <= maxActivities &&
  value.every((one) => typeof one === 'string' && one.length <= maxActivityLength)

const maxExtraLength = 500

/** What may go with an activity: the thread that it happens in. */
const isExtra = (value: unknown): boolean =>
  value === undefined || (isRecord(value) && JSON.stringify(value).length <= maxExtraLength)

/**
 * Clients may write calls to other people's streams only while the call exists and both take part (2.7). A workspace
 * without a provider of conferences has no calls, so every such write is refused, which looks like an accepted one.
 */
const refusedWrite = (name: string): Method => forUsers(name, () => undefined)

/**
 * Writes of clients to streams. A refused write is answered like an accepted one and nothing is sent; the writer's own
 * connection gets no echo (2.1).
 */
export const streamMethods: Readonly<Record<string, Method>> = {
  'stream-notify-room': forUsers('stream-notify-room', (caller, [eventName, ...args]) => {
    const { app, user, connection } = caller
    if (typeof eventName !== 'string') return
    const [rid = '', event, ...rest] = eventName.split('/')
    const [name, activities, extra, ...more] = args
    const allowed =
      event === 'user-activity' &&
      rest.length + more.length === 0 &&
      isActivities(activities) &&
      isExtra(extra) &&
      canType(app, user, rid, name)
    if (!allowed) return
    app.events.bus.emit('notify-room', eventName, args, connection?.id)
  }),
  'stream-notify-user': refusedWrite('stream-notify-user'),
  'stream-notify-room-users': refusedWrite('stream-notify-room-users'),
}
