/** Reading single fields of unknown JSON. Nothing here throws, and nothing looks at inherited keys. */

export type WireObject = Readonly<Record<string, unknown>>

/** A plain JSON object; arrays, primitives and null are not. */
export function asObject(value: unknown): WireObject | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return value as WireObject
}

/** The object's own member: `constructor` and `__proto__` of a hostile document are not taken from the prototype. */
export function field(object: WireObject, key: string): unknown {
  return Object.prototype.hasOwnProperty.call(object, key) ? object[key] : undefined
}

/** A string member, `''` where it is missing or something else. */
export function text(object: WireObject, key: string): string {
  const value = field(object, key)
  return typeof value === 'string' ? value : ''
}

/** A counter: a finite number of at least 0, otherwise 0. */
export function count(object: WireObject, key: string): number {
  const value = field(object, key)
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0
}

/** True only for `true`. */
export function flag(object: WireObject, key: string): boolean {
  return field(object, key) === true
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : []
}

/** The non-empty strings of a list. */
export function strings(value: unknown): string[] {
  return list(value).filter((item): item is string => typeof item === 'string' && item !== '')
}

/** Largest time that a Date can hold; anything beyond is not a time. */
const MAX_TIME = 8.64e15

/**
 * Epoch milliseconds of a wire date: ISO string (REST), `{"$date": n}` (DDP) or a number (protocol reference 1.4).
 * @returns undefined for anything else, invalid and negative times included
 */
export function decodeTime(value: unknown): number | undefined {
  if (typeof value === 'number') {
    return value >= 0 && value <= MAX_TIME ? Math.trunc(value) : undefined
  }
  if (typeof value === 'string') {
    // Other shapes that Date.parse knows mean different times in different engines.
    return /^\d{4}-\d\d-\d\dT/.test(value) ? decodeTime(Date.parse(value)) : undefined
  }
  const date = asObject(value)
  const inner = date === undefined ? undefined : field(date, '$date')
  return typeof inner === 'number' ? decodeTime(inner) : undefined
}

/** A time member, 0 where it is missing or unreadable. */
export function time(object: WireObject, key: string): number {
  return decodeTime(field(object, key)) ?? 0
}
