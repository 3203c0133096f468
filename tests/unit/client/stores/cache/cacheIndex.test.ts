import { createCacheIndex } from '../../../../../src/stores/cache/cacheIndex'
import { listKey, rankOfKey, roomKey, scopeOf } from '../../../../../src/stores/cache/cacheKeys'

const rank = (key: string): number => (key.startsWith('list') ? 1 : 0)

describe('the index', () => {
  test('counts sizes, also of what is replaced and removed', () => {
    const index = createCacheIndex(undefined, rank)
    index.put('a', 10, 0)
    index.put('b', 20, 0)
    index.put('a', 5, 0)
    expect(index.total).toBe(25)
    index.remove('b')
    index.remove('b')
    expect(index.total).toBe(5)
  })

  test('gives up what was used longest ago, and lists last of all', () => {
    const index = createCacheIndex(undefined, rank)
    for (const key of ['list', 'a', 'b', 'c']) index.put(key, 10, 0)
    index.touch('a')
    expect(index.victims(20, new Set())).toEqual(['b', 'c'])
    expect(index.victims(0, new Set())).toEqual(['b', 'c', 'a', 'list'])
    expect(index.victims(40, new Set())).toEqual([])
  })

  test('names what is spared after the others of its rank, and before what is dearer', () => {
    const index = createCacheIndex(undefined, rank)
    for (const key of ['a', 'list', 'b']) index.put(key, 10, 0)
    expect(index.victims(0, new Set(['a']))).toEqual(['b', 'a', 'list'])
    expect(index.victims(20, new Set(['a']))).toEqual(['b'])
  })

  test('is the same after it was read again, with the order of use', () => {
    const index = createCacheIndex(undefined, rank)
    for (const key of ['a', 'b', 'c']) index.put(key, 10, 7)
    index.touch('a')
    const again = createCacheIndex(JSON.parse(JSON.stringify(index.toJson())), rank)
    expect([again.total, again.get('a')?.mark]).toEqual([30, 7])
    again.touch('b')
    expect(again.victims(0, new Set())).toEqual(['c', 'a', 'b'])
  })

  test.each([
    [null],
    ['text'],
    [{ a: 1 }],
    [[['a', -1, 0, 0]]],
    [[['a', 'x', 0, 0]]],
    [[[1, 1, 0, 0]]],
    [[['a', 1, null, 0]]],
    [[['a', 1]]],
    [[7]],
  ])('a saved %j is no entry', (saved) => {
    const index = createCacheIndex(saved, rank)
    expect([[...index.entries()], index.total]).toEqual([[], 0])
  })

  test('one unreadable line does not cost the others', () => {
    const index = createCacheIndex([['a', 1, 1, 0], 'x', ['b', 2, 2, 0]], rank)
    expect([...index.entries()].map(({ key }) => key)).toEqual(['a', 'b'])
  })
})

test('keys of accounts and servers never meet, whatever they are called', () => {
  const names: [string, string][] = [
    ['', 'ann'],
    ['https://a', 'ann'],
    ['https://a|ann', ''],
    ['https://a', '|ann'],
    ['https://a|', 'ann'],
  ]
  const scopes = names.map(([server, user]) => scopeOf(server, user))
  expect(new Set(scopes).size).toBe(names.length)
  for (const scope of scopes) {
    expect(scopes.filter((other) => other.startsWith(scope))).toEqual([scope])
  }
})

test('rooms are cheaper than lists', () => {
  const scope = scopeOf('https://a|b', 'ann|')
  expect(rankOfKey(roomKey(scope, 'list|x'))).toBeLessThan(rankOfKey(listKey(scope, 'head')))
})
