import { type Api, ApiFailure, callbackApi } from './callbacks'

const keyLimit = 1024 * 1024
const totalLimit = 10 * 1024 * 1024

/**
 * Storage with WeChat's limits: 1 MB per key, 10 MB in all, counted in UTF-8 bytes of what is stored.
 * Values are stored as JSON, so that a program never shares an object with its storage.
 */
export function createStorage(initial: Record<string, unknown> = {}) {
  const entries = new Map<string, string>()
  const encoder = new TextEncoder()
  const sizeOf = (key: string, json: string): number =>
    encoder.encode(key).length + encoder.encode(json).length
  const total = (): number => [...entries].reduce((sum, [key, json]) => sum + sizeOf(key, json), 0)

  const set = (key: unknown, value: unknown): void => {
    const name = String(key)
    const json = JSON.stringify({ value })
    const size = sizeOf(name, json)
    if (size > keyLimit) throw new ApiFailure('entry size limit reached')
    const before = entries.get(name)
    const free = totalLimit - total() + (before === undefined ? 0 : sizeOf(name, before))
    if (size > free) throw new ApiFailure('exceed storage max size 10Mb')
    entries.set(name, json)
  }
  const get = (key: unknown): unknown => {
    const json = entries.get(String(key))
    return json === undefined ? undefined : (JSON.parse(json) as { value?: unknown }).value
  }
  const info = () => ({
    keys: [...entries.keys()],
    currentSize: Math.ceil(total() / 1024),
    limitSize: totalLimit / 1024,
  })
  for (const [key, value] of Object.entries(initial)) set(key, value)
  return {
    /** A copy of everything stored, for a later launch. */
    dump: (): Record<string, unknown> =>
      Object.fromEntries([...entries.keys()].map((key) => [key, get(key)])),
    api: { ...syncApi(entries, set, get, info), ...asyncApi(entries, set, get, info) },
  }
}

type Set = (key: unknown, value: unknown) => void
type Get = (key: unknown) => unknown

function syncApi(entries: Map<string, string>, set: Set, get: Get, info: () => object) {
  return {
    setStorageSync(key: unknown, value: unknown): void {
      try {
        set(key, value)
      } catch (error) {
        throw new Error(`setStorageSync:fail ${error instanceof Error ? error.message : ''}`)
      }
    },
    getStorageSync: (key: unknown): unknown => get(key) ?? '',
    removeStorageSync: (key: unknown): void => void entries.delete(String(key)),
    clearStorageSync: (): void => entries.clear(),
    getStorageInfoSync: info,
  }
}

function asyncApi(
  entries: Map<string, string>,
  set: Set,
  get: Get,
  info: () => object,
): Record<string, Api> {
  return {
    setStorage: callbackApi('setStorage', ({ key, data }) => set(key, data)),
    getStorage: callbackApi('getStorage', ({ key }) => {
      if (!entries.has(String(key))) throw new ApiFailure('data not found')
      return { data: get(key) }
    }),
    removeStorage: callbackApi('removeStorage', ({ key }) => void entries.delete(String(key))),
    clearStorage: callbackApi('clearStorage', () => entries.clear()),
    getStorageInfo: callbackApi('getStorageInfo', info),
  }
}
