import { publishedSubscription } from '../../domain/published'
import { matchFailed } from '../arguments'
import { forUsers, type Method } from '../method'

/** The time of a question for changes, in milliseconds; undefined asks for everything. */
const sinceOf = (value: unknown): number | undefined => {
  if (value === undefined || value === null) return undefined
  if (!(value instanceof Date)) throw matchFailed()
  return value.getTime()
}

/** Without a date the plain list, with one `{update, remove}`. */
export const listMethods: Readonly<Record<string, Method>> = {
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
  'permissions/get': forUsers('permissions/get', ({ app }, [updatedAt]) => {
    const since = sinceOf(updatedAt)
    const permissions = app.permissions.list()
    if (since === undefined) return permissions
    const update = permissions.filter((one) => one._updatedAt.getTime() > since)
    return { update, remove: [] }
  }),
  /** A community workspace has no module of the enterprise edition. */
  'license:getModules': () => [],
}
