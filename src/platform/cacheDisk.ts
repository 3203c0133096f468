/** How much a platform lets a cache keep, in bytes as `sizeOf` counts them. */
export type CacheLimits = { maxEntry: number; maxTotal: number }

/**
 * Room on the device for copies of what the server has: texts by key, asynchronous, and allowed to fail at any time. What
 * must not be lost is not kept here.
 */
export interface CacheDisk {
  readonly limits: CacheLimits
  /** Every key. Never rejects: a disk that cannot be read counts as empty. */
  keys(): Promise<readonly string[]>
  /** Undefined when there is nothing, or nothing readable. Never rejects. */
  read(key: string): Promise<string | undefined>
  /**
   * Stores texts and removes what is undefined, in this order and in one go where the platform can.
   * @throws {StorageError} when the platform refuses (quota, private mode); some of it may be stored then
   */
  write(changes: ReadonlyMap<string, string | undefined>): Promise<void>
  /**
   * Removes without an answer. Where the room is shared with the small storage (mini-program, App) it is free when this
   * returns.
   */
  discard(keys: readonly string[]): void
}

/**
 * Bytes that a text takes, counted upwards: platforms keep texts as UTF-8 or as UTF-16 and do not say which, so a character
 * counts as what it takes in the larger of the two.
 */
export function sizeOf(text: string): number {
  let size = text.length * 2
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) > 0x7ff) size += 1
  }
  return size
}

/** Keeps for as long as the app runs: for platforms without storage, and while the real one refuses. */
export function createMemoryDisk(limits: CacheLimits = memoryLimits): CacheDisk {
  const texts = new Map<string, string>()
  return {
    limits,
    keys: () => Promise.resolve([...texts.keys()]),
    read: (key) => Promise.resolve(texts.get(key)),
    write(changes) {
      for (const [key, text] of changes) {
        if (text === undefined) texts.delete(key)
        else texts.set(key, text)
      }
      return Promise.resolve()
    },
    discard(keys) {
      for (const key of keys) texts.delete(key)
    },
  }
}

const megabyte = 1024 * 1024
const memoryLimits: CacheLimits = { maxEntry: megabyte, maxTotal: 10 * megabyte }
