import {
  StorageError,
  type Disposer,
  type KeyValueStorage,
  type Lifecycle,
  type Network,
} from '../../../../src/platform/types'

export type FakeStorage = KeyValueStorage & {
  readonly values: Map<string, unknown>
  /** True refuses every `set`, as a full disk does. */
  isFull: boolean
}

/** Storage in memory that keeps copies, as the real ones do. */
export function createFakeStorage(initial: Record<string, unknown> = {}): FakeStorage {
  const values = new Map<string, unknown>(Object.entries(initial))
  const storage: FakeStorage = {
    values,
    isFull: false,
    get: (key) => structuredClone(values.get(key)),
    set(key, value) {
      if (storage.isFull) throw new StorageError('The device is full.')
      values.set(key, structuredClone(value))
    },
    remove(key) {
      values.delete(key)
    },
  }
  return storage
}

export type FakeLifecycle = Lifecycle & {
  goToForeground(): void
  goToBackground(): void
  readonly listenerCount: number
}

export function createFakeLifecycle(): FakeLifecycle {
  const foreground = new Set<() => void>()
  const background = new Set<() => void>()
  return {
    onForeground: (listener) => add(foreground, listener),
    onBackground: (listener) => add(background, listener),
    goToForeground: () => [...foreground].forEach((listener) => listener()),
    goToBackground: () => [...background].forEach((listener) => listener()),
    get listenerCount() {
      return foreground.size + background.size
    },
  }
}

export type FakeNetwork = Network & {
  change(isOnline: boolean): void
  readonly listenerCount: number
}

export function createFakeNetwork(): FakeNetwork {
  const listeners = new Set<(isOnline: boolean) => void>()
  return {
    onChange: (listener) => add(listeners, listener),
    change: (isOnline) => [...listeners].forEach((listener) => listener(isOnline)),
    get listenerCount() {
      return listeners.size
    },
  }
}

function add<T>(listeners: Set<T>, listener: T): Disposer {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}
