import type { RoomKind } from '../../rocketchat/types'
import type { Http } from '../http'
import type { WireHistory } from '../wire'

export type HistoryQuery = {
  /** Epoch milliseconds on the server's clock: only messages before it. Left out: from the newest. */
  latest?: number | undefined
  /** How many messages at most. Fewer in the answer mean that there is nothing older. */
  count: number
  /** Whether a message sent exactly at `latest` is part of the answer. */
  inclusive: boolean
}

export type HistoryApi = {
  /**
   * One page of a room's messages, newest first, without thread replies (protocol reference 5.9).
   * @throws {ApiError} `error-room-not-found` and 403 when the caller may not read the room
   */
  load(kind: RoomKind, roomId: string, query: HistoryQuery): Promise<WireHistory>
}

const endpoints: Record<RoomKind, string> = {
  channel: '/api/v1/channels.history',
  group: '/api/v1/groups.history',
  direct: '/api/v1/im.history',
}

export function createHistoryApi(http: Http): HistoryApi {
  return {
    load: (kind, roomId, { latest, count, inclusive }) =>
      http.get<WireHistory>(endpoints[kind], {
        roomId,
        latest: latest === undefined ? undefined : new Date(latest).toISOString(),
        count,
        inclusive,
        // Said every time: groups.history has the opposite default of the other two.
        showThreadMessages: false,
      }),
  }
}
