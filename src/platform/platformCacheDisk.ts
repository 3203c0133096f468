import type { CacheDisk } from './cacheDisk'
import { createIndexedDbDisk } from './indexedDbDisk'
import type { Clock } from './types'
import { createUniCacheDisk } from './uniCacheDisk'

const megabyte = 1024 * 1024

/**
 * The cache's room on this platform: IndexedDB in browsers; in mini-programs 6 of the 10 MB with a little less than 1 MB per
 * key, so that the outbox always finds some; in the App its storage, which has no limit of its own.
 */
export function createPlatformCacheDisk(clock: Clock): CacheDisk {
  if (process.env.UNI_PLATFORM === 'h5') {
    const limits = { maxEntry: 4 * megabyte, maxTotal: 60 * megabyte }
    return createIndexedDbDisk({ factory: () => globalThis.indexedDB, clock, limits })
  }
  if (process.env.UNI_PLATFORM === 'mp-weixin') {
    return createUniCacheDisk({ maxEntry: 0.9 * megabyte, maxTotal: 6 * megabyte })
  }
  return createUniCacheDisk({ maxEntry: 2 * megabyte, maxTotal: 60 * megabyte })
}
