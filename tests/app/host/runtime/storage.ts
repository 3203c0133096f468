/** plus.storage: texts only, as on the phone; uni serialises values itself. */
export function createStorage() {
  const entries = new Map<string, string>()
  type Done = (result?: object) => void
  return {
    setItem: (key: string, value: string) => void entries.set(key, value),
    getItem: (key: string) => entries.get(key) ?? null,
    removeItem: (key: string) => void entries.delete(key),
    clear: () => entries.clear(),
    getLength: () => entries.size,
    key: (index: number) => [...entries.keys()][index] ?? null,
    setItemAsync(key: string, value: string, done?: Done) {
      entries.set(key, value)
      setTimeout(() => done?.())
    },
    getItemAsync(key: string, done?: Done, failed?: Done) {
      const data = entries.get(key)
      setTimeout(() => {
        if (data === undefined) failed?.({ code: -2, message: 'not found' })
        else done?.({ data })
      })
    },
    removeItemAsync(key: string, done?: Done) {
      entries.delete(key)
      setTimeout(() => done?.())
    },
    clearAsync(done?: Done) {
      entries.clear()
      setTimeout(() => done?.())
    },
  }
}
