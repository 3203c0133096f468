import type { AppRecords } from './records'

/**
 * Wraps a module of the emulated phone: a function that it lacks can be asked for, and fails the test by its name when
 * it is called, as does every function of a module that is missing as a whole.
 */
export function strict<T extends object>(records: AppRecords, name: string, module: T): T {
  return new Proxy(module, {
    get(target, key, receiver): unknown {
      if (typeof key === 'symbol' || key in target || key === 'then' || key === 'toJSON') {
        return Reflect.get(target, key, receiver)
      }
      return missing(records, `${name}.${key}`)
    },
  })
}

function missing(records: AppRecords, name: string): unknown {
  const call = (): never => {
    const message = `${name} is not emulated by the test host`
    records.errors.push(message)
    throw new Error(message)
  }
  return new Proxy(call, {
    get: (_, key) =>
      typeof key === 'symbol' || key === 'then' ? undefined : missing(records, `${name}.${key}`),
  })
}
