import { MeteorError } from '../errors'

type SortKeys = readonly (readonly [string, 1 | -1])[]

const invalid = (sort: string): MeteorError =>
  new MeteorError('error-invalid-sort', `Invalid sort parameter provided: "${sort}"`, {
    helperMethod: 'parseJsonQuery',
  })

/**
 * The order that a `sort` parameter asks for, for example `{"ts":-1}` (protocol reference 3.3).
 * @throws MeteorError `error-invalid-sort` for what is not an object of 1 and -1.
 */
export const sortKeys = (sort: string | undefined): SortKeys => {
  if (sort === undefined) return []
  let parsed: unknown
  try {
    parsed = JSON.parse(sort)
  } catch {
    throw invalid(sort)
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw invalid(sort)
  return Object.entries(parsed).map(([key, direction]) => {
    if (direction !== 1 && direction !== -1) throw invalid(sort)
    return [key, direction]
  })
}

const compare = (a: unknown, b: unknown): number => {
  if (a === b) return 0
  // As in MongoDB, what is missing comes first.
  if (a === undefined || a === null) return -1
  if (b === undefined || b === null) return 1
  const [left, right] = [a, b].map((one) => (one instanceof Date ? one.getTime() : one)) as [
    string | number,
    string | number,
  ]
  if (left === right) return 0
  return left < right ? -1 : 1
}

/** A sorted copy; without keys the order stays as it is. */
export const sorted = <Item extends object>(items: readonly Item[], keys: SortKeys): Item[] => {
  if (keys.length === 0) return [...items]
  const valueOf = (item: Item, key: string): unknown =>
    Object.hasOwn(item, key) ? (item as Record<string, unknown>)[key] : undefined
  return [...items].sort((a, b) => {
    for (const [key, direction] of keys) {
      const order = compare(valueOf(a, key), valueOf(b, key))
      if (order !== 0) return order * direction
    }
    return 0
  })
}
