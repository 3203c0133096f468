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
  return new ListenerList(onThrown)
}

/** A class: a gateway holds eight lists for each of its users, and functions of their own would cost it 2 KB each. */
class ListenerList<Args extends readonly unknown[]> implements Listeners<Args> {
  private all: readonly Listener<Args>[] = []

  constructor(private readonly onThrown: (error: unknown) => void) {}

  add(listener: Listener<Args>): Disposer {
    this.all = [...this.all, listener]
    let isAdded = true
    return () => {
      if (isAdded) this.remove(listener)
      isAdded = false
    }
  }

  remove(listener: Listener<Args>): void {
    const index = this.all.indexOf(listener)
    if (index >= 0) this.all = this.all.filter((_, at) => at !== index)
  }

  emit(...args: Args): void {
    for (const listener of this.all) {
      try {
        listener(...args)
      } catch (error) {
        this.onThrown(error)
      }
    }
  }
}
