import type { Http, RequestOptions } from '../../../../src/api/http'
import { createImApi } from '../../../../src/api/im'
import type { Query } from '../../../../src/api/queryString'
import { createRestApi } from '../../../../src/api/rest/restApi'

type Call = {
  method: string
  path: string
  query?: unknown
  body?: unknown
  options: RequestOptions
}

function setUp(answer: unknown = {}) {
  const calls: Call[] = []
  const http: Http = {
    get<T>(path: string, query: Query = {}, options: RequestOptions = {}) {
      calls.push({ method: 'GET', path, query: JSON.parse(JSON.stringify(query)), options })
      return Promise.resolve(answer as T)
    },
    post<T>(path: string, body: object = {}, options: RequestOptions = {}) {
      calls.push({ method: 'POST', path, body, options })
      return Promise.resolve(answer as T)
    },
  }
  return { calls, rest: createRestApi(http), im: createImApi(http) }
}

describe('Rocket.Chat resources', () => {
  it('ask for subscriptions and rooms whole, or since a moment as ISO time', async () => {
    const { calls, rest } = setUp()
    await rest.subscriptions.get()
    await rest.subscriptions.get(1_716_030_000_123)
    await rest.rooms.get()
    await rest.rooms.get(0)
    expect(calls.map(({ path, query }) => [path, query])).toEqual([
      ['/api/v1/subscriptions.get', {}],
      ['/api/v1/subscriptions.get', { updatedSince: '2024-05-18T11:00:00.123Z' }],
      ['/api/v1/rooms.get', {}],
      ['/api/v1/rooms.get', { updatedSince: '1970-01-01T00:00:00.000Z' }],
    ])
  })

  it('send of a reaction what the server takes, and nothing else', async () => {
    const { calls, rest } = setUp()
    const operation = { id: 'op-1', roomId: 'room-1', state: 'waiting', kind: 'react' }
    const reaction = { messageId: 'm1', emoji: ':smile:', shouldReact: false }
    await rest.chat.react({ ...operation, ...reaction })
    expect(calls[0]).toMatchObject({ method: 'POST', path: '/api/v1/chat.react' })
    expect(calls[0]?.body).toEqual(reaction)
  })

  it('mark a room as read', async () => {
    const { calls, rest } = setUp()
    await rest.subscriptions.read('room-1')
    expect(calls[0]).toMatchObject({ path: '/api/v1/subscriptions.read', body: { rid: 'room-1' } })
  })

  it.each([
    ['channel', '/api/v1/channels.history'],
    ['group', '/api/v1/groups.history'],
    ['direct', '/api/v1/im.history'],
  ] as const)('load the history of a %s without thread replies', async (kind, path) => {
    const { calls, rest } = setUp()
    await rest.history.load(kind, 'room-1', { count: 50, inclusive: false })
    await rest.history.load(kind, 'room-1', { latest: 5, count: 20, inclusive: true })
    const fixed = { roomId: 'room-1', showThreadMessages: false }
    expect(calls.map((call) => [call.path, call.query])).toEqual([
      [path, { ...fixed, count: 50, inclusive: false }],
      [path, { ...fixed, count: 20, inclusive: true, latest: '1970-01-01T00:00:00.005Z' }],
    ])
  })

  it('send, ask for and synchronise messages, and ask who one is', async () => {
    const { calls, rest } = setUp()
    await rest.chat.sendMessage({ id: 'm1', roomId: 'room-1', text: 'hello' })
    await rest.chat.getMessage('m1')
    await rest.chat.syncMessages('room-1', 'DELETED', '0')
    await rest.users.me()
    expect(calls.map(({ path, query, body }) => [path, query ?? body])).toEqual([
      ['/api/v1/chat.sendMessage', { message: { _id: 'm1', rid: 'room-1', msg: 'hello' } }],
      ['/api/v1/chat.getMessage', { msgId: 'm1' }],
      ['/api/v1/chat.syncMessages', { roomId: 'room-1', type: 'DELETED', next: '0' }],
      ['/api/v1/me', {}],
    ])
  })
})

describe('the gateway', () => {
  it('signs in without any token and reads a numeric user id as text', async () => {
    const { calls, im } = setUp({ accessToken: 'a', expireInSeconds: 60, userId: 7, extra: 1 })
    const result = await im.signIn('ann', 'secret')
    expect(result).toEqual({ accessToken: 'a', expireInSeconds: 60, userId: '7' })
    expect(calls[0]).toEqual({
      method: 'POST',
      path: '/api/TokenAuth/Authenticate',
      body: { userNameOrEmailAddress: 'ann', password: 'secret' },
      options: { onUnauthorized: 'throw', onRateLimited: 'throw', isAnonymous: true },
    })
  })

  const session = {
    userId: 'u1',
    authToken: 't',
    username: 'ann',
    name: 'Ann',
    realtime: { mode: 'ddp', url: '/websocket' },
  }

  it('exchanges the business token for a chat session, renewed where asked', async () => {
    const { calls, im } = setUp(session)
    await expect(im.authenticate()).resolves.toEqual(session)
    await im.authenticate({ renew: true })
    await im.signOut()
    expect(calls.map(({ path, body }) => [path, body])).toEqual([
      ['/api/services/app/Im/Authenticate', {}],
      ['/api/services/app/Im/Authenticate', { renew: true }],
      ['/api/services/app/Im/Logout', {}],
    ])
    // A 401 here must not start a renewal, which is made of these calls.
    expect(calls.every(({ options }) => options.onUnauthorized === 'throw')).toBe(true)
    // Somebody waits for the first at the form; a renewal happens behind the scenes.
    expect(calls.slice(0, 2).map(({ options }) => options.onRateLimited)).toEqual([
      'throw',
      undefined,
    ])
  })

  it('has no chat token with back-end authentication, whatever the gateway says', async () => {
    const realtime = { mode: 'signalr', url: '/signalr' }
    for (const authToken of [undefined, 'too much']) {
      const { im } = setUp({ ...session, authToken, realtime })
      await expect(im.authenticate()).resolves.toEqual({
        ...session,
        authToken: undefined,
        realtime,
      })
    }
  })

  it('shows the username of somebody without a name', async () => {
    const { im } = setUp({ ...session, name: undefined })
    await expect(im.authenticate()).resolves.toMatchObject({ name: 'ann' })
  })

  it.each([
    null,
    'text',
    {},
    { ...session, userId: '' },
    { ...session, authToken: 5 },
    { ...session, username: undefined },
    { ...session, realtime: undefined },
    { ...session, realtime: { mode: 'mqtt', url: '/x' } },
    { ...session, realtime: { mode: 'ddp', url: '' } },
  ])('that answers %j instead of a session is refused', async (answer) => {
    const { im } = setUp(answer)
    await expect(im.authenticate()).rejects.toMatchObject({ name: 'ApiError', code: 'bad-answer' })
  })

  it.each([
    undefined,
    [],
    { accessToken: '', expireInSeconds: 60, userId: '7' },
    { accessToken: 'a', expireInSeconds: '60', userId: '7' },
    { accessToken: 'a', expireInSeconds: 60 },
  ])('that answers %j to a sign-in is refused', async (answer) => {
    const { im } = setUp(answer ?? null)
    await expect(im.signIn('ann', 'x')).rejects.toMatchObject({ code: 'bad-answer' })
  })
})
