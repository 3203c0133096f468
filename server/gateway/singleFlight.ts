/** Runs one piece of work per key at a time; whoever asks meanwhile gets the result of the run that is under way. */
export type SingleFlight<T> = {
  run(key: string, work: () => Promise<T>): Promise<T>
}

export function createSingleFlight<T>(): SingleFlight<T> {
  const underWay = new Map<string, Promise<T>>()
  return {
    run(key, work) {
      const running = underWay.get(key)
      if (running) return running
      const started = work().finally(() => underWay.delete(key))
      underWay.set(key, started)
      return started
    },
  }
}
