/** What is known of one entry without reading it. */
export type IndexEntry = {
  key: string
  /** In bytes, as the disk counts them. */
  size: number
  /** Grows with each use of any entry, so that it does not depend on the device's clock. */
  used: number
  /** A number of its owner, such as how far a room is synced. */
  mark: number
}

/** Which entries there are, how large, and which were used last. Pure. */
export interface CacheIndex {
  get(key: string): IndexEntry | undefined
  /** Adds or replaces; counts as a use. */
  put(key: string, size: number, mark: number): void
  touch(key: string): void
  remove(key: string): void
  entries(): Iterable<IndexEntry>
  readonly total: number
  /**
   * Those to give up until at most `maxTotal` is left, least recently used first and those of a lower rank before all others.
   * @param spare named only when all others of its rank are, and still before those of a higher one
   */
  victims(maxTotal: number, spare: ReadonlySet<string>): string[]
  /** For the disk; `createCacheIndex` reads it again. */
  toJson(): unknown
}

/**
 * @param saved what `toJson` gave; anything unreadable counts as an empty index
 * @param rank how dear an entry is: cheaper ones go first
 */
export function createCacheIndex(saved: unknown, rank: (key: string) => number): CacheIndex {
  const byKey = new Map<string, IndexEntry>()
  let total = 0
  let uses = 0

  function put(key: string, size: number, mark: number, used: number): void {
    remove(key)
    byKey.set(key, { key, size, used, mark })
    total += size
  }

  function remove(key: string): void {
    total -= byKey.get(key)?.size ?? 0
    byKey.delete(key)
  }

  for (const { key, size, used, mark } of readEntries(saved)) {
    put(key, size, mark, used)
    uses = Math.max(uses, used)
  }

  return {
    get: (key) => byKey.get(key),
    put: (key, size, mark) => put(key, size, mark, (uses += 1)),
    touch(key) {
      const entry = byKey.get(key)
      if (entry) entry.used = uses += 1
    },
    remove,
    entries: () => byKey.values(),
    get total() {
      return total
    },
    victims(maxTotal, spare) {
      const isSpared = ({ key }: IndexEntry): number => (spare.has(key) ? 1 : 0)
      const order = [...byKey.values()].sort(
        (a, b) => rank(a.key) - rank(b.key) || isSpared(a) - isSpared(b) || a.used - b.used,
      )
      let left = total
      return order.flatMap(({ key, size }) => {
        if (left <= maxTotal) return []
        left -= size
        return key
      })
    },
    toJson: () => [...byKey.values()].map(({ key, size, used, mark }) => [key, size, used, mark]),
  }
}

function readEntries(saved: unknown): IndexEntry[] {
  if (!Array.isArray(saved)) return []
  return (saved as unknown[]).flatMap((line) => {
    const [key, size, used, mark] = Array.isArray(line) ? (line as unknown[]) : []
    const isEntry = typeof key === 'string' && isCount(size) && isCount(used) && isCount(mark)
    return isEntry ? { key, size, used, mark } : []
  })
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
