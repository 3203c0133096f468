import { Type } from 'typebox'
import type { App } from '../app'
import type { UserDoc } from '../documents'
import { MeteorError, TextError } from '../errors'
import { isPublicSetting, type ListedSetting, type SettingValue } from '../settings'
import { openGet, userGet, userPost, type Endpoint } from './endpoint'
import { pageOf, pagingFields, type Paging } from './paging'
import { sorted, sortKeys } from './sorting'
import { withTwoFactor } from './withTwoFactor'

const strict = { additionalProperties: false }
const optionalText = Type.Optional(Type.String())

const listQuery = Type.Object(
  {
    _id: optionalText,
    sort: optionalText,
    includeDefaults: optionalText,
    // Ignored, as by the real server unless it is told otherwise (protocol reference 3.3).
    query: optionalText,
    fields: optionalText,
    ...pagingFields,
  },
  strict,
)

type ListQuery = Partial<Paging> & { _id?: string; sort?: string }

const pageOfSettings = (all: readonly ListedSetting[], query: ListQuery) => {
  const ids = query._id?.split(',').map((id) => id.trim())
  const wanted = all.filter(({ _id }) => ids === undefined || ids.includes(_id))
  const { items, ...page } = pageOf(sorted(wanted, sortKeys(query.sort)), query)
  return { settings: items, ...page }
}

const readers = ['view-privileged-setting', 'edit-privileged-setting', 'manage-selected-settings']

const list = userGet('settings', { query: listQuery }, ({ app, user, query }) => {
  const all = app.permissions.hasAny(user, readers)
  return pageOfSettings(all ? app.settings.listAll() : app.settings.listPublic(), query)
})

const known = (app: App, id: string): SettingValue => {
  const value = app.settings.get(id)
  if (value === undefined) throw new TextError('Setting not found', 404)
  return value
}

const one = userGet('settings/', { permissions: ['view-privileged-setting'] }, ({ app, rest }) => ({
  _id: rest,
  value: known(app, rest),
}))

const mayChange = (app: App, user: UserDoc, id: string): boolean =>
  app.permissions.has(user, 'edit-privileged-setting') ||
  (app.permissions.has(user, 'manage-selected-settings') &&
    app.permissions.has(user, `change-setting-${id}`))

const value = Type.Union([Type.String(), Type.Number(), Type.Boolean()])

const change = userPost('settings/', { body: Type.Object({ value }, strict) }, (call) => {
  const { app, user, rest: _id, body } = call
  if (!mayChange(app, user, _id)) {
    const text = 'User does not have the permissions required for this action [error-unauthorized]'
    throw new TextError(text, 403)
  }
  if (typeof known(app, _id) !== typeof body.value) {
    throw new MeteorError('invalid-params', `The value of ${_id} is of the wrong type`)
  }
  if (app.settings.isOverwritten(_id)) {
    const text = `${_id} is set where the server is started`
    throw new MeteorError('error-action-not-allowed', text, { method: 'saveSetting' })
  }
  if (app.settings.get(_id) === body.value) return {}
  app.store.write(() => {
    app.settings.set(_id, body.value)
    app.events.settingChanged({ _id, value: body.value }, isPublicSetting(_id))
  })
  return {}
})

/** Settings (protocol reference 3.5 and 3.7). This workspace signs nobody in by other services. */
export const settingEndpoints: readonly Endpoint[] = [
  openGet('settings.public', listQuery, ({ app, query }) =>
    pageOfSettings(app.settings.listPublic(), query),
  ),
  openGet('settings.oauth', undefined, () => ({ services: [] })),
  openGet('service.configurations', undefined, () => ({ configurations: [] })),
  list,
  one,
  withTwoFactor(change),
]
