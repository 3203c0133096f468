import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { agentPassword, createTokenSecret } from './fakeChat'
import {
  authenticate,
  headersOf,
  logout,
  startHarness,
  type Harness,
  type Session,
} from './harness'

/** One regression test per weakness of the published design (gateway reference, section 7) that this slice touches. */
let harness: Harness
beforeEach(async () => {
  harness = await startHarness()
})
afterEach(() => harness.close())

const me = (session: Session) => harness.send('/api/v1/me', { headers: headersOf(session) })

describe('security review of the published design', () => {
  it('weakness 1: the agent id with any token does not act as the agent', async () => {
    const alice = await harness.open('alice')
    const before = harness.chat.seenOf('me').length
    for (const authToken of ['anything', alice.authToken]) {
      expect((await me({ ...alice, userId: 'agentId', authToken })).status).toBe(401)
    }
    expect(harness.chat.seenOf('me')).toHaveLength(before)
  })

  it('weakness 1: a swapped user id does not act as that user', async () => {
    const alice = await harness.open('alice')
    const bob = await harness.open('bob')
    expect((await me({ ...alice, userId: bob.userId })).status).toBe(401)
  })

  it('weakness 1: the pair of another user does not work with one’s own business token', async () => {
    const alice = await harness.open('alice')
    const bob = await harness.open('bob')
    expect((await me({ ...bob, bearer: alice.bearer })).status).toBe(401)
    expect((await me(bob)).status).toBe(200)
  })

  it('weakness 2: a caller without an identity never becomes the agent', async () => {
    const before = harness.chat.seen.length
    for (const bearer of ['', 'x', 'null', 'undefined']) {
      expect((await authenticate(harness, bearer)).status).toBe(401)
      expect((await me({ bearer, userId: 'agentId', authToken: 'x' })).status).toBe(401)
    }
    expect(harness.chat.seen).toHaveLength(before)
  })

  it('weakness 2: a user whose sign-in to the chat server fails does not get the agent instead', async () => {
    harness.chat.override.set('users.createToken', (response) => {
      response.writeHead(400).end('{"success":false,"errorType":"error-not-authorized"}')
    })
    harness.chat.addUser({
      username: 'alice',
      emails: [{ address: 'alice@example.com', verified: true }],
    })
    const { status, body } = await authenticate(harness, await harness.signIn('alice'))
    expect([status, body.result]).toEqual([502, null])
  })

  it('weakness 2: an answer for another account is not handed out', async () => {
    harness.chat.override.set('users.createToken', (response) => {
      const data = { userId: 'agentId', authToken: 'token-of-the-agent' }
      response.writeHead(200).end(JSON.stringify({ success: true, data }))
    })
    const { status, body } = await authenticate(harness, await harness.signIn('alice'))
    expect(status).toBe(502)
    expect(JSON.stringify(body)).not.toContain('token-of-the-agent')
  })

  it('weakness 3: every account gets its own random password, kept encrypted', async () => {
    await harness.open('alice')
    await harness.open('bob')
    const passwords = harness.chat
      .seenOf('users.create')
      .map(({ text }) => (JSON.parse(text) as { password: string }).password)
    expect(passwords).toHaveLength(2)
    expect(new Set(passwords).size).toBe(2)
    for (const password of passwords) {
      expect(Buffer.from(password, 'base64url')).toHaveLength(32)
      expect(storedText(harness.dataDir)).not.toContain(password)
    }
  })

  it('weakness 3: a copy of the database holds no chat token in the clear', async () => {
    const { authToken } = await harness.open('alice')
    expect(storedText(harness.dataDir)).not.toContain(authToken)
  })

  it('weakness 8: 200 parallel first requests cause one account and one token', async () => {
    const bearer = await harness.signIn('alice')
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => authenticate(harness, bearer)),
    )
    expect(new Set(answers.map(({ body }) => body.result.authToken)).size).toBe(1)
    expect(harness.chat.seenOf('users.create')).toHaveLength(1)
    expect(harness.chat.seenOf('users.createToken')).toHaveLength(1)
    expect(harness.chat.seenOf('login')).toHaveLength(1)
  })

  it('weakness 8: two devices that sign in at the same moment get one account', async () => {
    const bearers = await Promise.all([harness.signIn('alice'), harness.signIn('alice')])
    const answers = await Promise.all(bearers.map((bearer) => authenticate(harness, bearer)))
    expect(new Set(answers.map(({ body }) => body.result.userId)).size).toBe(1)
    expect(harness.chat.seenOf('users.create')).toHaveLength(1)
  })

  it('weakness 17: the log of a whole session has no token, password or message text', async () => {
    const alice = await harness.open('alice')
    const message = { rid: 'r1', msg: 'the text of a message' }
    await harness.post('/api/v1/chat.sendMessage', { message }, headersOf(alice))
    await harness.send(`/api/v1/chat.search?searchText=words-somebody-looks-for`, {
      headers: headersOf(alice),
    })
    await harness.send(`/file-upload/f/a.png?rc_token=${alice.authToken}`, {
      headers: headersOf(alice),
    })
    await harness.post('/api/TokenAuth/Authenticate', {
      userNameOrEmailAddress: 'alice',
      password: 'a-wrong-password',
    })
    await harness.chat.close()
    await me(alice)
    await logout(harness, alice.bearer)
    const log = harness.logText()
    expect(log).toContain('"url":"/api/v1/chat.sendMessage"')
    const secrets = [
      alice.authToken,
      alice.bearer,
      agentPassword,
      createTokenSecret,
      'alice-demo',
      'a-wrong-password',
      message.msg,
      'words-somebody-looks-for',
    ]
    for (const secret of secrets) expect(log).not.toContain(secret)
  })

  it('weakness 21: administrative routes are refused, with the agent never involved', async () => {
    const alice = await harness.open('alice')
    const before = harness.chat.seen.length
    for (const route of [
      'users.create',
      'users.createToken',
      'settings/x',
      'users.removePersonalAccessToken',
    ]) {
      const { status } = await harness.post(`/api/v1/${route}`, {}, headersOf(alice))
      expect(status).toBe(403)
    }
    expect(harness.chat.seen).toHaveLength(before)
  })

  it('weakness 21: what passes carries the user’s own credentials', async () => {
    const alice = await harness.open('alice')
    await me(alice)
    const { headers } = harness.chat.seenOf('me').at(-1)!
    expect(headers).toMatchObject({ 'x-user-id': alice.userId, 'x-auth-token': alice.authToken })
  })
})

function storedText(dataDir: string): string {
  const read = (name: string) => readFileSync(join(dataDir, name), 'latin1')
  return read('gateway.db') + read('gateway.db-wal')
}
