import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { errorCode, errorMessage, StartError } from './errors'

/** Variables by name, as the process environment has them. */
export type Environment = Record<string, string | undefined>

/** Secrets; each may also be given as a path, under its name with `_FILE`. */
const secretKeys = [
  'IM_AGENT_PASSWORD',
  'IM_AGENT_TOKEN',
  'IM_CREATE_TOKEN_SECRET',
  'IM_ENCRYPTION_KEY',
  'IM_HOOK_SECRET',
  'IM_METRICS_TOKEN',
  'IM_REDIS_URL',
  'IM_SERVICE_SECRET',
] as const

const plainKeys = [
  'CORS_ORIGINS',
  'DATA_DIR',
  'DEMO',
  'EMBEDDED_PORT',
  'HOST',
  'IM_ADDRESS',
  'IM_AGENT_USERNAME',
  'IM_AGENT_USER_ID',
  'IM_ALLOW_HTTP',
  'IM_COOKIES',
  'IM_DRAIN_SECONDS',
  'IM_IDENTITY',
  'IM_PUBLIC_URL',
  'IM_RATE_LIMIT',
  'IM_REALTIME',
  'LOG_LEVEL',
  'PORT',
  'TRUSTED_PROXIES',
] as const

/** Every key of the configuration. */
export type ConfigKey = (typeof secretKeys)[number] | (typeof plainKeys)[number]

const fileVariable = 'IM_CONFIG'
const secretFiles = secretKeys.map((key) => `${key}_FILE`)
const knownKeys = new Set<string>([...secretKeys, ...plainKeys, ...secretFiles])
const listKeys = ['CORS_ORIGINS', 'TRUSTED_PROXIES']

/**
 * The configuration from both places: the JSON file that `IM_CONFIG` names and the environment, which wins. Secrets that
 * are given as paths are read.
 *
 * @param root where relative paths start.
 * @throws {StartError} naming the key that is unknown or has no usable value; values are never repeated.
 */
export function readEnvironment(env: Environment, root: string): Environment {
  const path = env[fileVariable]?.trim() ?? ''
  const ofFile = path === '' ? {} : readSecretFiles(readConfigFile(resolve(root, path)), root)
  const ofProcess = readSecretFiles(setOnes(env), root)
  return { ...ofFile, ...ofProcess }
}

function setOnes(env: Environment): Environment {
  const isSet = ([, value]: [string, string | undefined]) => (value ?? '').trim() !== ''
  for (const [name] of Object.entries(env).filter(isSet)) {
    // Other programs have variables too; those that begin like ours and are not are spelling mistakes.
    const isOurs = name.startsWith('IM_') && !name.startsWith('IM_TEST_') && name !== fileVariable
    if (isOurs && !knownKeys.has(name)) throw new StartError(`${name} is not a known variable.`)
  }
  return Object.fromEntries(Object.entries(env).filter(isSet))
}

function readConfigFile(path: string): Environment {
  const settings = parse(textOf(path), path)
  const entries = Object.entries(settings).map(([key, value]) => {
    if (!knownKeys.has(key)) throw new StartError(`${fileVariable}: ${key} is not a known key.`)
    return [key, textValue(key, value)] as const
  })
  return Object.fromEntries(entries.filter(([, value]) => value.trim() !== ''))
}

function textOf(path: string): string {
  try {
    // Some editors begin a file with a mark that JSON does not know.
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    const reason = errorCode(error) === 'ENOENT' ? 'does not exist' : 'cannot be read'
    throw new StartError(`The file of ${fileVariable} ${reason}: ${path}`)
  }
}

function parse(text: string, path: string): Record<string, unknown> {
  const value = parseJson(text, path)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>
  }
  throw new StartError(`The file of ${fileVariable} has to be one JSON object: ${path}`)
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new StartError(`The file of ${fileVariable} is not JSON, ${placeOf(text)}: ${path}`)
  }
}

/**
 * Where the parser stops. Its own sentence would repeat a piece of the file, which holds secrets, and in Node 20 it does
 * not always tell the place; but whatever begins with something wrong is wrong, so the place can be halved down to.
 */
function placeOf(text: string): string {
  if (!isWrong(text)) return 'it ends too early'
  let right = 0
  let wrong = text.length
  while (wrong - right > 1) {
    const middle = Math.floor((right + wrong) / 2)
    if (isWrong(text.slice(0, middle))) wrong = middle
    else right = middle
  }
  const before = text.slice(0, right).split('\n')
  return `see line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`
}

/** Whether no JSON begins like this: the parser stops before the end of the text. */
function isWrong(text: string): boolean {
  try {
    JSON.parse(text)
    return false
  } catch (error) {
    const sentence = errorMessage(error)
    if (/^Unexpected end|^Unterminated/.test(sentence)) return false
    const [, position] = /at position (\d+)/.exec(sentence) ?? []
    return position === undefined || Number(position) < text.length
  }
}

function textValue(key: string, value: unknown): string {
  if (key === 'IM_IDENTITY' && Array.isArray(value)) return JSON.stringify(value)
  if (listKeys.includes(key) && isTexts(value)) return value.join(',')
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return value
  throw new StartError(`${fileVariable}: ${key} has a value of the wrong kind.`)
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

function readSecretFiles(settings: Environment, root: string): Environment {
  const read = { ...settings }
  for (const key of secretKeys) {
    const path = settings[`${key}_FILE`]
    if (path === undefined) continue
    if (settings[key] !== undefined) {
      throw new StartError(`${key} and ${key}_FILE are both set; set one of them.`)
    }
    read[key] = secretIn(resolve(root, path.trim()), `${key}_FILE`)
  }
  return read
}

function secretIn(path: string, key: string): string {
  let secret: string
  try {
    secret = readFileSync(path, 'utf8').trim()
  } catch {
    throw new StartError(`${key} names a file that cannot be read.`)
  }
  if (secret === '') throw new StartError(`${key} names a file that is empty.`)
  return secret
}
