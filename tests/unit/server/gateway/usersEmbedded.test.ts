import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { startEmbedded } from '../../../../server/embedded/server'
import { startGateway } from '../../../../server/gateway/gateway'
import { createLogger } from '../../../../server/gateway/logging'
import { signHook } from '../../../../server/gateway/users/userHook'
import { eventually } from '../../../browser/eventually'
import { startRelayHarness, type Answer, type Person, type RelayHarness } from '../hub/relayHarness'
import { hex } from './harness'

/** What the business system says about its users, down to the chat server behind: the embedded one, nothing faked. */
jest.setTimeout(60_000)

const serviceSecret = 'service-secret-of-the-test-0123456789'
const hookSecret = 'hook-secret-of-the-test-0123456789012'
const service = { authorization: `Bearer ${serviceSecret}` }

describe('users, with the embedded chat server', () => {
  let harness: RelayHarness
  let alice: Person
  let bob: Person
  beforeEach(async () => {
    harness = await startRelayHarness({ serviceSecret, hookSecret, drainMs: 10_000 })
    alice = await harness.signIn('alice')
    bob = await harness.signIn('bob')
  })
  afterEach(() => harness.close())

  /** As the business token has it. */
  const businessId = ({ bearer }: Person) =>
    (JSON.parse(Buffer.from(bearer.split('.')[1]!, 'base64url').toString()) as { sub: string }).sub

  const deliver = (message: object): Promise<Answer> => {
    const timestamp = String(Math.floor(harness.clock.now() / 1000))
    const signature = signHook(hookSecret, timestamp, JSON.stringify(message))
    const headers = { 'x-im-timestamp': timestamp, 'x-im-signature': signature }
    return harness.post('/hooks/user', message, headers)
  }

  const reconcile = async (users: object[]) => {
    const input = { users, deactivateOthers: true }
    const answer = await harness.post('/api/services/app/Im/Reconcile', input, service)
    expect(answer.status).toBe(200)
    return answer.body.result as Record<string, unknown>
  }

  const relayed = async () => {
    const text = await (await fetch(`${harness.gateway.url}/metrics`)).text()
    return Number(/^im_relay_users (\d+)$/m.exec(text)?.[1])
  }

  it('a webhook that deletes somebody ends tokens, hub connections and the socket behind', async () => {
    const [hers, his] = [await harness.listen(alice), await harness.listen(bob)]
    expect(await relayed()).toBe(2)
    const message = { event: 'user.deleted', user: { userId: businessId(alice) } }
    expect((await deliver(message)).status).toBe(200)
    expect(String(await hers.closed)).toContain('session_revoked')
    expect(await relayed()).toBe(1)
    expect((await harness.rest(alice, 'me')).status).toBe(401)
    const gone = await harness.asAdmin('users.delete', { userId: alice.userId })
    expect(gone.body.success).toBe(false)
    expect((await harness.rest(bob, 'me')).body._id).toBe(bob.userId)
    expect(his.states().at(-1)).toBe('live')
  })

  it('a reconciliation that no longer names somebody ends all of theirs, and lets them in again', async () => {
    const user = (person: Person) => ({ userId: businessId(person), userName: person.username })
    expect(await reconcile([user(alice), user(bob)])).toMatchObject({ failed: [] })
    const hers = await harness.listen(alice)
    expect(await reconcile([user(bob)])).toMatchObject({ deactivated: 1, failed: [] })
    expect(String(await hers.closed)).toContain('session_revoked')
    expect(await relayed()).toBe(0)
    expect((await harness.rest(alice, 'me')).status).toBe(401)
    expect(await reconcile([user(alice), user(bob)])).toMatchObject({ reactivated: 1, failed: [] })
    const again = await harness.signIn('alice')
    expect(again.userId).toBe(alice.userId)
    expect((await harness.rest(again, 'me')).body._id).toBe(alice.userId)
  })

  it('a picture that cannot be had is told, and the rest of the change is done', async () => {
    const changes = { userId: businessId(bob), name: 'Robert', avatarUrl: 'http://127.0.0.1:1/x' }
    const headers = { ...service, 'content-type': 'application/json' }
    const answer = await fetch(`${harness.gateway.url}/api/services/app/Im/UpdateUser`, {
      ...{ method: 'PUT', headers, body: JSON.stringify(changes) },
    })
    expect(answer.status).toBe(502)
    expect((await harness.rest(bob, 'me')).body.name).toBe('Robert')
  })

  it('a gateway that stops says so at /readyz while its clients leave', async () => {
    await harness.listen(alice)
    await harness.listen(bob)
    const stopped = harness.gateway.close()
    const during = await fetch(`${harness.gateway.url}/readyz`)
    expect(during.status).toBe(503)
    expect(await during.json()).toMatchObject({ checks: { chat: true, running: false } })
    let isStopped = false
    void stopped.then(() => (isStopped = true))
    await harness.until(() => isStopped)
    await expect(fetch(`${harness.gateway.url}/readyz`)).rejects.toThrow()
  })
})

it.each([
  ['createToken-secret', { createTokenSecret: 'create-token-secret-of-the-test' }, {}],
  ['createToken-env', {}, { CREATE_TOKENS_FOR_USERS: 'true' }],
  ['password', {}, {}],
] as const)('a chat server that serves %s is found out at start', async (way, own, environment) => {
  const folder = mkdtempSync(join(tmpdir(), 'ways-'))
  const agent = { username: 'im-agent', password: 'agent-password-of-the-test' }
  const admin = { ...agent, email: 'im-agent@im.invalid' }
  const chat = await startEmbedded({
    ...{ port: 0, dataDir: join(folder, 'chat'), admin, environment, ...own },
  })
  const log: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log.push(String(chunk))
      done()
    },
  })
  const person = { userId: 7, username: 'carla', name: 'Carla', email: 'carla@example.com' }
  const gateway = await startGateway({
    ...{ port: 0, host: '127.0.0.1', dataDir: folder, chatAddress: chat.url },
    agent: { kind: 'password', ...agent },
    signInAgent: true,
    createTokenSecret: 'createTokenSecret' in own ? own.createTokenSecret : undefined,
    directory: { authenticate: () => person, find: () => person },
    ...{ tokenKey: hex('a'), encryptionKey: hex('b'), logger: createLogger('info', stream) },
  })
  await eventually(() => expect(log.join('')).toContain(`"ways":["${way}"`))
  const post = async (path: string, body: object, headers: object = {}) => {
    const response = await fetch(gateway.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    return ((await response.json()) as { result: Record<string, string> }).result
  }
  const account = { userNameOrEmailAddress: 'carla', password: 'x' }
  const { accessToken } = await post('/api/TokenAuth/Authenticate', account)
  const authorization = `Bearer ${accessToken}`
  const session = await post('/api/services/app/Im/Authenticate', {}, { authorization })
  expect(session.username).toBe('carla')
  const direct = await fetch(`${chat.url}/api/v1/me`, {
    headers: { 'x-user-id': session.userId!, 'x-auth-token': session.authToken! },
  })
  expect(direct.status).toBe(200)
  await gateway.close()
  await chat.close()
  rmSync(folder, { recursive: true, force: true })
})
