import type { SqlDriver } from './driver'

/** Values that were read, by key; the least recently stored ones go first. */
export type Cache<Value> = {
  get(key: string): Value | undefined
  set(key: string, value: Value): void
  delete(key: string): void
  clear(): void
}

/**
 * A cache beside the data file. Whoever writes a row deletes or replaces its key; a transaction that fails empties the whole cache,
 * because it may have read what never was.
 */
export const createCache = <Value>(driver: SqlDriver, most: number): Cache<Value> => {
  const values = new Map<string, Value>()
  driver.onRollback(() => values.clear())
  return {
    get: (key) => values.get(key),
    set: (key, value) => {
      if (values.size >= most && !values.has(key)) {
        const [oldest] = values.keys()
        if (oldest !== undefined) values.delete(oldest)
      }
      values.set(key, value)
    },
    delete: (key) => void values.delete(key),
    clear: () => values.clear(),
  }
}

/** Makes a document unchangeable, so that nobody alters what others will read; an attempt throws. */
export const frozen = <Value>(value: Value): Value => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  // Bytes cannot be frozen; documents have none.
  if (ArrayBuffer.isView(value)) return value
  for (const member of Object.values(value)) frozen(member)
  return Object.freeze(value)
}
