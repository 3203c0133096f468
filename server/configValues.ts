import type { ConfigKey, Environment } from './configFile'
import { StartError } from './errors'
import { isNetwork } from './gateway/web/addressList'

/** The value of a key without blanks around it; undefined when it is empty. */
export function text(env: Environment, name: ConfigKey): string | undefined {
  const value = env[name]?.trim()
  return value === '' ? undefined : value
}

/** @throws {StartError} for what is no port number. */
export function portOf(env: Environment, name: ConfigKey, fallback: number): number {
  const value = text(env, name)
  if (value === undefined) return fallback
  const port = Number(value)
  if (/^\d+$/.test(value) && port <= 65_535) return port
  throw new StartError(`${name} has to be a port number from 0 to 65535, not "${value}".`)
}

/** 1 or 0, in the usual ways to write them. @throws {StartError} for anything else. */
export function flagOf(env: Environment, name: ConfigKey, fallback: boolean): boolean {
  const value = text(env, name)?.toLowerCase()
  if (value === undefined) return fallback
  if (['1', 'true', 'yes', 'on'].includes(value)) return true
  if (['0', 'false', 'no', 'off'].includes(value)) return false
  throw new StartError(`${name} has to be 1 or 0, not "${value}".`)
}

/** @throws {StartError} for a value that is none of `allowed`. */
export function oneOf<T extends string>(
  env: Environment,
  name: ConfigKey,
  allowed: readonly T[],
  fallback: T,
): T {
  const value = text(env, name) ?? fallback
  const found = allowed.find((one) => one === value)
  if (found !== undefined) return found
  throw new StartError(`${name} has to be one of ${allowed.join(', ')}, not "${value}".`)
}

/** The items of a comma-separated list, without empty ones. */
export function listOf(env: Environment, name: ConfigKey): string[] {
  return (text(env, name) ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

/** An address without credentials and query. @throws {StartError} for anything else. */
export function urlOf(name: string, value: string, protocols: string[]): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isPlain = url?.username === '' && url.password === '' && url.search === ''
  if (url && isPlain && protocols.includes(url.protocol)) return url
  throw new StartError(
    `${name} is not a usable address; write it like ${protocols[1] ?? ''}//chat.example.com.`,
  )
}

/** An address or a network such as 10.0.0.0/8. @throws {StartError} for anything else. */
export function networkOf(name: ConfigKey, value: string): string {
  if (isNetwork(value)) return value
  throw new StartError(`${name} has to be a list of IP addresses or networks such as 10.0.0.0/8.`)
}

/** The origin of a page. @throws {StartError} for what is no address. */
export function originOf(name: string, value: string): string {
  const { origin } = urlOf(name, value, ['http:', 'https:'])
  return origin
}

/** A secret that is too short can be guessed. @throws {StartError} for one. */
export function secretOf(env: Environment, name: ConfigKey): string | undefined {
  const value = text(env, name)
  if (value === undefined || /^\S{32,}$/.test(value)) return value
  throw new StartError(`${name} has to have at least 32 characters, none of them a space.`)
}

/** A key of 32 bytes in hex; the sentence does not repeat it. @throws {StartError} for anything else. */
export function keyOf(env: Environment, name: ConfigKey): string | undefined {
  const value = text(env, name)
  if (value === undefined || /^[0-9a-f]{64}$/i.test(value)) return value
  throw new StartError(`${name} has to be 32 bytes in hex (64 characters).`)
}

/** Whether other machines may be asked over plain http. */
export function allowHttpOf(env: Environment): boolean {
  return flagOf(env, 'IM_ALLOW_HTTP', false)
}
