import { defineBench } from './lib/bench'
import { startEmbeddedProcess, type EmbeddedProcess } from './lib/embeddedProcess'
import { startGatewayProcess, type GatewayProcess } from './lib/gatewayProcess'
import { authenticate, inParallel, openHubListener, type HubListener } from './lib/hubLoad'
import { startTcpPass, type TcpPass } from './lib/tcpPass'

const users = 3000
const firstUsers = 1000
const width = 32
const patienceMs = 60_000

type State = { chat: EmbeddedProcess; cable: TcpPass; gateway: GatewayProcess }

const setUp = async (): Promise<State> => {
  const sizes = ['--users', String(users), '--rooms', '1', '--messages', '10', '--seed', '7']
  const chat = await startEmbeddedProcess({ generate: sizes })
  const cable = await startTcpPass(chat.url)
  const gateway = await startGatewayProcess(chat, { way: 'signalr', address: cable.url })
  return { chat, cable, gateway }
}

/** Who is live, and how long it takes until all are again. */
const createRoll = () => {
  let live = 0
  let onAll: { count: number; resolve: () => void } | undefined
  return {
    note(isLive: boolean): void {
      live += isLive ? 1 : -1
      if (onAll !== undefined && live === onAll.count) onAll.resolve()
    },
    until: (count: number): Promise<void> =>
      new Promise((resolve, reject) => {
        const late = (): void => reject(new Error(`${live} of ${count} users are live`))
        const timer = setTimeout(late, patienceMs)
        const found = (): void => {
          clearTimeout(timer)
          resolve()
        }
        onAll = { count, resolve: found }
        if (live === count) found()
      }),
    get live() {
      return live
    },
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const measure = async ({ cable, gateway }: State): Promise<Record<string, number>> => {
  const names = Array.from({ length: users }, (_, index) => `u7-${index}`)
  // Their chat sessions are there before the first measurement, so that it is connections that are measured.
  const people = await inParallel(names, width, (name) => authenticate(gateway, name))
  const roll = createRoll()
  const listeners: HubListener[] = []
  const open = ({ token }: { token: string }) =>
    openHubListener({ url: gateway.url, token, onState: (isLive) => roll.note(isLive) })
  const connect = async (from: number, to: number): Promise<void> => {
    listeners.push(...(await inParallel(people.slice(from, to), width, open)))
    await pause(1000)
  }
  await connect(0, 50)
  const before = await gateway.memory()
  await connect(50, firstUsers)
  const thousand = await gateway.memory()
  await connect(firstUsers, users)
  const all = await gateway.memory()
  const isCut = roll.until(0)
  const started = performance.now()
  cable.cutAll()
  await isCut
  await roll.until(users)
  const backMs = performance.now() - started
  for (const listener of listeners) listener.close()
  const each = (use: typeof all, count: number, key: keyof typeof all): number =>
    (use[key] - before[key]) / 1024 / (count - 50)
  return {
    rss1000: each(thousand, firstUsers, 'rss'),
    rss3000: each(all, users, 'rss'),
    heap1000: each(thousand, firstUsers, 'heapUsed'),
    heap3000: each(all, users, 'heapUsed'),
    back: backMs,
  }
}

export const bench = defineBench<State>({
  name: 'gatewaymemory',
  title: `Gateway, back-end authentication: ${users} users, each with a hub and a DDP socket`,
  // Memory that was used once is not given back, so one process can be measured once.
  repeats: 1,
  metrics: {
    rss1000: { label: 'memory of a user, 1,000 users', unit: 'KB', better: 'lower', target: 32 },
    rss3000: { label: 'memory of a user, 3,000 users', unit: 'KB', better: 'lower', target: 32 },
    heap1000: { label: 'of this JavaScript heap, 1,000 users', unit: 'KB', better: 'lower' },
    heap3000: { label: 'of this JavaScript heap, 3,000 users', unit: 'KB', better: 'lower' },
    back: {
      label: 'all DDP sockets cut: until all 3,000 are live again',
      unit: 'ms',
      better: 'lower',
    },
  },
  setUp,
  measure,
  tearDown: async ({ chat, cable, gateway }) => {
    await gateway.close()
    await cable.close()
    await chat.close()
  },
})
