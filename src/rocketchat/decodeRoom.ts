import { decodeMessage } from './decodeMessage'
import { asObject, count, decodeTime, field, flag, strings, text, time } from './fields'
import { decodeKind } from './decodeKind'
import type { Room } from './types'

/**
 * A room document (protocol reference 4.3).
 * @returns undefined for what is malformed and for kinds of rooms that this client does not show (omnichannel)
 */
export function decodeRoom(value: unknown): Room | undefined {
  const wire = asObject(value)
  if (wire === undefined) return undefined
  const id = text(wire, '_id')
  const kind = decodeKind(field(wire, 't'))
  if (id === '' || kind === undefined) return undefined
  return {
    id,
    kind,
    name: text(wire, 'fname') || text(wire, 'name'),
    topic: text(wire, 'topic'),
    isReadOnly: flag(wire, 'ro'),
    unmuted: strings(field(wire, 'unmuted')),
    muted: strings(field(wire, 'muted')),
    isArchived: flag(wire, 'archived'),
    memberCount: count(wire, 'usersCount'),
    memberIds: strings(field(wire, 'uids')),
    lastMessage: decodeMessage(field(wire, 'lastMessage')),
    lastActivityAt: decodeTime(field(wire, 'lm')) ?? time(wire, 'ts'),
    updatedAt: time(wire, '_updatedAt'),
  }
}
