import { StorageError, type KeyValueStorage } from './types'

/**
 * Storage of the platform: localStorage on H5, the mini-program's 10 MB, the App's own file.
 * The platforms answer a missing key with an empty string, so a stored empty string cannot be told from none: `get` gives
 * undefined for both.
 */
export const platformStorage: KeyValueStorage = {
  get(key) {
    try {
      const value: unknown = uni.getStorageSync(key)
      return value === '' || value === null ? undefined : value
    } catch {
      // What cannot be read is not there: callers fetch it again.
      return undefined
    }
  },
  set(key, value) {
    try {
      uni.setStorageSync(key, value)
    } catch (cause) {
      throw new StorageError(`The device refused to store ${key}.`, { cause })
    }
  },
  remove(key) {
    try {
      uni.removeStorageSync(key)
    } catch (cause) {
      throw new StorageError(`The device refused to remove ${key}.`, { cause })
    }
  },
}
