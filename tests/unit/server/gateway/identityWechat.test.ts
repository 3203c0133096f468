import { authenticate, logout, startHarness, type Answer, type Harness } from './harness'
import { signJwt, startStandIn, type StandIn } from './identityStandIn'

const path = '/api/auth/wechat'
const appSecret = 'secret-of-the-mini-program'
const sessionKey = 'session-key-that-never-leaves=='
const code2session = '/sns/jscode2session'
const erpSecret = 'the shared secret of the business system'

type Result = {
  bindingRequired: boolean
  bindingToken: string
  accessToken: string
  refreshToken: string
  expireInSeconds: number
}

let harness: Harness
let wechat: StandIn
beforeEach(async () => {
  wechat = await startStandIn()
  wechat.json(code2session, { openid: 'o1', session_key: sessionKey })
  harness = await startHarness({
    identities: [
      { type: 'demo' },
      { type: 'wechat', appId: 'wx1', secret: appSecret, baseUrl: wechat.url },
    ],
  })
})
afterEach(async () => {
  await harness.close()
  await wechat.close()
})

const resultOf = ({ body }: Answer) => body.result as unknown as Result
const signIn = (code = 'code-1') => harness.post(path, { code })
const bind = (bindingToken: string, password = 'alice-demo', account = 'alice') =>
  harness.post(`${path}/Bind`, { bindingToken, userNameOrEmailAddress: account, password })
const refresh = (refreshToken: string) => harness.post(`${path}/Refresh`, { refreshToken })
const bound = async () => resultOf(await bind(resultOf(await signIn()).bindingToken))

describe('sign-in with WeChat', () => {
  it('asks for the business account first, and never again after it was given', async () => {
    const first = await signIn()
    expect([first.status, resultOf(first)]).toEqual([
      200,
      { bindingRequired: true, bindingToken: expect.any(String) as string },
    ])
    const tokens = resultOf(await bind(resultOf(first).bindingToken))
    expect(tokens.expireInSeconds).toBe(900)
    const alice = await harness.open('alice')
    const again = resultOf(await signIn('code-2'))
    expect(again.bindingRequired).toBe(false)
    for (const { accessToken } of [tokens, again]) {
      expect((await authenticate(harness, accessToken)).body.result.userId).toBe(alice.userId)
    }
  })

  it('sends WeChat what it wants and keeps its session key to itself', async () => {
    const answers = [await signIn()]
    answers.push(await bind(resultOf(answers[0]!).bindingToken))
    const { searchParams } = new URL(wechat.seen[0]!.url, wechat.url)
    expect(Object.fromEntries(searchParams)).toEqual({
      appid: 'wx1',
      secret: appSecret,
      js_code: 'code-1',
      grant_type: 'authorization_code',
    })
    const everything = JSON.stringify(answers.map(({ body }) => body)) + harness.logText()
    for (const secret of [sessionKey, appSecret, 'code-1', 'alice-demo']) {
      expect(everything).not.toContain(secret)
    }
  })

  it('knows a person by the unionid across mini-programs', async () => {
    wechat.json(code2session, { openid: 'o1', unionid: 'u1' })
    await bound()
    wechat.json(code2session, { openid: 'o2', unionid: 'u1' })
    expect(resultOf(await signIn()).bindingRequired).toBe(false)
    wechat.json(code2session, { openid: 'u1' })
    expect(resultOf(await signIn()).bindingRequired).toBe(true)
  })

  it.each<[number, number]>([
    [40029, 400],
    [40163, 400],
    [45011, 429],
    [40226, 403],
    [-1, 503],
    [40013, 502],
  ])('answers the error %i of WeChat with %i', async (errcode, status) => {
    wechat.json(code2session, { errcode, errmsg: 'internal words' })
    const answer = await signIn()
    expect(answer.status).toBe(status)
    expect(answer.body.error.message).not.toContain('internal words')
    expect(answer.headers.get('retry-after')).toBe({ 429: '60', 503: '5' }[status] ?? null)
  })

  const faults: [string, () => unknown][] = [
    ['is down', () => wechat.close()],
    ['answers nonsense', () => wechat.routes.set(code2session, (_seen, res) => res.end('<html>'))],
    ['answers nobody', () => wechat.json(code2session, {})],
  ]
  it.each(faults)('answers 503 while WeChat %s', async (_name, broken) => {
    await broken()
    expect((await signIn()).status).toBe(503)
  })

  it.each([{}, { code: '' }, { code: { a: 1 } }, { code: 'x'.repeat(257) }, []])(
    'refuses the body %j',
    async (body) => {
      const answer = await harness.post(path, body)
      expect([answer.status, answer.body.__abp]).toEqual([400, true])
      expect(wechat.seen).toHaveLength(0)
    },
  )
})

describe('binding a WeChat person', () => {
  it('refuses a wrong password and slows guessing down', async () => {
    const { bindingToken } = resultOf(await signIn())
    const statuses = []
    for (let i = 0; i < 6; i++) statuses.push((await bind(bindingToken, 'wrong')).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
    expect(resultOf(await signIn()).bindingRequired).toBe(true)
  })

  it('refuses a binding token that is late or none, or a business token in its place', async () => {
    const { bindingToken } = resultOf(await signIn())
    expect((await bind(await harness.signIn('bob'))).status).toBe(401)
    expect((await bind('x.y.z')).status).toBe(401)
    harness.clock.advance(10 * 60_000 + 1000)
    expect((await bind(bindingToken)).status).toBe(401)
  })

  it('does not take a binding token for a business token', async () => {
    const { bindingToken } = resultOf(await signIn())
    expect((await authenticate(harness, bindingToken)).status).toBe(401)
  })

  it('refuses a body without a password', async () => {
    expect((await harness.post(`${path}/Bind`, { bindingToken: 'x' })).status).toBe(400)
  })
})

describe('renewing a sign-in with WeChat', () => {
  it('rotates the token and keeps the chat token', async () => {
    const first = await bound()
    const chat = await authenticate(harness, first.accessToken)
    harness.clock.advance(15 * 60_000 + 6000)
    expect((await authenticate(harness, first.accessToken)).status).toBe(401)
    const second = resultOf(await refresh(first.refreshToken))
    const after = await authenticate(harness, second.accessToken)
    expect(after.body.result.authToken).toBe(chat.body.result.authToken)
  })

  it('ends the whole sign-in when a token is used twice', async () => {
    const first = await bound()
    const second = resultOf(await refresh(first.refreshToken))
    expect((await refresh(first.refreshToken)).status).toBe(401)
    expect((await refresh(second.refreshToken)).status).toBe(401)
    expect((await authenticate(harness, second.accessToken)).status).toBe(401)
  })

  it('is over after signing out, and other sign-ins go on', async () => {
    const phone = await bound()
    const tablet = resultOf(await signIn())
    await logout(harness, phone.accessToken)
    expect((await refresh(phone.refreshToken)).status).toBe(401)
    expect((await refresh(tablet.refreshToken)).status).toBe(200)
  })

  it('is over after thirty days', async () => {
    const { refreshToken } = await bound()
    harness.clock.advance(30 * 24 * 60 * 60_000)
    expect((await refresh(refreshToken)).status).toBe(401)
  })

  it('survives a restart; the database holds no token', async () => {
    const { refreshToken } = await bound()
    await harness.restart()
    expect((await refresh(refreshToken)).status).toBe(200)
  })

  it.each([{}, { refreshToken: '' }])('refuses the body %j', async (body) => {
    expect((await harness.post(`${path}/Refresh`, body)).status).toBe(400)
  })

  it('refuses an unknown token', async () => {
    expect((await refresh('unknown')).status).toBe(401)
  })
})

describe('binding against a business system', () => {
  const signInPath = '/api/TokenAuth/Authenticate'
  beforeEach(async () => {
    await harness.restart({
      identities: [
        { type: 'abp', issuer: 'erp', audience: 'im', secret: erpSecret },
        {
          type: 'wechat',
          appId: 'wx1',
          secret: appSecret,
          baseUrl: wechat.url,
          signInUrl: `${wechat.url}${signInPath}`,
        },
      ],
    })
  })

  it('takes the account whose password the business system accepts', async () => {
    const exp = Math.floor(harness.clock.now() / 1000) + 60
    const claims = { iss: 'erp', aud: 'im', sub: '77', unique_name: 'frank', exp }
    const accessToken = await signJwt(claims, { alg: 'HS256', key: Buffer.from(erpSecret) })
    wechat.json(signInPath, { result: { accessToken }, success: true, __abp: true })
    const { accessToken: own } = await bound()
    expect((await authenticate(harness, own)).body.result.username).toBe('frank')
    expect(JSON.parse(wechat.seen.at(-1)!.body)).toEqual({
      userNameOrEmailAddress: 'alice',
      password: 'alice-demo',
    })
  })

  it.each<[string, number, () => void]>([
    ['refuses', 401, () => wechat.json(signInPath, { success: false }, 401)],
    ['refuses as ABP does', 401, () => wechat.json(signInPath, { __abp: true }, 500)],
    ['fails', 503, () => wechat.json(signInPath, { error: 'x' }, 500)],
    [
      'answers a foreign token',
      401,
      () => wechat.json(signInPath, { result: { accessToken: 'x.y.z' } }),
    ],
  ])('answers when the business system %s with %i', async (_name, status, prepare) => {
    const { bindingToken } = resultOf(await signIn())
    prepare()
    expect((await bind(bindingToken)).status).toBe(status)
  })
})
