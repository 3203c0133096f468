import type { RestApi } from '../../../../../src/api/rest/restApi'
import type { CacheDisk } from '../../../../../src/platform/cacheDisk'
import type { Clock } from '../../../../../src/platform/types'
import type { FakeClock } from '../../support/fakeClock'

/** A REST that says nothing any more, and asks nothing, once its client is dead. */
export function mortalRest(rest: RestApi, isAlive: () => boolean): RestApi {
  const wrap = (value: unknown): unknown => {
    if (typeof value !== 'function') {
      return Object.fromEntries(Object.entries(value as object).map(([k, v]) => [k, wrap(v)]))
    }
    return (...args: unknown[]) =>
      new Promise((resolve, reject) => {
        if (!isAlive()) return
        const answer = (value as (...all: unknown[]) => Promise<unknown>)(...args)
        answer.then(
          (result) => isAlive() && resolve(result),
          (error: unknown) => isAlive() && reject(error as Error),
        )
      })
  }
  return wrap(rest) as RestApi
}

/** The device's clock, of which a dead client hears nothing. */
export function mortalClock(clock: FakeClock, skewMs: number, isAlive: () => boolean): Clock {
  return {
    now: () => clock.now() + skewMs,
    setTimeout: (callback, ms) => clock.setTimeout(() => isAlive() && callback(), ms),
    clearTimeout: clock.clearTimeout,
    random: () => clock.random(),
  }
}

/** A disk that keeps what a client wrote before it died. */
export function mortalDisk(disk: CacheDisk, isAlive: () => boolean): CacheDisk {
  return {
    ...disk,
    write: (changes) => (isAlive() ? disk.write(changes) : new Promise(() => undefined)),
    discard: (keys) => isAlive() && disk.discard(keys),
  }
}
