import { asObject, text } from './fields'
import type { ChatUser } from './types'

/**
 * A user document, for example the answer of `me` (protocol reference 4.5).
 * @returns undefined without an id or a username
 */
export function decodeUser(value: unknown): ChatUser | undefined {
  const wire = asObject(value)
  if (wire === undefined) return undefined
  const id = text(wire, '_id')
  const username = text(wire, 'username')
  if (id === '' || username === '') return undefined
  return { id, username, name: text(wire, 'name') || username }
}
