/**
 * EJSON, the JSON of DDP (protocol reference 1.4). Stream frames are not walked: their decoders read `{"$date": n}` where
 * they expect a date. These two are for the small documents of methods.
 */

type Fields = Record<string, unknown>

/** `{$date: n}` becomes epoch milliseconds, `$InfNaN` its number, `$escape` its literal; `$binary` and `$type` stay. */
export function decodeEjson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decodeEjson)
  if (!isFields(value)) return value
  const keys = Object.keys(value)
  if (keys.length === 1) {
    if (typeof value.$date === 'number') return value.$date
    if (typeof value.$InfNaN === 'number') return toInfNaN(value.$InfNaN)
    // One level is literal; below it the rules hold again.
    if (isFields(value.$escape)) return mapValues(value.$escape, decodeEjson)
    if ('$binary' in value) return value
  }
  return mapValues(value, decodeEjson)
}

/** Dates become `{$date: n}`, infinite numbers and NaN `{$InfNaN: n}`, literals that look like either are escaped. */
export function encodeEjson(value: unknown): unknown {
  if (value instanceof Date) return { $date: value.getTime() }
  if (typeof value === 'number' && !Number.isFinite(value)) return { $InfNaN: fromInfNaN(value) }
  if (Array.isArray(value)) return value.map(encodeEjson)
  if (!isFields(value)) return value
  const encoded = mapValues(value, encodeEjson)
  return looksSpecial(value) ? { $escape: encoded } : encoded
}

const specialKeys = new Set(['$date', '$InfNaN', '$escape'])

function looksSpecial(value: Fields): boolean {
  const [key, ...others] = Object.keys(value)
  return key !== undefined && others.length === 0 && specialKeys.has(key)
}

function toInfNaN(sign: number): number {
  return sign === 0 ? NaN : sign * Infinity
}

function fromInfNaN(value: number): number {
  if (Number.isNaN(value)) return 0
  return value > 0 ? 1 : -1
}

function mapValues(value: Fields, map: (member: unknown) => unknown): Fields {
  // Entries are defined, not assigned: a member named __proto__ stays data.
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, map(member)]))
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
