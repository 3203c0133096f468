import type { Dispatcher } from 'undici'
import { readConfig } from '../../../../server/config'
import { createBreaker } from '../../../../server/gateway/chat/breaker'
import { createRegistry } from '../../../../server/gateway/metrics/registry'
import { createTestClock } from './harness'

const shared = {
  IM_ADDRESS: 'https://chat.example.com',
  IM_ENCRYPTION_KEY: 'a'.repeat(64),
  IM_REDIS_URL: 'rediss://:secret-of-redis@redis.example.com:6380/2',
}

describe('IM_REDIS_URL', () => {
  it('is taken with its password and its database', () => {
    expect(readConfig(shared, '/').redisUrl).toBe(shared.IM_REDIS_URL)
    expect(readConfig({}, '/').redisUrl).toBeUndefined()
  })

  it.each([
    ['IM_ENCRYPTION_KEY', { ...shared, IM_ENCRYPTION_KEY: '' }],
    ['IM_ADDRESS', { ...shared, IM_ADDRESS: '' }],
  ])('is refused without %s, which the sentence names', (key, env) => {
    expect(() => readConfig(env, '/')).toThrow(`IM_REDIS_URL needs ${key}`)
  })

  it.each(['redis.example.com', 'http://redis', 'redis://', 'redis://h/name', 'redis://h/0?x=y'])(
    'is refused as %s',
    (url) => {
      expect(() => readConfig({ ...shared, IM_REDIS_URL: url }, '/')).toThrow(
        'IM_REDIS_URL is not a usable address',
      )
    },
  )

  it('is never repeated in a sentence', () => {
    const url = 'redis://:secret-of-redis@host/x'
    const read = () => readConfig({ ...shared, IM_REDIS_URL: url }, '/')
    expect(read).toThrow(
      expect.objectContaining({
        message: expect.not.stringContaining('secret') as string,
      }) as Error,
    )
  })
})

describe('IM_DRAIN_SECONDS', () => {
  it('is ten seconds when left out', () => {
    expect(readConfig({}, '/').drainMs).toBe(10_000)
    expect(readConfig({ IM_DRAIN_SECONDS: '0' }, '/').drainMs).toBe(0)
  })

  it.each(['-1', '301', 'ten', '1.5'])('is refused as %s', (value) => {
    expect(() => readConfig({ IM_DRAIN_SECONDS: value }, '/')).toThrow('IM_DRAIN_SECONDS')
  })
})

describe('the breaker', () => {
  const setUp = () => {
    const clock = createTestClock()
    const state = { isDown: true, calls: 0 }
    const request = () => {
      state.calls += 1
      const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
      return state.isDown ? Promise.reject(refused) : Promise.resolve({ statusCode: 200 })
    }
    const registry = createRegistry()
    const breaker = createBreaker({ request } as unknown as Dispatcher, registry, clock)
    const ask = () => breaker.request({ method: 'GET', path: '/' })
    return { clock, state, ask, registry }
  }

  it('refuses at once after five failures, and lets one through every five seconds', async () => {
    const { clock, state, ask } = setUp()
    for (let at = 0; at < 5; at += 1) await expect(ask()).rejects.toThrow('refused')
    await expect(ask()).rejects.toMatchObject({ code: 'chat-unavailable', retryAfterSeconds: 5 })
    expect(state.calls).toBe(5)
    clock.advance(5_000)
    await expect(ask()).rejects.toThrow('refused')
    await expect(ask()).rejects.toMatchObject({ code: 'chat-unavailable' })
    expect(state.calls).toBe(6)
  })

  it('is closed again by one success', async () => {
    const { clock, state, ask, registry } = setUp()
    for (let at = 0; at < 5; at += 1) await expect(ask()).rejects.toThrow('refused')
    expect(registry.text()).toContain('im_upstream_open 1')
    state.isDown = false
    clock.advance(5_000)
    expect(await ask()).toEqual({ statusCode: 200 })
    expect(await ask()).toEqual({ statusCode: 200 })
    expect(registry.text()).toContain('im_upstream_open 0')
  })
})
