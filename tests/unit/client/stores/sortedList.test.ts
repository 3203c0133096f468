import { createSortedList } from '../../../../src/stores/sortedList'
import { seededRandom } from '../timeline/samples'

type Item = { id: string; rank: number }

function setUp() {
  const compare = jest.fn(
    (a: Item, b: Item) => b.rank - a.rank || (a.id < b.id ? -1 : +(a.id > b.id)),
  )
  return { compare, list: createSortedList<Item>(compare) }
}

test('any order of changes leaves the list as if it were sorted anew', () => {
  const { list, compare } = setUp()
  const random = seededRandom(7)
  const known = new Map<string, Item>()
  for (let i = 0; i < 5_000; i++) {
    const id = `r${Math.floor(random() * 60)}`
    const item = random() < 0.2 ? undefined : { id, rank: Math.floor(random() * 20) }
    list.replace(id, item)
    if (item) known.set(id, item)
    else known.delete(id)
    const sorted = [...known.values()].sort(compare)
    expect(list.items()).toEqual(sorted)
  }
})

test('what was handed out never changes, and nothing new is made when nothing changed', () => {
  const { list } = setUp()
  list.replace('a', { id: 'a', rank: 1 })
  const first = list.items()
  list.replace('missing', undefined)
  expect(list.items()).toBe(first)
  list.replace('b', { id: 'b', rank: 2 })
  expect([first.map(({ id }) => id), list.items().map(({ id }) => id)]).toEqual([['a'], ['b', 'a']])
  list.clear()
  expect([list.items(), first]).toEqual([[], [{ id: 'a', rank: 1 }]])
})

test('one of 2,000 moves to the top with a few comparisons', () => {
  const { list, compare } = setUp()
  for (let i = 0; i < 2_000; i++) list.replace(`r${i}`, { id: `r${i}`, rank: i })
  compare.mockClear()
  list.replace('r0', { id: 'r0', rank: 5_000 })
  expect(compare.mock.calls.length).toBeLessThanOrEqual(2 * 11)
  expect(list.items()[0]?.id).toBe('r0')
})
