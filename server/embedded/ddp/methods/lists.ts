import { publishedSubscription } from '../../domain/published'
import { canAccessRoom } from '../../domain/roomAccess'
import { MeteorError } from '../../errors'
import { forUsers, textArgument, type Method } from '../method'

const sinceOf = (value: unknown): number | undefined =>
  value instanceof Date ? value.getTime() : undefined

export const listMethods: Readonly<Record<string, Method>> = {
  /** Without a date the plain list, with one `{update, remove}`. */
  'rooms/get': forUsers('rooms/get', ({ app, user }, [updatedAt]) => {
    const since = sinceOf(updatedAt)
    const update = app.store.rooms.ofMember(user._id, since ?? -1)
    return since === undefined
      ? update
      : { update, remove: app.store.trash.since('rooms', '', since) }
  }),
  'subscriptions/get': forUsers('subscriptions/get', ({ app, user }, [updatedAt]) => {
    const since = sinceOf(updatedAt)
    const update = app.store.subscriptions.ofUser(user._id, since ?? -1).map(publishedSubscription)
    if (since === undefined) return update
    return { update, remove: app.store.trash.since('subscriptions', user._id, since) }
  }),
  'public-settings/get': ({ app }, [updatedAt]) => {
    const settings = app.settings.listPublic()
    return sinceOf(updatedAt) === undefined ? settings : { update: settings, remove: [] }
  },
  getRoomIdByNameOrId: forUsers('getRoomIdByNameOrId', ({ app, user }, [nameOrId]) => {
    const wanted = textArgument(nameOrId)
    const room = app.store.rooms.get(wanted) ?? app.store.rooms.byName(wanted)
    if (room === undefined || !canAccessRoom(app, room, user)) {
      throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'getRoomIdByNameOrId' })
    }
    return room._id
  }),
}
