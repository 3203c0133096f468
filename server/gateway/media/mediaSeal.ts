import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  timingSafeEqual,
} from 'node:crypto'

/** Who may fetch one address, and until when. */
export type MediaGrant = {
  businessUserId: string
  sessionId: string
  /** Epoch seconds. */
  expiresAt: number
}

/** Writes a grant into an address so that only this gateway can read it, and nobody can change it or its path. */
export type MediaSeal = {
  /** @param path path and query that the grant is for. @returns the same text for the same grant and path. */
  seal(grant: MediaGrant, path: string): string
  /** @returns undefined when the text was not made here, was altered, or is for another path. */
  open(sealed: string, path: string): MediaGrant | undefined
}

const tagBytes = 16
const keyBytes = 32
const shape = /^[A-Za-z0-9_-]{24,1400}$/

/**
 * Authenticated encryption with an HMAC-SHA256 as its starting value (the construction of RFC 5297): the tag covers path
 * and grant, and the text needs no random part, so that a browser's cache knows an address again that was signed twice.
 * Gateways with the same key understand each other's addresses.
 *
 * @param keyHex 32 bytes in hex; what is used is derived from it.
 */
export function createMediaSeal(keyHex: string): MediaSeal {
  const derive = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', Buffer.from(keyHex, 'hex'), '', `media ${purpose}`, keyBytes))
  const cipherKey = derive('encryption')
  const macKey = derive('authentication')
  const tagOf = (path: string, plain: Buffer) =>
    createHmac('sha256', macKey)
      .update(`${Buffer.byteLength(path)}\n${path}`)
      .update(plain)
      .digest()
      .subarray(0, tagBytes)
  return {
    seal({ businessUserId, sessionId, expiresAt }, path) {
      const plain = Buffer.from(JSON.stringify([expiresAt, businessUserId, sessionId]))
      const tag = tagOf(path, plain)
      const cipher = createCipheriv('aes-256-ctr', cipherKey, tag)
      return Buffer.concat([tag, cipher.update(plain), cipher.final()]).toString('base64url')
    },
    open(sealed, path) {
      if (!shape.test(sealed)) return undefined
      const bytes = Buffer.from(sealed, 'base64url')
      // Several texts can stand for the same bytes; only the one that was made here is good.
      if (bytes.toString('base64url') !== sealed) return undefined
      const tag = bytes.subarray(0, tagBytes)
      const decipher = createDecipheriv('aes-256-ctr', cipherKey, tag)
      const plain = Buffer.concat([decipher.update(bytes.subarray(tagBytes)), decipher.final()])
      return timingSafeEqual(tag, tagOf(path, plain)) ? readGrant(plain) : undefined
    },
  }
}

function readGrant(plain: Buffer): MediaGrant {
  const [expiresAt, businessUserId, sessionId] = JSON.parse(plain.toString('utf8')) as [
    number,
    string,
    string,
  ]
  return { expiresAt, businessUserId, sessionId }
}
