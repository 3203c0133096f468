import { randomBytes } from 'node:crypto'
import { defineBench } from './lib/bench'
import {
  openListener,
  openPeople,
  openRest,
  paced,
  type Listener,
  type Person,
  type Rest,
} from './lib/chatLoad'
import { startEmbeddedProcess, type EmbeddedProcess } from './lib/embeddedProcess'
import { startGatewayProcess, type GatewayProcess } from './lib/gatewayProcess'
import { authenticate, inParallel, openHubListener } from './lib/hubLoad'
import { percentile } from './lib/stats'

const roomCount = 20
const perRoom = 10
const users = roomCount * perRoom
const spanMs = 5000
/** Each message reaches the ten people of its room. */
const sendsPerSecond = 200
const rushMs = 4000
const rushWidth = 24

type Member = Person & { username: string; business: string; roomId: string }

type State = { chat: EmbeddedProcess; gateway: GatewayProcess; rest: Rest; members: Member[] }

const createRoom = async (rest: Rest, admin: Person, index: number): Promise<string> => {
  const members = Array.from({ length: perRoom }, (_, i) => `u7-${index * perRoom + i}`)
  const { group } = JSON.parse(
    await rest.post('groups.create', { name: `relay-${index}`, members }, admin),
  ) as { group: { _id: string } }
  return group._id
}

const setUp = async (): Promise<State> => {
  const sizes = ['--users', String(users), '--rooms', '1', '--messages', '10', '--seed', '7']
  const chat = await startEmbeddedProcess({ generate: sizes })
  const gateway = await startGatewayProcess(chat, { way: 'signalr' })
  const rest = openRest(chat.url, 32)
  const { admin, as } = await openPeople(rest, chat)
  const rooms: string[] = []
  for (let index = 0; index < roomCount; index += 1) {
    rooms.push(await createRoom(rest, admin, index))
  }
  const names = Array.from({ length: users }, (_, index) => `u7-${index}`)
  const members = await inParallel(names, 16, async (username, index) => {
    const { token, uid } = await authenticate(gateway, username)
    const roomId = rooms[Math.floor(index / perRoom)]!
    return { ...(await as(uid)), username, business: token, roomId }
  })
  return { chat, gateway, rest, members }
}

const marker = Buffer.from('sent:')
const openBoth = { direct: openDirect, hub: openHub } as const
type Way = keyof typeof openBoth

function openDirect({ chat, members }: State, hear: (event: Buffer) => void): Promise<Listener[]> {
  return inParallel(members, 16, (member) =>
    openListener(chat.url, member, [['room-messages', member.roomId]], hear),
  )
}

function openHub({ gateway, members }: State, hear: (event: Buffer) => void): Promise<Listener[]> {
  return inParallel(members, 16, ({ business, roomId }) =>
    openHubListener({ url: gateway.url, token: business, roomId, onEvent: hear }),
  )
}

const sendOne = ({ rest, members }: State, index: number): Promise<string> => {
  // Rooms in turn, so that deliveries are spread evenly over time.
  const member = members[(index % roomCount) * perRoom + (Math.floor(index / roomCount) % perRoom)]!
  const sent = performance.now().toFixed(3).padStart(15)
  const message = {
    _id: randomBytes(9).toString('hex').slice(0, 17),
    rid: member.roomId,
    msg: `今天的构建通过了 build is green, sent:${sent}`,
  }
  return rest.post('chat.sendMessage', { message }, member)
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Everybody listens in one way; first at an even pace, then as fast as the messages can be sent. */
const measureWay = async (state: State, way: Way) => {
  const delays: number[] = []
  let events = 0
  const hear = (event: Buffer): void => {
    const at = event.indexOf(marker)
    if (at === -1) return
    events += 1
    const sent = Number(event.subarray(at + marker.length, at + marker.length + 15).toString())
    delays.push(performance.now() - sent)
  }
  const listeners = await openBoth[way](state, hear)
  await paced(sendsPerSecond, 1000, (index) => sendOne(state, index))
  await pause(300)
  delays.length = 0
  events = 0
  await paced(sendsPerSecond, spanMs, (index) => sendOne(state, index))
  await pause(300)
  const expected = Math.floor((sendsPerSecond * spanMs) / 1000) * perRoom
  if (events < expected * 0.98) throw new Error(`${way}: ${events} of ${expected} events came`)
  const p50 = percentile(delays, 0.5)
  const p99 = percentile(delays, 0.99)
  events = 0
  const rushed = performance.now()
  let next = 0
  await Promise.all(
    Array.from({ length: rushWidth }, async () => {
      while (performance.now() - rushed < rushMs) await sendOne(state, next++)
    }),
  )
  const rate = (events / (performance.now() - rushed)) * 1000
  for (const listener of listeners) listener.close()
  await pause(300)
  return { p50, p99, rate }
}

const measure = async (state: State, run: number): Promise<Record<string, number>> => {
  const results: Partial<Record<Way, Awaited<ReturnType<typeof measureWay>>>> = {}
  const order: Way[] = run % 2 === 0 ? ['direct', 'hub'] : ['hub', 'direct']
  for (const way of order) results[way] = await measureWay(state, way)
  const { direct, hub } = results
  if (direct === undefined || hub === undefined) throw new Error('a way was not measured')
  return {
    rate: hub.rate,
    addedP50: hub.p50 - direct.p50,
    addedP99: hub.p99 - direct.p99,
    hubP50: hub.p50,
    hubP99: hub.p99,
    directRate: direct.rate,
    directP50: direct.p50,
    directP99: direct.p99,
  }
}

const ms = { unit: 'ms', better: 'lower' } as const
const rate = { unit: 'events/s', better: 'higher' } as const
const direct = { subject: 'straight to the chat server' }

export const bench = defineBench<State>({
  name: 'relay',
  title: `Gateway, back-end authentication: ${users} users in ${roomCount} rooms`,
  metrics: {
    rate: { ...rate, label: 'events, as fast as messages can be sent' },
    directRate: { ...rate, ...direct, label: 'events, as fast as messages can be sent' },
    addedP50: { ...ms, label: 'added delay at 2,000 events/s, p50' },
    addedP99: { ...ms, label: 'added delay at 2,000 events/s, p99', target: 2 },
    hubP50: { ...ms, label: 'from the send to the event, p50' },
    directP50: { ...ms, ...direct, label: 'from the send to the event, p50' },
    hubP99: { ...ms, label: 'from the send to the event, p99' },
    directP99: { ...ms, ...direct, label: 'from the send to the event, p99' },
  },
  setUp,
  measure,
  tearDown: async ({ chat, gateway, rest }) => {
    await rest.close()
    await gateway.close()
    await chat.close()
  },
})
