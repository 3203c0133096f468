import { randomBytes } from 'node:crypto'
import { ImError } from '../imError'
import { createLocalLocks, type Locks } from './locks'
import { RedisAway, type RedisLink } from './redisLink'

/** How long the lock of a gateway that was killed is in the way of the others. */
const lifetimeMs = 5_000
const extendEveryMs = 1_500
const pauseMs = 20
const longestWaitMs = 30_000

const extendScript = `
  if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])`

/** Only its owner gives a lock back: it may have passed to another one meanwhile. */
const releaseScript = `
  if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
  return redis.call('DEL', KEYS[1])`

/**
 * Locks between gateways: `SET NX PX`, kept alive while the work runs. Without Redis each gateway goes on with locks of
 * its own: two logins for one user are better than none.
 *
 * @param prefix begins every key.
 */
export function createRedisLocks(link: RedisLink, prefix: string): Locks {
  const local = createLocalLocks()
  return {
    run: (key, work) =>
      local.run(key, async () => {
        const name = `${prefix}:l:${key}`
        const token = randomBytes(12).toString('base64url')
        if (!(await acquire(link, name, token))) return work()
        const extending = setInterval(() => {
          const extend = link.run((redis) => redis.eval(extendScript, 1, name, token, lifetimeMs))
          extend.catch(() => undefined)
        }, extendEveryMs)
        try {
          return await work()
        } finally {
          clearInterval(extending)
          await link
            .run((redis) => redis.eval(releaseScript, 1, name, token))
            .catch(() => undefined)
        }
      }),
  }
}

/** @returns false when there is no Redis to lock with. */
async function acquire(link: RedisLink, name: string, token: string): Promise<boolean> {
  const until = Date.now() + longestWaitMs
  while (Date.now() < until) {
    try {
      const answer = await link.run((redis) => redis.set(name, token, 'PX', lifetimeMs, 'NX'))
      if (answer === 'OK') return true
    } catch (error) {
      if (error instanceof RedisAway) return false
      throw error
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs + Math.random() * pauseMs))
  }
  throw new ImError('chat-unavailable', 'Another gateway takes too long; try again soon.', 5)
}
