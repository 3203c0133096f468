import { arch, cpus, freemem, platform, release, totalmem } from 'node:os'
import { Type } from 'typebox'
import { openGet, userGet, type Endpoint } from './endpoint'

/** The release whose wire is spoken; without patch level, as Rocket.Chat shows it to most callers (protocol reference 3.7). */
export const serverVersion = '8.8'

const fullVersion = `${serverVersion}.0`

const buildInfo = (): Record<string, unknown> => ({
  version: fullVersion,
  build: {
    nodeVersion: process.version,
    arch: arch(),
    platform: platform(),
    osRelease: release(),
    totalMemory: totalmem(),
    freeMemory: freemem(),
    cpus: cpus().length,
  },
})

const info = openGet('info', undefined, ({ app, session }) => {
  const minimumClientVersions = { desktop: '3.9.6', mobile: '4.39.0' }
  if (session === undefined || !app.permissions.has(session.user, 'view-statistics')) {
    return { version: serverVersion, minimumClientVersions }
  }
  return { version: fullVersion, minimumClientVersions, info: buildInfo() }
})

const banners = userGet(
  'banners',
  {
    query: Type.Object(
      { platform: Type.Optional(Type.String()), bid: Type.Optional(Type.String()) },
      { additionalProperties: false },
    ),
  },
  () => ({ banners: [] }),
)

/** What the server is (protocol reference 3.7). It never has banners. */
export const infoEndpoints: readonly Endpoint[] = [info, banners]
