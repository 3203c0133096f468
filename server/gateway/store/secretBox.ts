import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

const nonceBytes = 12
const tagBytes = 16

/** Encrypts short secrets at rest with AES-256-GCM. */
export type SecretBox = {
  /** @param context what the secret belongs to; a box moved to another row cannot be opened. */
  seal(secret: string, context: string): string
  /** @returns undefined when the box was made with another key or context, or is damaged. */
  open(box: string, context: string): string | undefined
}

/** @param keyHex 32 bytes in hex. */
export function createSecretBox(keyHex: string): SecretBox {
  const key = Buffer.from(keyHex, 'hex')
  return {
    seal(secret, context) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
      const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64')
    },
    open(box, context) {
      try {
        const bytes = Buffer.from(box, 'base64')
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes))
          .setAAD(Buffer.from(context))
          .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
        const body = bytes.subarray(nonceBytes + tagBytes)
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
      } catch {
        return undefined
      }
    },
  }
}

/** Tokens are looked up by their hash, so that a copy of the database is not a list of tokens. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64')
}
