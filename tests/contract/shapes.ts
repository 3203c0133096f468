/**
 * Compares values with recorded shapes. In a REST recording a scalar is the name of its kind, a list is
 * `["array", shape...]`, and "object" stands for a part that was not recorded in detail.
 */
export type Shape = string | Shape[] | { [key: string]: Shape }

type Recorded = { [key: string]: Shape }

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isoDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

const kindOf = (value: unknown): string => {
  if (typeof value === 'string') return isoDate.test(value) ? 'isodate' : 'string'
  if (Array.isArray(value)) return 'array'
  if (isRecord(value)) return typeof value.$date === 'number' ? 'ejson-date' : 'object'
  return value === null ? 'null' : typeof value
}

const kindOfShape = (shape: Shape): string => {
  if (typeof shape === 'string') return shape
  return Array.isArray(shape) ? 'array' : 'object'
}

const compareObjects = (
  recorded: readonly Recorded[],
  value: Record<string, unknown>,
  path: string,
): string[] => {
  const found: string[] = []
  for (const key of new Set(recorded.flatMap(Object.keys))) {
    const always = recorded.every((shape) => key in shape)
    if (always && !(key in value)) found.push(`missing ${path}${key}`)
  }
  for (const [key, member] of Object.entries(value)) {
    const variants = recorded.flatMap((shape) => (key in shape ? [shape[key]!] : []))
    // The parsed text has as many shapes as there are texts, and not every recorded message had one.
    if (key === 'md') continue
    if (variants.length === 0) found.push(`extra ${path}${key}`)
    else found.push(...differencesFrom(variants, member, `${path}${key}`))
  }
  return found
}

/** What differs between a value and every recorded variant of it: fields more, fields less, other kinds. */
export const differencesFrom = (
  recorded: readonly Shape[],
  value: unknown,
  path = '',
): string[] => {
  const kind = kindOf(value)
  const same = recorded.filter((shape) => kindOfShape(shape) === kind)
  if (same.length === 0) {
    if (recorded.includes('object')) return []
    return [
      `kind of ${path}: ${kind}, recorded ${[...new Set(recorded.map(kindOfShape))].join(' or ')}`,
    ]
  }
  if (kind === 'array') {
    const items = same.flatMap((shape) => (Array.isArray(shape) ? shape.slice(1) : []))
    if (items.length === 0) return []
    return (value as unknown[]).flatMap((item) => differencesFrom(items, item, `${path}[]`))
  }
  if (kind !== 'object' || recorded.includes('object')) return []
  const prefix = path === '' ? '' : `${path}.`
  return compareObjects(
    same.filter(isRecord) as Recorded[],
    value as Record<string, unknown>,
    prefix,
  )
}

/** Recordings of events write lists as plain lists; this makes them like those of REST. */
export const eventShape = (shape: Shape): Shape => {
  if (Array.isArray(shape)) return ['array', ...shape.map(eventShape)]
  if (typeof shape === 'string') return shape
  return Object.fromEntries(Object.entries(shape).map(([key, member]) => [key, eventShape(member)]))
}
