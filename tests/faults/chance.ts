import { seededRandom } from '../unit/client/timeline/samples'

/** Seeded choices of one run. */
export type Chance = {
  /** A whole number from `from` to below `end`. */
  between(from: number, end: number): number
  pick<Item>(items: readonly Item[]): Item
  /** True with this probability. */
  isLucky(probability: number): boolean
  /** So many different ones, in any order. */
  some<Item>(items: readonly Item[], count: number): Item[]
}

export function createChance(seed: number): Chance {
  const random = seededRandom(seed * 7919 + 17)
  const between = (from: number, end: number): number => from + Math.floor(random() * (end - from))
  const pick = <Item>(items: readonly Item[]): Item => items[between(0, items.length)]!
  return {
    between,
    pick,
    isLucky: (probability) => random() < probability,
    some(items, count) {
      const left = [...items]
      return Array.from({ length: count }, () => left.splice(between(0, left.length), 1)[0]!)
    },
  }
}
