import { randomBytes } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
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
const warmUpMs = 2000
const spanMs = 5000
/** Each message reaches the ten people of its room. */
const sendsPerSecond = 200
const rushMs = 3000
/** Messages to everybody that are on their way at once. */
const rushWidth = 4
const patienceMs = 5000

type Way = 'direct' | 'hub'
type Member = Person & { index: number; business: string; roomId: string }
type State = {
  chat: EmbeddedProcess
  gateway: GatewayProcess
  rest: Rest
  members: Member[]
  /** The room of everybody. */
  hallId: string
}

const createRoom = async (rest: Rest, admin: Person, name: string, members: readonly string[]) => {
  const answer = await rest.post('groups.create', { name, members }, admin)
  return (JSON.parse(answer) as { group: { _id: string } }).group._id
}

const setUp = async (): Promise<State> => {
  const sizes = ['--users', String(users), '--rooms', '1', '--messages', '10', '--seed', '7']
  const chat = await startEmbeddedProcess({ generate: sizes })
  const gateway = await startGatewayProcess(chat, { way: 'signalr' })
  const rest = openRest(chat.url, 32)
  const { admin, as } = await openPeople(rest, chat)
  const names = Array.from({ length: users }, (_, index) => `u7-${index}`)
  const hallId = await createRoom(rest, admin, 'relay-hall', names)
  const rooms: string[] = []
  for (let index = 0; index < roomCount; index += 1) {
    const own = names.slice(index * perRoom, (index + 1) * perRoom)
    rooms.push(await createRoom(rest, admin, `relay-${index}`, own))
  }
  const members = await inParallel(names, 16, async (username, index) => {
    const { token, uid } = await authenticate(gateway, username)
    const roomId = rooms[Math.floor(index / perRoom)]!
    return { ...(await as(uid)), index, business: token, roomId }
  })
  return { chat, gateway, rest, members, hallId }
}

const marker = Buffer.from('sent:')
const markLength = 12

/** The mark of the message in an event; undefined in an event of something else. */
const markOf = (event: Buffer): string | undefined => {
  const at = event.indexOf(marker)
  if (at === -1) return undefined
  const from = at + marker.length
  return event.toString('latin1', from, from + markLength)
}

const send = async (rest: Rest, from: Person, roomId: string): Promise<string> => {
  const mark = randomBytes(9).toString('base64url').slice(0, markLength)
  const message = { rid: roomId, msg: `今天的构建通过了 build is green, sent:${mark}` }
  await rest.post('chat.sendMessage', { message }, from)
  return mark
}

type Heard = (way: Way, member: Member, mark: string) => void
type Rooms = (member: Member) => string

const openDirect = ({ chat }: State, members: readonly Member[], roomOf: Rooms, heard: Heard) =>
  inParallel(members, 16, (member) =>
    openListener(chat.url, member, [['room-messages', roomOf(member)]], (event) => {
      const mark = markOf(event)
      if (mark !== undefined) heard('direct', member, mark)
    }),
  )

const openHub = ({ gateway }: State, members: readonly Member[], roomOf: Rooms, heard: Heard) =>
  inParallel(members, 16, (member) => {
    const onEvent = (event: Buffer): void => {
      const mark = markOf(event)
      if (mark !== undefined) heard('hub', member, mark)
    }
    return openHubListener({
      ...{ url: gateway.url, token: member.business, roomId: roomOf(member), onEvent },
    })
  })

const closeAll = (listeners: readonly Listener[]): void => {
  for (const listener of listeners) listener.close()
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Everybody listens in both ways at once, in this one process: the difference of the two arrivals of one event is what
 * the relay adds, whatever else the machine does meanwhile.
 */
const measureAdded = async (state: State): Promise<Record<string, number>> => {
  const { gateway, rest, members } = state
  const arrivals = new Map<string, { at: number; way: Way }>()
  let added: number[] = []
  const heard: Heard = (way, { index }, mark) => {
    const key = `${index} ${mark}`
    const now = performance.now()
    const other = arrivals.get(key)
    if (other === undefined) arrivals.set(key, { at: now, way })
    else {
      arrivals.delete(key)
      added.push(way === 'hub' ? now - other.at : other.at - now)
    }
  }
  const roomOf = ({ roomId }: Member): string => roomId
  // The chat server writes to sockets in the order in which they came: half of each kind are before the other.
  const early = members.filter(({ index }) => index % 2 === 0)
  const late = members.filter(({ index }) => index % 2 === 1)
  const listeners: Listener[] = [
    ...(await openDirect(state, early, roomOf, heard)),
    ...(await openHub(state, members, roomOf, heard)),
    ...(await openDirect(state, late, roomOf, heard)),
  ]
  const sendOne = (index: number): Promise<string> => {
    // Rooms in turn, so that deliveries are spread evenly over time.
    const place = Math.floor(index / roomCount) % perRoom
    const member = members[(index % roomCount) * perRoom + place]!
    return send(rest, member, member.roomId)
  }
  await paced(sendsPerSecond, warmUpMs, sendOne)
  await pause(500)
  added = []
  await gateway.loopDelay()
  const own = monitorEventLoopDelay({ resolution: 1 })
  own.enable()
  const busyBefore = gateway.busyMs()
  await paced(sendsPerSecond, spanMs, sendOne)
  await pause(500)
  own.disable()
  const work = (gateway.busyMs() - busyBefore) / added.length
  const loop = await gateway.loopDelay()
  closeAll(listeners)
  const expected = Math.floor((sendsPerSecond * spanMs) / 1000) * perRoom
  if (added.length < expected * 0.98) {
    throw new Error(`${added.length} of ${expected} events came in both ways`)
  }
  return {
    addedP50: percentile(added, 0.5),
    addedP99: percentile(added, 0.99),
    eventWork: work,
    loopP99: loop.p99,
    benchLoopP99: Math.max(0, own.percentile(99) / 1e6 - 1),
  }
}

/** Everybody is in one room; the next message is sent when all have one of those before. */
const measureRate = async (state: State, way: Way): Promise<number> => {
  const { rest, members, hallId } = state
  const missing = new Map<string, number>()
  const ends = new Map<string, () => void>()
  let events = 0
  const heard: Heard = (_way, _member, mark) => {
    events += 1
    const left = (missing.get(mark) ?? members.length) - 1
    missing.set(mark, left)
    if (left === 0) ends.get(mark)?.()
  }
  const open = way === 'hub' ? openHub : openDirect
  const listeners = await open(state, members, () => hallId, heard)
  const one = async (index: number): Promise<void> => {
    const mark = await send(rest, members[index % members.length]!, hallId)
    if (missing.get(mark) === 0) return
    await new Promise<void>((resolve, reject) => {
      const late = (): void => reject(new Error(`${way}: a message did not reach everybody`))
      const timer = setTimeout(late, patienceMs)
      ends.set(mark, () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
  const started = performance.now()
  let next = 0
  await Promise.all(
    Array.from({ length: rushWidth }, async () => {
      while (performance.now() - started < rushMs) await one(next++)
    }),
  )
  const rate = (events / (performance.now() - started)) * 1000
  closeAll(listeners)
  return rate
}

const measure = async (state: State, run: number): Promise<Record<string, number>> => {
  const found = await measureAdded(state)
  const order: Way[] = run % 2 === 0 ? ['direct', 'hub'] : ['hub', 'direct']
  for (const way of order) {
    await pause(300)
    found[way === 'hub' ? 'rate' : 'directRate'] = await measureRate(state, way)
  }
  await pause(300)
  return found
}

const ms = { unit: 'ms', better: 'lower' } as const
const rate = { unit: 'events/s', better: 'higher' } as const

export const bench = defineBench<State>({
  name: 'relay',
  title: `Gateway, back-end authentication: ${users} users`,
  repeats: 3,
  metrics: {
    addedP50: { ...ms, label: 'added delay of an event at 2,000 events/s, p50' },
    addedP99: { ...ms, label: 'added delay of an event at 2,000 events/s, p99', target: 2 },
    eventWork: { ...ms, label: 'processor time of the gateway for one event' },
    loopP99: { ...ms, label: 'lateness of the event loop meanwhile, p99' },
    benchLoopP99: {
      ...ms,
      label: 'lateness of the event loop meanwhile, p99',
      subject: 'the listeners',
    },
    rate: { ...rate, label: `events to ${users} people in one room` },
    directRate: {
      ...rate,
      label: `events to ${users} people in one room`,
      subject: 'straight to the chat server',
    },
  },
  setUp,
  measure,
  tearDown: async ({ chat, gateway, rest }) => {
    await rest.close()
    await gateway.close()
    await chat.close()
  },
})
