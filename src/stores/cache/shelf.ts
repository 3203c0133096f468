import { sizeOf, type CacheDisk } from '../../platform/cacheDisk'
import { StorageError, type Clock, type TimerHandle } from '../../platform/types'
import { createCacheIndex, type CacheIndex, type IndexEntry } from './cacheIndex'

/** Where the index lies; no other key may be called so. */
const indexKey = 'index'
/** What is put within this time is written together, in milliseconds. */
const writeDelayMs = 1_000

export type PutOptions = {
  /** See `IndexEntry.mark`. */
  mark?: number
  /** Makes a smaller one of a value that is too large for one entry; undefined when it cannot be smaller. */
  shrink?: (value: unknown) => unknown
}

export type ShelfOptions = {
  disk: CacheDisk
  clock: Clock
  /** See `createCacheIndex`. */
  rank: (key: string) => number
  /** Keys that it is false for are leftovers, for example of an older version, and are removed. */
  isCurrent: (key: string) => boolean
}

/**
 * JSON values on a disk that may be small, full or damaged: written in batches, within the disk's limits, the least recently
 * used given up first. Nothing here throws or rejects; what cannot be kept is not kept.
 */
export interface Shelf {
  /** Also finds what is not written yet. Undefined when there is nothing readable; what is damaged is removed. */
  read(key: string): Promise<unknown>
  /** Keeps a value, which must not change afterwards, soon. */
  put(key: string, value: unknown, options?: PutOptions): void
  remove(key: string): void
  /** Removes everything whose key begins so. */
  clear(prefix: string): Promise<void>
  /** What is kept under keys that begin so, without what waits to be written. */
  entries(prefix: string): Promise<readonly IndexEntry[]>
  /** Writes what waits. */
  flush(): Promise<void>
  /** Gives up about half, at once where the disk can: something that matters more needs the room. */
  makeRoom(): void
  /** How often the disk refused a batch. */
  readonly failures: number
}

type Waiting = { value: unknown; options: PutOptions }

export function createShelf({ disk, clock, rank, isCurrent }: ShelfOptions): Shelf {
  /** Undefined values are removals. */
  let waiting = new Map<string, Waiting | undefined>()
  let writing = new Map<string, Waiting | undefined>()
  let index: CacheIndex | undefined
  let opening: Promise<CacheIndex> | undefined
  /** One write after the other. */
  let tail: Promise<void> = Promise.resolve()
  let timer: TimerHandle
  let isTimerSet = false
  let failures = 0

  function open(): Promise<CacheIndex> {
    opening ??= openIndex()
    return opening
  }

  /** The index is only a hint: what lies on the disk counts. Writes that were cut off leave the two different. */
  async function openIndex(): Promise<CacheIndex> {
    const opened = createCacheIndex(parse(await disk.read(indexKey)), rank)
    const keys = new Set(await disk.keys())
    keys.delete(indexKey)
    disk.discard([...keys].filter((key) => !isCurrent(key)))
    for (const { key } of [...opened.entries()]) {
      if (!keys.has(key) || !isCurrent(key)) opened.remove(key)
    }
    for (const key of keys) {
      if (!isCurrent(key) || opened.get(key)) continue
      const text = await disk.read(key)
      if (text !== undefined) opened.put(key, sizeOf(text), 0)
    }
    index = opened
    return opened
  }

  async function read(key: string): Promise<unknown> {
    for (const map of [waiting, writing]) if (map.has(key)) return map.get(key)?.value
    const opened = await open()
    if (!opened.get(key)) return undefined
    const value = parse(await disk.read(key))
    // Something newer may have been put meanwhile; and what cannot be read is in nobody's way any more.
    if (waiting.has(key)) return waiting.get(key)?.value
    if (value === undefined) remove(key)
    else opened.touch(key)
    return value
  }

  function change(key: string, next: Waiting | undefined): void {
    waiting.set(key, next)
    if (isTimerSet) return
    isTimerSet = true
    timer = clock.setTimeout(() => void flush(), writeDelayMs)
  }

  const remove = (key: string): void => change(key, undefined)

  function flush(): Promise<void> {
    clock.clearTimeout(timer)
    isTimerSet = false
    tail = tail.then(writeBatch)
    return tail
  }

  async function writeBatch(): Promise<void> {
    if (waiting.size === 0) return
    const opened = await open()
    writing = waiting
    waiting = new Map()
    const changes = new Map<string, string | undefined>()
    for (const [key, item] of writing) {
      const text = item && fit(item)
      changes.set(key, text)
      if (text === undefined) opened.remove(key)
      else opened.put(key, sizeOf(text), item?.options.mark ?? 0)
    }
    await store(opened, changes, disk.limits.maxTotal)
    writing = new Map()
  }

  /** The text of a value, made smaller until it fits; undefined when it never does. */
  function fit({ value, options: { shrink } }: Waiting): string | undefined {
    for (let next: unknown = value; next !== undefined; next = shrink?.(next)) {
      const text = JSON.stringify(next)
      if (sizeOf(text) <= disk.limits.maxEntry) return text
    }
    return undefined
  }

  /** A disk that refuses within its limits is fuller than it says: half of the cache goes, then it is tried once more. */
  async function store(
    opened: CacheIndex,
    changes: Map<string, string | undefined>,
    maxTotal: number,
    isLast = false,
  ): Promise<void> {
    const spare = new Set(changes.keys())
    for (const key of opened.victims(maxTotal, spare)) {
      opened.remove(key)
      changes.set(key, undefined)
    }
    // Removals first, so that their room is free for the others.
    const removals = [...changes].filter(([, text]) => text === undefined)
    const texts = [...changes].filter(([, text]) => text !== undefined)
    const all = new Map([...removals, ...texts, [indexKey, JSON.stringify(opened.toJson())]])
    try {
      await disk.write(all)
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      failures += 1
      if (!isLast) return store(opened, changes, opened.total / 2, true)
      // Whatever was stored of it: better nothing than half of it.
      disk.discard([...spare])
      for (const key of spare) opened.remove(key)
    }
  }

  return {
    read,
    put: (key, value, options = {}) => change(key, { value, options }),
    remove,
    async clear(prefix) {
      for (const key of waiting.keys()) if (key.startsWith(prefix)) waiting.delete(key)
      await tail
      const opened = await open()
      for (const { key } of opened.entries())
        if (key.startsWith(prefix)) waiting.set(key, undefined)
      await flush()
    },
    async entries(prefix) {
      return [...(await open()).entries()].filter(({ key }) => key.startsWith(prefix))
    },
    flush,
    makeRoom() {
      if (!index) return
      const victims = index.victims(index.total / 2, new Set())
      disk.discard(victims)
      for (const key of victims) index.remove(key)
    },
    get failures() {
      return failures
    },
  }
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown)
  } catch {
    return undefined
  }
}
