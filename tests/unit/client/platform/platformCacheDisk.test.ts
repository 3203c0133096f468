import { sizeOf, type CacheDisk } from '../../../../src/platform/cacheDisk'
import { createPlatformCacheDisk } from '../../../../src/platform/platformCacheDisk'
import { createUniCacheDisk } from '../../../../src/platform/uniCacheDisk'
import { createShelf } from '../../../../src/stores/cache/shelf'
import { createFakeClock } from '../support/fakeClock'

const megabyte = 1024 * 1024
type Answer = { key: string; data: string; success: (answer?: unknown) => void; fail: () => void }

/** WeChat's storage: 1 MB per key and 10 MB in all, of which the outbox has some already. */
function installWeChatStorage() {
  const values = new Map<string, string>([['outbox:ann', 'x'.repeat(megabyte / 4)]])
  const total = (): number => [...values.values()].reduce((sum, text) => sum + sizeOf(text), 0)
  let largest = 0
  let refusals = 0
  Object.assign(globalThis, {
    uni: {
      getStorageInfo: ({ success }: Answer) => success({ keys: [...values.keys()] }),
      getStorage: ({ key, success, fail }: Answer) =>
        values.has(key) ? success({ data: values.get(key) }) : fail(),
      setStorage({ key, data, success, fail }: Answer) {
        const others = total() - sizeOf(values.get(key) ?? '')
        if (sizeOf(data) > megabyte || others + sizeOf(data) > 10 * megabyte) {
          refusals += 1
          fail()
          return
        }
        values.set(key, data)
        largest = Math.max(largest, sizeOf(data))
        success()
      },
      removeStorageSync: (key: string) => values.delete(key),
    },
  })
  return { values, total, largest: () => largest, refusals: () => refusals }
}

const shelfOn = (disk: CacheDisk, clock = createFakeClock()) =>
  createShelf({ disk, clock, rank: () => 0, isCurrent: (key) => key.startsWith('room') })

describe('the storage of a mini-program', () => {
  const platform = process.env.UNI_PLATFORM
  afterEach(() => {
    process.env.UNI_PLATFORM = platform
  })

  test('never gets a key over 1 MB nor 10 MB in all, and leaves room for what is unsent', async () => {
    process.env.UNI_PLATFORM = 'mp-weixin'
    const storage = installWeChatStorage()
    const shelf = shelfOn(createPlatformCacheDisk(createFakeClock()))
    const halve = (value: unknown) => {
      const list = value as string[]
      return list.length < 2 ? undefined : list.slice(list.length / 2)
    }
    for (let n = 0; n < 30; n += 1) {
      const messages = Array.from({ length: 40 }, () => '消'.repeat(9_000))
      shelf.put(`room${n}`, messages, { shrink: halve })
      await shelf.flush()
    }
    expect([storage.refusals(), shelf.failures]).toEqual([0, 0])
    expect(storage.largest()).toBeLessThanOrEqual(megabyte)
    expect(storage.total()).toBeLessThanOrEqual(7 * megabyte)
    // The newest is there, the oldest has made room.
    expect(await shelf.read('room29')).toHaveLength(20)
    expect(await shelf.read('room0')).toBeUndefined()
    expect(storage.values.get('outbox:ann')).toHaveLength(megabyte / 4)
  })

  test('that others have filled gives the cache up and not the others', async () => {
    const storage = installWeChatStorage()
    for (let n = 0; n < 18; n += 1) storage.values.set(`other${n}`, 'x'.repeat(megabyte / 4))
    const shelf = shelfOn(createUniCacheDisk({ maxEntry: megabyte, maxTotal: 6 * megabyte }))
    shelf.put('room1', 'x'.repeat(megabyte / 3))
    await shelf.flush()
    shelf.put('room2', 'small')
    await shelf.flush()
    expect(shelf.failures).toBeGreaterThan(0)
    expect(await shelf.read('room2')).toBe('small')
    expect([...storage.values.keys()].filter((key) => key.startsWith('other'))).toHaveLength(18)
  })
})
