import { Type } from 'typebox'
import { openGet, type Endpoint } from './endpoint'
import { pagingFields, pagingOf } from './paging'

/** The release whose wire is spoken; without patch level, as Rocket.Chat shows it to most callers (protocol reference 3.7). */
export const serverVersion = '8.8'

const settingsQuery = Type.Object(
  { _id: Type.Optional(Type.String()), sort: Type.Optional(Type.String()), ...pagingFields },
  { additionalProperties: false },
)

export const infoEndpoints: readonly Endpoint[] = [
  openGet('info', undefined, () => ({
    version: serverVersion,
    minimumClientVersions: { desktop: '3.9.6', mobile: '4.39.0' },
  })),
  openGet('settings.public', settingsQuery, ({ app, query }) => {
    const ids = query._id?.split(',').map((id) => id.trim())
    const all = app.settings.listPublic()
    const wanted = ids === undefined ? all : all.filter(({ _id }) => ids.includes(_id))
    const { offset, count } = pagingOf(query)
    const settings = wanted.slice(offset, offset + count)
    return { settings, count: settings.length, offset, total: wanted.length }
  }),
]
