// The client's core, stores and all, fed with frames as its socket gives them; beside it the store of a usual kit.
import { createPinia, setActivePinia } from 'pinia'
import { computed, effect, reactive } from 'vue'
import { createMemoryDisk } from '../../src/platform/cacheDisk'
import { systemClock as clock } from '../../src/platform/clock'
import type { Realtime, StreamFrame } from '../../src/realtime/realtime'
import { createRepository } from '../../src/rocketchat/repository'
import { useChatStore } from '../../src/stores/chat'
import { useFeedStore } from '../../src/stores/feed'
import { provideServices } from '../../src/stores/services'
import { useSessionStore } from '../../src/stores/session'
import {
  createFakeLifecycle,
  createFakeNetwork,
  createFakeStorage,
} from '../../tests/unit/client/support/fakePlatform'
import { FakeChat } from '../../tests/unit/client/stores/support/fakeChat'
import { createFakeClock } from '../../tests/unit/client/support/fakeClock'
import {
  createFakeRealtime,
  type FakeRealtime,
} from '../../tests/unit/client/stores/support/fakeRealtime'

const self = 'ann'
const flushIntervalMs = 50

export type Core = {
  openRoom: string
  /** Rooms of the list that are not open. */
  backgroundRooms: string[]
  /** One frame as it comes from the socket. */
  receive(text: string): void
  /** Messages that the open room has drawn or keeps ready. */
  rows(): number
}

const until = async (isTrue: () => boolean): Promise<void> => {
  for (let tries = 0; !isTrue(); tries += 1) {
    if (tries > 500) throw new Error('the client did not get ready')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** A signed-in client with `rooms` rooms, one of them open, in front of a chat server in memory. */
export const startCore = async (rooms: number): Promise<Core> => {
  const server = new FakeChat(createFakeClock(Date.now()))
  const names = Array.from({ length: rooms }, (_, index) => `room-${index}`)
  for (const name of names) server.addRoom(name, [self, 'bob'])
  const storage = createFakeStorage()
  let realtime: FakeRealtime | undefined
  const listeners: ((frame: StreamFrame) => void)[] = []
  const pinia = createPinia()
  setActivePinia(pinia)
  const user = { userId: self, username: self, name: 'Ann' }
  provideServices(pinia, {
    clock,
    storage,
    cacheDisk: createMemoryDisk(),
    lifecycle: createFakeLifecycle(),
    network: createFakeNetwork(),
    im: {
      signIn: () => Promise.resolve({ accessToken: 't', expireInSeconds: 3600, userId: self }),
      authenticate: () =>
        Promise.resolve({ ...user, authToken: 't', realtime: { mode: 'ddp', url: '/websocket' } }),
      signOut: () => Promise.resolve(),
    },
    repository: createRepository(server.restFor(() => self)),
    createRealtime: (): Realtime => {
      realtime = createFakeRealtime(server, self)
      const { onFrame } = realtime
      realtime.onFrame = (listener) => {
        listeners.push(listener)
        return onFrame(listener)
      }
      return realtime
    },
    systemLanguage: 'en',
    flushIntervalMs,
    maxDrawsPerSecond: Infinity,
    announceLanguage: () => undefined,
    showSignIn: () => undefined,
  })
  const session = useSessionStore(pinia)
  const chat = useChatStore(pinia)
  const feed = useFeedStore(pinia)
  await session.signIn(self, 'secret')
  feed.start()
  chat.setListVisible(true)
  realtime?.goLive()
  await until(() => chat.channels.length === rooms)
  const [openRoom = '', ...backgroundRooms] = names
  chat.openChannel(openRoom)
  chat.setRoomVisible(true)
  await until(() => chat.historyState === 'complete')
  return {
    openRoom,
    backgroundRooms,
    receive(text) {
      const { collection, fields } = JSON.parse(text) as {
        collection: string
        fields: { eventName: string; args: unknown[] }
      }
      for (const listener of listeners) listener({ collection, ...fields })
    },
    rows: () => chat.chunks.reduce((sum, chunk) => sum + chunk.rows.length, 0),
  }
}

type Wire = { _id: string; ts: { $date: number } }

/** A reactive array of documents and a sorted copy that the page draws: drawn again for each frame. */
export const startNaive = (): { receive(text: string): void; rows(): number } => {
  const messages = reactive<Wire[]>([])
  const sorted = computed(() => [...messages].sort((a, b) => a.ts.$date - b.ts.$date))
  let drawn = 0
  effect(() => {
    drawn = sorted.value.length
  })
  return {
    receive(text) {
      const frame = JSON.parse(text) as { fields: { args: [Wire] } }
      const [message] = frame.fields.args
      const index = messages.findIndex(({ _id }) => _id === message._id)
      if (index === -1) messages.push(message)
      else messages[index] = message
    },
    rows: () => drawn,
  }
}
