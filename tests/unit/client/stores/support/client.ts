import { createPinia, setActivePinia } from 'pinia'
import type { ChatSession, ImApi } from '../../../../../src/api/im'
import { createMemoryDisk, type CacheDisk } from '../../../../../src/platform/cacheDisk'
import { createRepository } from '../../../../../src/rocketchat/repository'
import type { Row } from '../../../../../src/timeline/types'
import { useMessageCache } from '../../../../../src/stores/cache/messageCache'
import { useChatStore } from '../../../../../src/stores/chat'
import { useConnectionStore } from '../../../../../src/stores/connection'
import { useFeedStore } from '../../../../../src/stores/feed'
import { useOutboxStore } from '../../../../../src/stores/outbox'
import { provideServices, type RealtimeTarget } from '../../../../../src/stores/services'
import { useSessionStore } from '../../../../../src/stores/session'
import { useSettingsStore } from '../../../../../src/stores/settings'
import { useTypingStore } from '../../../../../src/stores/typing'
import { createFakeClock, flush, type FakeClock } from '../../support/fakeClock'
import {
  createFakeLifecycle,
  createFakeNetwork,
  createFakeStorage,
} from '../../support/fakePlatform'
import { seededRandom } from '../../timeline/samples'
import { FakeChat, refusal } from './fakeChat'
import { createFakeRealtime, type FakeRealtime } from './fakeRealtime'
import { mortalClock, mortalDisk, mortalRest } from './mortal'

export type FakeIm = ImApi & {
  /** Replaced by tests that want another answer. */
  onAuthenticate: (userId: string, isRenewal: boolean) => Promise<ChatSession>
  onSignOut: () => Promise<void>
  readonly renewals: number
}

const passwords: Record<string, string> = {
  ann: 'ann-secret',
  bob: 'bob-secret',
  cid: 'cid-secret',
}

export function chatSession(userId: string, serial: number): ChatSession {
  return {
    ...{ userId, username: userId, name: userId.toUpperCase() },
    authToken: `chat-${userId}-${serial}`,
    realtime: { mode: 'ddp', url: '/websocket' },
  }
}

function createFakeIm(storage: { get(key: string): unknown }): FakeIm {
  let serial = 0
  let renewals = 0
  const im: FakeIm = {
    get renewals() {
      return renewals
    },
    onAuthenticate: (userId) => Promise.resolve(chatSession(userId, ++serial)),
    onSignOut: () => Promise.resolve(),
    async signIn(userName, password) {
      await Promise.resolve()
      if (passwords[userName] !== password) throw refusal(401, 'wrong')
      return { accessToken: `business-${userName}`, expireInSeconds: 60, userId: userName }
    },
    authenticate({ renew = false } = {}) {
      if (renew) renewals += 1
      const token = storage.get('access_token')
      if (typeof token !== 'string') return Promise.reject(refusal(401, 'no token'))
      return im.onAuthenticate(token.slice('business-'.length), renew)
    },
    signOut: () => im.onSignOut(),
  }
  return im
}

export type ClientOptions = {
  clock?: FakeClock
  server?: FakeChat
  storage?: ReturnType<typeof createFakeStorage>
  systemLanguage?: string
  random?: () => number
  /** What the device keeps of rooms and lists; left out, nothing outlives the client. */
  cacheDisk?: CacheDisk
  serverUrl?: string
  /** How far this device's clock is ahead of the server's, in milliseconds. */
  skewMs?: number
}

/** The whole core of the client, stores over fake network, for one device. */
export function createClient(options: ClientOptions = {}) {
  const clock = options.clock ?? createFakeClock()
  clock.random = options.random ?? seededRandom(1)
  const server = options.server ?? new FakeChat(clock)
  const storage = options.storage ?? createFakeStorage()
  const lifecycle = createFakeLifecycle()
  const network = createFakeNetwork()
  let isDead = false
  const isAlive = (): boolean => !isDead
  const cacheDisk = options.cacheDisk ?? createMemoryDisk()
  const im = createFakeIm(storage)
  const realtimes: FakeRealtime[] = []
  const targets: RealtimeTarget[] = []
  const signInShown: number[] = []
  const pinia = createPinia()
  setActivePinia(pinia)
  provideServices(pinia, {
    ...{ network, im, lifecycle },
    clock: mortalClock(clock, options.skewMs ?? 0, isAlive),
    storage: { ...storage, set: (key, value) => isAlive() && storage.set(key, value) },
    cacheDisk: mortalDisk(cacheDisk, isAlive),
    serverUrl: () => options.serverUrl ?? '',
    repository: createRepository(
      mortalRest(
        server.restFor(() => String(storage.values.get('chat_uid'))),
        isAlive,
      ),
      {
        onDropped: () => useFeedStore(pinia).noteDropped(),
      },
    ),
    createRealtime(target) {
      targets.push(target)
      const realtime = createFakeRealtime(server, target.userId)
      realtimes.push(realtime)
      return realtime
    },
    systemLanguage: options.systemLanguage ?? 'en',
    flushIntervalMs: 50,
    maxDrawsPerSecond: Infinity,
    announceLanguage: () => undefined,
    showSignIn: () => signInShown.push(clock.now()),
  })
  const session = useSessionStore(pinia)
  const chat = useChatStore(pinia)
  const feed = useFeedStore(pinia)
  const client = {
    skewMs: options.skewMs ?? 0,
    ...{
      clock,
      server,
      storage,
      cacheDisk,
      lifecycle,
      network,
      im,
      realtimes,
      targets,
      signInShown,
      pinia,
    },
    ...{ session, chat, feed },
    settings: useSettingsStore(pinia),
    outbox: useOutboxStore(pinia),
    typing: useTypingStore(pinia),
    connection: useConnectionStore(pinia),
    cache: useMessageCache(pinia),
    get realtime(): FakeRealtime {
      return realtimes[realtimes.length - 1]!
    },
    async signIn(userId: string): Promise<void> {
      await session.signIn(userId, passwords[userId] ?? '')
      feed.start()
      await flush()
    },
    /** Signed in, live and synced, with the list on the screen. */
    async start(userId: string): Promise<void> {
      await client.signIn(userId)
      chat.setListVisible(true)
      client.realtime.goLive()
      await client.settle()
    },
    /** The process is killed: what is on the device is all that is left. */
    die(): void {
      isDead = true
      for (const realtime of realtimes) realtime.close()
    },
    /** Everything under way arrives and is drawn. */
    settle: () => clock.elapse(50),
    async open(roomId: string): Promise<void> {
      chat.setListVisible(false)
      chat.openChannel(roomId)
      chat.setRoomVisible(true)
      await client.settle()
    },
    /** The rows on the screen, oldest first. */
    rows: (): Row[] =>
      [...chat.chunks]
        .reverse()
        .flatMap(({ rows }) => rows)
        .filter(({ kind }) => kind !== 'gone'),
    texts: (): string[] => client.rows().map(({ text }) => text),
    list: (): string[] => chat.channels.map(({ id, badge }) => (badge ? `${id}:${badge}` : id)),
  }
  return client
}

export type Client = ReturnType<typeof createClient>

/** The next start on the same device, for whoever was signed in. */
export async function restart(
  { clock, server, storage, cacheDisk }: Client,
  changes: ClientOptions = {},
): Promise<Client> {
  const next = createClient({ clock, server, storage, cacheDisk, ...changes })
  if (next.session.restore()) next.feed.start()
  await flush()
  return next
}

/** A promise and what settles it. */
export function deferred<T = void>() {
  let resolve: (value: T) => void = () => undefined
  let reject: (error: unknown) => void = () => undefined
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}
