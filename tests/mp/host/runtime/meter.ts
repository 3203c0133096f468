import type { Meter, SetDataCall } from '../bundle'
import type { Records } from './records'
import { isFunction, type ComponentInstance, type Definition } from './types'

export type SetDataMeter = {
  /** Counts every later setData of `instance`, and hands the framework a copy as WeChat's two threads would. */
  watch(instance: ComponentInstance): void
  /** Counts how often uni's `uP` observer of components of `definition` runs. */
  watchObserver(definition: Definition): void
  /** Resolves with the counts when no setData has been called for `quiet` milliseconds. */
  settle(quiet: number): Promise<Meter>
  reset(): void
}

const limit = 1024 * 1024

export function createMeter(records: Records): SetDataMeter {
  let perCall: SetDataCall[] = []
  let childObservers = 0
  let lastCall = performance.now()
  const count = (component: string, data: Record<string, unknown>): string => {
    const json = JSON.stringify(data)
    const bytes = new TextEncoder().encode(json).length
    const keys = Object.keys(data)
    lastCall = performance.now()
    perCall.push({ component, bytes, keys, at: lastCall })
    const lost = keys.filter((key) => data[key] === undefined)
    if (lost.length > 0)
      records.warnings.push(`setData of undefined in ${component}: ${lost.join()}`)
    if (bytes > limit) records.errors.push(`setData of ${bytes} bytes in ${component}: over 1 MB`)
    return json
  }
  return {
    watch(instance) {
      const setData = instance.setData
      instance.setData = function (data, callback) {
        const copy = JSON.parse(count(this.is, data)) as Record<string, unknown>
        setData.call(this, copy, callback)
      }
    },
    watchObserver(definition) {
      const observe = definition.observers?.uP
      if (!definition.observers || !isFunction(observe)) return
      definition.observers.uP = function (this: ComponentInstance, ...args: unknown[]) {
        childObservers += 1
        return observe.apply(this, args)
      }
    },
    async settle(quiet) {
      lastCall = Math.max(lastCall, performance.now())
      while (performance.now() - lastCall < quiet) {
        await new Promise((resolve) => setTimeout(resolve, quiet / 5))
      }
      return { ...sum(perCall), childObservers, perCall: [...perCall] }
    },
    reset() {
      perCall = []
      childObservers = 0
    },
  }
}

function sum(calls: SetDataCall[]): Pick<Meter, 'calls' | 'bytes' | 'max'> {
  const sizes = calls.map((call) => call.bytes)
  return {
    calls: sizes.length,
    bytes: sizes.reduce((total, size) => total + size, 0),
    max: Math.max(0, ...sizes),
  }
}
