import { exportSPKI } from 'jose'
import { abpClaims, oidcClaims } from '../../../../server/gateway/identity/claims'
import { createJwtIdentity } from '../../../../server/gateway/identity/jwtIdentity'
import { createRemoteKeys } from '../../../../server/gateway/identity/remoteKeys'
import type { ListedIdentity } from '../../../../server/gateway/identity/identityProvider'
import { createTestClock } from './harness'
import {
  createKey,
  signJwt,
  startStandIn,
  unsignedJwt,
  verdictOf,
  type Claims,
  type StandIn,
} from './identityStandIn'

const clock = createTestClock(Date.now())
const seconds = () => Math.floor(clock.now() / 1000)
const issuer = 'https://erp.example.com'
const audience = 'im'
const secret = Buffer.from('a shared secret of at least 32 bytes')

const claimsOf = (changes: Claims = {}): Claims => ({
  iss: issuer,
  aud: audience,
  sub: '42',
  exp: seconds() + 3600,
  jti: 'token-1',
  preferred_username: 'dora',
  name: 'Dora 多拉',
  email: 'dora@erp.example.com',
  ...changes,
})

const invalid = 'not-signed-in: The business token is not valid; sign in again.'
const expired = 'not-signed-in: Your session has expired; sign in again.'
const unavailable = 'chat-unavailable: Your sign-in cannot be checked now; try again soon.'

describe('a provider with a shared secret', () => {
  const identity = createJwtIdentity({
    provider: undefined,
    issuer,
    audience,
    algorithms: ['HS256'],
    names: oidcClaims,
    key: secret,
    clock,
  })
  const sign = (changes?: Claims, alg = 'HS256', key: Uint8Array = secret) =>
    signJwt(claimsOf(changes), { alg, key })

  it('reads the caller from the claims', async () => {
    expect(await identity.verify(await sign())).toEqual({
      userId: '42',
      username: 'dora',
      name: 'Dora 多拉',
      email: 'dora@erp.example.com',
      sessionId: expect.stringMatching(/^[\w-]{43}$/) as string,
      expiresAt: (seconds() + 3600) * 1000,
    })
  })

  it('makes up what the token does not say, but never the id', async () => {
    const bare = { preferred_username: undefined, name: undefined, email: undefined }
    const caller = await identity.verify(await sign(bare))
    expect(caller).toMatchObject({ username: '42', name: '42' })
    expect(caller.email).toMatch(/^[0-9a-f]{24}@im\.invalid$/)
    expect(await verdictOf(identity.verify(await sign({ sub: undefined })))).toBe(invalid)
    expect(await verdictOf(identity.verify(await sign({ sub: 'x'.repeat(201) })))).toBe(invalid)
  })

  it('remembers a good token, but neither beyond its end nor another token like it', async () => {
    const token = await sign({ exp: seconds() + 30 })
    const caller = await identity.verify(token)
    expect(await identity.verify(token)).toEqual(caller)
    const forged = `${token.slice(0, -4)}${token.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`
    expect(await verdictOf(identity.verify(forged))).toBe(invalid)
    clock.advance(36_000)
    expect(await verdictOf(identity.verify(token))).toBe(expired)
  })

  it('does not use an e-mail address that is not verified', async () => {
    const caller = await identity.verify(await sign({ email_verified: false }))
    expect(caller.email).toMatch(/@im\.invalid$/)
  })

  it('does not let an id look like one of a provider with a name', async () => {
    expect(await identity.verify(await sign({ sub: 'erp:1' }))).toMatchObject({ userId: ':erp:1' })
    expect(await identity.verify(await sign({ sub: 'a|b' }))).toMatchObject({ userId: 'a|b' })
  })

  it('keeps two people apart whose tokens carry the same id', async () => {
    const first = await identity.verify(await sign())
    const second = await identity.verify(await sign({ sub: '43' }))
    const again = await identity.verify(await sign({ name: 'Dora' }))
    expect(second.sessionId).not.toBe(first.sessionId)
    expect(again.sessionId).toBe(first.sessionId)
  })

  it('keeps sign-ins without a token id apart by the token', async () => {
    const first = await identity.verify(await sign({ jti: undefined }))
    const second = await identity.verify(await sign({ jti: undefined, iat: 1 }))
    expect(second.sessionId).not.toBe(first.sessionId)
  })

  it.each<[string, () => Promise<string> | string]>([
    ['of another algorithm', () => sign({}, 'HS512')],
    ['of another key', () => sign({}, 'HS256', Buffer.from('x'.repeat(32)))],
    ['without a signature', () => unsignedJwt(claimsOf())],
    ['of another issuer', () => sign({ iss: 'https://evil.example.com' })],
    ['for another audience', () => sign({ aud: 'shop' })],
    ['that is not valid yet', () => sign({ nbf: seconds() + 60 })],
    ['without an end', () => sign({ exp: undefined })],
    ['that is none', () => 'x.y.z'],
    ['that is empty', () => ''],
  ])('refuses a token %s', async (_name, token) => {
    expect(await verdictOf(identity.verify(await token()))).toBe(invalid)
  })

  it('allows five seconds between two clocks and no more', async () => {
    expect(await verdictOf(identity.verify(await sign({ exp: seconds() - 4 })))).toBe('accepted')
    expect(await verdictOf(identity.verify(await sign({ exp: seconds() - 6 })))).toBe(expired)
    expect(await verdictOf(identity.verify(undefined))).toBe(invalid)
  })
})

describe('a provider for ABP', () => {
  const key = Buffer.from('AbpSample_C421AAEE0D114E9C', 'ascii')
  const xml = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'
  const identity = createJwtIdentity({
    provider: 'erp',
    issuer: 'AbpSample',
    audience: 'AbpSample',
    algorithms: ['HS256'],
    names: abpClaims,
    key,
    clock,
  })
  const abp = (changes: Claims = {}) => ({
    iss: 'AbpSample',
    aud: 'AbpSample',
    exp: seconds() + 60,
    jti: 'j',
    sub: '2',
    [`${xml}/nameidentifier`]: '2',
    [`${xml}/name`]: 'admin',
    'http://www.aspnetboilerplate.com/identity/claims/tenantId': '1',
    ...changes,
  })

  it('reads user, name and tenant of its claims and puts the provider in front', async () => {
    const caller = await identity.verify(await signJwt(abp(), { alg: 'HS256', key }))
    expect(caller).toMatchObject({ userId: 'erp:1.2', username: 'admin', name: 'admin' })
  })

  it('refuses a token that has just ended', async () => {
    const token = await signJwt(abp({ exp: seconds() - 6 }), { alg: 'HS256', key })
    expect(await verdictOf(identity.verify(token))).toBe(expired)
  })
})

describe('a provider with a key set', () => {
  let idp: StandIn
  let key: Awaited<ReturnType<typeof createKey>>
  beforeAll(async () => {
    key = await createKey('key-1')
  })
  beforeEach(async () => {
    idp = await startStandIn()
    idp.json('/jwks', { keys: [key.jwk] })
  })
  afterEach(() => idp.close())

  const provider = (changes: { jwksUrl?: string | undefined; cooldownMs?: number } = {}) => {
    const { cooldownMs = 0 } = changes
    const jwksUrl = 'jwksUrl' in changes ? changes.jwksUrl : `${idp.url}/jwks`
    return createJwtIdentity({
      provider: undefined,
      issuer: idp.url,
      audience,
      algorithms: ['RS256', 'ES256'],
      names: oidcClaims,
      key: createRemoteKeys({
        jwksUrl,
        issuer: idp.url,
        isAllowedUrl: (url) => url.hostname === '127.0.0.1',
        clock,
        times: { cooldownMs, cacheMs: 600_000, timeoutMs: 200 },
      }),
      clock,
    })
  }
  const sign = (changes: Claims = {}, by = key) =>
    signJwt(claimsOf({ iss: idp.url, ...changes }), {
      alg: by.alg,
      kid: by.kid,
      key: by.privateKey,
    })
  const fetches = (path: string) => idp.seen.filter(({ url }) => url === path).length

  it('fetches the keys once for many tokens', async () => {
    const identity = provider()
    const callers = await Promise.all(
      Array.from({ length: 20 }, async () => identity.verify(await sign())),
    )
    expect(new Set(callers.map(({ userId }) => userId))).toEqual(new Set(['42']))
    expect(fetches('/jwks')).toBe(1)
  })

  it('picks a new key up with one further fetch', async () => {
    const identity = provider()
    await identity.verify(await sign())
    const next = await createKey('key-2', 'ES256')
    idp.json('/jwks', { keys: [key.jwk, next.jwk] })
    expect(await verdictOf(identity.verify(await sign({}, next)))).toBe('accepted')
    expect(await verdictOf(identity.verify(await sign()))).toBe('accepted')
    expect(fetches('/jwks')).toBe(2)
  })

  it('refuses an unknown key id, and a flood of them does not flood the key server', async () => {
    const identity = provider({ cooldownMs: 30_000 })
    await identity.verify(await sign())
    for (const kid of ['x', 'y', 'z']) {
      expect(await verdictOf(identity.verify(await sign({}, { ...key, kid })))).toBe(invalid)
    }
    expect(fetches('/jwks')).toBe(1)
  })

  it('refuses a token that is signed with the public key as a shared secret', async () => {
    const spki = Buffer.from(await exportSPKI(key.publicKey))
    const claims = claimsOf({ iss: idp.url })
    const token = await signJwt(claims, { alg: 'HS256', kid: key.kid, key: spki })
    expect(await verdictOf(provider().verify(token))).toBe(invalid)
  })

  it.each<[string, () => Promise<string> | string]>([
    ['without a signature', () => unsignedJwt(claimsOf({ iss: idp.url }))],
    ['of another issuer', () => sign({ iss: 'https://other.example.com' })],
    ['for another audience', () => sign({ aud: ['a', 'b'] })],
    ['that is not valid yet', () => sign({ nbf: seconds() + 60 })],
    ['of the right key id but another key', async () => sign({}, await createKey('key-1'))],
    ['of an algorithm that is not listed', async () => sign({}, await createKey('key-1', 'PS256'))],
  ])('refuses a token %s', async (_name, token) => {
    expect(await verdictOf(provider().verify(await token()))).toBe(invalid)
  })

  it('refuses an expired token', async () => {
    expect(await verdictOf(provider().verify(await sign({ exp: seconds() - 6 })))).toBe(expired)
  })

  const breakIdp: [string, () => unknown][] = [
    ['is slow', () => idp.hang('/jwks')],
    ['is down', () => idp.close()],
    ['answers an error', () => idp.json('/jwks', {}, 500)],
    ['answers something else', () => idp.json('/jwks', { hello: 1 })],
  ]
  it.each(breakIdp)('does not call a token wrong when the key server %s', async (_name, broken) => {
    const identity = provider()
    const token = await sign()
    await broken()
    expect(await verdictOf(identity.verify(token))).toBe(unavailable)
  })

  it('works again when the key server is back', async () => {
    idp.json('/jwks', {}, 500)
    const identity = provider()
    const token = await sign()
    expect(await verdictOf(identity.verify(token))).toBe(unavailable)
    idp.json('/jwks', { keys: [key.jwk] })
    expect(await verdictOf(identity.verify(token))).toBe('accepted')
  })

  describe('found by discovery', () => {
    const discovery = '/.well-known/openid-configuration'
    const discovered = (): ListedIdentity => provider({ jwksUrl: undefined, cooldownMs: 30_000 })

    it('asks the issuer once', async () => {
      idp.json(discovery, { issuer: idp.url, jwks_uri: `${idp.url}/jwks` })
      const identity = discovered()
      await Promise.all([identity.verify(await sign()), identity.verify(await sign())])
      expect(await verdictOf(identity.verify(await sign()))).toBe('accepted')
      expect([fetches(discovery), fetches('/jwks')]).toEqual([1, 1])
    })

    it.each<[string, object]>([
      ['of another issuer', { issuer: 'https://other.example.com', jwks_uri: '/jwks' }],
      ['that leads elsewhere', { jwks_uri: 'http://203.0.113.1/jwks' }],
      ['without a key set', {}],
    ])('does not believe a document %s', async (_name, document) => {
      idp.json(discovery, { issuer: idp.url, ...document })
      expect(await verdictOf(discovered().verify(await sign()))).toBe(unavailable)
      expect(fetches('/jwks')).toBe(0)
    })

    it('tries a failed discovery again after the cooldown', async () => {
      const identity = discovered()
      const token = await sign()
      expect(await verdictOf(identity.verify(token))).toBe(unavailable)
      expect(await verdictOf(identity.verify(token))).toBe(unavailable)
      expect(fetches(discovery)).toBe(1)
      idp.json(discovery, { issuer: idp.url, jwks_uri: `${idp.url}/jwks` })
      clock.advance(30_001)
      expect(await verdictOf(identity.verify(token))).toBe('accepted')
    })
  })
})
