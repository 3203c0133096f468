import type { RoomKind } from './types'

const kinds: ReadonlyMap<unknown, RoomKind> = new Map<unknown, RoomKind>([
  ['c', 'channel'],
  ['p', 'group'],
  ['d', 'direct'],
])

/** Wire `t` of a room or subscription; `l` (omnichannel) and unknown ones are not shown by this client. */
export function decodeKind(value: unknown): RoomKind | undefined {
  return kinds.get(value)
}
