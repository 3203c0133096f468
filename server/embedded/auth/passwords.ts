import { createHash, randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'

const cost: ScryptOptions = { N: 16384, r: 8, p: 1 }
const keyLength = 32

const derive = (digest: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(digest, salt, keyLength, cost, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })

/** The SHA-256 of a password in lower-case hex: what clients may send in place of the password (1.7). */
export const digestOf = (password: string): string =>
  createHash('sha256').update(password).digest('hex')

/** The stored form of a password digest: `scrypt$<salt>$<key>`, both base64. */
export const hashPassword = async (digest: string): Promise<string> => {
  const salt = randomBytes(16)
  const key = await derive(digest, salt)
  return `scrypt$${salt.toString('base64')}$${key.toString('base64')}`
}

const nobody = `scrypt$${Buffer.alloc(16).toString('base64')}$${Buffer.alloc(keyLength).toString('base64')}`

/**
 * Whether a digest belongs to the stored hash. `null` (no such user, no password) takes as long as a wrong password, so
 * that the answer's delay does not tell who exists.
 */
export const verifyPassword = async (digest: string, stored: string | null): Promise<boolean> => {
  const [, salt = '', key = ''] = (stored ?? nobody).split('$')
  const expected = Buffer.from(key, 'base64')
  const actual = await derive(digest, Buffer.from(salt, 'base64'))
  return stored !== null && expected.length === actual.length && timingSafeEqual(expected, actual)
}
