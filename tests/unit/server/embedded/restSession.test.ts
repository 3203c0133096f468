// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument */
import { createHash } from 'node:crypto'
import { notLoggedIn } from './refusals'
import { tokenSecret, restClient, type RestClient, type TestServer, usePeople } from './support'

let test: TestServer
let ann: RestClient
let bob: RestClient

usePeople(['ann', 'bob'], (opened) => ({ test, ann, bob } = opened))

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
