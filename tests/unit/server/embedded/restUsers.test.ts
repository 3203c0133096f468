// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument */
import { tokenSecret, restClient, type RestClient, type TestServer, usePeople } from './support'

let test: TestServer
let ann: RestClient
let bob: RestClient

usePeople(['ann', 'bob'], (opened) => ({ test, ann, bob } = opened))

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

  it('get no roles that their maker may not give', async () => {
    const made = { ...account, username: 'made', email: 'made@example.com' }
    const refusal = async (person: RestClient, roles: string[]): Promise<string | undefined> =>
      (await person.post('users.create', { ...made, roles })).body.errorType as string | undefined
    expect(await refusal(test.admin, ['nobody'])).toBe('error-action-not-allowed')
    const maker = { _id: 'create-user', roles: ['admin', 'user'] }
    await test.admin.post('permissions.update', { permissions: [maker] })
    for (const role of ['admin', 'bot']) {
      expect(await refusal(ann, ['user', role])).toBe('error-action-not-allowed')
    }
    expect(await refusal(ann, ['user'])).toBeUndefined()
    await test.admin.post('permissions.update', { permissions: [{ ...maker, roles: ['admin'] }] })
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
