import { MeteorError } from '../errors'

/**
 * The time of a query parameter.
 * @throws MeteorError with `code` when it is not a time.
 */
export const dateParam = (value: string | undefined, code: string): Date | undefined => {
  if (value === undefined) return undefined
  const time = Date.parse(value)
  if (Number.isNaN(time)) throw new MeteorError(code, 'The time must be a valid date')
  return new Date(time)
}
