import { oidcClaims } from '../../../../server/gateway/identity/claims'
import {
  createIntrospection,
  type IntrospectionOptions,
} from '../../../../server/gateway/identity/introspection'
import { createTestClock } from './harness'
import { startStandIn, verdictOf, type StandIn } from './identityStandIn'

const clock = createTestClock()
const seconds = () => Math.floor(clock.now() / 1000)

let business: StandIn
beforeEach(async () => {
  business = await startStandIn()
})
afterEach(() => business.close())

const asking = (changes: Partial<IntrospectionOptions> = {}) =>
  createIntrospection({
    provider: undefined,
    issuer: undefined,
    audience: 'im',
    url: `${business.url}/introspect`,
    style: 'rfc7662',
    client: { id: 'gateway', secret: 'p:w' },
    names: oidcClaims,
    clock,
    timeoutMs: 100,
    ...changes,
  })

const whoami = (changes: Partial<IntrospectionOptions> = {}) =>
  asking({
    style: 'whoami',
    url: `${business.url}/me`,
    client: undefined,
    names: {
      ...oidcClaims,
      userId: ['result.user.id'],
      username: ['result.user.userName'],
      name: ['result.user.name'],
    },
    ...changes,
  })

const refusal = async (work: Promise<unknown>) => (await verdictOf(work)).split(':')[0]

const active = (changes: object = {}) => ({
  active: true,
  sub: '7',
  username: 'gil',
  aud: ['im', 'shop'],
  exp: seconds() + 600,
  ...changes,
})

describe('introspection by RFC 7662', () => {
  it('sends the token in a form, with the credentials of the gateway', async () => {
    business.json('/introspect', active())
    const caller = await asking().verify('opaque token/1')
    expect(caller).toMatchObject({ userId: '7', username: 'gil', name: 'gil' })
    expect(caller.expiresAt).toBe((seconds() + 600) * 1000)
    const [request] = business.seen
    expect(request).toMatchObject({ method: 'POST', url: '/introspect' })
    expect(request!.body).toBe('token=opaque+token%2F1&token_type_hint=access_token')
    expect(request!.headers.authorization).toBe(
      `Basic ${Buffer.from('gateway:p%3Aw').toString('base64')}`,
    )
  })

  it('asks once a minute for one token, also when many ask at once', async () => {
    business.json('/introspect', active())
    const identity = asking()
    await Promise.all(Array.from({ length: 50 }, () => identity.verify('t')))
    await identity.verify('t')
    expect(business.seen).toHaveLength(1)
    clock.advance(60_000)
    await identity.verify('t')
    expect(business.seen).toHaveLength(2)
  })

  it('does not believe an answer beyond the end of the token', async () => {
    business.json('/introspect', active({ exp: seconds() + 10 }))
    const identity = asking()
    await identity.verify('t')
    clock.advance(10_000)
    expect(await refusal(identity.verify('t'))).toBe('not-signed-in')
  })

  it.each<[string, object]>([
    ['that is not active', { active: false }],
    ['without the word active', { active: undefined }],
    ['whose activity is a text', { active: 'true' }],
    ['for another audience', { aud: 'shop' }],
    ['without an audience', { aud: undefined }],
    ['that has ended', { exp: 1 }],
    ['that is not valid yet', { nbf: 9e9 }],
    ['without a user', { sub: undefined }],
  ])('refuses a token %s', async (_name, changes) => {
    business.json('/introspect', active(changes))
    expect(await refusal(asking().verify('t'))).toBe('not-signed-in')
  })

  it('refuses an answer about another issuer', async () => {
    business.json('/introspect', active({ iss: 'https://other.example.com' }))
    const identity = asking({ issuer: 'https://erp.example.com' })
    expect(await refusal(identity.verify('t'))).toBe('not-signed-in')
  })

  it('refuses a missing token without asking', async () => {
    expect(await refusal(asking().verify(undefined))).toBe('not-signed-in')
    expect(business.seen).toHaveLength(0)
  })

  const faults: [string, () => unknown][] = [
    ['is slow', () => business.hang('/introspect')],
    ['is down', () => business.close()],
    ['fails', () => business.json('/introspect', {}, 500)],
    ['does not know the gateway', () => business.json('/introspect', {}, 401)],
    ['answers a text', () => business.json('/introspect', 'hello')],
    [
      'leads elsewhere',
      () =>
        business.routes.set('/introspect', (_request, response) => {
          response.writeHead(302, { location: `${business.url}/other` }).end()
        }),
    ],
  ]
  it.each(faults)('calls no token wrong when the business system %s', async (_name, broken) => {
    await broken()
    expect(await refusal(asking().verify('t'))).toBe('chat-unavailable')
  })
})

describe('a "who am I" address', () => {
  it('gets the bearer of the caller; fields are found by their paths', async () => {
    business.json('/me', { result: { user: { id: 12, userName: 'hana', name: 'Hana' } } })
    const caller = await whoami().verify('abc')
    expect(caller).toMatchObject({ userId: '12', username: 'hana', name: 'Hana' })
    expect(business.seen[0]).toMatchObject({ method: 'GET', url: '/me' })
    expect(business.seen[0]!.headers.authorization).toBe('Bearer abc')
  })

  it.each([401, 403])(
    'refuses a token that the business system answers with %i',
    async (status) => {
      business.json('/me', {}, status)
      expect(await refusal(whoami().verify('abc'))).toBe('not-signed-in')
    },
  )

  it('refuses an answer about nobody, as ABP gives it to callers who are not signed in', async () => {
    business.json('/me', { result: { user: null } })
    expect(await refusal(whoami().verify('abc'))).toBe('not-signed-in')
  })

  it('asks again for a token that was refused', async () => {
    business.json('/me', {}, 401)
    const identity = whoami()
    expect(await refusal(identity.verify('abc'))).toBe('not-signed-in')
    business.json('/me', { result: { user: { id: 1 } } })
    expect(await refusal(identity.verify('abc'))).toBe('accepted')
  })

  it('calls no token wrong when the address does not exist', async () => {
    expect(await refusal(whoami().verify('abc'))).toBe('chat-unavailable')
  })
})
