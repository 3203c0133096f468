/** Seeded chance: the same seed makes the same cases, so that a failure can be repeated. */
export type Chance = {
  /** A whole number from 0 to below `end`. */
  below(end: number): number
  pick<Item>(items: readonly Item[]): Item
  /** True once in `n`. */
  oneIn(n: number): boolean
}

export const createChance = (seed: number): Chance => {
  let state = seed >>> 0
  const below = (end: number): number => {
    // xorshift32: enough for choosing test cases.
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % end
  }
  return {
    below,
    pick: (items) => items[below(items.length)] as (typeof items)[number],
    oneIn: (n) => below(n) === 0,
  }
}

/** The seed of this run; `IM_TEST_SEED` repeats another one. It is printed, for the case that something fails. */
export const seedOfRun = (name: string): number => {
  const seed = Number(process.env.IM_TEST_SEED ?? (Date.now() % 1_000_000) + 1)
  process.stdout.write(`${name}: seed ${seed}\n`)
  return seed
}

const words = [
  '',
  ' ',
  'GENERAL',
  'ann',
  '../../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '\u0000',
  '\ud800',
  '\udfff\ud800',
  '\u202e',
  '💥'.repeat(50),
  "'; DROP TABLE messages; --",
  '$where',
  '{"$gt":""}',
  '/(a+)+$/',
  '@all @here #general',
  'a'.repeat(6000),
  '[x](javascript:alert(1))',
  '```'.repeat(30),
  '*_~'.repeat(100),
  'constructor',
  'toString',
  'hasOwnProperty',
  'NaN',
  '1e999',
  '-1',
]

const keys = [
  '_id',
  'rid',
  'msg',
  'u',
  'ts',
  't',
  'tmid',
  'constructor',
  'prototype',
  'toString',
  '$date',
  '$binary',
  '$escape',
  '$type',
  '$value',
  '$InfNaN',
  'customFields',
  'added',
  'resume',
  'user',
  'password',
  'username',
  'totp',
  'limit',
  'skip',
  'length',
]

const scalars: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  Number.MAX_SAFE_INTEGER,
  -Number.MAX_VALUE,
  { $date: Date.UTC(2020, 0, 1) },
  { $date: 8.64e15 + 1 },
  { $date: -1e300 },
  { $binary: '////' },
  { $InfNaN: 0 },
  { $InfNaN: -1 },
  { $type: 'oid', $value: 'x' },
  { $escape: { $date: 1 } },
]

/** Any JSON value, up to `depth` levels deep. */
export const anyValue = (chance: Chance, depth = 3): unknown => {
  const kind = chance.below(depth > 0 ? 5 : 3)
  if (kind <= 1) return chance.pick(words)
  if (kind === 2) return chance.pick(scalars)
  const size = chance.below(5)
  if (kind === 3) return Array.from({ length: size }, () => anyValue(chance, depth - 1))
  const record: Record<string, unknown> = {}
  for (let left = size; left > 0; left -= 1) record[chance.pick(keys)] = anyValue(chance, depth - 1)
  return record
}

/** Breaks a text somewhere: cuts it, doubles a part or changes a sign. */
export const broken = (chance: Chance, text: string): string => {
  const at = chance.below(text.length + 1)
  const way = chance.below(4)
  if (way === 0) return text.slice(0, at)
  if (way === 1) return text.slice(0, at) + text.slice(chance.below(at + 1))
  if (way === 2)
    return `${text.slice(0, at)}${chance.pick(['"', '}', '\u0000', '[', ','])}${text.slice(at)}`
  return text.replace(/[a-z]/, '\\u00')
}
