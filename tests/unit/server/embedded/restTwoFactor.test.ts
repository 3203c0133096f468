// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call */
import { createHash } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import {
  fakeClock,
  openDdp,
  restClient,
  startTestServer,
  type FakeClock,
  type Json,
  type RestClient,
  type TestServer,
} from './support'

let test: TestServer
let clock: FakeClock

beforeEach(async () => {
  clock = fakeClock()
  test = await startTestServer({ clock })
})
afterEach(() => test.close())

const codeNow = (secret: string): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock.now() })

const sha = (text: string): string => createHash('sha256').update(text).digest('hex')

/** A POST with the headers of a second factor. */
const postWith = async (
  person: RestClient,
  path: string,
  body: unknown,
  code: string,
): Promise<{ status: number; body: Json }> => {
  const response = await fetch(`${test.server.url}/api/v1/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-auth-token': person.token,
      'x-user-id': person.userId,
      'x-2fa-code': code,
      'x-2fa-method': 'totp',
    },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Json }
}

const protect = async (person: RestClient): Promise<{ secret: string; codes: string[] }> => {
  const { secret, url } = (await person.post('users.enableTotp')).body
  expect(url).toMatch(/^otpauth:\/\/totp\/.*secret=/)
  const { codes } = (await person.post('users.validateTotp', { code: codeNow(secret) })).body
  return { secret, codes }
}

describe('an authenticator', () => {
  it('is asked for at sign-in from its confirmation on, over REST and DDP', async () => {
    const ann = await test.person('ann')
    const login = { user: 'ann', password: 'secret-ann' }
    const { secret } = (await ann.post('users.enableTotp')).body
    expect((await test.anonymous.post('login', login)).status).toBe(200)
    const wrong = await ann.post('users.validateTotp', { code: '000000' })
    expect([wrong.status, wrong.body.errorType]).toEqual([400, 'invalid-totp'])
    const { codes } = (await ann.post('users.validateTotp', { code: codeNow(secret) })).body
    expect(codes).toHaveLength(12)
    expect((await ann.get('me')).body.services.totp).toEqual({ enabled: true })
    const asked = await test.anonymous.post('login', login)
    expect([asked.status, asked.body]).toMatchObject([
      401,
      { error: 'totp-required', details: { method: 'totp', availableMethods: ['totp'] } },
    ])
    const bad = await test.anonymous.post('login', { ...login, code: '000000' })
    expect([bad.status, bad.body.error]).toEqual([401, 'totp-invalid'])
    clock.advance(60_000)
    const code = codeNow(secret)
    expect((await test.anonymous.post('login', { ...login, code })).status).toBe(200)
    // A code signs in once.
    expect((await test.anonymous.post('login', { ...login, code })).status).toBe(401)
    clock.advance(60_000)
    const socket = await openDdp(test.server.url)
    const plain = { user: { username: 'ann' }, password: 'secret-ann' }
    expect((await socket.call('login', plain)).error.error).toBe('totp-required')
    const totp = { code: codeNow(secret), login: plain }
    expect((await socket.call('login', { totp })).result.id).toBe(ann.userId)
    socket.close()
    expect((await ann.post('users.enableTotp')).body.errorType).toBe('error-2fa-already-enabled')
  })

  it('has backup codes that count once, and new ones', async () => {
    const bob = await test.person('bob')
    const { secret, codes } = await protect(bob)
    const login = { user: 'bob', password: 'secret-bob', code: codes[0] }
    expect((await test.anonymous.post('login', login)).status).toBe(200)
    expect((await test.anonymous.post('login', login)).status).toBe(401)
    expect((await bob.get('users.totpCodesRemaining')).body.remaining).toBe(11)
    const renew = (code: string) => bob.post('users.regenerateTotpCodes', { code })
    expect((await renew('000000')).body.errorType).toBe('invalid-totp')
    expect((await renew(codeNow(secret))).body.codes).toHaveLength(12)
    expect((await bob.get('users.totpCodesRemaining')).body.remaining).toBe(12)
  })

  it('is switched off with a code', async () => {
    const cat = await test.person('cat')
    const { secret } = await protect(cat)
    expect((await cat.post('users.disableTotp', { code: '000000' })).body.disabled).toBe(false)
    expect((await cat.post('users.disableTotp', { code: codeNow(secret) })).body.disabled).toBe(
      true,
    )
    const login = { user: 'cat', password: 'secret-cat' }
    expect((await test.anonymous.post('login', login)).status).toBe(200)
    expect((await cat.get('users.totpCodesRemaining')).body.errorType).toBe('invalid-totp')
  })

  it('is taken off another account by an administrator only', async () => {
    const dan = await test.person('dan')
    const eve = await test.person('eve')
    await protect(dan)
    const ask = { userId: dan.userId }
    expect((await eve.post('users.resetTOTP', ask)).body.errorType).toBe('error-not-allowed')
    expect((await test.admin.post('users.resetTOTP', ask)).status).toBe(200)
    expect((await dan.get('me')).status).toBe(401)
    const login = { user: 'dan', password: 'secret-dan' }
    expect((await test.anonymous.post('login', login)).status).toBe(200)
  })
})

describe('calls that need a second factor', () => {
  it('ask for it, take it from the headers, and remember it for a while', async () => {
    const fay = await test.person('fay')
    const { secret } = await protect(fay)
    const path = 'users.generatePersonalAccessToken'
    const asked = await fay.post(path, { tokenName: 'one' })
    expect([asked.status, asked.body]).toEqual([
      400,
      {
        success: false,
        error: 'TOTP Required [totp-required]',
        errorType: 'totp-required',
        details: { method: 'totp', codeGenerated: false, availableMethods: ['totp'] },
      },
    ])
    const wrong = await postWith(fay, path, { tokenName: 'one' }, '000000')
    expect(wrong.body.errorType).toBe('totp-invalid')
    expect((await postWith(fay, path, { tokenName: 'one' }, codeNow(secret))).status).toBe(200)
    expect((await fay.post(path, { tokenName: 'two' })).status).toBe(200)
    clock.advance(31 * 60_000)
    expect((await fay.post(path, { tokenName: 'three' })).status).toBe(400)
  })

  it('take a second factor in place of the present password', async () => {
    const gil = await test.person('gil')
    const data = { email: 'gil2@example.com' }
    const asked = await gil.post('users.updateOwnBasicInfo', { data })
    expect(asked.body.details).toMatchObject({ method: 'password' })
    const path = 'users.updateOwnBasicInfo'
    expect((await postWith(gil, path, { data }, sha('wrong'))).body.errorType).toBe('totp-invalid')
    expect((await postWith(gil, path, { data }, sha('secret-gil'))).status).toBe(200)
  })
})

describe('personal access tokens', () => {
  it('sign in over REST and DDP, do not expire, and end when they are removed', async () => {
    const hal = await test.person('hal')
    const make = (tokenName: string) => hal.post('users.generatePersonalAccessToken', { tokenName })
    const { token } = (await make('bot')).body
    expect((await make('bot')).body.errorType).toBe('error-token-already-exists')
    const { tokens } = (await hal.get('users.getPersonalAccessTokens')).body
    expect(tokens).toEqual([
      {
        name: 'bot',
        createdAt: new Date(clock.now()).toISOString(),
        lastTokenPart: token.slice(-6),
        bypassTwoFactor: false,
      },
    ])
    clock.advance(91 * 24 * 60 * 60 * 1000)
    expect((await hal.get('me')).status).toBe(401)
    const bot = restClient(test.server.url, hal.userId, token)
    expect((await bot.get('me')).body.username).toBe('hal')
    await bot.post('users.logoutOtherClients')
    const socket = await openDdp(test.server.url)
    expect((await socket.call('login', { resume: token })).result.id).toBe(hal.userId)
    const renewed = await bot.post('users.regeneratePersonalAccessToken', { tokenName: 'bot' })
    await socket.closed
    expect((await bot.get('me')).status).toBe(401)
    const next = restClient(test.server.url, hal.userId, renewed.body.token)
    expect((await next.post('users.removePersonalAccessToken', { tokenName: 'bot' })).status).toBe(
      200,
    )
    expect((await next.get('me')).status).toBe(401)
  })

  it.each(['regenerate', 'remove'])('that do not exist are refused: %s', async (verb) => {
    const person = await test.person('jan')
    const answer = await person.post(`users.${verb}PersonalAccessToken`, { tokenName: 'none' })
    expect([answer.status, answer.body.errorType]).toEqual([400, 'error-token-does-not-exists'])
  })

  it('may be exempt from the second factor', async () => {
    const ivy = await test.person('ivy')
    const made = await ivy.post('users.generatePersonalAccessToken', {
      tokenName: 'free',
      bypassTwoFactor: true,
    })
    await protect(ivy)
    const free = restClient(test.server.url, ivy.userId, made.body.token)
    expect((await free.get('users.getPersonalAccessTokens')).body.tokens).toHaveLength(1)
    expect((await ivy.get('users.getPersonalAccessTokens')).body.errorType).toBe('totp-required')
  })
})

describe('a workspace without e-mail', () => {
  it.each([
    ['users.2fa.enableEmail', {}, 400],
    ['users.2fa.sendEmailCode', { emailOrUsername: 'ghost' }, 200],
    ['loginCode.redeem', { code: 'x'.repeat(64) }, 401],
    ['twoFactorChallenges.sendEmailCode', { challengeId: 'x' }, 401],
    ['twoFactorChallenges.verifyChallenge', { challengeId: 'x', code: '1' }, 401],
    ['twoFactorChallenges.verifyChallenge', { challengeId: 'x' }, 400],
  ])('%s %j answers %i', async (path, body, status) => {
    const client = path === 'users.2fa.enableEmail' ? test.admin : test.anonymous
    expect((await client.post(path, body)).status).toBe(status)
  })
})
