import { resolve } from 'node:path'
import type { FirstAdmin } from '../seed'
import { UsageError } from './usageError'

/** What the environment decides when the embedded server runs alone, checked. */
export type EmbeddedEnvironment = {
  port: number
  host: string
  dataDir: string
  admin: FirstAdmin
  createTokenSecret: string | undefined
  /** A JSON file with settings by their ids. */
  settingsFile: string | undefined
  /** How many proxies of our own add to `X-Forwarded-For`. */
  forwardedCount: number
  logLevel: string
}

type Variables = Readonly<Record<string, string | undefined>>

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'silent']

const text = (env: Variables, name: string): string | undefined => {
  const value = env[name]?.trim()
  return value === '' ? undefined : value
}

const wholeNumber = (env: Variables, name: string, fallback: number, most: number): number => {
  const value = text(env, name)
  if (value === undefined) return fallback
  if (/^\d{1,9}$/.test(value) && Number(value) <= most) return Number(value)
  throw new UsageError(`${name} has to be a whole number from 0 to ${most}, not "${value}".`)
}

const adminOf = (env: Variables): FirstAdmin => {
  const username = text(env, 'ADMIN_USERNAME') ?? 'admin'
  if (!/^[0-9a-zA-Z\-_.]{1,100}$/.test(username)) {
    throw new UsageError('ADMIN_USERNAME may have letters, digits, dots, dashes and underscores.')
  }
  const email = text(env, 'ADMIN_EMAIL') ?? `${username}@rocketchat.invalid`
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
    throw new UsageError(`ADMIN_EMAIL has to be an address such as admin@example.com.`)
  }
  // Blanks belong to a password.
  const password = env.ADMIN_PASS === '' ? undefined : env.ADMIN_PASS
  return { username, email, password }
}

/** The folder of the data file: `DATA_DIR`, relative to `root`, or `.data/rocketchat`. */
export const dataDirOf = (env: Variables, root: string): string =>
  resolve(root, text(env, 'DATA_DIR') ?? '.data/rocketchat')

const fileOf = (env: Variables, root: string): string | undefined => {
  const file = text(env, 'SETTINGS_FILE')
  return file === undefined ? undefined : resolve(root, file)
}

/**
 * Reads the configuration; the names are Rocket.Chat's own where it has one.
 * @throws UsageError naming the variable whose value cannot be used. A password is never repeated.
 */
export const readEnvironment = (env: Variables, root: string): EmbeddedEnvironment => {
  const logLevel = text(env, 'LOG_LEVEL') ?? 'warn'
  if (!logLevels.includes(logLevel)) {
    throw new UsageError(`LOG_LEVEL has to be one of ${logLevels.join(', ')}, not "${logLevel}".`)
  }
  return {
    port: wholeNumber(env, 'PORT', 3000, 65_535),
    host: text(env, 'HOST') ?? text(env, 'BIND_IP') ?? '0.0.0.0',
    dataDir: dataDirOf(env, root),
    admin: adminOf(env),
    createTokenSecret: text(env, 'CREATE_TOKENS_FOR_USERS_SECRET'),
    settingsFile: fileOf(env, root),
    forwardedCount: wholeNumber(env, 'HTTP_FORWARDED_COUNT', 0, 100),
    logLevel,
  }
}
