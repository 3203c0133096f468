import type { App } from './app'
import { createPermissions } from './auth/permissions'
import { createBus } from './events/bus'
import { createEvents } from './events/events'
import { createPresence } from './events/presence'
import { createSettings } from './settings'

/** Puts the parts around an open store together. */
export const createApp = (
  parts: Pick<App, 'store' | 'clock' | 'logger' | 'createTokenSecret'>,
): App => {
  const bus = createBus(parts.store.driver)
  return {
    ...parts,
    settings: createSettings(parts.store),
    permissions: createPermissions(parts.store),
    events: createEvents(bus, parts.store),
    presence: createPresence(bus),
  }
}
