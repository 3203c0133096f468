// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access */
import { createRateLimiter } from '../../../../server/embedded/limits/rateLimiter'
import { settingOverrides } from '../../../../server/embedded/settingOverrides'
import { createSettings } from '../../../../server/embedded/settings'
import {
  fakeClock,
  openDdp,
  openTestApp,
  startTestServer,
  type RestClient,
  type TestServer,
} from './support'

describe('a rate limiter', () => {
  it('counts in windows that start with the first call, apart for each key', () => {
    const clock = fakeClock()
    const limiter = createRateLimiter(clock)
    const rate = { calls: 2, windowMs: 1000 }
    const resetAt = clock.now() + 1000
    expect(limiter.hit('a', rate)).toEqual({ allowed: true, limit: 2, remaining: 1, resetAt })
    expect(limiter.hit('a', rate)).toMatchObject({ allowed: true, remaining: 0 })
    clock.advance(999)
    expect(limiter.hit('a', rate)).toEqual({ allowed: false, limit: 2, remaining: 0, resetAt })
    expect(limiter.hit('b', rate).allowed).toBe(true)
    clock.advance(1)
    expect(limiter.hit('a', rate).allowed).toBe(true)
  })
})

describe('overwritten settings', () => {
  it('have the kind of the default, and others are left out', () => {
    const test = openTestApp()
    const settings = createSettings(
      test.app.store,
      settingOverrides({
        environment: {
          OVERWRITE_SETTING_Site_Name: 'Ours',
          OVERWRITE_SETTING_Message_MaxAllowedSize: '10',
          OVERWRITE_SETTING_Threads_enabled: 'false',
          OVERWRITE_SETTING_Unknown: 'x',
          Language: 'de',
        },
      }),
    )
    expect(settings.text('Site_Name')).toBe('Ours')
    expect(settings.number('Message_MaxAllowedSize')).toBe(10)
    expect(settings.flag('Threads_enabled')).toBe(false)
    expect(settings.text('Unknown')).toBe('')
    expect(settings.text('Language')).toBe('en')
    test.close()
  })
})

describe('a limited server', () => {
  let test: TestServer
  let ann: RestClient

  beforeAll(async () => {
    test = await startTestServer({
      rateLimit: true,
      forwardedCount: 1,
      environment: { OVERWRITE_SETTING_API_Enable_Rate_Limiter_Limit_Calls_Default: '3' },
    })
    ann = await test.person('ann')
  })
  afterAll(() => test.close())

  const me = (who: RestClient, address: string) =>
    fetch(`${test.server.url}/api/v1/me`, {
      headers: {
        'x-auth-token': who.token,
        'x-user-id': who.userId,
        'x-forwarded-for': `made-up, ${address}`,
      },
    })

  it('answers 429 with its headers, for each address and route', async () => {
    for (const left of ['2', '1', '0']) {
      const { status, headers } = await me(ann, '10.0.0.1')
      expect(status).toBe(200)
      expect(headers.get('x-ratelimit-limit')).toBe('3')
      expect(headers.get('x-ratelimit-remaining')).toBe(left)
    }
    const refused = await me(ann, '10.0.0.1')
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('x-ratelimit-reset'))).toBeGreaterThan(Date.now())
    expect(await refused.json()).toEqual({
      success: false,
      error: expect.stringMatching(
        /^Error, too many requests\. Please slow down\. You must wait \d+ seconds before trying this endpoint again\. \[error-too-many-requests\]$/,
      ) as string,
    })
    expect((await me(ann, '10.0.0.2')).status).toBe(200)
    expect((await ann.get('rooms.get')).status).toBe(200)
  })

  it('does not limit administrators', async () => {
    for (let call = 0; call < 5; call += 1) {
      const answer = await me(test.admin, '10.0.0.3')
      expect([answer.status, answer.headers.get('x-ratelimit-limit')]).toEqual([200, null])
    }
  })

  it('takes five messages in a second', async () => {
    const sends = Array.from({ length: 6 }, (_, index) =>
      ann.post('chat.sendMessage', { message: { rid: 'GENERAL', msg: `${index}` } }),
    )
    const statuses = (await Promise.all(sends)).map((answer) => answer.status)
    expect(statuses.filter((status) => status === 429)).toHaveLength(1)
  })

  it('refuses the eleventh call of one method and the forty-first stream on a connection', async () => {
    const socket = await openDdp(test.server.url, ann)
    let last = await socket.call('rooms/get')
    for (let call = 0; call < 9; call += 1) last = await socket.call('rooms/get')
    expect(last).not.toHaveProperty('error')
    const refused = await socket.call('rooms/get')
    expect(refused.error).toMatchObject({
      error: 'too-many-requests',
      details: { timeToReset: expect.any(Number) as number },
    })
    expect(refused.error.reason).toMatch(
      /^Error, too many requests\. Please slow down\. You must wait/,
    )
    for (let sub = 0; sub < 40; sub += 1) {
      const ready = await socket.subscribe('stream-notify-room', `GENERAL/${sub}`, false)
      expect(ready.msg).toBe('ready')
    }
    const nosub = await socket.subscribe('stream-notify-room', 'GENERAL/last', false)
    expect(nosub).toMatchObject({ msg: 'nosub', error: { error: 'too-many-requests' } })
    socket.close()
  })

  it('counts methods over REST like those of a socket', async () => {
    const bob = await test.person('bob')
    const message = JSON.stringify({ msg: 'method', id: '1', method: 'rooms/get', params: [] })
    let answer = await bob.post('method.call/rooms:get', { message })
    for (let call = 0; call < 20; call += 1) {
      answer = await bob.post('method.call/rooms:get', { message })
    }
    expect(answer.status).toBe(400)
    expect(answer.body.message).toMatch('too-many-requests')
  })
})
