import { readFileSync } from 'node:fs'
import { errorCode, StartError } from '../errors'
import { parseJson } from './ejson'
import { settingDefault, type SettingValue } from './settings'

export type OverrideSources = {
  /** Settings are taken from its `OVERWRITE_SETTING_<id>`. */
  environment?: Readonly<Record<string, string | undefined>>
  /** A JSON file with settings by their ids. */
  settingsFile?: string
}

const prefix = 'OVERWRITE_SETTING_'

const kinds = { string: 'a text', number: 'a number', boolean: 'true or false' } as const

const wrongKind = (where: string, id: string, sample: SettingValue): StartError => {
  const kind = kinds[typeof sample as keyof typeof kinds]
  return new StartError(`The setting ${id} ${where} must be ${kind}.`)
}

/** A text of the environment as a value of the kind that the default is. */
const valueOf = (id: string, text: string, sample: SettingValue): SettingValue => {
  if (typeof sample === 'string') return text
  const number = text.trim() === '' ? NaN : Number(text)
  if (typeof sample === 'number' && Number.isFinite(number)) return number
  if (typeof sample === 'boolean' && /^(true|false)$/.test(text)) return text === 'true'
  throw wrongKind(`in ${prefix}${id}`, id, sample)
}

/** Settings that this server does not have are passed over: the environment may be that of a whole Rocket.Chat. */
const fromEnvironment = (
  environment: Readonly<Record<string, string | undefined>>,
): [string, SettingValue][] =>
  Object.entries(environment).flatMap(([name, text]): [string, SettingValue][] => {
    if (!name.startsWith(prefix) || text === undefined) return []
    const id = name.slice(prefix.length)
    const sample = settingDefault(id)
    return sample === undefined ? [] : [[id, valueOf(id, text, sample)]]
  })

const readSettings = (file: string): Record<string, unknown> => {
  let parsed: unknown
  try {
    parsed = parseJson(readFileSync(file, 'utf8'))
  } catch (error) {
    const problem = errorCode(error) === undefined ? 'is not JSON' : 'cannot be read'
    throw new StartError(`The settings file ${file} ${problem}.`, { cause: error })
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new StartError(`The settings file ${file} must be one JSON object.`)
  }
  return parsed as Record<string, unknown>
}

/** A file is written for this server, so an unknown setting in it is a mistake. */
const fromFile = (file: string): [string, SettingValue][] =>
  Object.entries(readSettings(file)).map(([id, value]) => {
    const sample = settingDefault(id)
    if (sample === undefined) {
      throw new StartError(`The setting ${id} in ${file} does not exist.`)
    }
    if (typeof value !== typeof sample) throw wrongKind(`in ${file}`, id, sample)
    return [id, value as SettingValue]
  })

/**
 * The settings that are given from outside and hold for this run, whatever is stored: those of the file, and above them
 * those of the environment.
 * @throws StartError that names the setting whose value is wrong or that does not exist.
 */
export const settingOverrides = (sources: OverrideSources): ReadonlyMap<string, SettingValue> =>
  new Map([
    ...(sources.settingsFile === undefined ? [] : fromFile(sources.settingsFile)),
    ...fromEnvironment(sources.environment ?? {}),
  ])
