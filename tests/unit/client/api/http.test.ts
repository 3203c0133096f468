import { ApiError } from '../../../../src/api/apiError'
import { createHttp, type HttpOptions } from '../../../../src/api/http'
import { createFakeClock, flush } from '../support/fakeClock'
import { createFakeStorage } from '../support/fakePlatform'
import { installFakeUni } from '../support/fakeUni'

function setUp(options: Partial<HttpOptions> = {}) {
  const clock = createFakeClock()
  const uni = installFakeUni()
  const storage = createFakeStorage({
    access_token: 'business',
    chat_token: 'chat-1',
    chat_uid: 'u1',
  })
  const renewChatSession = jest.fn(async () => {
    storage.set('chat_token', 'chat-2')
    return Promise.resolve(true)
  })
  const onSessionExpired = jest.fn()
  const http = createHttp({
    baseUrl: () => 'https://gateway.example/',
    storage,
    clock,
    renewChatSession,
    onSessionExpired,
    ...options,
  })
  /** Answers the oldest request that has no answer yet, once the client has sent it. */
  let answered = 0
  const answer = async (status: number, body: unknown, header = {}): Promise<void> => {
    await flush()
    uni.requests[answered]!.answer(status, body, header)
    answered += 1
    await flush()
  }
  return { clock, uni, storage, renewChatSession, onSessionExpired, http, answer }
}

async function failureOf(promise: Promise<unknown>): Promise<ApiError> {
  const failure: unknown = await promise.then(
    () => 'no failure',
    (error: unknown) => error,
  )
  if (!(failure instanceof ApiError)) throw new Error(`Not an ApiError: ${String(failure)}`)
  return failure
}

const unauthorized = {
  success: false,
  error: 'You must be logged in to do this.',
  status: 'error',
  message: 'You must be logged in to do this.',
}

describe('requests', () => {
  it('carry the stored tokens and a query without what is undefined', async () => {
    const { http, uni, answer } = setUp()
    const promise = http.get('/api/v1/rooms.get', {
      since: '2026-05-18T11:00:00Z',
      no: undefined,
      n: 0,
      yes: true,
      text: 'a&b=c 中',
    })
    await answer(200, { update: [], success: true })
    await promise
    expect(uni.requests[0]).toMatchObject({
      method: 'GET',
      url: 'https://gateway.example/api/v1/rooms.get?since=2026-05-18T11%3A00%3A00Z&n=0&yes=true&text=a%26b%3Dc%20%E4%B8%AD',
      header: {
        Authorization: 'Bearer business',
        'X-Auth-Token': 'chat-1',
        'X-User-Id': 'u1',
      },
    })
  })

  it('read the tokens anew each time', async () => {
    const { http, uni, storage, answer } = setUp()
    void http.get('/a')
    await answer(200, {})
    storage.set('chat_token', 'other')
    storage.remove('access_token')
    void http.get('/b')
    await answer(200, {})
    expect(uni.requests[1]!.header).toEqual({ 'X-Auth-Token': 'other', 'X-User-Id': 'u1' })
  })

  it('leave half a chat session out', async () => {
    const { http, uni, storage, answer } = setUp()
    storage.remove('chat_uid')
    void http.get('/a')
    await answer(200, {})
    expect(uni.requests[0]!.header).toEqual({ Authorization: 'Bearer business' })
  })

  it('that are anonymous carry no token', async () => {
    const { http, uni, answer } = setUp()
    void http.post('/a', { name: 'ann' }, { isAnonymous: true })
    await answer(200, {})
    expect(uni.requests[0]).toMatchObject({ method: 'POST', header: {}, data: { name: 'ann' } })
  })
})

describe('answers', () => {
  it('of Rocket.Chat come as they are', async () => {
    const { http, answer } = setUp()
    const promise = http.get('/a')
    await answer(200, { message: { _id: 'm1' }, success: true })
    await expect(promise).resolves.toEqual({ message: { _id: 'm1' }, success: true })
  })

  it('that are bare values come as they are', async () => {
    const { http, answer } = setUp()
    const promise = http.get('/api/v1/listInvites')
    await answer(200, [1])
    await expect(promise).resolves.toEqual([1])
  })

  it('in an ABP envelope are opened', async () => {
    const { http, answer } = setUp()
    const promise = http.post('/a')
    await answer(200, { result: { userId: 'u1' }, success: true, error: null, __abp: true })
    await expect(promise).resolves.toEqual({ userId: 'u1' })
  })

  it('without a body are undefined', async () => {
    const { http, answer } = setUp()
    const promise = http.post('/a')
    await answer(204, '')
    await expect(promise).resolves.toBeUndefined()
  })
})

describe('failures', () => {
  it.each([
    [
      400,
      { success: false, error: 'Nope', errorType: 'error-x', details: { a: 1 } },
      'error-x',
      'Nope',
    ],
    [
      400,
      { success: false, error: 'Not allowed [error-not-allowed]' },
      'error-not-allowed',
      'Not allowed',
    ],
    [
      400,
      { success: false, error: 'error-invalid-room' },
      'error-invalid-room',
      'error-invalid-room',
    ],
    [403, { success: false, error: 'unauthorized' }, 'unauthorized', 'unauthorized'],
    [400, { success: false }, 'http-400', 'The server answered with status 400.'],
    [200, { success: false, error: 'odd [error-odd]' }, 'error-odd', 'odd'],
    [500, null, 'http-500', 'The server answered with status 500.'],
    [
      502,
      '<html><body>Bad gateway</body></html>',
      'http-502',
      'The server answered with status 502.',
    ],
    [403, 'Forbidden', 'http-403', 'The server answered with status 403.'],
    [
      200,
      '<html>Sign in to the Wi-Fi</html>',
      'not-json',
      'The server answered with something that is not JSON.',
    ],
    [200, '', 'not-json', 'The server answered with something that is not JSON.'],
    [200, null, 'not-json', 'The server answered with something that is not JSON.'],
    [
      500,
      {
        __abp: true,
        success: false,
        error: { code: 0, message: 'The name is taken.', details: 'd' },
      },
      'http-500',
      'The name is taken.',
    ],
    [400, { __abp: true, success: false, error: { code: 17, message: 'Wrong.' } }, '17', 'Wrong.'],
    [
      200,
      { __abp: true, success: false, error: { code: 'im-offline', message: 'Later.' } },
      'im-offline',
      'Later.',
    ],
    [
      500,
      { __abp: true, success: false, error: null },
      'http-500',
      'The server answered with status 500.',
    ],
  ])('with %i %j have a code and a sentence', async (status, body, code, message) => {
    const { http, answer } = setUp()
    const failure = failureOf(http.get('/a'))
    await answer(status, body)
    expect(await failure).toMatchObject({ status, code, message, isNetwork: false })
  })

  it('keep the details', async () => {
    const { http, answer } = setUp()
    const failure = failureOf(http.get('/a'))
    await answer(400, {
      success: false,
      error: 'x',
      errorType: 'totp-required',
      details: { method: 'totp' },
    })
    expect((await failure).details).toEqual({ method: 'totp' })
  })

  it('of the network say that nothing is known of the server', async () => {
    const { http, uni } = setUp()
    const failure = failureOf(http.get('/a'))
    await flush()
    uni.requests[0]!.fail('request:fail')
    expect(await failure).toMatchObject({ status: 0, code: 'network', isNetwork: true })
  })

  it('by the platform running out of time are time-outs', async () => {
    const { http, uni } = setUp()
    const failure = failureOf(http.get('/a'))
    await flush()
    uni.requests[0]!.fail('request:fail timeout')
    expect(await failure).toMatchObject({ code: 'timeout', isNetwork: true })
  })

  it('by a request that never ends abort it after the time-out', async () => {
    const { http, uni, clock } = setUp({ timeoutMs: 3_000 })
    const failure = failureOf(http.get('/a'))
    await clock.elapse(2_999)
    expect(uni.requests[0]!.isAborted).toBe(false)
    await clock.elapse(1)
    expect(await failure).toMatchObject({ code: 'timeout', isNetwork: true })
    expect(uni.requests[0]!.isAborted).toBe(true)
    expect(clock.timerCount).toBe(0)
  })
})

describe('401 with back-end authentication, where no token changes here,', () => {
  function setUpBearerOnly() {
    const set = setUp()
    set.storage.remove('chat_token')
    set.renewChatSession.mockImplementation(() => Promise.resolve(true))
    return set
  }

  it('renews once for all requests that were under way, and repeats them with the bearer alone', async () => {
    const { http, uni, renewChatSession, onSessionExpired } = setUpBearerOnly()
    const [early, late] = [http.get('/early'), http.get('/late')]
    await flush()
    uni.requests[0]!.answer(401, unauthorized)
    await flush()
    uni.requests[2]!.answer(200, { early: 1 })
    await early
    uni.requests[1]!.answer(401, unauthorized)
    await flush()
    uni.requests[3]!.answer(200, { late: 1 })
    await expect(late).resolves.toEqual({ late: 1 })
    expect(renewChatSession).toHaveBeenCalledTimes(1)
    expect(uni.requests.map(({ header }) => header)).toEqual(
      Array(4).fill({ Authorization: 'Bearer business' }),
    )
    expect(onSessionExpired).not.toHaveBeenCalled()
  })

  it('renews again for a request that was sent after the last renewal', async () => {
    const { http, answer, renewChatSession } = setUpBearerOnly()
    for (const path of ['/a', '/b']) {
      const promise = http.get(path)
      await answer(401, unauthorized)
      await answer(200, { ok: 1 })
      await promise
    }
    expect(renewChatSession).toHaveBeenCalledTimes(2)
  })

  it('after the renewal ends the session, told once', async () => {
    const { http, answer, onSessionExpired } = setUpBearerOnly()
    const failure = failureOf(http.get('/a'))
    await answer(401, unauthorized)
    await answer(401, unauthorized)
    expect((await failure).status).toBe(401)
    expect(onSessionExpired).toHaveBeenCalledTimes(1)
  })
})

describe('401', () => {
  it('renews the session once, repeats once with the new token and gives the answer', async () => {
    const { http, uni, answer, renewChatSession, onSessionExpired } = setUp()
    const promise = http.post('/a', { n: 1 })
    await answer(401, unauthorized)
    await answer(200, { ok: 1 })
    await expect(promise).resolves.toEqual({ ok: 1 })
    expect(uni.requests.map(({ header }) => header['X-Auth-Token'])).toEqual(['chat-1', 'chat-2'])
    expect(uni.requests[1]!.data).toEqual({ n: 1 })
    expect(renewChatSession).toHaveBeenCalledTimes(1)
    expect(onSessionExpired).not.toHaveBeenCalled()
  })

  it('of many parallel requests renews once for all', async () => {
    const { http, uni, renewChatSession, storage } = setUp()
    let finish = (): void => undefined
    renewChatSession.mockImplementation(
      () =>
        new Promise((resolve) => {
          finish = () => {
            storage.set('chat_token', 'chat-2')
            resolve(true)
          }
        }),
    )
    uni.onRequest = (request) => {
      const isRenewed = request.header['X-Auth-Token'] === 'chat-2'
      request.answer(isRenewed ? 200 : 401, isRenewed ? { ok: 1 } : unauthorized)
    }
    const all = Promise.all(Array.from({ length: 20 }, (_, n) => http.get(`/${n}`)))
    await flush()
    finish()
    await expect(all).resolves.toHaveLength(20)
    expect(renewChatSession).toHaveBeenCalledTimes(1)
    expect(uni.requests).toHaveLength(40)
  })

  it('that comes after another request has renewed only repeats', async () => {
    const { http, uni, renewChatSession } = setUp()
    const early = http.get('/early')
    const late = http.get('/late')
    await flush()
    uni.requests[0]!.answer(401, unauthorized)
    await flush()
    uni.requests[2]!.answer(200, { early: 1 })
    await early
    uni.requests[1]!.answer(401, unauthorized)
    await flush()
    uni.requests[3]!.answer(200, { late: 1 })
    await expect(late).resolves.toEqual({ late: 1 })
    expect(renewChatSession).toHaveBeenCalledTimes(1)
  })

  it('with the renewed token ends the session and is not repeated again', async () => {
    const { http, uni, answer, onSessionExpired } = setUp()
    const failure = failureOf(http.get('/a'))
    await answer(401, unauthorized)
    await answer(401, unauthorized)
    expect(await failure).toMatchObject({ status: 401 })
    expect(uni.requests).toHaveLength(2)
    expect(onSessionExpired).toHaveBeenCalledTimes(1)
  })

  it('whose renewal is refused ends the session once for all that wait', async () => {
    const { http, uni, renewChatSession, onSessionExpired } = setUp()
    renewChatSession.mockResolvedValue(false)
    uni.onRequest = (request) => request.answer(401, unauthorized)
    const failures = await Promise.all([1, 2, 3].map((n) => failureOf(http.get(`/${n}`))))
    expect(failures.map(({ status }) => status)).toEqual([401, 401, 401])
    expect(renewChatSession).toHaveBeenCalledTimes(1)
    expect(onSessionExpired).toHaveBeenCalledTimes(1)
  })

  it('whose renewal finds no network fails with that and ends nothing', async () => {
    const { http, answer, renewChatSession, onSessionExpired } = setUp()
    const offline = new ApiError({ status: 0, code: 'network', message: 'x', isNetwork: true })
    renewChatSession.mockRejectedValueOnce(offline)
    const failure = failureOf(http.get('/a'))
    await answer(401, unauthorized)
    expect(await failure).toBe(offline)
    expect(onSessionExpired).not.toHaveBeenCalled()
    const next = http.get('/b')
    await answer(401, unauthorized)
    await answer(200, { ok: 1 })
    await expect(next).resolves.toEqual({ ok: 1 })
  })

  it('is told again when a session that began afterwards dies too', async () => {
    const { http, answer, renewChatSession, onSessionExpired } = setUp()
    renewChatSession.mockResolvedValue(false)
    const first = failureOf(http.get('/a'))
    await answer(401, unauthorized)
    await first
    const good = http.get('/b')
    await answer(200, {})
    await good
    const second = failureOf(http.get('/c'))
    await answer(401, unauthorized)
    await second
    expect(onSessionExpired).toHaveBeenCalledTimes(2)
  })

  it('is left to the caller where it asks for that', async () => {
    const { http, answer, renewChatSession, onSessionExpired } = setUp()
    const failure = failureOf(http.post('/a', {}, { onUnauthorized: 'throw' }))
    await answer(401, 'Unauthorized')
    expect(await failure).toMatchObject({ status: 401, code: 'http-401' })
    expect(renewChatSession).not.toHaveBeenCalled()
    expect(onSessionExpired).not.toHaveBeenCalled()
  })
})

describe('429', () => {
  const limited = { success: false, error: 'Too many [error-too-many-requests]' }

  async function waitOf(body: object, header: Record<string, string>): Promise<number> {
    const { http, uni, clock, answer } = setUp()
    const start = clock.now()
    const promise = http.get('/a')
    await answer(429, body, header)
    while (uni.requests.length < 2) await clock.elapse(1)
    const waited = clock.now() - start
    uni.requests[1]!.answer(200, {})
    await promise
    return waited
  }

  it('is not repeated in the name of somebody who signed in meanwhile', async () => {
    const { http, uni, clock, storage, answer } = setUp()
    const promise = http.post('/api/v1/chat.sendMessage', {})
    await answer(429, limited, { 'Retry-After': '5' })
    storage.set('chat_token', 'chat-of-bob')
    storage.set('chat_uid', 'u2')
    const failed = failureOf(promise)
    await clock.elapse(6_000)
    expect([(await failed).code, uni.requests.length]).toEqual(['session-over', 1])
  })

  it.each([
    ['Retry-After in seconds', limited, { 'Retry-After': '2' }, 2_000],
    ['the header name in any case', limited, { 'retry-after': '2' }, 2_000],
    ['the sentence', { error: 'You must wait 3 seconds before trying' }, {}, 3_000],
    ['the moment of the reset', limited, { 'X-RateLimit-Reset': '1700000004000' }, 4_000],
    [
      'the moment of the reset on a server whose clock is ahead',
      limited,
      {
        'x-ratelimit-reset': '1700000605000',
        date: new Date(1_700_000_600_000).toUTCString(),
      },
      5_000,
    ],
    ['nothing at all', limited, {}, 5_000],
    ['a moment that has passed', limited, { 'X-RateLimit-Reset': '1' }, 250],
    ['nonsense', limited, { 'Retry-After': 'soon' }, 5_000],
    ['an empty header', limited, { 'Retry-After': '' }, 5_000],
  ])('waits as told by %s', async (_, body, header, waitMs) => {
    expect(await waitOf(body, header as unknown as Record<string, string>)).toBe(waitMs)
  })

  it('waits no longer than the maximum', async () => {
    const { http, uni, clock, answer } = setUp({ maxRateLimitWaitMs: 10_000 })
    const promise = http.get('/a')
    await answer(429, limited, { 'Retry-After': '86400' })
    await clock.elapse(10_000)
    expect(uni.requests).toHaveLength(2)
    uni.requests[1]!.answer(200, {})
    await promise
  })

  it('is told at once to a caller who wants to hear of it', async () => {
    const { http, uni, clock, answer } = setUp()
    const failure = failureOf(http.post('/a', {}, { onRateLimited: 'throw' }))
    await answer(429, limited, { 'Retry-After': '7' })
    expect(await failure).toMatchObject({ status: 429, retryAfterMs: 7_000 })
    expect([uni.requests.length, clock.timerCount]).toEqual([1, 0])
  })

  it('gives up after the set number of repeats and says how long to wait', async () => {
    const { http, uni, clock } = setUp({ maxRateLimitRepeats: 2 })
    uni.onRequest = (request) => request.answer(429, limited, { 'Retry-After': '1' })
    const failure = failureOf(http.get('/a'))
    await clock.elapse(60_000)
    expect(await failure).toMatchObject({
      status: 429,
      code: 'error-too-many-requests',
      retryAfterMs: 1_000,
    })
    expect(uni.requests).toHaveLength(3)
  })
})

describe('an answer', () => {
  it('is told as a sign of life, a refusal, an unreadable one and none at all are not', async () => {
    const onAnswer = jest.fn()
    const { http, answer, clock } = setUp({ onAnswer, timeoutMs: 1_000 })
    const refused = failureOf(http.get('/a'))
    await answer(503, '<html>')
    const unreadable = failureOf(http.get('/b'))
    await answer(200, '<html>')
    const silent = failureOf(http.get('/c'))
    await clock.elapse(1_000)
    const codes = [await refused, await unreadable, await silent].map(({ code }) => code)
    expect(codes).toEqual(['http-503', 'not-json', 'timeout'])
    expect(onAnswer).not.toHaveBeenCalled()
    const read = setUp({ onAnswer })
    const promise = read.http.get('/d')
    await read.answer(200, { success: true })
    await promise
    expect(onAnswer).toHaveBeenCalledTimes(1)
  })
})
