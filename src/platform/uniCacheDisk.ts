import type { CacheDisk, CacheLimits } from './cacheDisk'
import { StorageError } from './types'

/** What belongs to the cache in a storage that others use too. */
const prefix = 'disk:'

/**
 * The cache in the platform's own storage, one key per entry: the mini-program's 10 MB with 1 MB per key, of which `limits`
 * leaves some to the outbox and the drafts (performance reference 1), and the App's storage. Reads are asynchronous because
 * many synchronous ones make a mini-program start slowly.
 */
export function createUniCacheDisk(limits: CacheLimits): CacheDisk {
  return {
    limits,
    keys: () =>
      new Promise((resolve) => {
        uni.getStorageInfo({
          success: ({ keys }) =>
            resolve(
              keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)),
            ),
          fail: () => resolve([]),
        })
      }),
    read: (key) =>
      new Promise((resolve) => {
        uni.getStorage({
          key: prefix + key,
          success: ({ data }: { data: unknown }) =>
            resolve(typeof data === 'string' && data !== '' ? data : undefined),
          fail: () => resolve(undefined),
        })
      }),
    async write(changes) {
      for (const [key, text] of changes) {
        if (text === undefined) remove(key)
        else await store(key, text)
      }
    },
    discard(keys) {
      for (const key of keys) remove(key)
    },
  }
}

function store(key: string, data: string): Promise<void> {
  return new Promise((resolve, reject) => {
    uni.setStorage({
      key: prefix + key,
      data,
      success: () => resolve(),
      fail: () => reject(new StorageError('The device refused to store a part of the cache.')),
    })
  })
}

function remove(key: string): void {
  try {
    uni.removeStorageSync(prefix + key)
  } catch {
    // It will be found among the keys again at the next start.
  }
}
