import { scryptSync } from 'node:crypto'
import {
  digestOf,
  hashPassword,
  isOutdated,
  verifyPassword,
} from '../../../../server/embedded/auth/passwords'
import { login } from '../../../../server/embedded/auth/sessions'
import { openTestApp } from './support'

const digest = digestOf('secret')

/** A hash as the first versions stored it. */
const oldHash = (): string => {
  const salt = Buffer.alloc(16, 7)
  const key = scryptSync(digest, salt, 32, { N: 16384, r: 8, p: 1 })
  return `scrypt$${salt.toString('base64')}$${key.toString('base64')}`
}

it('a password belongs to its hash and to no other', async () => {
  const stored = await hashPassword(digest)
  expect(stored).toMatch(/^scrypt\$5\$/)
  expect(stored).not.toContain(digest)
  expect(await verifyPassword(digest, stored)).toBe(true)
  expect(await verifyPassword(digestOf('Secret'), stored)).toBe(false)
  expect(await hashPassword(digest)).not.toBe(stored)
})

it.each([null, '', 'scrypt$', 'scrypt$1$$', 'plain'])(
  '%j is the hash of nobody',
  async (stored) => {
    expect(await verifyPassword(digest, stored)).toBe(false)
  },
)

it('hashing leaves the event loop free', async () => {
  let turns = 0
  const count = (): void => {
    turns += 1
    timer = setImmediate(count)
  }
  let timer = setImmediate(count)
  await hashPassword(digest)
  clearImmediate(timer)
  expect(turns).toBeGreaterThan(10)
})

it('a hash of an older version still signs in, and is made anew by that', async () => {
  const test = openTestApp()
  try {
    const user = test.user('ann')
    test.app.store.users.setPasswordHash(user._id, oldHash())
    const options = { user: { username: 'ann' }, password: 'secret' }
    await expect(login(test.app, { ...options, password: 'wrong' })).rejects.toThrow(
      'User not found',
    )
    expect(isOutdated(test.app.store.users.passwordHash(user._id) ?? '', 5)).toBe(true)
    await login(test.app, options)
    expect(isOutdated(test.app.store.users.passwordHash(user._id) ?? '', 5)).toBe(false)
    expect((await login(test.app, options)).user._id).toBe(user._id)
  } finally {
    test.close()
  }
})
