import { peerIdOf, type Channel } from './channel'
import type { ChannelList } from './channelList'
import type { Peer } from './presence'

export type Peers = {
  /** The other person of a direct conversation of two; undefined for every other conversation. */
  of(roomId: string): Peer | undefined
  /** Those of some lines of the list. */
  ofLines(lines: readonly Channel[]): Peer[]
}

/** @param selfId id of the own user; asked for each time */
export function createPeers(list: ChannelList, selfId: () => string): Peers {
  function of(roomId: string): Peer | undefined {
    const userId = peerIdOf(list.room(roomId), selfId())
    return userId === '' ? undefined : { userId, roomId }
  }

  return {
    of,
    ofLines: (lines) => lines.map(({ id }) => of(id)).filter((peer) => peer !== undefined),
  }
}
