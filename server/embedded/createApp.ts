import type { App } from './app'
import { defaultHashRounds } from './auth/passwords'
import { createPermissions } from './auth/permissions'
import { createStatusEnds } from './domain/statusEnds'
import { createBus } from './events/bus'
import { createEvents } from './events/events'
import { createPresence } from './events/presence'
import { createImages } from './files/images'
import { createFailedLogins } from './limits/failedLogins'
import { createRateLimiter } from './limits/rateLimiter'
import type { OutsideFetch } from './previews/fetchPreview'
import { createPreviews, noPreviews } from './previews/previews'
import { settingOverrides, type OverrideSources } from './settingOverrides'
import { createSettings } from './settings'

export type AppOptions = OverrideSources & {
  rateLimit?: boolean
  forwardedCount?: number
  /** How pages are asked for link previews; nothing outside is asked when absent. */
  outside?: OutsideFetch
  /** Rounds of the password hash; tests take fewer than the default. */
  hashRounds?: number
}

/** Puts the parts around an open store together. */
export const createApp = (
  parts: Pick<App, 'store' | 'clock' | 'logger' | 'createTokenSecret'>,
  options: AppOptions = {},
): App => {
  const bus = createBus(parts.store.driver)
  const settings = createSettings(parts.store, settingOverrides(options))
  const app: App = {
    ...parts,
    settings,
    failedLogins: createFailedLogins(parts.clock, settings),
    permissions: createPermissions(parts.store),
    events: createEvents(bus, parts.store),
    presence: createPresence(bus),
    images: createImages(),
    rateLimiter: options.rateLimit === true ? createRateLimiter(parts.clock) : undefined,
    forwardedCount: options.forwardedCount ?? 0,
    createTokenLegacy: /^(yes|true)$/i.test(options.environment?.CREATE_TOKENS_FOR_USERS ?? ''),
    hashRounds: options.hashRounds ?? defaultHashRounds,
    previews: noPreviews,
    statusEnds: { changed: () => undefined, close: () => undefined },
  }
  app.statusEnds = createStatusEnds(app)
  app.events.onTokensRemoved((hashes) => app.store.pushTokens.removeOfSessions(hashes))
  if (options.outside !== undefined) app.previews = createPreviews(app, options.outside)
  return app
}
