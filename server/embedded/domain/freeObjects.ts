import { MeteorError } from '../errors'

/** Levels of objects and lists inside each other; the blocks of apps, the deepest known, have less than ten. */
const maxDepth = 16
const kib = 1024
/** For what belongs to an account or a room and travels with each of its updates. */
const defaultBytes = 16 * kib

const isTooDeep = (value: unknown, levels: number): boolean => {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((child) => isTooDeep(child, levels - 1))
}

/** The most that the free parts of one message may have, each of them. */
export const messagePartBytes = 64 * kib

/**
 * Bounds a value whose members the server does not know, such as `customFields`: it is kept, and sent to others, as it
 * came. Rocket.Chat has only the limit of the request's body.
 * @param most bytes of the value as JSON
 * @throws MeteorError `invalid-params`, as for every wrong parameter (protocol reference 3.2).
 */
export const checkFree = (field: string, value: unknown, most = defaultBytes): void => {
  if (value === undefined) return
  if (isTooDeep(value, maxDepth)) {
    throw new MeteorError(
      'invalid-params',
      `${field} must NOT be nested deeper than ${maxDepth} levels`,
    )
  }
  if (Buffer.byteLength(JSON.stringify(value)) > most) {
    throw new MeteorError('invalid-params', `${field} must NOT be larger than ${most} bytes`)
  }
}
