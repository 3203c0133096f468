import { createPinia } from 'pinia'
import { createSSRApp } from 'vue'
import App from './App.vue'
import { createHttp } from './src/api/http'
import { createImApi } from './src/api/im'
import { createRestApi } from './src/api/rest/restApi'
import { storageKeys } from './src/api/storageKeys'
import { routes } from './src/pages/routes'
import { systemClock } from './src/platform/clock'
import { platformLifecycle } from './src/platform/lifecycle'
import { backgroundGraceMs, flushIntervalMs, maxDrawsPerSecond } from './src/platform/limits'
import { platformNetwork } from './src/platform/network'
import { createPlatformCacheDisk } from './src/platform/platformCacheDisk'
import { defaultServerUrl } from './src/platform/origin'
import { resolveRealtimeUrl } from './src/platform/realtimeUrl'
import {
  announceLanguage,
  answerToKeys,
  fitAboveKeyboard,
  loadPagesAhead,
  followOtherTabs,
} from './src/platform/page'
import { openSocket } from './src/platform/socket'
import { platformStorage } from './src/platform/storage'
import { systemLanguage } from './src/platform/theme'
import { currentRoute, reLaunch } from './src/platform/ui'
import { createDdpRealtime } from './src/realtime/ddpRealtime'
import { createLateRealtime } from './src/realtime/lateRealtime'
import { loadSignalr } from './src/realtime/loadSignalr'
import type { Realtime } from './src/realtime/realtime'
import { createRepository } from './src/rocketchat/repository'
import { useConnectionStore } from './src/stores/connection'
import { useFeedStore } from './src/stores/feed'
import { provideServices, type RealtimeTarget } from './src/stores/services'
import { useSessionStore } from './src/stores/session'

/** The connection for the way of authentication that the server announced. */
function createRealtime(
  { mode, url, userId, username }: RealtimeTarget,
  stored: (key: string) => string,
): Realtime {
  const common = {
    url: resolveRealtimeUrl(defaultServerUrl(), url),
    userId,
    openSocket,
    clock: systemClock,
    lifecycle: platformLifecycle,
    network: platformNetwork,
    socket: { backgroundGrace: backgroundGraceMs },
  }
  if (mode === 'ddp') {
    return createDdpRealtime({ ...common, username, token: () => stored(storageKeys.chatToken) })
  }
  const token = () => stored(storageKeys.accessToken)
  return createLateRealtime({
    load: async () => (await loadSignalr()).createSignalrRealtime({ ...common, token }),
    clock: systemClock,
  })
}

/** Assembles the client: the only place where platform, network, stores and pages meet. */
export function createApp() {
  const app = createSSRApp(App)
  const pinia = createPinia()
  app.use(pinia)
  const clock = systemClock
  const storage = platformStorage
  const lifecycle = platformLifecycle
  const network = platformNetwork
  const http = createHttp({
    baseUrl: defaultServerUrl,
    storage,
    clock,
    renewChatSession: () => useSessionStore(pinia).renew(),
    onSessionExpired: () => useSessionStore(pinia).expire(),
    onAnswer: () => useConnectionStore(pinia).noteAnswer(),
  })
  provideServices(pinia, {
    clock,
    storage,
    cacheDisk: createPlatformCacheDisk(clock),
    serverUrl: defaultServerUrl,
    lifecycle,
    network,
    im: createImApi(http),
    repository: createRepository(createRestApi(http), {
      onDropped: () => useFeedStore(pinia).noteDropped(),
    }),
    createRealtime: (target) =>
      createRealtime(target, (key) => {
        const token = storage.get(key)
        return typeof token === 'string' ? token : ''
      }),
    systemLanguage: systemLanguage(),
    flushIntervalMs,
    maxDrawsPerSecond,
    announceLanguage,
    showSignIn: () => {
      if (`/${currentRoute()}` !== routes.signIn) reLaunch(routes.signIn)
    },
  })
  answerToKeys()
  fitAboveKeyboard()
  loadPagesAhead()
  followOtherTabs(storageKeys.chatUserId)
  return { app }
}
