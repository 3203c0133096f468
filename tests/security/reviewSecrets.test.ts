import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { readConfig } from '../../server/config'
import { createSelfSigned } from '../support/selfSigned'
import { agentPassword, createTokenSecret } from '../unit/server/gateway/fakeChat'
import { authenticate, headersOf, logout } from '../unit/server/gateway/harness'
import { everyTestHasAGateway, harness, me, socketStatus, storedText } from './reviewSupport'

/**
 * Regression tests of the weaknesses of the published design (gateway reference, section 7): what is secret, and what could give
 * it away. Those of the live connection are in relay.test.ts.
 */
everyTestHasAGateway()

describe('security review of the published design, secrets', () => {
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
    await me(harness, alice)
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

  it('weakness 4: a chat server with a certificate that nobody vouches for gets nothing', async () => {
    let asked = 0
    const count = () => (asked += 1)
    const impostor = createServer(createSelfSigned('127.0.0.1'), count)
    impostor.on('upgrade', (_request, socket) => {
      count()
      socket.destroy()
    })
    await new Promise<void>((resolve) => impostor.listen(0, '127.0.0.1', resolve))
    const { port } = impostor.address() as AddressInfo
    await harness.restart({ chatAddress: `https://127.0.0.1:${port}` })
    const { status } = await authenticate(harness, await harness.signIn('alice'))
    expect(status).toBe(503)
    expect(await socketStatus(harness, '/websocket')).toBe(503)
    expect(asked).toBe(0)
    impostor.close()
  })

  it('weakness 4: plain http to another machine is refused at start unless it is asked for', () => {
    const config = (env: Record<string, string>) => () => readConfig(env, '/')
    expect(config({ IM_ADDRESS: 'http://chat.example.com' })).toThrow('IM_ADDRESS')
    expect(config({ IM_ADDRESS: 'http://127.0.0.1:3000' })).not.toThrow()
    const asked = { IM_ADDRESS: 'http://chat.example.com', IM_ALLOW_HTTP: '1' }
    expect(config(asked)).not.toThrow()
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
})
