import { createMemoryDisk, type CacheDisk } from '../../../../../src/platform/cacheDisk'
import { StorageError } from '../../../../../src/platform/types'
import { createShelf } from '../../../../../src/stores/cache/shelf'
import { createFakeClock } from '../../support/fakeClock'

const limits = { maxEntry: 1_000, maxTotal: 3_000 }
/** Takes about 800 bytes as the disk counts. */
const large = 'x'.repeat(398)

function setUp(disk: CacheDisk = createMemoryDisk(limits)) {
  const clock = createFakeClock()
  const rank = (key: string): number => (key.includes('list') ? 1 : 0)
  const open = () => createShelf({ disk, clock, rank, isCurrent: (key) => key.startsWith('v1|') })
  return { clock, disk, open, shelf: open() }
}

/** A disk that refuses writes as long as a test says so. */
function moody(disk = createMemoryDisk(limits)) {
  const state = { refuses: (): boolean => false }
  const mood: CacheDisk = {
    ...disk,
    write: (changes) =>
      state.refuses()
        ? Promise.reject(new StorageError('The device is full.'))
        : disk.write(changes),
  }
  return { disk: mood, state }
}

describe('what is put', () => {
  test('is found at once, is on the disk a second later, and after a restart', async () => {
    const { shelf, disk, clock, open } = setUp()
    shelf.put('v1|a', { n: 1 })
    expect([await shelf.read('v1|a'), await disk.keys()]).toEqual([{ n: 1 }, []])
    await clock.elapse(1_000)
    expect([await disk.read('v1|a'), await open().read('v1|a')]).toEqual(['{"n":1}', { n: 1 }])
  })

  test('is written together and the last one counts', async () => {
    const disk = createMemoryDisk(limits)
    let writes = 0
    const { shelf, clock } = setUp({
      ...disk,
      write: (changes) => {
        writes += 1
        return disk.write(changes)
      },
    })
    for (let n = 0; n < 50; n += 1) shelf.put('v1|a', n)
    shelf.put('v1|b', 1)
    await clock.elapse(5_000)
    expect([writes, await disk.read('v1|a')]).toEqual([1, '49'])
  })

  test('and removed at once is nowhere', async () => {
    const { shelf, clock, disk } = setUp()
    shelf.put('v1|a', 1)
    shelf.remove('v1|a')
    expect(await shelf.read('v1|a')).toBeUndefined()
    await clock.elapse(1_000)
    expect(await disk.read('v1|a')).toBeUndefined()
  })
})

describe('a small disk', () => {
  test('gives up what was read or written longest ago, lists last', async () => {
    const { shelf, clock, disk } = setUp()
    for (const key of ['v1|list', 'v1|a', 'v1|b']) {
      shelf.put(key, large)
      await clock.elapse(1_000)
    }
    await shelf.read('v1|a')
    shelf.put('v1|c', large)
    await clock.elapse(1_000)
    const keys = (await disk.keys()).filter((key) => key !== 'index')
    expect([...keys].sort()).toEqual(['v1|a', 'v1|c', 'v1|list'])
  })

  test('gives up rooms that are written together rather than a list', async () => {
    const { shelf, clock, disk } = setUp()
    shelf.put('v1|list', large)
    await clock.elapse(1_000)
    for (const key of ['v1|a', 'v1|b', 'v1|c', 'v1|d']) shelf.put(key, large)
    await clock.elapse(1_000)
    const keys = (await disk.keys()).filter((key) => key !== 'index')
    expect([...keys].sort()).toEqual(['v1|c', 'v1|d', 'v1|list'])
  })

  test('keeps of a value that is too large what fits, and nothing when nothing does', async () => {
    const { shelf, clock, open } = setUp()
    const halve = (value: unknown) => {
      const list = value as string[]
      return list.length < 2 ? undefined : list.slice(list.length / 2)
    }
    shelf.put('v1|a', ['one', large, 'two', large, 'three', 'four'], { shrink: halve })
    shelf.put('v1|b', [large + large], { shrink: halve })
    shelf.put('v1|c', large + large)
    await clock.elapse(1_000)
    const again = open()
    expect(await again.read('v1|a')).toEqual([large, 'three', 'four'])
    expect([await again.read('v1|b'), await again.read('v1|c')]).toEqual([undefined, undefined])
  })
})

describe('a full disk', () => {
  test('that refuses within its limits gives up half of the cache and tries once more', async () => {
    const { disk, state } = moody()
    const { shelf, clock } = setUp(disk)
    for (const key of ['v1|a', 'v1|b']) shelf.put(key, large)
    await clock.elapse(1_000)
    let attempts = 0
    state.refuses = () => (attempts += 1) === 1
    shelf.put('v1|c', 'new')
    await clock.elapse(1_000)
    expect([await disk.read('v1|c'), await disk.read('v1|a')]).toEqual(['"new"', undefined])
    expect([attempts, shelf.failures]).toEqual([2, 1])
  })

  test('that refuses everything keeps nothing half, throws nothing, and works again later', async () => {
    const { disk, state } = moody()
    const { shelf, clock, open } = setUp(disk)
    shelf.put('v1|a', 'old')
    await clock.elapse(1_000)
    state.refuses = () => true
    shelf.put('v1|a', 'new')
    await clock.elapse(1_000)
    expect([await shelf.read('v1|a'), await open().read('v1|a')]).toEqual([undefined, undefined])
    state.refuses = () => false
    shelf.put('v1|a', 'newer')
    await clock.elapse(1_000)
    expect(await open().read('v1|a')).toBe('newer')
  })

  test('gives up about half at once when something else needs the room', async () => {
    const { shelf, clock, disk } = setUp()
    for (const key of ['v1|list', 'v1|a', 'v1|b']) {
      shelf.put(key, large)
      await clock.elapse(1_000)
    }
    shelf.makeRoom()
    const keys = (await disk.keys()).filter((key) => key !== 'index')
    expect(keys).toEqual(['v1|list'])
  })
})

describe('damage', () => {
  test('of one entry costs that entry', async () => {
    const { shelf, clock, disk, open } = setUp()
    for (const key of ['v1|a', 'v1|b']) shelf.put(key, key)
    await clock.elapse(1_000)
    await disk.write(new Map([['v1|a', '{"cut off']]))
    const again = open()
    expect([await again.read('v1|a'), await again.read('v1|b')]).toEqual([undefined, 'v1|b'])
    await again.flush()
    expect(await disk.read('v1|a')).toBeUndefined()
  })

  test.each([['{'], ['null'], ['[["v1|a",1,1]]'], [undefined]])(
    'of the index (%s) costs nothing, and sizes are right afterwards',
    async (text) => {
      const { shelf, clock, disk, open } = setUp()
      for (const key of ['v1|a', 'v1|b', 'v1|c']) shelf.put(key, large)
      await clock.elapse(1_000)
      await disk.write(new Map([['index', text]]))
      const again = open()
      expect(await again.read('v1|a')).toBe(large)
      // One more is too much only when the sizes of the others are known.
      again.put('v1|d', large)
      await again.flush()
      expect((await disk.keys()).filter((key) => key !== 'index')).toHaveLength(3)
      expect(await again.read('v1|a')).toBe(large)
    },
  )

  test('entries that the index names and the disk has lost are not there', async () => {
    const { shelf, clock, disk, open } = setUp()
    shelf.put('v1|a', 1, { mark: 5 })
    await clock.elapse(1_000)
    await disk.write(new Map([['v1|a', undefined]]))
    const again = open()
    expect([await again.read('v1|a'), await again.entries('v1|')]).toEqual([undefined, []])
  })

  test('what another version kept is removed, nothing else', async () => {
    const { disk, open } = setUp()
    await disk.write(
      new Map([
        ['v0|a', '1'],
        ['v1|a', '2'],
      ]),
    )
    const shelf = open()
    expect([await shelf.read('v0|a'), await shelf.read('v1|a')]).toEqual([undefined, 2])
    expect(await disk.keys()).toEqual(['v1|a'])
  })
})

test('clearing removes one beginning, also of what waits, and marks are those of the last put', async () => {
  const { shelf, clock, disk } = setUp()
  shelf.put('v1|ann|a', 1, { mark: 3 })
  shelf.put('v1|bob|a', 2, { mark: 4 })
  await clock.elapse(1_000)
  shelf.put('v1|ann|b', 3)
  await shelf.clear('v1|ann|')
  expect(await shelf.read('v1|ann|b')).toBeUndefined()
  expect((await shelf.entries('v1|')).map(({ key, mark }) => [key, mark])).toEqual([
    ['v1|bob|a', 4],
  ])
  expect([...(await disk.keys())].sort()).toEqual(['index', 'v1|bob|a'])
})
