/** Things with ids in an order of their own; one that changes is taken out and put where it then belongs. */
export interface SortedList<T extends { id: string }> {
  /** Puts a new version of a thing in place of the one with this id; undefined takes it out. */
  replace(id: string, next: T | undefined): void
  /** All in order. The same array as long as nothing changes, another one afterwards. */
  items(): readonly T[]
  clear(): void
}

/**
 * Finds places by bisection: a change costs O(log n) comparisons and one copy of the array of references per reading.
 * @param compare a total order: 0 only for the same thing
 */
export function createSortedList<T extends { id: string }>(
  compare: (a: T, b: T) => number,
): SortedList<T> {
  const byId = new Map<string, T>()
  let sorted: T[] = []
  let isShared = false

  /** Index of the first one that does not come before this one. */
  function placeOf(item: T): number {
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >> 1
      const other = sorted[middle]
      if (other !== undefined && compare(other, item) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    replace(id, next) {
      const known = byId.get(id)
      if (known === undefined && next === undefined) return
      if (isShared) sorted = sorted.slice()
      isShared = false
      if (known !== undefined) sorted.splice(placeOf(known), 1)
      if (next === undefined) {
        byId.delete(id)
        return
      }
      byId.set(id, next)
      sorted.splice(placeOf(next), 0, next)
    },
    items() {
      isShared = true
      return sorted
    },
    clear() {
      byId.clear()
      sorted = []
      isShared = false
    },
  }
}
