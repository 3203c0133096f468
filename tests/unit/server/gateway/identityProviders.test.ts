import { authenticate, logout, startHarness, type Harness } from './harness'
import { createKey, signJwt, startStandIn, unsignedJwt, type StandIn } from './identityStandIn'

const erpSecret = 'the shared secret of the business system'

let harness: Harness
let idp: StandIn
let key: Awaited<ReturnType<typeof createKey>>
beforeAll(async () => {
  key = await createKey('k1')
})
beforeEach(async () => {
  idp = await startStandIn()
  idp.json('/jwks', { keys: [key.jwk] })
  harness = await startHarness({
    identities: [
      { type: 'demo' },
      { type: 'jwt-hs256', name: 'erp', issuer: 'erp', audience: 'im', secret: erpSecret },
      { type: 'jwt-jwks', name: 'sso', issuer: 'sso', audience: 'im', jwksUrl: `${idp.url}/jwks` },
      { type: 'introspect', name: 'crm', style: 'whoami', url: `${idp.url}/me` },
    ],
  })
})
afterEach(async () => {
  await harness.close()
  await idp.close()
})

const claims = (issuer: string, sub = '1') => ({
  iss: issuer,
  aud: 'im',
  sub,
  preferred_username: `${issuer}-${sub}`,
  name: 'Somebody',
  exp: Math.floor(harness.clock.now() / 1000) + 600,
})
const erpToken = (sub?: string) =>
  signJwt(claims('erp', sub), { alg: 'HS256', key: Buffer.from(erpSecret) })
const ssoToken = () => signJwt(claims('sso'), { alg: 'RS256', kid: 'k1', key: key.privateKey })

describe('several providers at once', () => {
  it('give the same business id of different systems different chat accounts', async () => {
    idp.json('/me', { sub: '1', username: 'crm-1' })
    const tokens = [await harness.signIn('alice'), await erpToken(), await ssoToken(), 'opaque']
    const answers = await Promise.all(tokens.map((token) => authenticate(harness, token)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const ids = new Set(answers.map(({ body }) => body.result.userId))
    expect(ids.size).toBe(4)
  })

  it('ask only the provider whose issuer the token names', async () => {
    await authenticate(harness, await erpToken())
    expect(idp.seen).toHaveLength(0)
  })

  it.each<[string, () => Promise<string> | string]>([
    [
      'signed by one system in the name of another',
      () => signJwt(claims('sso'), { alg: 'HS256', key: Buffer.from(erpSecret) }),
    ],
    ['without a signature', () => unsignedJwt(claims('erp'))],
    [
      'of an unknown issuer that nobody vouches for',
      () => {
        idp.json('/me', {}, 401)
        return signJwt(claims('evil'), { alg: 'HS256', key: Buffer.from(erpSecret) })
      },
    ],
  ])('refuse a token %s', async (_name, token) => {
    const { status, body } = await authenticate(harness, await token())
    expect([status, body.unAuthorizedRequest]).toEqual([401, true])
  })

  it('answer 503 with a time to wait while a system cannot be asked', async () => {
    await idp.close()
    const { status, headers } = await authenticate(harness, await ssoToken())
    expect([status, headers.get('retry-after')]).toEqual([503, '5'])
    expect((await authenticate(harness, await erpToken())).status).toBe(200)
  })

  it('sign out for good, also before the token itself ends', async () => {
    const token = await erpToken()
    const { body } = await authenticate(harness, token)
    expect((await logout(harness, token)).status).toBe(200)
    expect(harness.chat.tokens.has(body.result.authToken)).toBe(false)
    const again = await authenticate(harness, token)
    expect([again.status, again.body.error.message]).toEqual([
      401,
      'This session was signed out; sign in again.',
    ])
  })

  it('never link an existing chat account by an address that is not verified', async () => {
    const emails = [{ address: 'boss@example.com', verified: true }]
    const boss = harness.chat.addUser({ username: 'boss', emails })
    const claimed = { ...claims('erp', '66'), preferred_username: 'boss' }
    const sign = (more: object) =>
      signJwt({ ...claimed, ...more }, { alg: 'HS256', key: Buffer.from(erpSecret) })
    const email = 'boss@example.com'
    const unverified = await authenticate(harness, await sign({ email, email_verified: false }))
    expect(unverified.body.result.userId).not.toBe(boss._id)
  })

  it('log no token', async () => {
    const tokens = [await erpToken(), await ssoToken(), 'opaque-token-of-somebody']
    for (const token of tokens) await authenticate(harness, token)
    for (const token of tokens) expect(harness.logText()).not.toContain(token)
    expect(harness.logText()).not.toContain(erpSecret)
  })
})

describe('without the built-in directory among them', () => {
  it('the demo people cannot sign in', async () => {
    const bearer = await harness.signIn('alice')
    await harness.restart({
      identities: [{ type: 'abp', issuer: 'erp', audience: 'im', secret: erpSecret }],
    })
    const signIn = await harness.post('/api/TokenAuth/Authenticate', {
      userNameOrEmailAddress: 'alice',
      password: 'alice-demo',
    })
    expect(signIn.status).toBe(503)
    expect((await authenticate(harness, bearer)).status).toBe(401)
    const abp = await authenticate(harness, await erpToken())
    expect([abp.status, abp.body.result.username]).toEqual([200, 'somebody'])
  })
})
