import type { Permissions } from './auth/permissions'
import type { Clock } from './clock'
import type { StatusEnds } from './domain/statusEnds'
import type { Events } from './events/events'
import type { Presence } from './events/presence'
import type { Images } from './files/images'
import type { FailedLogins } from './limits/failedLogins'
import type { RateLimiter } from './limits/rateLimiter'
import type { Previews } from './previews/previews'
import type { Settings } from './settings'
import type { Store } from './storage/store'

/** The part of pino that the embedded server uses. Nothing logged contains a token or a message's text. */
export type Logger = {
  info(fields: Record<string, unknown>, message: string): void
  warn(fields: Record<string, unknown>, message: string): void
  error(fields: Record<string, unknown>, message: string): void
}

export const silentLogger: Logger = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** What every part of the server works with. */
export type App = {
  clock: Clock
  logger: Logger
  store: Store
  settings: Settings
  permissions: Permissions
  events: Events
  presence: Presence
  previews: Previews
  statusEnds: StatusEnds
  images: Images
  /** Undefined when nothing is limited. */
  rateLimiter: RateLimiter | undefined
  failedLogins: FailedLogins
  /** How many proxies of our own stand in front and add to `X-Forwarded-For`. */
  forwardedCount: number
  /** Secret that `users.createToken` asks for; without it that endpoint refuses. */
  createTokenSecret: string | undefined
  /** Rounds of the password hash (`hashPassword`). */
  hashRounds: number
  /** Whether `users.createToken` is also open without the secret, as before Rocket.Chat 8. */
  createTokenLegacy: boolean
}
