import { createHash, randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'

/** scrypt with N = 2^14 and r = 8 takes 16 MiB; five rounds of it is what OWASP recommends for this size. */
export const defaultHashRounds = 5

const size = { N: 16384, r: 8 } as const
const keyLength = 32

const derive = (digest: string, salt: Buffer, rounds: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const cost: ScryptOptions = { ...size, p: rounds }
    // Runs beside the event loop, in the pool of threads.
    scrypt(digest, salt, keyLength, cost, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })

/** The SHA-256 of a password in lower-case hex: what clients may send in place of the password (1.7). */
export const digestOf = (password: string): string =>
  createHash('sha256').update(password).digest('hex')

/** The stored form of a password digest: `scrypt$<rounds>$<salt>$<key>`, the last two in base64. */
export const hashPassword = async (
  digest: string,
  rounds: number = defaultHashRounds,
): Promise<string> => {
  const salt = randomBytes(16)
  const key = await derive(digest, salt, rounds)
  return `scrypt$${rounds}$${salt.toString('base64')}$${key.toString('base64')}`
}

type Parsed = { rounds: number; salt: Buffer; key: Buffer }

/** Hashes of the first versions have no rounds: `scrypt$<salt>$<key>`, made with one. */
const parse = (stored: string): Parsed => {
  const parts = stored.split('$').slice(1)
  const [rounds = '1', salt = '', key = ''] = parts.length === 2 ? ['1', ...parts] : parts
  return {
    rounds: Number(rounds),
    salt: Buffer.from(salt, 'base64'),
    key: Buffer.from(key, 'base64'),
  }
}

const nobody: Parsed = {
  rounds: defaultHashRounds,
  salt: Buffer.alloc(16),
  key: Buffer.alloc(keyLength),
}

/**
 * Whether a digest belongs to the stored hash. `null` (no such user, no password) takes as long as a wrong password, so
 * that the answer's delay does not tell who exists.
 */
export const verifyPassword = async (digest: string, stored: string | null): Promise<boolean> => {
  const { rounds, salt, key } = stored === null ? nobody : parse(stored)
  const actual = await derive(digest, salt, rounds)
  return stored !== null && key.length === actual.length && timingSafeEqual(key, actual)
}

/** Whether a hash was made with fewer rounds than are wanted now; it is made anew at the next sign-in. */
export const isOutdated = (stored: string, rounds: number): boolean => parse(stored).rounds < rounds
