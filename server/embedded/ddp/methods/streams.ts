import type { App } from '../../app'
import type { UserDoc } from '../../documents'
import { accessibleRoom } from '../../domain/roomAccess'
import { forUsers, type Method } from '../method'

/** The name that a typing event must carry: the caller's own (protocol reference 2.8). */
const canType = (app: App, user: UserDoc, rid: string, name: unknown): boolean => {
  const own = app.settings.flag('UI_Use_Real_Name') ? user.name : user.username
  return name === own && accessibleRoom(app, rid, user) !== undefined
}

const isActivities = (value: unknown): boolean =>
  Array.isArray(value) && value.length <= 10 && value.every((one) => typeof one === 'string')

const isExtra = (value: unknown): boolean =>
  value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value))

/**
 * Writes of clients to streams. A refused write is answered like an accepted one and nothing is sent; the writer's own
 * connection gets no echo (2.1).
 */
export const streamMethods: Readonly<Record<string, Method>> = {
  'stream-notify-room': forUsers('stream-notify-room', (caller, [eventName, ...args]) => {
    const { app, user, connection } = caller
    if (typeof eventName !== 'string') return
    const [rid = '', event] = eventName.split('/')
    const [name, activities, extra] = args
    const allowed =
      event === 'user-activity' &&
      isActivities(activities) &&
      isExtra(extra) &&
      canType(app, user, rid, name)
    if (!allowed) return
    app.events.bus.emit('notify-room', eventName, args, connection?.id)
  }),
}
