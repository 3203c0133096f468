import { createMemoryDisk, type CacheDisk, type CacheLimits } from './cacheDisk'
import { StorageError, type Clock } from './types'

export type IndexedDbDiskOptions = {
  /** The browser's IndexedDB; undefined where there is none. May throw, as a browser does that forbids storage. */
  factory: () => IDBFactory | undefined
  clock: Clock
  limits: CacheLimits
  /**
   * Milliseconds until a database that does not open counts as broken: some browsers never answer.
   * @default 3000
   */
  patienceMs?: number
}

const databaseName = 'uni-rocketchat-cache'
const storeName = 'texts'
/** Grows when the shape of the database changes; what older versions kept is fetched again. */
const version = 1

/**
 * The cache in the browser's IndexedDB. A database that does not open (damaged, written by a newer version, blocked) is
 * deleted and made anew; where that fails too, and in private modes without one, everything is kept in memory.
 */
export function createIndexedDbDisk(options: IndexedDbDiskOptions): CacheDisk {
  const { clock, limits, patienceMs = 3_000 } = options
  const memory = createMemoryDisk(limits)
  let opening: Promise<IDBDatabase | undefined> | undefined

  function database(): Promise<IDBDatabase | undefined> {
    opening ??= openOrRebuild()
    return opening
  }

  async function openOrRebuild(): Promise<IDBDatabase | undefined> {
    const factory = findFactory(options.factory)
    if (!factory) return undefined
    try {
      return watch(await within(openDatabase(factory)))
    } catch {
      try {
        await within(deleteDatabase(factory))
        return watch(await within(openDatabase(factory)))
      } catch {
        return undefined
      }
    }
  }

  /** Another tab with another version, or the browser, may take the database away at any time. */
  function watch(opened: IDBDatabase): IDBDatabase {
    opened.onversionchange = () => {
      opened.close()
      opening = undefined
    }
    opened.onclose = () => {
      opening = undefined
    }
    return opened
  }

  function within<T>({ promise, abandon }: Attempt<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = clock.setTimeout(() => {
        abandon()
        reject(new StorageError('The browser does not open its database.'))
      }, patienceMs)
      promise.then(resolve, reject).finally(() => clock.clearTimeout(timer))
    })
  }

  /** Runs one transaction; once more with a new connection when the old one has been closed. */
  async function run<T>(
    mode: IDBTransactionMode,
    work: (store: IDBObjectStore) => IDBRequest<T> | undefined,
  ): Promise<T | undefined> {
    for (let attempt = 0; ; attempt += 1) {
      const opened = await database()
      if (!opened) throw new StorageError('There is no database.')
      try {
        return await transact(opened, mode, work)
      } catch (cause) {
        const isClosed = cause instanceof Error && cause.name === 'InvalidStateError'
        if (isClosed) opening = undefined
        if (!isClosed || attempt > 0) {
          throw new StorageError('The browser refused to use its database.', { cause })
        }
      }
    }
  }

  return {
    limits,
    async keys() {
      if (!(await database())) return memory.keys()
      const keys = await run('readonly', (store) => store.getAllKeys()).catch(() => [])
      return (keys ?? []).filter((key) => typeof key === 'string')
    },
    async read(key) {
      if (!(await database())) return memory.read(key)
      const text: unknown = await run('readonly', (store): IDBRequest<unknown> =>
        store.get(key),
      ).catch(() => undefined)
      return typeof text === 'string' ? text : undefined
    },
    async write(changes) {
      if (!(await database())) return memory.write(changes)
      await run('readwrite', (store) => {
        for (const [key, text] of changes) {
          if (text === undefined) store.delete(key)
          else store.put(text, key)
        }
        return undefined
      })
    },
    discard(keys) {
      void this.write(new Map(keys.map((key) => [key, undefined]))).catch(() => undefined)
    },
  }
}

/** A call that may never answer; `abandon` closes what comes too late. */
type Attempt<T> = { promise: Promise<T>; abandon: () => void }

function findFactory(find: () => IDBFactory | undefined): IDBFactory | undefined {
  try {
    return find()
  } catch {
    return undefined
  }
}

function openDatabase(factory: IDBFactory): Attempt<IDBDatabase> {
  let isAbandoned = false
  const promise = new Promise<IDBDatabase>((resolve, reject) => {
    const request = factory.open(databaseName, version)
    request.onupgradeneeded = () => {
      const { result } = request
      for (const name of Array.from(result.objectStoreNames)) result.deleteObjectStore(name)
      result.createObjectStore(storeName)
    }
    request.onsuccess = () => {
      if (isAbandoned) request.result.close()
      else if (request.result.objectStoreNames.contains(storeName)) resolve(request.result)
      else {
        request.result.close()
        reject(new StorageError('The database has another shape.'))
      }
    }
    request.onerror = () => reject(request.error ?? new StorageError('The database is broken.'))
  })
  return { promise, abandon: () => (isAbandoned = true) }
}

function deleteDatabase(factory: IDBFactory): Attempt<void> {
  const promise = new Promise<void>((resolve, reject) => {
    const request = factory.deleteDatabase(databaseName)
    request.onsuccess = () => resolve()
    request.onerror = () => reject(request.error ?? new StorageError('The database is broken.'))
  })
  return { promise, abandon: () => undefined }
}

function transact<T>(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T> | undefined,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(storeName, mode)
    const request = work(transaction.objectStore(storeName))
    transaction.oncomplete = () => resolve(request?.result)
    // A full disk is told here, and by no request.
    transaction.onabort = () => reject(transaction.error ?? new StorageError('Aborted.'))
    transaction.onerror = () => reject(transaction.error ?? new StorageError('Failed.'))
  })
}
