import type { HubConnection } from '../hub/hubApplication'

/** Whether a user is away: when the Apps of all of the user's connections are in the background. */
export type Presence = {
  readonly isAway: boolean
  /** A connection without a word is not away. */
  add(connection: HubConnection): void
  set(connection: HubConnection, isAway: boolean): void
  /** The last one that leaves changes nothing: nobody has said anything else. */
  remove(connection: HubConnection): void
}

/** @param tell called when it changes. */
export function createPresence(tell: () => void): Presence {
  const connections = new Map<HubConnection, boolean>()
  let isAway = false

  function update(): void {
    const next = [...connections.values()].every(Boolean)
    if (connections.size === 0 || next === isAway) return
    isAway = next
    tell()
  }

  return {
    get isAway() {
      return isAway
    },
    add(connection) {
      connections.set(connection, false)
      update()
    },
    set(connection, value) {
      if (!connections.has(connection)) return
      connections.set(connection, value)
      update()
    },
    remove(connection) {
      connections.delete(connection)
      update()
    },
  }
}
