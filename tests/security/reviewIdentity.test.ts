import { demoPeople } from '../../server/demo/people'
import { createDemoDirectory } from '../../server/gateway/identity/demoDirectory'
import { authenticate, headersOf } from '../unit/server/gateway/harness'
import { everyTestHasAGateway, harness, me } from './reviewSupport'

/**
 * Regression tests of the weaknesses of the published design (gateway reference, section 7): who acts as whom. Those of the live
 * connection are in relay.test.ts.
 */
everyTestHasAGateway()

describe('security review of the published design, who acts as whom', () => {
  it('weakness 1: the agent id with any token does not act as the agent', async () => {
    const alice = await harness.open('alice')
    const before = harness.chat.seenOf('me').length
    for (const authToken of ['anything', alice.authToken]) {
      expect((await me(harness, { ...alice, userId: 'agentId', authToken })).status).toBe(401)
    }
    expect(harness.chat.seenOf('me')).toHaveLength(before)
  })

  it('weakness 1: a swapped user id does not act as that user', async () => {
    const alice = await harness.open('alice')
    const bob = await harness.open('bob')
    expect((await me(harness, { ...alice, userId: bob.userId })).status).toBe(401)
  })

  it('weakness 1: the pair of another user does not work with one’s own business token', async () => {
    const alice = await harness.open('alice')
    const bob = await harness.open('bob')
    expect((await me(harness, { ...bob, bearer: alice.bearer })).status).toBe(401)
    expect((await me(harness, bob)).status).toBe(200)
  })

  it('weakness 2: a caller without an identity never becomes the agent', async () => {
    const before = harness.chat.seen.length
    for (const bearer of ['', 'x', 'null', 'undefined']) {
      expect((await authenticate(harness, bearer)).status).toBe(401)
      expect((await me(harness, { bearer, userId: 'agentId', authToken: 'x' })).status).toBe(401)
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
    await me(harness, alice)
    const { headers } = harness.chat.seenOf('me').at(-1)!
    expect(headers).toMatchObject({ 'x-user-id': alice.userId, 'x-auth-token': alice.authToken })
  })

  it('weakness 22: an unknown name and a wrong password are answered alike', async () => {
    const attempt = (account: string) =>
      harness.post('/api/TokenAuth/Authenticate', {
        ...{ userNameOrEmailAddress: account, password: 'a-wrong-password' },
      })
    const [known, unknown] = [await attempt('alice'), await attempt('nobody-at-all')]
    expect(known.status).toBe(401)
    expect(unknown.status).toBe(known.status)
    expect(unknown.body).toEqual(known.body)
    const namesOf = ({ headers }: typeof known) => {
      const names: string[] = []
      headers.forEach((_value, name) => names.push(name))
      return names.sort()
    }
    expect(namesOf(unknown)).toEqual(namesOf(known))
  })

  it('weakness 22: the same work is done for an unknown name as for a wrong password', () => {
    const directory = createDemoDirectory(demoPeople)
    const measure = (account: string) => {
      const times = Array.from({ length: 400 }, () => {
        const started = process.hrtime.bigint()
        directory.authenticate(account, 'a-wrong-password')
        return Number(process.hrtime.bigint() - started)
      })
      return times.sort((a, b) => a - b)[200]!
    }
    measure('alice')
    const [known, unknown] = [measure('alice'), measure('nobody-at-all')]
    // A hash of the password against none at all would be a factor of ten and more.
    expect(Math.max(known, unknown) / Math.min(known, unknown)).toBeLessThan(4)
  })

  it('weakness 22: sentences of the chat server stay behind the gateway’s own endpoints', async () => {
    harness.chat.override.set('users.createToken', (response) => {
      const error = 'internal words of the chat server [error-not-authorized]'
      response.writeHead(400).end(JSON.stringify({ success: false, error, stack: error }))
    })
    harness.chat.override.set('login', (response) => {
      response
        .writeHead(401)
        .end('{"status":"error","message":"internal words of the chat server"}')
    })
    const { status, body } = await authenticate(harness, await harness.signIn('alice'))
    expect(status).toBeGreaterThanOrEqual(500)
    expect(JSON.stringify(body)).not.toContain('internal words')
  })

  it('token substitution: no mixture of two people’s credentials is let through', async () => {
    const [alice, bob] = [await harness.open('alice'), await harness.open('bob')]
    const before = harness.chat.seenOf('me').length
    for (const bearer of [alice.bearer, bob.bearer]) {
      for (const userId of [alice.userId, bob.userId]) {
        for (const authToken of [alice.authToken, bob.authToken]) {
          const isWhole =
            new Set(
              [alice, bob].filter(
                (one) =>
                  one.bearer === bearer || one.userId === userId || one.authToken === authToken,
              ),
            ).size === 1
          const { status } = await me(harness, { bearer, userId, authToken })
          expect(status).toBe(isWhole ? 200 : 401)
        }
      }
    }
    expect(harness.chat.seenOf('me')).toHaveLength(before + 2)
  })
})
