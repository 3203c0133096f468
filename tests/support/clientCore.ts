import { createPinia, setActivePinia } from 'pinia'
import { createHttp } from '../../src/api/http'
import { createImApi, type ImApi } from '../../src/api/im'
import { createRestApi } from '../../src/api/rest/restApi'
import { storageKeys } from '../../src/api/storageKeys'
import { createMemoryDisk, type CacheDisk } from '../../src/platform/cacheDisk'
import { systemClock } from '../../src/platform/clock'
import { resolveRealtimeUrl } from '../../src/platform/realtimeUrl'
import type { Clock, OpenSocket } from '../../src/platform/types'
import { createDdpRealtime } from '../../src/realtime/ddpRealtime'
import { createLateRealtime } from '../../src/realtime/lateRealtime'
import { loadSignalr } from '../../src/realtime/loadSignalrAtOnce'
import type { SocketOptions } from '../../src/realtime/socketOptions'
import { createRepository } from '../../src/rocketchat/repository'
import { useMessageCache } from '../../src/stores/cache/messageCache'
import { useChatStore } from '../../src/stores/chat'
import { useConnectionStore } from '../../src/stores/connection'
import { useFeedStore } from '../../src/stores/feed'
import { useOutboxStore } from '../../src/stores/outbox'
import { usePresenceStore } from '../../src/stores/presence'
import { provideServices, type RealtimeTarget } from '../../src/stores/services'
import { useSessionStore } from '../../src/stores/session'
import type { Row } from '../../src/timeline/types'
import {
  createFakeLifecycle,
  createFakeNetwork,
  createFakeStorage,
  type FakeStorage,
} from '../unit/client/support/fakePlatform'
import { installNodeRequest, openNodeSocket } from '../unit/client/support/nodePlatform'
import { mortalDisk, mortalRest } from '../unit/client/stores/support/mortal'

/** What outlives the client on a device. */
export type Device = { storage: FakeStorage; cacheDisk: CacheDisk }

export const createDevice = (): Device => ({
  storage: createFakeStorage(),
  cacheDisk: createMemoryDisk(),
})

export type ClientCoreOptions = {
  /** Origin of the gateway; asked for each request when it is a function. */
  url: string | (() => string)
  /** @default a new one */
  device?: Device
  /** @default the system's */
  clock?: Clock
  /** @default a wait of at most 50 ms before the first attempt to reconnect */
  socket?: Partial<Pick<SocketOptions, 'reconnectDelay' | 'backgroundGrace'>>
  /** Milliseconds until a request counts as failed. */
  requestTimeoutMs?: number
  /** @default 10 */
  flushIntervalMs?: number
}

/**
 * One person's client without its pages, in Node: everything below is what main.ts assembles, over real sockets and real
 * requests. Contract tests, fault tests and benchmarks share it.
 */
export function createClientCore(options: ClientCoreOptions) {
  installNodeRequest()
  const device = options.device ?? createDevice()
  const url = typeof options.url === 'function' ? options.url : () => String(options.url)
  const pinia = createPinia()
  const lifecycle = createFakeLifecycle()
  const network = createFakeNetwork()
  let isDead = false
  const isAlive = (): boolean => !isDead
  const clock = mortalClockOf(options.clock ?? systemClock, isAlive)
  const storage = mortalStorage(device.storage, isAlive)
  const http = createHttp({
    baseUrl: url,
    storage,
    clock,
    timeoutMs: options.requestTimeoutMs ?? 20_000,
    renewChatSession: () => useSessionStore(pinia).renew(),
    onSessionExpired: () => useSessionStore(pinia).expire(),
  })
  provideServices(pinia, {
    ...{ clock, storage, lifecycle, network },
    cacheDisk: mortalDisk(device.cacheDisk, isAlive),
    serverUrl: url,
    im: mortalIm(createImApi(http), isAlive),
    repository: createRepository(mortalRest(createRestApi(http), isAlive), {
      onDropped: () => useFeedStore(pinia).noteDropped(),
    }),
    createRealtime: (target) => createRealtime(target),
    systemLanguage: 'en',
    flushIntervalMs: options.flushIntervalMs ?? 10,
    maxDrawsPerSecond: Infinity,
    announceLanguage: () => undefined,
    showSignIn: () => undefined,
  })

  function createRealtime({ mode, url: address, userId, username }: RealtimeTarget) {
    const common = {
      ...{ url: resolveRealtimeUrl(url(), address), userId },
      openSocket: mortalSockets(isAlive),
      ...{ clock, lifecycle, network },
      socket: { reconnectDelay: 50, ...options.socket },
    }
    const token = (key: string) => () => {
      const stored = storage.get(key)
      return typeof stored === 'string' ? stored : ''
    }
    if (mode === 'ddp') {
      return createDdpRealtime({ ...common, username, token: token(storageKeys.chatToken) })
    }
    const signalr = { ...common, token: token(storageKeys.accessToken) }
    return createLateRealtime({
      load: async () => (await loadSignalr()).createSignalrRealtime(signalr),
      clock,
    })
  }

  setActivePinia(pinia)
  const chat = useChatStore(pinia)
  const connection = useConnectionStore(pinia)
  const rows = (): Row[] =>
    [...chat.chunks]
      .reverse()
      .flatMap((chunk) => [...chunk.rows])
      .filter(({ kind }) => kind !== 'gone')
  return {
    ...{ device, storage: device.storage, lifecycle, network, chat, connection },
    session: useSessionStore(pinia),
    feed: useFeedStore(pinia),
    outbox: useOutboxStore(pinia),
    cache: useMessageCache(pinia),
    presence: usePresenceStore(pinia),
    /** The rows of the open room, oldest first. */
    rows,
    /**
     * The process is killed: timers, answers and frames change nothing any more, and what is on the device stays as it is.
     * Its sockets belong to the system: whoever kills closes them, for example at a proxy.
     */
    kill(): void {
      isDead = true
      connection.close()
    },
  }
}

export type ClientCore = ReturnType<typeof createClientCore>

/** The device's clock, of which a dead client hears nothing. */
function mortalClockOf(clock: Clock, isAlive: () => boolean): Clock {
  return {
    now: () => clock.now(),
    setTimeout: (callback, ms) => clock.setTimeout(() => isAlive() && callback(), ms),
    clearTimeout: (handle) => clock.clearTimeout(handle),
    random: () => clock.random(),
  }
}

function mortalStorage(storage: FakeStorage, isAlive: () => boolean) {
  return {
    get: (key: string) => storage.get(key),
    set: (key: string, value: unknown) => {
      if (isAlive()) storage.set(key, value)
    },
    remove: (key: string) => {
      if (isAlive()) storage.remove(key)
    },
  }
}

/** Sign-in and renewal never answer a dead client. */
function mortalIm(im: ImApi, isAlive: () => boolean): ImApi {
  const guard = <T>(answer: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      answer.then(
        (value) => isAlive() && resolve(value),
        (error: unknown) => isAlive() && reject(error as Error),
      )
    })
  return {
    signIn: (userName, password) => guard(im.signIn(userName, password)),
    authenticate: (request) => guard(im.authenticate(request)),
    signOut: () => guard(im.signOut()),
  }
}

function mortalSockets(isAlive: () => boolean): OpenSocket {
  return (url, handlers, protocols) =>
    openNodeSocket(
      url,
      {
        onOpen: () => isAlive() && handlers.onOpen(),
        onMessage: (text) => isAlive() && handlers.onMessage(text),
        onClose: (code, reason) => isAlive() && handlers.onClose(code, reason),
        onError: (reason) => isAlive() && handlers.onError(reason),
      },
      protocols,
    )
}

/**
 * A clock that runs faster than the real one, so that waits of half a minute take seconds. Its time of day runs ahead too:
 * the device's clock is wrong, which nothing may depend on.
 */
export function createFastClock(factor: number, startOffsetMs = 0): Clock {
  const startedAt = Date.now()
  return {
    now: () => startedAt + startOffsetMs + (Date.now() - startedAt) * factor,
    setTimeout: (callback, ms) => setTimeout(callback, ms / factor),
    clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
    random: () => Math.random(),
  }
}
