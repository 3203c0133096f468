import { platformStorage } from '../../../../src/platform/storage'
import { StorageError } from '../../../../src/platform/types'

const values = new Map<string, unknown>()
let isRefusing = false

function refuse(): void {
  if (isRefusing) throw new Error('QuotaExceededError')
}

beforeEach(() => {
  values.clear()
  isRefusing = false
  Object.assign(globalThis, {
    uni: {
      getStorageSync: (key: string): unknown => {
        refuse()
        return values.get(key) ?? ''
      },
      setStorageSync: (key: string, value: unknown) => {
        refuse()
        values.set(key, value)
      },
      removeStorageSync: (key: string) => {
        refuse()
        values.delete(key)
      },
    },
  })
})

describe('platform storage', () => {
  it('gives back what was set until it is removed', () => {
    platformStorage.set('key', { a: 1 })
    expect(platformStorage.get('key')).toEqual({ a: 1 })
    platformStorage.remove('key')
    expect(platformStorage.get('key')).toBeUndefined()
  })

  it('tells zero and false from nothing', () => {
    platformStorage.set('zero', 0)
    platformStorage.set('no', false)
    expect(platformStorage.get('zero')).toBe(0)
    expect(platformStorage.get('no')).toBe(false)
  })

  it('refuses with a StorageError that does not contain the value', () => {
    isRefusing = true
    expect(() => platformStorage.set('chat_token', 'secret')).toThrow(StorageError)
    expect(() => platformStorage.set('chat_token', 'secret')).not.toThrow(/secret/)
    expect(() => platformStorage.remove('chat_token')).toThrow(StorageError)
  })

  it('has nothing where the platform cannot be read', () => {
    isRefusing = true
    expect(platformStorage.get('key')).toBeUndefined()
  })
})
