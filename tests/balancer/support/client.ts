import { createPinia, setActivePinia } from 'pinia'
import { createHttp } from '../../../src/api/http'
import { createImApi } from '../../../src/api/im'
import { createRestApi } from '../../../src/api/rest/restApi'
import { systemClock as clock } from '../../../src/platform/clock'
import { resolveRealtimeUrl } from '../../../src/platform/realtimeUrl'
import { createDdpRealtime } from '../../../src/realtime/ddpRealtime'
import { createLateRealtime } from '../../../src/realtime/lateRealtime'
import { loadSignalr } from '../../../src/realtime/loadSignalrAtOnce'
import { createRepository } from '../../../src/rocketchat/repository'
import { useChatStore } from '../../../src/stores/chat'
import { useFeedStore } from '../../../src/stores/feed'
import { useOutboxStore } from '../../../src/stores/outbox'
import { provideServices } from '../../../src/stores/services'
import { useSessionStore } from '../../../src/stores/session'
import { useConnectionStore } from '../../../src/stores/connection'
import {
  createFakeLifecycle,
  createFakeNetwork,
  createFakeStorage,
} from '../../unit/client/support/fakePlatform'
import { installNodeRequest, openNodeSocket } from '../../unit/client/support/nodePlatform'

/** One person's client against a gateway, assembled as main.ts does it. */
export function createClient(url: string) {
  const pinia = createPinia()
  const storage = createFakeStorage()
  const lifecycle = createFakeLifecycle()
  const network = createFakeNetwork()
  const http = createHttp({
    baseUrl: () => url,
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
    createRealtime({ mode, url: path, userId, username }) {
      const common = {
        ...{ url: resolveRealtimeUrl(url, path), userId, openSocket: openNodeSocket },
        ...{ clock, lifecycle, network, socket: { reconnectDelay: 50 } },
      }
      const token = (key: string) => () => String(storage.get(key))
      if (mode === 'ddp') {
        return createDdpRealtime({ ...common, username, token: token('chat_token') })
      }
      const options = { ...common, token: token('access_token') }
      return createLateRealtime({
        load: async () => (await loadSignalr()).createSignalrRealtime(options),
        clock,
      })
    },
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
  const connection = useConnectionStore(pinia)
  const texts = () =>
    [...chat.chunks].reverse().flatMap(({ rows }) => rows.map((row) => `${row.state}${row.text}`))
  return { session, chat, feed, outbox, connection, storage, texts }
}
