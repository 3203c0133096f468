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

const frameOf = (stream: string, eventName: string, args: string): string =>
  `{"msg":"changed","collection":"stream-${stream}","id":"id","fields":{"eventName":${JSON.stringify(eventName)},"args":${args}}}`

export const createBus = (driver: SqlDriver): Bus => {
  // By stream and event name: asking whether anybody listens is what each change of a room does for every member.
  const listeners = new Map<string, Map<string, Set<Listener>>>()
  const followers = new Map<string, Set<(eventName: string, args: unknown[]) => void>>()
  const listening = (stream: string, eventName: string): Set<Listener> | undefined =>
    listeners.get(stream)?.get(eventName)
  const remove = (stream: string, eventName: string, listener: Listener): void => {
    const set = listening(stream, eventName)
    set?.delete(listener)
    if (set?.size === 0) listeners.get(stream)?.delete(eventName)
  }
  const heard = (stream: string, eventName: string): boolean =>
    listening(stream, eventName) !== undefined
  const deliver = (stream: string, eventName: string, args: string, except?: string): void => {
    const set = listening(stream, eventName)
    if (set === undefined) return
    const frame = frameOf(stream, eventName, args)
    for (const listener of set) {
      if (listener.connectionId !== except) listener.send(frame)
    }
  }
  return {
    listen: (stream, eventName, listener) => {
      const events = listeners.get(stream) ?? new Map<string, Set<Listener>>()
      const set = events.get(eventName) ?? new Set()
      set.add(listener)
      events.set(eventName, set)
      listeners.set(stream, events)
      return () => remove(stream, eventName, listener)
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
      for (const listener of [...(listening(stream, eventName) ?? [])]) {
        if (listener.userId === userId) remove(stream, eventName, listener)
      }
    },
  }
}
