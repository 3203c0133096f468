import { agentPassword, createTokenSecret } from '../unit/server/gateway/fakeChat'
import {
  authenticate,
  headersOf,
  logout,
  startHarness,
  type Harness,
  type Session,
} from '../unit/server/gateway/harness'
import { readConfig } from '../../server/config'
import { demoPeople } from '../../server/demo/people'
import { createDemoDirectory } from '../../server/gateway/identity/demoDirectory'
import { rawExchange } from './rawSocket'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import WebSocket from 'ws'

/**
 * One regression test at least per weakness of the published design (gateway reference, section 7); those of the live
 * connection are in relay.test.ts.
 */
jest.setTimeout(30_000)

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

  it('weakness 4: a chat server with a certificate that nobody vouches for gets nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tls-'))
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'],
      ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
    ])
    // The program has to be there: without it this test would say nothing.
    expect(made.status).toBe(0)
    let asked = 0
    const count = () => (asked += 1)
    const impostor = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, count)
    impostor.on('upgrade', (_request, socket) => {
      count()
      socket.destroy()
    })
    await new Promise<void>((resolve) => impostor.listen(0, '127.0.0.1', resolve))
    const { port } = impostor.address() as AddressInfo
    await harness.restart({ chatAddress: `https://127.0.0.1:${port}` })
    const { status } = await authenticate(harness, await harness.signIn('alice'))
    expect(status).toBe(503)
    expect(await socketStatus('/websocket')).toBe(503)
    expect(asked).toBe(0)
    impostor.close()
    rmSync(folder, { recursive: true })
  })

  it('weakness 4: plain http to another machine is refused at start unless it is asked for', () => {
    const config = (env: Record<string, string>) => () => readConfig(env, '/')
    expect(config({ IM_ADDRESS: 'http://chat.example.com' })).toThrow('IM_ADDRESS')
    expect(config({ IM_ADDRESS: 'http://127.0.0.1:3000' })).not.toThrow()
    const asked = { IM_ADDRESS: 'http://chat.example.com', IM_ALLOW_HTTP: '1' }
    expect(config(asked)).not.toThrow()
  })

  it('weakness 12: chat cookies alone change nothing, whether they are switched on or off', async () => {
    const alice = await harness.open('alice')
    const prefixes = ['', '__Host-']
    for (const cookies of [false, true]) {
      await harness.restart({ cookies })
      for (const prefix of prefixes) {
        const cookie = `${prefix}chat_token=${alice.authToken}; ${prefix}chat_uid=${alice.userId}`
        for (const more of [{}, { authorization: `Bearer ${alice.bearer}` }]) {
          const { status } = await harness.post(
            '/api/v1/chat.sendMessage',
            { message: { rid: 'r', msg: 'x' } },
            { cookie, origin: 'https://evil.example', ...more },
          )
          expect([401, 403]).toContain(status)
        }
      }
    }
    expect(harness.chat.seenOf('chat.sendMessage')).toHaveLength(0)
  })

  it('weakness 13: a token in an address is refused by REST and hub, and never reaches the chat server', async () => {
    await harness.restart({ realtimeMode: 'signalr' })
    const bearer = await harness.signIn('alice')
    await authenticate(harness, bearer)
    const before = harness.chat.seen.length
    const headers = { authorization: `Bearer ${bearer}` }
    for (const name of [
      'access_token',
      'rc_token',
      'token',
      'authToken',
      'resume',
      'ACCESS_TOKEN',
    ]) {
      const { status } = await harness.send(`/api/v1/me?${name}=${bearer}`, { headers })
      expect(status).toBe(400)
    }
    expect(await socketStatus(`/signalr?access_token=${bearer}`)).toBe(401)
    expect(harness.chat.seen).toHaveLength(before)
    expect(harness.logText()).not.toContain(bearer)
  })

  it('weakness 14: a page of another site opens no socket and negotiates none', async () => {
    await harness.restart({ realtimeMode: 'signalr', cookies: true })
    const bearer = await harness.signIn('alice')
    const { authToken, userId } = { authToken: 'x', userId: 'y' }
    const headers = {
      origin: 'https://evil.example',
      authorization: `Bearer ${bearer}`,
      cookie: `__Host-chat_token=${authToken}; __Host-chat_uid=${userId}`,
    }
    for (const path of ['/websocket', '/signalr'])
      expect(await socketStatus(path, headers)).toBe(403)
    expect((await harness.post('/signalr/negotiate', {}, headers)).status).toBe(403)
    expect(await socketStatus('/websocket', { origin: 'null' })).toBe(403)
  })

  it('weakness 15: failures of the chat server in the middle of things are answered, and the gateway lives', async () => {
    const alice = await harness.open('alice')
    const bearer = await harness.signIn('bob')
    await harness.chat.close()
    const statuses = await Promise.all([
      ...Array.from({ length: 20 }, () => me(alice)),
      ...Array.from({ length: 20 }, () => authenticate(harness, bearer)),
      ...Array.from({ length: 5 }, () =>
        harness.post('/api/v1/chat.sendMessage', { message: {} }, headersOf(alice)),
      ),
    ])
    expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set([503]))
    expect((await logout(harness, alice.bearer)).status).toBe(200)
    expect((await harness.send('/healthz')).status).toBe(200)
  })

  it('weakness 16: requests of several people that overlap never mix', async () => {
    const people = [await harness.open('alice'), await harness.open('bob')]
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, n) => {
        const one = people[n % 2]!
        return (await me(one)).body.userId === one.userId
      }),
    )
    expect(answers).toEqual(answers.map(() => true))
  })

  it('weakness 18: an agent with a personal access token never signs in, however often it starts', async () => {
    const token = 'personal-access-token-of-the-agent'
    harness.chat.tokens.set(token, 'agentId')
    const before = harness.chat.seenOf('login').length
    for (let start = 0; start < 3; start += 1) {
      await harness.restart({
        agent: { kind: 'token', userId: 'agentId', token },
        signInAgent: true,
      })
      expect((await authenticate(harness, await harness.signIn('alice'))).status).toBe(200)
    }
    await harness.gateway.close()
    expect(harness.chat.seenOf('login')).toHaveLength(before)
    expect(harness.chat.tokens.has(token)).toBe(true)
    await harness.restart()
  })

  it('weakness 20: large bodies, headers and calls are refused before they reach anything', async () => {
    const alice = await harness.open('alice')
    const before = harness.chat.seen.length
    const large = { renew: true, more: 'x'.repeat(70_000) }
    expect((await authenticate(harness, alice.bearer, large)).status).toBe(413)
    const call = { message: JSON.stringify({ params: ['x'.repeat(70_000)] }) }
    const headers = headersOf(alice)
    expect((await harness.post('/api/v1/method.call/loadHistory', call, headers)).status).toBe(400)
    const many = { ...headers, 'x-more': 'x'.repeat(20_000) }
    expect((await harness.send('/api/v1/me', { headers: many })).status).toBe(431)
    expect(harness.chat.seen).toHaveLength(before)
  })

  it('weakness 20: one user’s flood of requests is stopped and does not stop another', async () => {
    await harness.restart({ rateLimit: { perSecond: 1, burst: 10 } })
    const [alice, bob] = [await harness.open('alice'), await harness.open('bob')]
    const answers = await Promise.all(Array.from({ length: 30 }, () => me(alice)))
    const counts = [200, 429].map((code) => answers.filter(({ status }) => status === code).length)
    expect(counts).toEqual([9, 21])
    expect((await me(bob)).status).toBe(200)
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

  it('weakness 23: an image needs no token in its address, and one there is refused', async () => {
    const alice = await harness.open('alice')
    const { body } = await harness.post(
      '/api/services/app/Im/SignMedia',
      { paths: ['/file-upload/f/a.png', `/file-upload/f/a.png?rc_token=${alice.authToken}`] },
      { authorization: `Bearer ${alice.bearer}` },
    )
    const [address, refused] = (body.result as unknown as { addresses: string[] }).addresses
    expect(refused).toBeNull()
    expect(address).not.toContain(alice.authToken)
    expect((await harness.send(address!)).status).toBe(200)
    const query = `rc_uid=${alice.userId}&rc_token=${alice.authToken}`
    expect((await harness.send(`/file-upload/f/a.png?${query}`)).status).toBe(401)
    const headers = headersOf(alice)
    expect((await harness.send(`/file-upload/f/a.png?${query}`, { headers })).status).toBe(400)
  })

  it('an open proxy: no address leads to another server or out of the listed routes', async () => {
    const alice = await harness.open('alice')
    const before = harness.chat.seen.length
    const headers = headersOf(alice)
    for (const path of [
      '/api/v1/../admin',
      '/api/v1/me/../users.create',
      '/api/v1/%2e%2e/info',
      '/api/v1/me%2f..%2fusers.create',
      '/api/v1//evil.example/me',
      '/api/v1/@evil.example/me',
      '/api/v1/me%00',
      '/api/v1/ME',
      '/api/v1/login',
      '/file-upload/..%2f..%2fapi/v1/users.list',
      '/avatar/..;/api/v1/users.list',
      '/livechat',
      '/hooks/token',
      '/sockjs/info',
    ]) {
      const status = await rawStatus(`GET ${path} HTTP/1.1`, headers)
      expect([path, [400, 403, 404].includes(status) || status]).toEqual([path, true])
    }
    for (const line of [
      'GET http://evil.example/api/v1/me HTTP/1.1',
      'CONNECT evil.example:443 HTTP/1.1',
      'TRACE /api/v1/me HTTP/1.1',
      'PROPFIND /api/v1/me HTTP/1.1',
    ]) {
      expect(await rawStatus(line, headers)).not.toBe(200)
    }
    const leaked = harness.chat.seen.slice(before).filter(({ url }) => !url.startsWith('/avatar/'))
    expect(leaked).toEqual([])
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
          const { status } = await me({ bearer, userId, authToken })
          expect(status).toBe(isWhole ? 200 : 401)
        }
      }
    }
    expect(harness.chat.seenOf('me')).toHaveLength(before + 2)
  })
})

/** The status with which a websocket is refused; 101 when it is opened. */
function socketStatus(path: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${harness.gateway.url.replace('http', 'ws')}${path}`, { headers })
    socket.on('unexpected-response', (_request, response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    socket.on('open', () => {
      socket.terminate()
      resolve(101)
    })
    socket.on('error', reject)
  })
}

function rawStatus(line: string, headers: Record<string, string>): Promise<number> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return rawExchange(
    harness.gateway.port,
    [line, 'Host: gateway', 'Connection: close', ...lines, '', ''].join('\r\n'),
  ).then((text) => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0))
}

function storedText(dataDir: string): string {
  const read = (name: string) => readFileSync(join(dataDir, name), 'latin1')
  return read('gateway.db') + read('gateway.db-wal')
}
