import type { Clock } from '../../../src/platform/types'
import type { DdpClient } from '../../../src/realtime/ddpClient'
import { DdpError, TransportError } from '../../../src/realtime/ddpError'
import type { StreamHandle } from '../../../src/realtime/ddpSubscriptions'
import { roomEvents } from '../../../src/realtime/streamEvents'
import { HubError, type HubConnection } from '../hub/hubApplication'
import { inTime } from './inTime'

const maxRoomsPerConnection = 100

/** The open rooms of one user's hub connections, counted per connection. */
export type RoomSubscriptions = {
  /**
   * Resolves when the chat server has confirmed every stream of the room.
   *
   * @throws {HubError} the chat server's code, `timeout`, `closed` when it was taken back meanwhile, or
   * `too_many_rooms`; then nothing was counted.
   */
  subscribe(connection: HubConnection, roomId: string): Promise<void>
  /** Takes one `subscribe` back; does nothing when there is none. */
  unsubscribe(connection: HubConnection, roomId: string): void
  /** Takes everything of a connection back. */
  drop(connection: HubConnection): void
  connectionsOf(roomId: string): ReadonlySet<HubConnection>
}

/** The streams of one room that one call of `subscribe` holds. */
type Hold = { handles: StreamHandle[] }

const nobody: ReadonlySet<HubConnection> = new Set()

export function createRoomSubscriptions(client: DdpClient, clock: Clock): RoomSubscriptions {
  const holds = new Map<HubConnection, Map<string, Hold[]>>()
  const listeners = new Map<string, Set<HubConnection>>()

  function take(connection: HubConnection, roomId: string): Hold {
    const rooms = holds.get(connection) ?? new Map<string, Hold[]>()
    const held = rooms.get(roomId) ?? []
    if (held.length === 0 && rooms.size >= maxRoomsPerConnection) {
      throw new HubError('too_many_rooms')
    }
    const hold = { handles: openRoom(client, roomId) }
    holds.set(connection, rooms.set(roomId, [...held, hold]))
    listeners.set(roomId, (listeners.get(roomId) ?? new Set()).add(connection))
    return hold
  }

  function release(connection: HubConnection, roomId: string, hold: Hold | undefined): void {
    const rooms = holds.get(connection)
    const held = rooms?.get(roomId)
    if (rooms === undefined || held === undefined || hold === undefined) return
    if (!held.includes(hold)) return
    for (const handle of hold.handles) handle.dispose()
    const left = held.filter((other) => other !== hold)
    if (left.length > 0) {
      rooms.set(roomId, left)
      return
    }
    rooms.delete(roomId)
    if (rooms.size === 0) holds.delete(connection)
    const room = listeners.get(roomId)
    room?.delete(connection)
    if (room?.size === 0) listeners.delete(roomId)
  }

  return {
    async subscribe(connection, roomId) {
      const hold = take(connection, roomId)
      try {
        await inTime(clock, Promise.all(hold.handles.map(({ ready }) => ready)))
      } catch (error) {
        release(connection, roomId, hold)
        throw toHubError(error)
      }
    },
    unsubscribe(connection, roomId) {
      release(connection, roomId, holds.get(connection)?.get(roomId)?.at(-1))
    },
    drop(connection) {
      for (const [roomId, held] of holds.get(connection) ?? []) {
        for (const hold of held) release(connection, roomId, hold)
      }
    },
    connectionsOf: (roomId) => listeners.get(roomId) ?? nobody,
  }
}

function toHubError(error: unknown): unknown {
  if (error instanceof DdpError) return new HubError(error.code)
  return error instanceof TransportError ? new HubError('closed') : error
}

function openRoom(client: DdpClient, roomId: string): StreamHandle[] {
  return [
    client.subscribe('stream-room-messages', roomId),
    ...roomEvents.map((event) => client.subscribe('stream-notify-room', `${roomId}/${event}`)),
  ]
}
