import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPinia, setActivePinia } from 'pinia'
import { readConfig } from '../../server/config'
import { createLogger } from '../../server/gateway/logging'
import { startAll, type RunningServers } from '../../server/startAll'
import { createHttp } from '../../src/api/http'
import { createImApi } from '../../src/api/im'
import { createRestApi } from '../../src/api/rest/restApi'
import { systemClock as clock } from '../../src/platform/clock'
import { resolveRealtimeUrl } from '../../src/platform/realtimeUrl'
import { createDdpRealtime } from '../../src/realtime/ddpRealtime'
import { createRepository } from '../../src/rocketchat/repository'
import { useChatStore } from '../../src/stores/chat'
import { useFeedStore } from '../../src/stores/feed'
import { useOutboxStore } from '../../src/stores/outbox'
import { provideServices } from '../../src/stores/services'
import { useSessionStore } from '../../src/stores/session'
import { eventually } from '../browser/eventually'
import {
  createFakeLifecycle,
  createFakeNetwork,
  createFakeStorage,
} from '../unit/client/support/fakePlatform'
import { installNodeRequest, openNodeSocket } from '../unit/client/support/nodePlatform'

// The whole core of the client, stores included, in Node against the real gateway and the real embedded server.

let folder: string
let servers: RunningServers

beforeAll(async () => {
  installNodeRequest()
  folder = mkdtempSync(join(tmpdir(), 'core-'))
  const env = { PORT: '0', EMBEDDED_PORT: '0', HOST: '127.0.0.1', DATA_DIR: join(folder, 'data') }
  servers = await startAll(readConfig(env, folder), createLogger('silent'))
})

afterAll(async () => {
  await servers.close()
  rmSync(folder, { recursive: true, force: true })
})

async function until(what: string, isTrue: () => boolean): Promise<void> {
  await eventually(() => {
    if (!isTrue()) throw new Error(`Not in time: ${what}`)
  })
}

/** One person's client, assembled as main.ts does it. */
function createClient() {
  const pinia = createPinia()
  const storage = createFakeStorage()
  const lifecycle = createFakeLifecycle()
  const network = createFakeNetwork()
  const http = createHttp({
    baseUrl: () => servers.url,
    storage,
    clock,
    renewChatSession: () => useSessionStore(pinia).renew(),
    onSessionExpired: () => useSessionStore(pinia).expire(),
  })
  provideServices(pinia, {
    clock,
    storage,
    lifecycle,
    network,
    im: createImApi(http),
    repository: createRepository(createRestApi(http)),
    createRealtime: ({ url, userId, username }) =>
      createDdpRealtime({
        url: resolveRealtimeUrl(servers.url, url),
        userId,
        username,
        token: () => String(storage.get('chat_token')),
        openSocket: openNodeSocket,
        clock,
        lifecycle,
        network,
      }),
    systemLanguage: 'en',
    flushIntervalMs: 10,
    maxDrawsPerSecond: Infinity,
    announceLanguage: () => undefined,
    showSignIn: () => undefined,
  })
  setActivePinia(pinia)
  const session = useSessionStore(pinia)
  const chat = useChatStore(pinia)
  const feed = useFeedStore(pinia)
  const outbox = useOutboxStore(pinia)
  const texts = () =>
    [...chat.chunks].reverse().flatMap(({ rows }) => rows.map((row) => `${row.state}${row.text}`))
  return { session, chat, feed, outbox, texts }
}

async function signedIn(name: string) {
  const client = createClient()
  await client.session.signIn(name, `${name}-demo`)
  client.feed.start()
  client.chat.setListVisible(true)
  await until('the list is there', () => client.chat.listState === 'ready')
  return client
}

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

test('a wrong password is refused, and nothing of it stays', async () => {
  const { session } = createClient()
  await expect(session.signIn('alice', 'wrong')).rejects.toMatchObject({ status: 401 })
  expect(session.status).toBe('signedOut')
})
