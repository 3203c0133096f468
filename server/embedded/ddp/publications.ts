import { presencePublication } from './presencePublication'
import type { Publication } from './publication'
import { streamPublications } from './streams'

/** Publications that exist on every Meteor server and have nothing to say here. */
const silent: Publication = () => ({ stop: () => undefined })

/** Every publication by its name. */
export const publications: ReadonlyMap<string, Publication> = new Map([
  ...Object.entries(streamPublications),
  ['stream-user-presence', presencePublication],
  ['meteor.loginServiceConfiguration', silent],
  ['meteor_autoupdate_clientVersions', silent],
])
