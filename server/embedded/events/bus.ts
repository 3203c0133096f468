import { stringifyEjson } from '../ejson'
import type { SqlDriver } from '../storage/driver'

/** Somebody who receives the frames of one stream event: a subscription of a connection. */
export type Listener = {
  connectionId: string
  userId: string | undefined
  send: (frame: string) => void
}

/** Who listens to which stream event, and the way to send to them. */
export type Bus = {
  /** Starts delivery; the answer ends it. */
  listen(stream: string, eventName: string, listener: Listener): () => void
  /** Calls `hear` with every event of a stream, after its commit; the answer ends it. */
  listenAll(stream: string, hear: (eventName: string, args: unknown[]) => void): () => void
  /** Whether anybody listens; saves the work of making an event for nobody. */
  heard(stream: string, eventName: string): boolean
  /**
   * Sends an event to everybody who listens, after the running transaction has committed. `args` must not be changed
   * afterwards. `exceptConnection` does not get it (a writer gets no echo, protocol reference 2.1).
   */
  emit(stream: string, eventName: string, args: unknown[], exceptConnection?: string): void
  /** The same arguments under several event names; they are written out once. */
  emitToMany(stream: string, eventNames: readonly string[], args: unknown[]): void
  /** Silently ends the delivery of an event to one user (2.3). */
  silence(stream: string, eventName: string, userId: string): void
}

const keyOf = (stream: string, eventName: string): string => `${stream}\n${eventName}`

const frameOf = (stream: string, eventName: string, args: string): string =>
  `{"msg":"changed","collection":"stream-${stream}","id":"id","fields":{"eventName":${JSON.stringify(eventName)},"args":${args}}}`

export const createBus = (driver: SqlDriver): Bus => {
  const listeners = new Map<string, Set<Listener>>()
  const followers = new Map<string, Set<(eventName: string, args: unknown[]) => void>>()
  const remove = (key: string, listener: Listener): void => {
    const set = listeners.get(key)
    set?.delete(listener)
    if (set?.size === 0) listeners.delete(key)
  }
  const heard = (stream: string, eventName: string): boolean =>
    listeners.has(keyOf(stream, eventName))
  const deliver = (stream: string, eventName: string, args: string, except?: string): void => {
    const set = listeners.get(keyOf(stream, eventName))
    if (set === undefined) return
    const frame = frameOf(stream, eventName, args)
    for (const listener of set) {
      if (listener.connectionId !== except) listener.send(frame)
    }
  }
  return {
    listen: (stream, eventName, listener) => {
      const key = keyOf(stream, eventName)
      const set = listeners.get(key) ?? new Set()
      set.add(listener)
      listeners.set(key, set)
      return () => remove(key, listener)
    },
    listenAll: (stream, hear) => {
      const set = followers.get(stream) ?? new Set()
      // Each call is one follower, also with the same function twice.
      const follower = (eventName: string, args: unknown[]): void => hear(eventName, args)
      set.add(follower)
      followers.set(stream, set)
      return () => void set.delete(follower)
    },
    heard,
    emit: (stream, eventName, args, exceptConnection) => {
      driver.afterCommit(() => {
        for (const follow of followers.get(stream) ?? []) follow(eventName, args)
        if (!heard(stream, eventName)) return
        deliver(stream, eventName, stringifyEjson(args), exceptConnection)
      })
    },
    emitToMany: (stream, eventNames, args) => {
      driver.afterCommit(() => {
        const wanted = eventNames.filter((eventName) => heard(stream, eventName))
        if (wanted.length === 0) return
        const text = stringifyEjson(args)
        for (const eventName of wanted) deliver(stream, eventName, text)
      })
    },
    silence: (stream, eventName, userId) => {
      const key = keyOf(stream, eventName)
      for (const listener of [...(listeners.get(key) ?? [])]) {
        if (listener.userId === userId) remove(key, listener)
      }
    },
  }
}
