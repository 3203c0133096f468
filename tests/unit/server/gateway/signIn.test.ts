import { startHarness, type Harness } from './harness'

const path = '/api/TokenAuth/Authenticate'

let harness: Harness
beforeEach(async () => {
  harness = await startHarness()
})
afterEach(() => harness.close())

const tryPassword = (password: string, account = 'alice') =>
  harness.post(path, { userNameOrEmailAddress: account, password })

describe('business sign-in', () => {
  it('answers a token in the envelope of ABP', async () => {
    const { status, body } = await tryPassword('alice-demo')
    expect(status).toBe(200)
    expect(body).toEqual({
      result: { accessToken: expect.any(String) as string, expireInSeconds: 86_400, userId: 1 },
      targetUrl: null,
      success: true,
      error: null,
      unAuthorizedRequest: false,
      __abp: true,
    })
  })

  it('accepts the e-mail address and keeps a remembered client for 30 days', async () => {
    const { body } = await harness.post(path, {
      userNameOrEmailAddress: 'Bob@Example.com',
      password: 'bob-demo',
      rememberClient: true,
    })
    expect(body.result).toMatchObject({ userId: 2, expireInSeconds: 30 * 86_400 })
  })

  it.each(['alice', 'nobody'])(
    'refuses a wrong password of %s with one same sentence',
    async (name) => {
      const { status, body } = await tryPassword('wrong', name)
      expect(status).toBe(401)
      expect(body).toEqual({
        result: null,
        targetUrl: null,
        success: false,
        error: {
          code: 401,
          message: 'The user name or the password is wrong.',
          details: null,
          validationErrors: null,
        },
        unAuthorizedRequest: true,
        __abp: true,
      })
    },
  )

  it('does not accept the password of somebody else', async () => {
    expect((await tryPassword('bob-demo', 'alice')).status).toBe(401)
  })

  it('makes guessing wait longer and longer, also for the right password', async () => {
    for (let attempt = 0; attempt < 5; attempt++) expect((await tryPassword('x')).status).toBe(401)
    const blocked = await tryPassword('alice-demo')
    expect(blocked.status).toBe(429)
    expect(blocked.headers.get('retry-after')).toBe('1')
    expect(blocked.body.error.message).toBe('Too many failed attempts; try again in 1 s.')
    harness.clock.advance(1001)
    expect((await tryPassword('x')).status).toBe(401)
    harness.clock.advance(1001)
    expect((await tryPassword('alice-demo')).status).toBe(429)
    harness.clock.advance(1000)
    expect((await tryPassword('alice-demo')).status).toBe(200)
    expect((await tryPassword('x')).status).toBe(401)
  })

  it('does not make others wait for the failures of one account', async () => {
    for (let attempt = 0; attempt < 6; attempt++) await tryPassword('x')
    expect((await tryPassword('bob-demo', 'bob')).status).toBe(200)
  })

  it.each([
    ['text that is not JSON', '{"userNameOrEmailAddress":', 'application/json'],
    ['no body', '', 'application/json'],
  ])('refuses %s', async (_name, body, contentType) => {
    const init = { method: 'POST', body, headers: { 'content-type': contentType } }
    const answer = await harness.send(path, init)
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({ success: false, __abp: true, unAuthorizedRequest: false })
  })

  it('refuses a form instead of JSON', async () => {
    const headers = { 'content-type': 'text/xml' }
    const answer = await harness.send(path, { method: 'POST', body: '<a/>', headers })
    expect(answer.status).toBe(415)
    expect(answer.body.error.message).toBe('The request has to be JSON.')
  })

  it('names the fields that are missing', async () => {
    const { status, body } = await harness.post(path, { userNameOrEmailAddress: 'alice' })
    expect(status).toBe(400)
    expect(body.error.validationErrors).toEqual([
      { message: 'These fields are missing or not valid: password.', members: ['password'] },
    ])
  })

  it('refuses an oversized body', async () => {
    const { status, body } = await tryPassword('x'.repeat(100_000))
    expect(status).toBe(413)
    expect(body.error.message).toBe('The request is too large.')
  })

  it('says that password sign-in is off when there is no directory', async () => {
    const bearer = await harness.signIn('alice')
    await harness.restart({ directory: undefined })
    const { status, body } = await tryPassword('alice-demo')
    expect(status).toBe(503)
    expect(body.error.message).toBe('Signing in with a password is switched off here.')
    const answer = await harness.post(
      '/api/services/app/Im/Authenticate',
      {},
      {
        authorization: `Bearer ${bearer}`,
      },
    )
    expect(answer.status).toBe(401)
  })
})
