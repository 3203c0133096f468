import { asObject, count, field, flag, strings, text, time } from './fields'
import { decodeKind } from './decodeKind'
import type { Subscription } from './types'

/**
 * A subscription document (protocol reference 4.4). Fields that the server unset are missing in it, so the result
 * replaces a stored one and is never merged into it (2.4).
 * @returns undefined for what is malformed and for kinds of rooms that this client does not show (omnichannel)
 */
export function decodeSubscription(value: unknown): Subscription | undefined {
  const wire = asObject(value)
  if (wire === undefined) return undefined
  const id = text(wire, '_id')
  const roomId = text(wire, 'rid')
  const kind = decodeKind(field(wire, 't'))
  if (id === '' || roomId === '' || kind === undefined) return undefined
  const name = text(wire, 'name')
  return {
    id,
    roomId,
    kind,
    name,
    title: text(wire, 'fname') || name || roomId,
    isOpen: flag(wire, 'open'),
    isAlert: flag(wire, 'alert'),
    unread: count(wire, 'unread'),
    userMentions: count(wire, 'userMentions'),
    groupMentions: count(wire, 'groupMentions'),
    lastSeenAt: time(wire, 'ls'),
    isFavorite: flag(wire, 'f'),
    isUnreadHidden: flag(wire, 'hideUnreadStatus'),
    isMentionHidden: flag(wire, 'hideMentionStatus'),
    roles: strings(field(wire, 'roles')),
    updatedAt: time(wire, '_updatedAt'),
  }
}
