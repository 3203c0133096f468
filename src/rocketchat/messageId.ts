/** Meteor's `Random.id()`: 17 characters that cannot be mistaken for each other. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz'
const LENGTH = 17

/**
 * An id for a message that this client sends; the server keeps it (protocol reference 3.13).
 * @param random uniform in [0, 1), for example `Math.random`: ids must be unique, not unguessable
 */
export function createMessageId(random: () => number): string {
  let id = ''
  for (let i = 0; i < LENGTH; i++) {
    const index = Math.min(ALPHABET.length - 1, Math.floor(random() * ALPHABET.length))
    id += ALPHABET.charAt(index)
  }
  return id
}
