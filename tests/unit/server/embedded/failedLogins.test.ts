// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access */
import { createFailedLogins } from '../../../../server/embedded/limits/failedLogins'
import {
  fakeClock,
  openDdp,
  openTestApp,
  startTestServer,
  type FakeClock,
  type Json,
  type TestServer,
} from './support'

const minute = 60_000
const window = 5 * minute

let clock: FakeClock
let test: TestServer
beforeEach(async () => {
  clock = fakeClock()
  test = await startTestServer({
    clock,
    rateLimit: true,
    forwardedCount: 1,
    environment: {
      OVERWRITE_SETTING_API_Enable_Rate_Limiter: 'false',
      OVERWRITE_SETTING_Block_Multiple_Failed_Logins_Attempts_Until_Block_By_Ip: '12',
    },
  })
  await test.person('ann')
  await test.person('bob')
})
afterEach(() => test.close())

const post = async (path: string, address: string, body: unknown): Promise<Json> => {
  const response = await fetch(`${test.server.url}/api/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Json }
}

const login = (user: string, password: string, address = '10.0.0.1'): Promise<Json> =>
  post('login', address, { user, password })

const fail = async (user: string, times: number, address?: string): Promise<void> => {
  for (let time = 0; time < times; time += 1) {
    const { status, body } = await login(user, 'wrong', address)
    expect([status, body.error]).toEqual([401, 'Unauthorized'])
  }
}

const blockedForUser = {
  success: false,
  status: 'error',
  error: 'error-login-blocked-for-user',
  message: 'Login has been temporarily blocked For User',
  details: { function: 'Accounts.validateLoginAttempt' },
}

describe('the limits of failed sign-ins', () => {
  it('are ten of an account and fifty of an address unless a setting says otherwise', () => {
    const inside = openTestApp()
    const failed = createFailedLogins(inside.clock, inside.app.settings)
    const times = (attempt: { uid: string | undefined; ip: string | undefined }): number => {
      for (let time = 0; ; time += 1) {
        try {
          failed.check(attempt)
        } catch {
          return time
        }
        failed.failed(attempt)
      }
    }
    expect(times({ uid: 'ann', ip: undefined })).toBe(10)
    expect(times({ uid: undefined, ip: '10.0.0.1' })).toBe(50)
    inside.app.settings.set('Block_Multiple_Failed_Logins_Ip_Whitelist', '10.0.0.1, 10.0.0.2')
    expect(() => failed.check({ uid: undefined, ip: '10.0.0.1' })).not.toThrow()
    inside.close()
  })
})

describe('failed sign-ins', () => {
  it('block the account after ten, for five minutes and from everywhere', async () => {
    await fail('ann', 10)
    expect(await login('ann', 'secret-ann', '10.0.0.2')).toEqual({
      status: 401,
      body: blockedForUser,
    })
    expect((await login('bob', 'secret-bob')).status).toBe(200)
    clock.advance(window - 1)
    expect((await login('ann', 'secret-ann')).status).toBe(401)
    clock.advance(1)
    expect((await login('ann', 'secret-ann')).status).toBe(200)
  })

  it('start again after a right one', async () => {
    await fail('ann', 9)
    expect((await login('ann', 'secret-ann')).status).toBe(200)
    await fail('ann', 9)
    expect((await login('ann', 'secret-ann')).status).toBe(200)
  })

  it('do not block longer because somebody goes on trying', async () => {
    await fail('ann', 10)
    clock.advance(window - minute)
    expect((await login('ann', 'wrong')).body.error).toBe('error-login-blocked-for-user')
    clock.advance(minute)
    expect((await login('ann', 'secret-ann')).status).toBe(200)
  })

  it('block an address after its number, whomever it tried, and nobody else', async () => {
    for (const user of ['ann', 'bob', 'nobody']) await fail(user, 4, '10.0.0.9')
    const refused = await login('bob', 'secret-bob', '10.0.0.9')
    expect(refused.status).toBe(401)
    expect(refused.body.error).toBe('error-login-blocked-for-ip')
    expect((await login('bob', 'secret-bob', '10.0.0.8')).status).toBe(200)
    clock.advance(window)
    expect((await login('bob', 'secret-bob', '10.0.0.9')).status).toBe(200)
  })

  it('count when they are made side by side', async () => {
    const guesses = Array.from({ length: 16 }, (_, index) =>
      login('ann', index === 15 ? 'secret-ann' : 'wrong'),
    )
    const answers = await Promise.all(guesses)
    const refused = answers.filter(({ body }) => body.error === 'error-login-blocked-for-user')
    expect(refused.length).toBeGreaterThan(0)
    expect(answers.filter(({ body }) => body.error === 'Unauthorized').length).toBeLessThanOrEqual(
      10,
    )
  })

  it('are counted alike over REST and sockets, and sessions go on', async () => {
    const { body } = await login('ann', 'secret-ann')
    const resume = body.data.authToken as string
    await fail('ann', 10)
    const socket = await openDdp(test.server.url)
    const credentials = { user: { username: 'ann' }, password: 'secret-ann' }
    const refused = await socket.call('login', credentials)
    expect(refused.error.error).toBe('error-login-blocked-for-user')
    expect(await socket.call('login', { resume })).not.toHaveProperty('error')
    socket.close()
  })

  it('are not counted where the settings say so', async () => {
    for (const id of ['By_User', 'By_Ip']) {
      const path = `settings/Block_Multiple_Failed_Logins_${id}`
      expect((await test.admin.post(path, { value: false })).status).toBe(200)
    }
    await fail('ann', 13)
    expect((await login('ann', 'secret-ann')).status).toBe(200)
  })

  it('over method.callAnon are limited by the address', async () => {
    const params = [{ user: { username: 'ann' }, password: 'wrong' }]
    const message = JSON.stringify({ msg: 'method', id: '1', method: 'login', params })
    const call = async (address: string): Promise<Json> => {
      const answer = await post('method.callAnon/login', address, { message })
      return (JSON.parse(answer.body.message as string) as Json).error as Json
    }
    for (let time = 0; time < 5; time += 1) expect((await call('10.0.0.1')).error).toBe(401)
    expect((await call('10.0.0.1')).error).toBe('too-many-requests')
    expect((await call('10.0.0.2')).error).toBe(401)
  })
})
