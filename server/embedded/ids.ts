import { randomBytes, createHash } from 'node:crypto'

const unmistakable = '23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz'

/**
 * A random id of Rocket.Chat's form (protocol reference 4.6): characters that nobody confuses when reading aloud.
 * Bytes above the largest multiple of 55 are skipped, so that every character is equally likely.
 */
export const randomId = (length = 17): string => {
  let id = ''
  while (id.length < length) {
    for (const byte of randomBytes(length * 2)) {
      if (byte < 220 && id.length < length) id += unmistakable.charAt(byte % 55)
    }
  }
  return id
}

/** A login token as the client holds it: 43 characters, 256 bits. */
export const randomToken = (): string => randomBytes(32).toString('base64url')

/** What the database keeps of a login token: its SHA-256 in base64, as Rocket.Chat stores it. */
export const hashToken = (token: string): string =>
  createHash('sha256').update(token).digest('base64')
