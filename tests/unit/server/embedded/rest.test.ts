import { createHash } from 'node:crypto'
import {
  startTestServer,
  tokenSecret,
  restClient,
  type RestClient,
  type TestServer,
} from './support'

let test: TestServer
let ann: RestClient
let bob: RestClient

beforeAll(async () => {
  test = await startTestServer()
  ann = await test.person('ann')
  bob = await test.person('bob')
})
afterAll(() => test.close())

const notLoggedIn = {
  success: false,
  error: 'You must be logged in to do this.',
  status: 'error',
  message: 'You must be logged in to do this.',
}

describe('signing in', () => {
  const digestOf = (text: string) => createHash('sha256').update(text).digest('hex')

  it.each([
    ['a name', { user: 'ann', password: 'secret-ann' }],
    ['a name in capitals', { user: 'ANN', password: 'secret-ann' }],
    ['an address', { user: 'ann@example.com', password: 'secret-ann' }],
    ['a name member', { username: 'ann', password: 'secret-ann' }],
    ['an address member', { email: 'ann@example.com', password: 'secret-ann' }],
    ['a selector', { user: { username: 'ann' }, password: 'secret-ann' }],
    [
      'a digest',
      {
        user: 'ann',
        password: {
          digest: digestOf('secret-ann'),
          algorithm: 'sha-256',
        },
      },
    ],
  ])('works with %s', async (_name, body) => {
    const { status, body: answer } = await test.anonymous.post('login', body)
    expect(status).toBe(200)
    expect(answer).toMatchObject({
      status: 'success',
      data: { userId: ann.userId, me: { username: 'ann' } },
    })
  })

  it('works with a token and gives the same one back', async () => {
    const { body } = await test.anonymous.post('login', { resume: ann.token })
    expect(body.data.authToken).toBe(ann.token)
  })

  it.each([
    ['a wrong password', { user: 'ann', password: 'nope' }],
    ['an unknown name', { user: 'nobody', password: 'secret-ann' }],
    [
      'a wrong digest',
      { user: 'ann', password: { digest: digestOf('wrong'), algorithm: 'sha-256' } },
    ],
    ['a dead token', { resume: 'gone' }],
    ['an overlong password', { user: 'ann', password: 'x'.repeat(300) }],
  ])('refuses %s with 401', async (_name, body) => {
    const { status, body: answer } = await test.anonymous.post('login', body)
    expect([status, answer]).toEqual([
      401,
      { success: false, status: 'error', error: 'Unauthorized', message: 'Unauthorized' },
    ])
  })

  it.each([
    {},
    { user: 'ann' },
    { user: 7, password: 'x' },
    { user: 'ann', password: { digest: 7 } },
  ])('refuses the unrecognized %j with 401', async (body) => {
    const { status, body: answer } = await test.anonymous.post('login', body)
    expect([status, answer.status, answer.error]).toEqual([401, 'error', 400])
  })

  it('ends the token at logout, for REST everywhere', async () => {
    const { body } = await test.anonymous.post('login', { user: 'ann', password: 'secret-ann' })
    const session = restClient(test.server.url, ann.userId, body.data.authToken)
    expect((await session.get('me')).body).toMatchObject({ username: 'ann', success: true })
    expect((await session.get('logout')).body).toEqual({
      status: 'success',
      data: { message: "You've been logged out!" },
    })
    const after = await session.get('me')
    expect([after.status, after.body]).toEqual([401, notLoggedIn])
  })

  it('keeps at most 50 tokens of a user', async () => {
    const { body } = await test.admin.post('users.createToken', {
      userId: bob.userId,
      secret: tokenSecret,
    })
    const oldest = restClient(test.server.url, bob.userId, body.data.authToken)
    for (let count = 0; count < 49; count += 1) {
      await test.admin.post('users.createToken', { userId: bob.userId, secret: tokenSecret })
    }
    expect((await oldest.get('me')).status).toBe(200)
    const last = await test.admin.post('users.createToken', {
      userId: bob.userId,
      secret: tokenSecret,
    })
    expect((await oldest.get('me')).status).toBe(401)
    bob = restClient(test.server.url, bob.userId, last.body.data.authToken)
  })
})

describe('the envelope', () => {
  it('refuses calls without, with foreign and with half credentials', async () => {
    const { url } = test.server
    for (const client of [
      test.anonymous,
      restClient(url, ann.userId, 'x'),
      restClient(url, bob.userId, ann.token),
    ]) {
      expect(await client.get('me')).toMatchObject({ status: 401, body: notLoggedIn })
    }
    const half = await fetch(`${url}/api/v1/me`, { headers: { 'X-Auth-Token': ann.token } })
    expect(half.status).toBe(401)
  })

  it('answers unknown endpoints, wrong methods and prototype names with 404', async () => {
    for (const path of ['nothing.here', 'constructor', 'chat.sendMessage', '']) {
      expect(await ann.get(path)).toMatchObject({ status: 404, body: { success: false } })
    }
  })

  it('answers OPTIONS with 405, because CORS is off', async () => {
    const answer = await fetch(`${test.server.url}/api/v1/me`, { method: 'OPTIONS' })
    expect(answer.status).toBe(405)
    expect(await answer.json()).toMatchObject({
      success: false,
      error: expect.stringContaining('CORS not enabled'),
    })
  })

  it('forbids caches', async () => {
    expect((await ann.get('me')).headers.get('cache-control')).toBe('no-store')
  })

  it.each([
    '{"message":',
    '[[',
    '{"__proto__":{"a":1}}',
    '{"message":{"__proto__":1}}',
    '['.repeat(5000),
  ])('refuses the body %.30s', async (body) => {
    const answer = await ann.post('chat.sendMessage', body)
    expect([answer.status, answer.body.success]).toEqual([400, false])
  })

  it('refuses a body over 1 MiB with 413 and goes on', async () => {
    const answer = await ann.post('chat.sendMessage', {
      message: { rid: 'GENERAL', msg: 'x'.repeat(1_100_000) },
    })
    expect(answer.status).toBe(413)
    expect((await ann.get('me')).status).toBe(200)
  })

  it.each([
    ['an unknown member', { rid: 'GENERAL', x: 1 }],
    ['a wrong type', { rid: 7 }],
    ['nothing', {}],
  ])('refuses a body with %s as invalid-params', async (_name, body) => {
    expect(await ann.post('subscriptions.read', body)).toMatchObject({
      status: 400,
      body: { success: false, errorType: 'invalid-params' },
    })
  })

  it.each([
    'rooms.get?_=1',
    'channels.history',
    'channels.history?roomId=a&count=x',
    'subscriptions.getOne',
    'me?fields=1',
    'channels.history?roomId=a&inclusive=yes',
    'rooms.info',
  ])('refuses the query of %s as error-invalid-params', async (path) => {
    expect(await ann.get(path)).toMatchObject({
      status: 400,
      body: { success: false, errorType: 'error-invalid-params' },
    })
  })
})

describe('accounts', () => {
  const account = { username: 'new', name: 'New', email: 'new@example.com', password: 'pass-new' }

  it('are created by administrators only, and join general', async () => {
    const refused = await ann.post('users.create', account)
    expect([refused.status, refused.body.error]).toEqual([
      403,
      'User does not have the permissions required for this action [error-unauthorized]',
    ])
    const { body } = await test.admin.post('users.create', {
      ...account,
      customFields: { bizId: '7' },
    })
    expect(body.user).toMatchObject({
      username: 'new',
      roles: ['user'],
      active: true,
      customFields: { bizId: '7' },
    })
    const info = await test.admin.get('users.info?username=new&includeUserRooms=true')
    expect(info.body.user.rooms).toMatchObject([{ rid: 'GENERAL', t: 'c', unread: 1 }])
  })

  it.each([
    ['error-field-unavailable', { username: 'ANN' }],
    ['error-field-unavailable', { username: 'ann2', email: 'ANN@example.com' }],
    ['error-invalid-username', { username: 'with space' }],
    ['error-invalid-email', { username: 'ann3', email: 'nonsense' }],
    ['error-blocked-username', { username: 'Admin' }],
  ])('are refused with %s', async (errorType, fields) => {
    const body = { ...account, email: 'other@example.com', ...fields }
    expect(await test.admin.post('users.create', body)).toMatchObject({
      status: 400,
      body: { errorType },
    })
  })

  it('show e-mail and roles to administrators and oneself only', async () => {
    const { user } = (await ann.get(`users.info?userId=${bob.userId}`)).body
    expect(user).toMatchObject({ username: 'bob', name: 'BOB', status: 'offline' })
    expect(user).not.toHaveProperty('emails')
    expect((await ann.get('users.info?username=ann')).body.user).toHaveProperty('emails')
    expect((await test.admin.get('users.info?username=bob')).body.user).toHaveProperty('roles')
    expect(await ann.get('users.info?username=ghost')).toMatchObject({
      status: 400,
      body: { error: 'User not found.' },
    })
  })

  it('are listed in pages', async () => {
    const { body } = await test.admin.get('users.list?count=2&offset=1')
    expect(body).toMatchObject({ count: 2, offset: 1 })
    expect(body.users).toHaveLength(2)
    expect(body.total).toBeGreaterThan(3)
  })

  it('get tokens for the right secret and permission only', async () => {
    const ask = (client: RestClient, userId: string, secret: string) =>
      client.post('users.createToken', { userId, secret })
    for (const [client, secret] of [
      [test.admin, 'wrong'],
      [ann, tokenSecret],
    ] as const) {
      expect(await ask(client, bob.userId, secret)).toMatchObject({
        status: 400,
        body: { errorType: 'error-not-authorized' },
      })
    }
    const { body } = await ask(ann, ann.userId, tokenSecret)
    expect(
      (await restClient(test.server.url, ann.userId, body.data.authToken).get('me')).status,
    ).toBe(200)
    expect(await ask(test.admin, 'nobody', tokenSecret)).toMatchObject({
      status: 400,
      body: { error: 'User not found.' },
    })
    const old = await test.admin.post('users.createToken', { username: 'bob', secret: tokenSecret })
    expect(old.body.errorType).toBe('invalid-params')
  })

  it('are renamed, and a new password ends every session', async () => {
    const eve = await test.person('eve')
    const { body } = await test.admin.post('users.update', {
      userId: eve.userId,
      data: { name: 'Eve 2' },
    })
    expect(body.user.name).toBe('Eve 2')
    await test.admin.post('users.update', { userId: eve.userId, data: { password: 'changed' } })
    expect((await eve.get('me')).status).toBe(401)
    expect((await test.anonymous.post('login', { user: 'eve', password: 'changed' })).status).toBe(
      200,
    )
    expect(
      (await test.anonymous.post('login', { user: 'eve', password: 'secret-eve' })).status,
    ).toBe(401)
  })

  it('cannot sign in or go on while inactive', async () => {
    const zoe = await test.person('zoe')
    await test.admin.post('users.update', { userId: zoe.userId, data: { active: false } })
    expect((await zoe.get('me')).status).toBe(401)
    const answer = await test.anonymous.post('login', { user: 'zoe', password: 'secret-zoe' })
    expect([answer.status, answer.body.error]).toEqual([401, 'error-user-is-not-activated'])
  })
})

describe('settings and info', () => {
  it('are public', async () => {
    expect((await test.anonymous.get('info')).body).toMatchObject({ version: '8.8', success: true })
    const unversioned = await fetch(`${test.server.url}/api/info`)
    expect(await unversioned.json()).toMatchObject({ success: true })
    const { body } = await test.anonymous.get(
      'settings.public?_id=Message_MaxAllowedSize,nothing,Site_Url',
    )
    expect(body.settings).toEqual([
      { _id: 'Message_MaxAllowedSize', value: 5000, enterprise: false },
      { _id: 'Site_Url', value: test.server.url, enterprise: false },
    ])
    expect((await test.anonymous.get('settings.public?count=0')).body.count).toBeGreaterThan(50)
    expect((await test.anonymous.get('settings.public?_id=Unread_Count')).body.total).toBe(0)
  })
})

describe('rooms and messages', () => {
  const send = (client: RestClient, rid: string, msg: string, fields: object = {}) =>
    client.post('chat.sendMessage', { message: { rid, msg, ...fields } })

  it('are created, listed with deltas and read', async () => {
    const created = await ann.post('channels.create', { name: 'deltas', members: ['bob', 'ghost'] })
    const rid = created.body.channel._id as string
    expect(created.body.channel).toMatchObject({ t: 'c', name: 'deltas', usersCount: 2, msgs: 0 })
    const first = (await bob.get('subscriptions.get')).body
    const since = first.update
      .map((one: { _updatedAt: string }) => one._updatedAt)
      .sort()
      .at(-1)
    expect((await bob.get(`subscriptions.get?updatedSince=${since}`)).body.update).toEqual([])
    await send(ann, rid, 'hi @bob')
    const delta = (await bob.get(`subscriptions.get?updatedSince=${since}`)).body
    expect(delta).toMatchObject({
      update: [{ rid, alert: true, unread: 1, userMentions: 1 }],
      remove: [],
    })
    const rooms = (await bob.get(`rooms.get?updatedSince=${since}`)).body
    expect(rooms.update).toMatchObject([{ _id: rid, msgs: 1, lastMessage: { msg: 'hi @bob' } }])
    expect((await bob.post('subscriptions.read', { rid })).body).toEqual({ success: true })
    expect((await bob.get(`subscriptions.getOne?roomId=${rid}`)).body.subscription).toMatchObject({
      alert: false,
      unread: 0,
    })
    expect((await bob.get('subscriptions.getOne?roomId=nowhere')).body.subscription).toBeNull()
    expect(await bob.post('subscriptions.read', { rid: 'nowhere' })).toMatchObject({
      status: 400,
      body: { error: 'error-invalid-subscription' },
    })
    expect((await bob.get('rooms.get?updatedSince=never')).status).toBe(400)
    expect((await bob.get(`rooms.info?roomId=${rid}`)).body.room.name).toBe('deltas')
    expect(await ann.post('channels.create', { name: 'deltas' })).toMatchObject({
      body: { errorType: 'error-duplicate-channel-name' },
    })
    expect(await ann.post('groups.create', { name: 'no blanks' })).toMatchObject({
      body: { errorType: 'error-invalid-room-name' },
    })
  })

  it('of a private group are for its members', async () => {
    const { body } = await ann.post('groups.create', { name: 'private' })
    const rid = body.group._id as string
    const { body: sent } = await send(ann, rid, 'secret')
    expect(await bob.get(`groups.history?roomId=${rid}`)).toMatchObject({
      status: 400,
      body: { errorType: 'error-room-not-found' },
    })
    expect((await bob.get(`rooms.info?roomId=${rid}`)).status).toBe(400)
    expect((await bob.get(`chat.getMessage?msgId=${sent.message._id}`)).status).toBe(400)
    expect(await bob.get(`chat.syncMessages?roomId=${rid}&lastUpdate=2020-01-01`)).toMatchObject({
      body: { errorType: 'error-not-allowed' },
    })
    expect(await send(bob, rid, 'let me in')).toMatchObject({
      status: 400,
      body: { success: false, error: 'error-not-allowed' },
    })
    expect(await bob.post('chat.delete', { roomId: rid, msgId: sent.message._id })).toMatchObject({
      body: { errorType: 'error-action-not-allowed' },
    })
    expect(await ann.get(`channels.history?roomId=${rid}`)).toMatchObject({
      body: { errorType: 'error-room-not-found' },
    })
  })

  it('between two people are found again by either side', async () => {
    const { body } = await ann.post('im.create', { username: 'bob' })
    const { rid } = body.room
    expect(rid).toBe([ann.userId, bob.userId].sort().join(''))
    expect((await bob.post('dm.create', { usernames: 'ann' })).body.room.rid).toBe(rid)
    const self = await ann.post('im.create', { username: 'ann' })
    expect(self.body.room.uids).toEqual([ann.userId])
    expect(await ann.post('im.create', { username: 'ghost' })).toMatchObject({
      body: { errorType: 'error-invalid-user' },
    })
    await send(ann, rid, 'psst')
    expect((await bob.get(`im.history?roomId=${rid}`)).body.messages).toMatchObject([
      { msg: 'psst' },
    ])
  })

  it('answer a repeated id with 400, and the message is there', async () => {
    await send(ann, 'GENERAL', 'once', { _id: 'fixedMessageId001' })
    const again = await send(ann, 'GENERAL', 'once', { _id: 'fixedMessageId001' })
    expect([again.status, again.body.success]).toEqual([400, false])
    expect((await bob.get('chat.getMessage?msgId=fixedMessageId001')).body.message.msg).toBe('once')
    expect((await bob.get('chat.getMessage?msgId=unknown')).body).toEqual({ success: false })
  })

  it('refuse bad sends with their texts', async () => {
    expect((await ann.post('chat.sendMessage', { message: { msg: 'x' } })).body.error).toBe(
      "The 'rid' property on the message object is missing.",
    )
    expect((await send(ann, 'GENERAL', 'x', { t: 'uj' })).body.error).toBe(
      "Cannot send system messages using 'chat.sendMessage'",
    )
    expect((await send(ann, 'GENERAL', 'x'.repeat(5001))).body.errorType).toBe(
      'error-message-size-exceeded',
    )
    expect((await send(ann, 'GENERAL', '')).body.errorType).toBe('error-invalid-message')
    expect((await send(ann, 'GENERAL', 'x', { ts: 1 })).body.errorType).toBe('invalid-params')
    expect((await send(ann, 'nowhere', 'x')).body.error).toBe('error-invalid-room')
  })

  it('are edited and deleted by their author', async () => {
    const { body } = await send(ann, 'GENERAL', 'frist')
    const msgId = body.message._id as string
    const edited = await ann.post('chat.update', { roomId: 'GENERAL', msgId, text: 'first' })
    expect(edited.body.message).toMatchObject({ msg: 'first', editedBy: { username: 'ann' } })
    expect((await ann.post('chat.update', { roomId: 'x', msgId, text: 'y' })).status).toBe(400)
    expect(
      (await bob.post('chat.update', { roomId: 'GENERAL', msgId, text: 'y' })).body.errorType,
    ).toBe('error-action-not-allowed')
    const removed = await ann.post('chat.delete', { roomId: 'GENERAL', msgId })
    expect(removed.body).toMatchObject({
      _id: msgId,
      message: { _id: msgId, rid: 'GENERAL' },
      ts: expect.stringMatching(/^\d+$/),
    })
    expect((await ann.post('chat.delete', { roomId: 'GENERAL', msgId })).body.error).toBe(
      `No message found with the id of "${msgId}".`,
    )
    const sync = await bob.get('chat.syncMessages?roomId=GENERAL&type=DELETED&next=0')
    expect(sync.body.result.deleted.map((one: { _id: string }) => one._id)).toContain(msgId)
  })
})

describe('history', () => {
  const texts = (answer: { body: Record<string, any> }): string[] =>
    answer.body.messages.map((message: { msg: string }) => message.msg)

  const fill = async (path: string, name: string, kind: string) => {
    const created = await ann.post(path, path === 'im.create' ? { username: name } : { name })
    const room = created.body[kind]
    const rid = room.rid ?? room._id
    const times: string[] = []
    for (const msg of ['m1', 'm2', 'm3']) {
      const { body } = await ann.post('chat.sendMessage', {
        message: { rid, msg, _id: `${rid}-${msg}` },
      })
      times.push(body.message.ts)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await ann.post('chat.sendMessage', { message: { rid, msg: 'reply', tmid: `${rid}-m1` } })
    return { rid, times }
  }

  it.each([
    ['channels', 'channels.create', 'history-c', 'channel', false],
    ['groups', 'groups.create', 'history-p', 'group', true],
    ['im', 'im.create', 'bob', 'room', false],
  ])('of %s has its own default for thread replies', async (family, path, name, kind, replies) => {
    const { rid } = await fill(path, name, kind)
    const page = await ann.get(`${family}.history?roomId=${rid}&count=4`)
    expect(texts(page).includes('reply')).toBe(replies)
    expect(
      texts(await ann.get(`${family}.history?roomId=${rid}&showThreadMessages=true`)),
    ).toContain('reply')
    expect(
      texts(await ann.get(`${family}.history?roomId=${rid}&showThreadMessages=false`)),
    ).not.toContain('reply')
  })

  it('is bounded exclusively, or inclusively when asked, and paged from the newest', async () => {
    const { rid, times } = await fill('channels.create', 'history-bounds', 'channel')
    const ask = async (query: string) =>
      texts(await ann.get(`channels.history?roomId=${rid}&${query}`))
    expect(await ask('count=2')).toEqual(['m3', 'm2'])
    expect(await ask('count=2&offset=2')).toEqual(['m1'])
    expect(await ask(`latest=${times[2]}&inclusive=true&oldest=${times[0]}`)).toEqual([
      'm3',
      'm2',
      'm1',
    ])
    expect(await ask(`latest=${times[0]}`)).toEqual([])
    const unread = await ann.get(
      `channels.history?roomId=${rid}&count=1&unreads=true&oldest=1970-01-01`,
    )
    expect(unread.body).toMatchObject({
      messages: [{ msg: 'm3' }],
      firstUnread: { msg: 'm1' },
      unreadNotLoaded: 2,
    })
    expect((await ann.get(`channels.history?roomId=${rid}&latest=never`)).status).toBe(400)
  })
})

describe('method.call', () => {
  const call = (client: RestClient, method: string, ...params: unknown[]) =>
    client.post(`method.call/${method.replace('/', ':')}`, {
      message: JSON.stringify({ msg: 'method', id: '5', method, params }),
    })

  it('runs methods with dates as EJSON', async () => {
    await ann.post('chat.sendMessage', { message: { rid: 'GENERAL', msg: 'over REST' } })
    const { status, body } = await call(ann, 'loadHistory', 'GENERAL', null, 1)
    const message = JSON.parse(body.message)
    expect([status, body.success, message.id]).toEqual([200, true, '5'])
    expect(message.result.messages[0]).toMatchObject({
      msg: 'over REST',
      ts: { $date: expect.any(Number) },
    })
    const lists = await call(ann, 'subscriptions/get', { $date: 0 })
    expect(JSON.parse(lists.body.message).result).toMatchObject({
      update: expect.any(Array),
      remove: [],
    })
    expect(
      JSON.parse((await call(ann, 'getRoomIdByNameOrId', 'general')).body.message).result,
    ).toBe('GENERAL')
    const missed = await call(ann, 'loadMissedMessages', 'GENERAL', { $date: 0 })
    expect(JSON.parse(missed.body.message).result.length).toBeGreaterThan(0)
    expect(JSON.parse((await call(ann, 'rooms/get')).body.message).result).toEqual(
      expect.any(Array),
    )
    expect((await call(ann, 'readMessages', 'GENERAL')).status).toBe(200)
  })

  it('answers refusals with 400 and the error inside', async () => {
    for (const [method, params, error] of [
      ['nothing', [], 404],
      ['loadHistory', ['nowhere'], 'error-not-allowed'],
      ['loadHistory', [7], 400],
      ['getRoomIdByNameOrId', ['nowhere'], 'error-not-allowed'],
      ['sendMessage', [{ rid: 'GENERAL', hack: 1 }], 400],
    ] as const) {
      const { status, body } = await call(ann, method, ...params)
      expect([status, body.success, JSON.parse(body.message).error.error]).toEqual([
        400,
        false,
        error,
      ])
    }
    expect((await ann.post('method.call/x', { message: 'garbage' })).status).toBe(400)
    expect((await call(test.anonymous, 'loadHistory', 'GENERAL')).status).toBe(401)
  })

  it('runs public methods for anybody', async () => {
    const message = JSON.stringify({
      msg: 'method',
      id: '1',
      method: 'public-settings/get',
      params: [],
    })
    const { body } = await test.anonymous.post('method.callAnon/public-settings:get', { message })
    expect(JSON.parse(body.message).result.length).toBeGreaterThan(50)
  })
})

describe('avatars', () => {
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${test.server.url}/avatar/${path}`, { headers })
  const auth = () => `rc_uid=${ann.userId}&rc_token=${ann.token}`

  it('are for signed-in people, by query or cookie', async () => {
    expect((await get('ann')).status).toBe(403)
    expect((await get('ann', { 'x-auth-token': ann.token, 'x-user-id': ann.userId })).status).toBe(
      403,
    )
    expect((await get(`ann?rc_uid=${bob.userId}&rc_token=${ann.token}`)).status).toBe(403)
    expect(
      (await get('ann', { cookie: `rc_uid=${ann.userId}; rc_token=${ann.token}` })).status,
    ).toBe(200)
    expect((await get('ann', { cookie: 'rc_uid=%E0%A4%A; rc_token=x' })).status).toBe(403)
  })

  it('are letters as SVG, or as PNG of the wanted size', async () => {
    const svg = await get(`ann?${auth()}`)
    expect(svg.headers.get('content-type')).toBe('image/svg+xml')
    expect(await svg.text()).toContain('>A</text>')
    for (const path of ['ann', `uid/${ann.userId}`, 'room/GENERAL', '@王芳']) {
      const png = await get(`${path}?format=png&size=64&${auth()}`)
      const bytes = Buffer.from(await png.arrayBuffer())
      expect(png.headers.get('content-type')).toBe('image/png')
      expect([
        bytes.toString('latin1', 1, 4),
        bytes.readUInt32BE(16),
        bytes.readUInt32BE(20),
      ]).toEqual(['PNG', 64, 64])
    }
  })

  it('escape what is in a name', async () => {
    expect(await (await get(`${encodeURIComponent('<b>')}?${auth()}`)).text()).not.toContain('<B')
  })

  it('answer 304 to who has them, and clamp sizes', async () => {
    const since = { 'if-modified-since': 'Thu, 01 Jan 2015 00:00:00 GMT' }
    expect((await get(`ann?${auth()}`, since)).status).toBe(304)
    const png = await get(`ann?format=png&size=999999&${auth()}`)
    expect(Buffer.from(await png.arrayBuffer()).readUInt32BE(16)).toBe(1024)
  })
})
