import type { Clock, TimerHandle } from '../platform/types'
import { readDdpError, TransportError, type TransportFailure } from './ddpError'
import { decodeEjson, encodeEjson } from './ejson'

export type DdpMethods = {
  /**
   * Calls a method and waits for its `result`; `updated` is not waited for. Dates in the result are epoch milliseconds.
   * The result is undefined where the server left it out.
   * @param timeoutMs how long to wait, in milliseconds
   * @throws {DdpError} refused by the server
   * @throws {TransportError} not sent, cut or no answer in time
   */
  call(method: string, params: readonly unknown[], timeoutMs: number): Promise<unknown>
  /** Sends any frame under an id of its own and waits for the answer, which `settle` tells. Rejects as `call`. */
  ask(frame: object, timeoutMs: number): Promise<unknown>
  /** A `result` frame, or what answers another one; false when nobody waits for it, as after a time-out. */
  settle(id: unknown, frame: { result?: unknown; error?: unknown }): boolean
  /** Rejects everything in flight. */
  rejectAll(failure: TransportFailure): void
}

type Pending = {
  resolve: (result: unknown) => void
  reject: (error: Error) => void
  timer: TimerHandle
}

/**
 * Methods in flight on one client. Ids are never used twice, also across reconnects, so a late answer finds nobody.
 * @param send sends one frame; false when there is no connection
 */
export function createDdpMethods(clock: Clock, send: (frame: object) => boolean): DdpMethods {
  const pending = new Map<string, Pending>()
  let lastId = 0

  function take(id: string): Pending | undefined {
    const entry = pending.get(id)
    if (entry === undefined) return undefined
    pending.delete(id)
    clock.clearTimeout(entry.timer)
    return entry
  }

  function ask(frame: object, timeoutMs: number): Promise<unknown> {
    lastId += 1
    const id = `m${lastId}`
    return new Promise((resolve, reject) => {
      const timer = clock.setTimeout(() => {
        take(id)?.reject(new TransportError('timeout'))
      }, timeoutMs)
      pending.set(id, { resolve, reject, timer })
      if (!send({ ...frame, id })) take(id)?.reject(new TransportError('offline'))
    })
  }

  return {
    call: (method, params, timeoutMs) =>
      ask({ msg: 'method', method, params: params.map(encodeEjson) }, timeoutMs),
    ask,
    settle(id, { result, error }) {
      const entry = typeof id === 'string' ? take(id) : undefined
      if (entry === undefined) return false
      if (error === undefined) entry.resolve(decodeEjson(result))
      else entry.reject(readDdpError(error))
      return true
    },
    rejectAll(failure) {
      for (const id of [...pending.keys()]) take(id)?.reject(new TransportError(failure))
    },
  }
}
