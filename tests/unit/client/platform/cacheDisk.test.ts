import { IDBFactory } from 'fake-indexeddb'
import { createMemoryDisk, sizeOf, type CacheDisk } from '../../../../src/platform/cacheDisk'
import { createIndexedDbDisk } from '../../../../src/platform/indexedDbDisk'
import { createUniCacheDisk } from '../../../../src/platform/uniCacheDisk'
import { StorageError } from '../../../../src/platform/types'
import { systemClock as clock } from '../../../../src/platform/clock'
import { createFakeClock, flush } from '../support/fakeClock'

const limits = { maxEntry: 1_000, maxTotal: 10_000 }

function installUniStorage() {
  const values = new Map<string, unknown>([['outbox:ann', []]])
  const fake = { values, isFull: false }
  Object.assign(globalThis, {
    uni: {
      getStorageInfo: ({ success }: { success: (info: { keys: string[] }) => void }) =>
        success({ keys: [...values.keys()] }),
      getStorage: (o: { key: string; success: (r: unknown) => void; fail: () => void }) =>
        values.has(o.key) ? o.success({ data: values.get(o.key) }) : o.fail(),
      setStorage: (o: { key: string; data: unknown; success: () => void; fail: () => void }) => {
        if (!fake.isFull) values.set(o.key, o.data)
        if (fake.isFull) o.fail()
        else o.success()
      },
      removeStorageSync: (key: string) => values.delete(key),
    },
  })
  return fake
}

const indexedDbDisk = (factory: () => IDBFactory | undefined) =>
  createIndexedDbDisk({ factory, clock, limits })

const kinds: [string, () => CacheDisk][] = [
  ['IndexedDB', () => indexedDbDisk(() => new IDBFactory())],
  ['no IndexedDB', () => indexedDbDisk(() => undefined)],
  ['memory', () => createMemoryDisk(limits)],
  [
    'the storage of mini-programs and the App',
    () => {
      installUniStorage()
      return createUniCacheDisk(limits)
    },
  ],
]

test.each(kinds)('%s keeps texts and removes them', async (_name, create) => {
  const factory = create()
  await factory.write(
    new Map([
      ['a', 'one'],
      ['b', '二'],
    ]),
  )
  expect([await factory.read('a'), await factory.read('b'), await factory.read('c')]).toEqual([
    'one',
    '二',
    undefined,
  ])
  await factory.write(new Map([['a', undefined]]))
  factory.discard(['b'])
  await flush()
  await new Promise((resolve) => setImmediate(resolve))
  expect([await factory.read('a'), await factory.keys()]).toEqual([undefined, []])
})

test('what IndexedDB keeps is there for the next start', async () => {
  const factory = new IDBFactory()
  await indexedDbDisk(() => factory).write(new Map([['a', 'one']]))
  expect(await indexedDbDisk(() => factory).read('a')).toBe('one')
})

test('a database of a newer version is made anew', async () => {
  const factory = new IDBFactory()
  await new Promise<void>((resolve) => {
    const request = factory.open('uni-rocketchat-cache', 99)
    request.onsuccess = () => {
      request.result.close()
      resolve()
    }
  })
  const disk = indexedDbDisk(() => factory)
  await disk.write(new Map([['a', 'one']]))
  expect(await indexedDbDisk(() => factory).read('a')).toBe('one')
})

test('a browser that forbids storage, or never answers, keeps everything in memory', async () => {
  const forbidden = indexedDbDisk(() => {
    throw new Error('SecurityError')
  })
  await forbidden.write(new Map([['a', 'one']]))
  expect(await forbidden.read('a')).toBe('one')
  const fakeClock = createFakeClock()
  const silent = { open: () => ({}), deleteDatabase: () => ({}) } as unknown as IDBFactory
  const disk = createIndexedDbDisk({ factory: () => silent, clock: fakeClock, limits })
  const write = disk.write(new Map([['a', 'one']]))
  await fakeClock.elapse(10_000)
  await write
  expect(await disk.read('a')).toBe('one')
})

test('a full storage refuses with a StorageError, and other keys of it are left alone', async () => {
  const fake = installUniStorage()
  const disk = createUniCacheDisk(limits)
  fake.isFull = true
  await expect(disk.write(new Map([['a', 'secret']]))).rejects.toThrow(StorageError)
  expect([await disk.keys(), [...fake.values.keys()]]).toEqual([[], ['outbox:ann']])
})

test('a text counts as what it takes in the larger of two encodings', () => {
  expect([sizeOf('abc'), sizeOf('你好'), sizeOf('')]).toEqual([6, 6, 0])
})
