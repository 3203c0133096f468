type Listener = (event: Record<string, unknown>) => void

/** addEventListener and its kin, as `plus` objects have them. */
export type Emitter = {
  addEventListener(name: string, listener: Listener): void
  removeEventListener(name: string, listener: Listener): void
  emit(name: string, event?: Record<string, unknown>): void
}

export function createEmitter(): Emitter {
  const listeners = new Map<string, Listener[]>()
  const of = (name: string): Listener[] => listeners.get(name) ?? []
  return {
    addEventListener: (name, listener) => void listeners.set(name, [...of(name), listener]),
    removeEventListener: (name, listener) =>
      void listeners.set(
        name,
        of(name).filter((one) => one !== listener),
      ),
    emit(name, event = {}) {
      for (const listener of of(name)) listener(event)
    },
  }
}
