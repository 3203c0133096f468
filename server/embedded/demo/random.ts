/** Repeatable randomness for generated data: the same seed gives the same workspace. */
export type Random = {
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number
  pick<Item>(items: readonly Item[]): Item
}

/** A small congruential generator with mixed output; good enough for texts, not for secrets. */
export const createRandom = (seed: number): Random => {
  let state = seed >>> 0
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const mixed = Math.imul(state ^ (state >>> 15), 2246822519) >>> 0
    return Math.floor((mixed / 2 ** 32) * limit)
  }
  return {
    below,
    pick: (items) => {
      const item = items[below(items.length)]
      if (item === undefined) throw new RangeError('nothing to pick from')
      return item
    },
  }
}
