import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../server/config'
import { createLogger } from '../../server/gateway/logging'
import { startAll, type RunningServers } from '../../server/startAll'
import { eventually } from '../browser/eventually'
import { ways, type Way } from '../e2e/server'
import { createClientCore } from '../support/clientCore'

// The whole core of the client, stores included, in Node against the real gateway and the real embedded server.

let folder: string
let servers: RunningServers

async function start(way: Way): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'core-'))
  const env = { PORT: '0', EMBEDDED_PORT: '0', HOST: '127.0.0.1', DATA_DIR: join(folder, 'data') }
  const config = readConfig({ ...env, IM_REALTIME: way }, folder)
  servers = await startAll(config, createLogger('silent'))
}

async function stop(): Promise<void> {
  await servers.close()
  rmSync(folder, { recursive: true, force: true })
}

async function until(what: string, isTrue: () => boolean): Promise<void> {
  await eventually(() => {
    if (!isTrue()) throw new Error(`Not in time: ${what}`)
  })
}

/** One person's client with what its open room shows, oldest first. */
function createClient() {
  const core = createClientCore({ url: servers.url })
  const texts = (): string[] => core.rows().map(({ state, text }) => `${state}${text}`)
  return { ...core, texts }
}

async function signedIn(name: string) {
  const client = createClient()
  await client.session.signIn(name, `${name}-demo`)
  client.feed.start()
  client.chat.setListVisible(true)
  await until('the list is there', () => client.chat.listState === 'ready')
  return client
}

/** Ends every sign-in of a user at the chat server, as its administrator does. */
async function endChatSessions(userId: string): Promise<void> {
  const post = async (path: string, body: object, headers: object = {}) => {
    const response = await fetch(`${servers.embeddedUrl!}/api/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    expect(response.status).toBe(200)
    return (await response.json()) as { data?: { userId: string; authToken: string } }
  }
  const password = readFileSync(
    join(folder, 'data', 'secrets', 'embedded-admin.password'),
    'utf8',
  ).trim()
  const { data } = await post('login', { user: 'im-agent', password })
  const headers = { 'x-user-id': data!.userId, 'x-auth-token': data!.authToken }
  await post('users.logout', { userId }, headers)
}

describe.each(ways)('over %s:', (way) => {
  beforeAll(() => start(way))
  afterAll(stop)

  test('two people chat through gateway and server, and see the same', async () => {
    const [alice, bob] = [await signedIn('alice'), await signedIn('bob')]
    const room = alice.chat.channels.find(({ title }) => title === 'Bob Martin')
    for (const { chat } of [alice, bob]) {
      chat.openChannel(room!.id)
      chat.setRoomVisible(true)
      await until('the history is there', () => chat.historyState === 'complete')
    }
    alice.chat.send('from alice 你好')
    await until('bob has it', () => bob.texts().includes('from alice 你好'))
    bob.chat.send('from bob')
    await until('alice has it', () => alice.texts().includes('from bob'))
    await until('all is sent', () => alice.outbox.unsentCount + bob.outbox.unsentCount === 0)
    expect(alice.texts()).toEqual(bob.texts())
    expect(alice.texts().filter((text) => text === 'from alice 你好')).toHaveLength(1)
    expect(alice.texts().slice(-2)).toEqual(['from alice 你好', 'from bob'])
    await Promise.all([alice.session.signOut(), bob.session.signOut()])
    expect([alice.chat.channels, alice.session.status]).toEqual([[], 'signedOut'])
  })

  test('somebody comes, is away and goes: the list of the other says so', async () => {
    const alice = await signedIn('alice')
    const title = 'Bob Martin'
    const lineOf = () => alice.chat.channels.find((channel) => channel.title === title)
    await until('alice is complete', () => alice.feed.lineState === 'live')
    alice.chat.noteDrawn(alice.chat.channels)
    await until('bob is not there', () => lineOf()?.presence === 'offline')
    alice.chat.openChannel(lineOf()!.id)
    const bob = await signedIn('bob')
    await until('bob is there', () => lineOf()?.presence === 'online')
    bob.lifecycle.goToBackground()
    await until('bob is away', () => lineOf()?.presence === 'away')
    bob.lifecycle.goToForeground()
    await until('bob is back', () => alice.presence.open.status === 'online')
    await bob.session.signOut()
    await until('bob is gone', () => lineOf()?.presence === 'offline')
    expect(alice.presence.open).toEqual({ roomId: lineOf()!.id, status: 'offline' })
    await alice.session.signOut()
  })

  test('a chat session that the chat server has ended is renewed, and the conversation goes on', async () => {
    const [alice, bob] = [await signedIn('alice'), await signedIn('bob')]
    const room = alice.chat.channels.find(({ title }) => title === 'Bob Martin')
    for (const { chat } of [alice, bob]) {
      chat.openChannel(room!.id)
      chat.setRoomVisible(true)
      await until('the history is there', () => chat.historyState === 'complete')
    }
    await until('alice is live', () => alice.feed.lineState === 'live')
    const { state } = alice.connection
    expect(state).toBe('live')
    const generation = alice.connection.generation()
    await endChatSessions(alice.session.user!.id)
    await until('alice has another connection', () => alice.connection.generation() > generation)
    bob.chat.send('after the end of the session')
    await until('alice has it', () => alice.texts().includes('after the end of the session'))
    alice.chat.send('and the answer')
    await until('bob has it', () => bob.texts().includes('and the answer'))
    expect(alice.session.status).toBe('signedIn')
    await Promise.all([alice.session.signOut(), bob.session.signOut()])
  })

  test('the device keeps the tokens that its way needs, and none after signing out', async () => {
    const { session, storage } = await signedIn('carlos')
    const kept = ['access_token', 'chat_token'].map((key) => typeof storage.get(key))
    expect(kept).toEqual(['string', way === 'ddp' ? 'string' : 'undefined'])
    const stored = JSON.stringify([...storage.values])
    expect(/"authToken"/.test(stored)).toBe(false)
    await session.signOut()
    expect(['access_token', 'chat_token', 'chat_uid'].map((key) => storage.get(key))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test('a wrong password is refused, and nothing of it stays', async () => {
    const { session } = createClient()
    await expect(session.signIn('alice', 'wrong')).rejects.toMatchObject({ status: 401 })
    expect(session.status).toBe('signedOut')
  })
})
