/** Work that must not run twice at the same time, on one gateway or on all of them. */
export interface Locks {
  /**
   * Runs the work when no other work with this key runs.
   *
   * @throws what the work throws; {ImError} `chat-unavailable` when the others take too long.
   */
  run<T>(key: string, work: () => Promise<T>): Promise<T>
}

/** Within this process: one after the other. */
export function createLocalLocks(): Locks {
  const last = new Map<string, Promise<unknown>>()
  return {
    async run<T>(key: string, work: () => Promise<T>): Promise<T> {
      const mine = (last.get(key) ?? Promise.resolve()).then(work, work)
      last.set(key, mine)
      try {
        return await mine
      } finally {
        if (last.get(key) === mine) last.delete(key)
      }
    },
  }
}
