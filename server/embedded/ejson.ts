/** EJSON, the JSON dialect of DDP and of the stored documents (protocol reference 1.4). */

/** Input that is not acceptable JSON: broken, too deep, or with keys that poison prototypes. */
export class BadJson extends Error {}

const maxDepth = 64

const isEscapable = (key: string): boolean =>
  key === '$date' || key === '$binary' || key === '$InfNaN' || key === '$escape' || key === '$type'

const decodeSpecial = (source: Record<string, unknown>, keys: string[]): unknown => {
  if (keys.length === 1) {
    if (typeof source.$date === 'number') return new Date(source.$date)
    if (typeof source.$binary === 'string') return Buffer.from(source.$binary, 'base64')
    if (typeof source.$InfNaN === 'number') {
      if (source.$InfNaN === 0) return Number.NaN
      return source.$InfNaN > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
    }
  }
  if (keys.length === 2 && source.$type === 'oid') return source.$value
  return undefined
}

const decodeObject = (source: Record<string, unknown>, depth: number): unknown => {
  const keys = Object.keys(source)
  if (keys.length > 0 && keys.length <= 2 && keys.some(isEscapable)) {
    const escaped = keys.length === 1 ? source.$escape : undefined
    if (typeof escaped === 'object' && escaped !== null && !Array.isArray(escaped)) {
      return decodeMembers(escaped as Record<string, unknown>, depth)
    }
    const special = decodeSpecial(source, keys)
    if (special !== undefined) return special
  }
  return decodeMembers(source, depth)
}

const decodeMembers = (source: Record<string, unknown>, depth: number): Record<string, unknown> => {
  for (const key of Object.keys(source)) {
    if (key === '__proto__') throw new BadJson('forbidden key')
    source[key] = fromEjson(source[key], depth + 1)
  }
  return source
}

/**
 * Turns parsed EJSON into values with real dates, in place.
 * @throws BadJson when it is nested deeper than 64 levels or has a `__proto__` key.
 */
export const fromEjson = (value: unknown, depth = 0): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (depth > maxDepth) throw new BadJson('too deep')
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      value[index] = fromEjson(value[index], depth + 1)
    }
    return value
  }
  return decodeObject(value as Record<string, unknown>, depth)
}

/** The EJSON form of a value: dates and bytes become tagged objects; `undefined` members vanish. */
export const toEjson = (value: unknown): unknown => {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    if (Number.isNaN(value)) return { $InfNaN: 0 }
    return { $InfNaN: value > 0 ? 1 : -1 }
  }
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return { $date: value.getTime() }
  if (Buffer.isBuffer(value)) return { $binary: value.toString('base64') }
  if (Array.isArray(value)) return value.map((item) => (item === undefined ? null : toEjson(item)))
  const keys = Object.keys(value)
  const copy: Record<string, unknown> = {}
  for (const key of keys) {
    const member = toEjson((value as Record<string, unknown>)[key])
    if (member !== undefined) copy[key] = member
  }
  const literal = keys.length > 0 && keys.length <= 2 && keys.some(isEscapable)
  return literal ? { $escape: copy } : copy
}

/**
 * Parses one EJSON text.
 * @throws BadJson for everything that is not acceptable.
 */
export const parseEjson = (text: string): unknown => {
  try {
    return fromEjson(JSON.parse(text))
  } catch (error) {
    throw error instanceof BadJson ? error : new BadJson('not JSON')
  }
}

export const stringifyEjson = (value: unknown): string => JSON.stringify(toEjson(value))

const checkPlain = (value: unknown, depth: number): void => {
  if (typeof value !== 'object' || value === null) return
  if (depth > maxDepth) throw new BadJson('too deep')
  if (!Array.isArray(value) && Object.hasOwn(value, '__proto__')) throw new BadJson('forbidden key')
  for (const member of Object.values(value)) checkPlain(member, depth + 1)
}

/**
 * Parses plain JSON, as REST bodies are.
 * @throws BadJson for everything that is not acceptable.
 */
export const parseJson = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text)
    checkPlain(value, 0)
    return value
  } catch (error) {
    throw error instanceof BadJson ? error : new BadJson('not JSON')
  }
}
