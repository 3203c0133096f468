import { MeteorError } from '../errors'

/** Arguments of the wrong kind (protocol reference 1.5). */
export const matchFailed = (): MeteorError => new MeteorError(400, 'Match failed')

/** @throws MeteorError 400 when the value is not a text. */
export const textArgument = (value: unknown): string => {
  if (typeof value !== 'string') throw matchFailed()
  return value
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)

/** @throws MeteorError 400 when the value is not an object. */
export const recordArgument = (value: unknown): Record<string, unknown> => {
  if (!isRecord(value)) throw matchFailed()
  return value
}
