import { asObject, field, flag, list, text, type WireObject } from './fields'
import type { PresenceStatus } from './types'

/** By the numbers of the streams (protocol reference 2.1). */
const byCode: readonly PresenceStatus[] = ['offline', 'online', 'away', 'busy']

/** @returns undefined for what is no number of a status */
export function decodePresenceCode(value: unknown): PresenceStatus | undefined {
  return typeof value === 'number' ? byCode[value] : undefined
}

/** REST names a status by its word; `disabled` means that nobody is told (protocol reference 2.1). */
function decodePresenceWord(value: unknown): PresenceStatus | undefined {
  return value === 'disabled' ? 'offline' : byCode.find((status) => status === value)
}

/**
 * The answer of `users.presence` to a question for some people (protocol reference 3.6). Rocket.Chat leaves out whoever is
 * offline and says `full: false`. With `full: true` it leaves out nobody whose status may be known: so it says that statuses
 * are not told at all any more (`Presence_broadcast_disabled`).
 *
 * @param onDropped told once for each document that cannot be read
 * @returns by user id, without those whose status is unknown; undefined when it is no list
 */
export function decodePresences(
  answer: { users?: unknown; full?: unknown },
  userIds: readonly string[],
  onDropped: () => void,
): Map<string, PresenceStatus> | undefined {
  const users = field(answer, 'users')
  if (!Array.isArray(users)) return undefined
  const isFull = flag(answer, 'full')
  const statuses = new Map<string, PresenceStatus>()
  if (!isFull) for (const id of userIds) statuses.set(id, 'offline')
  for (const user of list(users)) {
    const wire: WireObject = asObject(user) ?? {}
    const status = decodePresenceWord(field(wire, 'status'))
    const id = text(wire, '_id')
    if (id === '' || status === undefined) onDropped()
    else statuses.set(id, status)
  }
  return statuses
}
