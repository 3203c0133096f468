import type { Message } from './types'

export type SystemParams = {
  /** Who did it. */
  name: string
  /** The message's parameter: the other person, the new topic, the room... Empty where the type has none. */
  param: string
  role: string
}

/** A sentence of the locale files, or the server's own words for types that are not known here. */
export type SystemLine = { key: string; params: SystemParams } | { text: string }

/**
 * Types with a sentence under `system.<type>` in the locale files (protocol reference 4.2). Encrypted messages, calls,
 * discussions and deleted messages are among them: the sentence stands where they have no rendering of their own.
 */
export const systemTypes: readonly string[] = [
  ...['uj', 'ul', 'ujt', 'ult', 'ut', 'au', 'added-user-to-team', 'ru', 'removed-user-from-team'],
  ...['ui', 'uir', 'r', 'rm', 'wm'],
  ...['user-muted', 'user-unmuted', 'user-banned', 'user-unbanned'],
  ...['subscription-role-added', 'subscription-role-removed'],
  ...['room-archived', 'room-unarchived', 'room-set-read-only', 'room-removed-read-only'],
  ...['room-allowed-reacting', 'room-disallowed-reacting', 'room_changed_privacy'],
  ...['room_changed_topic', 'room_changed_description', 'room_changed_announcement'],
  ...['room_changed_avatar', 'message_pinned', 'message_pinned_e2e'],
  ...['discussion-created', 'videoconf', 'e2e', 'room_e2e_enabled', 'room_e2e_disabled'],
  ...['user-converted-to-team', 'user-converted-to-channel', 'user-added-room-to-team'],
  ...['user-removed-room-from-team', 'user-deleted-room-from-team', 'abac-removed-user-from-room'],
  ...['new-owner', 'owner-removed', 'new-moderator', 'moderator-removed'],
  ...['new-leader', 'leader-removed'],
]

const known: ReadonlySet<string> = new Set(systemTypes)
const optionalText: ReadonlySet<string> = new Set([
  'room_changed_topic',
  'room_changed_description',
  'room_changed_announcement',
])
const ownRendering: ReadonlySet<string> = new Set([
  '',
  'e2e',
  'videoconf',
  'discussion-created',
  'rm',
])

/** Whether a type is a plain system line, to which nobody can reply or react (protocol reference 4.2). */
export function isSystemLine(type: string): boolean {
  return !ownRendering.has(type)
}

/**
 * What to show for a message whose `system` is not empty.
 * An emptied topic, description or announcement has the key `system.<type>.none`; a changed privacy has
 * `system.room_changed_privacy.public` or `.private` where the server says which.
 * @returns undefined when there is nothing to show: an unknown type without a text
 */
export function describeSystemMessage(
  message: Pick<Message, 'system' | 'text' | 'author' | 'role'>,
): SystemLine | undefined {
  const { system: type, text, author, role } = message
  if (!known.has(type)) return text === '' ? undefined : { text }
  // The text of an encrypted message is its cipher.
  const param = type === 'e2e' ? '' : text
  return { key: keyOf(type, param), params: { name: author.name, param, role } }
}

function keyOf(type: string, param: string): string {
  if (param === '' && optionalText.has(type)) return `system.${type}.none`
  if (type === 'room_changed_privacy') {
    if (param === 'c' || param === 'public_channel' || param === 'public')
      return `system.${type}.public`
    if (param === 'p' || param === 'private_group' || param === 'private')
      return `system.${type}.private`
  }
  return `system.${type}`
}
