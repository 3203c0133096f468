import type { App } from '../app'
import type { UserDoc } from '../documents'
import { checkFree } from './freeObjects'

const highlightsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((word) => typeof word === 'string') : []

/**
 * Stores preferences and tells the person's other clients, with dotted names (protocol reference 2.4).
 * @throws MeteorError that of `checkFree`.
 */
export const savePreferences = (
  app: App,
  user: UserDoc,
  data: Readonly<Record<string, unknown>>,
): UserDoc => {
  checkFree('data', data)
  const after: UserDoc = {
    ...user,
    settings: { ...user.settings, preferences: { ...user.settings.preferences, ...data } },
    _updatedAt: app.store.stamps.next(),
  }
  app.store.write(() => {
    app.store.users.update(after)
    if (data.highlights !== undefined) {
      const userHighlights = highlightsOf(data.highlights)
      for (const one of app.store.subscriptions.ofUser(user._id, -1)) {
        const _updatedAt = app.store.stamps.next()
        app.store.subscriptions.update({ ...one, userHighlights, _updatedAt })
      }
    }
    const dotted = Object.entries(data).map(([key, value]) => [
      `settings.preferences.${key}`,
      value,
    ])
    const diff = Object.fromEntries(dotted) as Record<string, unknown>
    app.events.userData(user._id, { ...diff, _updatedAt: after._updatedAt })
  })
  return after
}
