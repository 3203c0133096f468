import type { Clock, Disposer } from '../platform/types'

type Listener<Args extends readonly unknown[]> = (...args: Args) => void

export type Listeners<Args extends readonly unknown[]> = {
  add(listener: Listener<Args>): Disposer
  remove(listener: Listener<Args>): void
  emit(...args: Args): void
}

/** Reports what a listener has thrown as any uncaught error, without disturbing whoever told it something. */
export function throwLater(clock: Clock): (error: unknown) => void {
  return (error) => {
    clock.setTimeout(() => {
      throw error
    }, 0)
  }
}

/**
 * A list of listeners that may change while it is told something: the array is replaced, never edited, so that a running
 * round goes on over the one it started with. A listener that throws does not keep the news from the others.
 * @param onThrown gets what a listener has thrown
 */
export function createListeners<Args extends readonly unknown[]>(
  onThrown: (error: unknown) => void,
): Listeners<Args> {
  let all: readonly Listener<Args>[] = []

  function remove(listener: Listener<Args>): void {
    const index = all.indexOf(listener)
    if (index >= 0) all = all.filter((_, at) => at !== index)
  }

  return {
    add(listener) {
      all = [...all, listener]
      let isAdded = true
      return () => {
        if (isAdded) remove(listener)
        isAdded = false
      }
    },
    remove,
    emit(...args) {
      for (const listener of all) {
        try {
          listener(...args)
        } catch (error) {
          onThrown(error)
        }
      }
    },
  }
}
