import { randomBytes } from 'node:crypto'
import { defineBench } from './lib/bench'
import {
  callsPerSecond,
  openListener,
  openPeople,
  openRest,
  paced,
  type Listener,
  type Person,
  type Rest,
} from './lib/chatLoad'
import { startEmbeddedProcess, type EmbeddedProcess } from './lib/embeddedProcess'
import { percentile } from './lib/stats'

const sizes = ['--users', '500', '--rooms', '200', '--messages', '200000', '--seed', '7']
const sockets = 200
const idleSockets = 1000
const spanMs = 4000
const width = 32

type Member = Person & { rids: string[]; channel: string }

type State = {
  server: EmbeddedProcess
  rest: Rest
  admin: Person
  members: Member[]
  fanRoom: string
}

type Sub = { rid: string; t: string }

const membersOf = async (rest: Rest, admin: Person, as: (uid: string) => Promise<Person>) => {
  const { users } = JSON.parse(await rest.get('users.list?count=0', admin)) as {
    users: { _id: string; username: string }[]
  }
  const members: (Member & { username: string })[] = []
  for (const { _id, username } of users) {
    if (!username.startsWith('u7-')) continue
    const person = await as(_id)
    const { update } = JSON.parse(await rest.get('subscriptions.get', person)) as { update: Sub[] }
    const channel = update.find(({ t }) => t === 'c')?.rid
    if (channel === undefined) continue
    members.push({ ...person, username, rids: update.map(({ rid }) => rid), channel })
    if (members.length === sockets) break
  }
  return members
}

const setUp = async (): Promise<State> => {
  const profile = process.env.BENCH_PROFILE
  const nodeArgs = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
  const server = await startEmbeddedProcess({ generate: sizes, nodeArgs })
  const rest = openRest(server.url, width)
  const { admin, as } = await openPeople(rest, server)
  const members = await membersOf(rest, admin, as)
  const group = JSON.parse(
    await rest.post(
      'groups.create',
      { name: 'fan-out', members: members.map(({ username }) => username) },
      admin,
    ),
  ) as { group: { _id: string } }
  const state = { server, rest, admin, members, fanRoom: group.group._id }
  await warmUp(state)
  return state
}

const ownStreams = (member: Member): [string, string][] =>
  ['subscriptions-changed', 'rooms-changed', 'notification'].map((event) => [
    'notify-user',
    `${member.uid}/${event}`,
  ])

const marker = Buffer.from('sent:')

type Crowd = { listeners: Listener[]; frames: () => number; delays: number[] }

/** Sockets of all members; the delay is from before a send until a frame with its text. */
const openCrowd = async (
  state: State,
  streamsOf: (member: Member) => [string, string][],
): Promise<Crowd> => {
  let frames = 0
  const delays: number[] = []
  const hear = (frame: Buffer): void => {
    frames += 1
    const at = frame.indexOf(marker)
    if (at === -1) return
    const sent = Number(frame.subarray(at + marker.length, at + marker.length + 15).toString())
    delays.push(performance.now() - sent)
  }
  const listeners = await Promise.all(
    state.members.map((member) => openListener(state.server.url, member, streamsOf(member), hear)),
  )
  return { listeners, frames: () => frames, delays }
}

const sendTo = (state: State, rid: string, person: Person): Promise<string> => {
  const _id = randomBytes(9).toString('hex').slice(0, 17)
  const sent = performance.now().toFixed(3).padStart(15)
  const msg = `今天的构建通过了 build is green, sent:${sent}`
  return state.rest.post('chat.sendMessage', { message: { _id, rid, msg } }, person)
}

const memberAt = (state: State, index: number): Member => state.members[index % sockets]!

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 500))

/** The first message after everybody has read raises the counters of all members; a busy room is past that. */
const warmUp = async ({ rest, members }: State): Promise<void> => {
  const rooms = new Map(members.flatMap((member) => member.rids.map((rid) => [rid, member])))
  for (const [rid, member] of rooms) {
    await rest.post('chat.sendMessage', { message: { rid, msg: '早' } }, member)
  }
}

/** Everybody has one channel open and hears nothing else. */
const measureSends = async (state: State): Promise<Record<string, number>> => {
  const crowd = await openCrowd(state, (member) => [['room-messages', member.channel]])
  const busyBefore = state.server.busyMs()
  const sends = await callsPerSecond(width, spanMs, (index) => {
    const member = memberAt(state, index * 7)
    return sendTo(state, member.rids[index % member.rids.length]!, member)
  })
  const busy = state.server.busyMs() - busyBefore
  for (const listener of crowd.listeners) listener.close()
  return { sends, sendCost: busy / ((sends * spanMs) / 1000) }
}

/** Everybody has the list open and one channel, as a client has; people write in all their rooms. */
const measureSpread = async (state: State): Promise<Record<string, number>> => {
  const crowd = await openCrowd(state, (member) => [
    ...ownStreams(member),
    ['room-messages', member.channel],
  ])
  const send = (index: number): Promise<string> => {
    const member = memberAt(state, index * 7)
    return sendTo(state, member.rids[index % member.rids.length]!, member)
  }
  const busyBefore = state.server.busyMs()
  const framesBefore = crowd.frames()
  const sends = await callsPerSecond(width, spanMs, send)
  const busy = state.server.busyMs() - busyBefore
  const frames = crowd.frames() - framesBefore
  await settle()
  crowd.delays.length = 0
  await paced(750, spanMs, send)
  await settle()
  for (const listener of crowd.listeners) listener.close()
  return {
    listSends: sends,
    listFrames: (frames / spanMs) * 1000,
    listSendCost: busy / ((sends * spanMs) / 1000),
    spreadP50: percentile(crowd.delays, 0.5),
    spreadP99: percentile(crowd.delays, 0.99),
  }
}

/** Everybody has the same room open. */
const measureFanOut = async (state: State): Promise<Record<string, number>> => {
  const crowd = await openCrowd(state, () => [['room-messages', state.fanRoom]])
  const send = (index: number): Promise<string> =>
    sendTo(state, state.fanRoom, memberAt(state, index))
  const started = performance.now()
  await callsPerSecond(width, spanMs, send)
  const delivered = (crowd.frames() / (performance.now() - started)) * 1000
  await settle()
  crowd.delays.length = 0
  await paced(75, spanMs, send)
  await settle()
  for (const listener of crowd.listeners) listener.close()
  return {
    delivered,
    fanP50: percentile(crowd.delays, 0.5),
    fanP99: percentile(crowd.delays, 0.99),
  }
}

const measureReads = async ({ rest, members }: State): Promise<Record<string, number>> => {
  const at = (index: number): Member => members[index % members.length]!
  const since = new Date(Date.now() - 1000).toISOString()
  return {
    history: await callsPerSecond(width, spanMs / 2, (index) =>
      rest.get(`channels.history?roomId=${at(index).channel}&count=50`, at(index)),
    ),
    delta: await callsPerSecond(width, spanMs / 2, (index) =>
      rest.get(`subscriptions.get?updatedSince=${since}`, at(index)),
    ),
    search: await callsPerSecond(width, spanMs / 2, (index) => {
      const text = encodeURIComponent(['会议', '构建', 'build', '通知'][index % 4]!)
      return rest.get(
        `chat.search?roomId=${at(index).channel}&searchText=${text}&count=20`,
        at(index),
      )
    }),
  }
}

const measureIdle = async (state: State): Promise<Record<string, number>> => {
  const before = state.server.residentBytes()
  const listeners: Listener[] = []
  for (let index = 0; index < idleSockets; index += 1) {
    const member = memberAt(state, index)
    const streams: [string, string][] = [
      ...ownStreams(member),
      ['notify-user', `${member.uid}/message`],
      ['notify-user', `${member.uid}/userData`],
      ['notify-logged', 'Users:NameChanged'],
      ['notify-logged', 'updateAvatar'],
      ['room-messages', member.channel],
    ]
    listeners.push(await openListener(state.server.url, member, streams, () => undefined))
  }
  await settle()
  const after = state.server.residentBytes()
  for (const listener of listeners) listener.close()
  await settle()
  return { idle: (after - before) / 1024 / idleSockets }
}

export const bench = defineBench<State>({
  name: 'embedded',
  title: 'Embedded server: 200,000 messages, 200 rooms, 500 users, 200 sockets',
  metrics: {
    history: { label: 'history, 50 messages', unit: 'requests/s', better: 'higher' },
    delta: { label: 'subscriptions.get with a delta', unit: 'requests/s', better: 'higher' },
    search: { label: 'search in a room', unit: 'requests/s', better: 'higher' },
    sends: {
      label: 'sends, one room open on each socket',
      unit: 'messages/s',
      better: 'higher',
      target: 1500,
    },
    sendCost: { label: 'processor time of such a send', unit: 'ms', better: 'lower' },
    listSends: { label: 'sends, the list open as well', unit: 'messages/s', better: 'higher' },
    listFrames: { label: 'frames of these', unit: 'delivered frames/s', better: 'higher' },
    listSendCost: { label: 'processor time of such a send', unit: 'ms', better: 'lower' },
    spreadP50: { label: 'delay at 750 sends/s, p50', unit: 'ms', better: 'lower' },
    spreadP99: { label: 'delay at 750 sends/s, p99', unit: 'ms', better: 'lower', target: 100 },
    delivered: { label: 'one room', unit: 'delivered frames/s', better: 'higher', target: 30_000 },
    fanP50: { label: 'delay at 15,000 frames/s, p50', unit: 'ms', better: 'lower' },
    fanP99: { label: 'delay at 15,000 frames/s, p99', unit: 'ms', better: 'lower', target: 100 },
    idle: { label: 'memory of an idle socket', unit: 'KB', better: 'lower', target: 40 },
  },
  setUp,
  measure: async (state, run) => ({
    // Only the first sockets need new memory; later ones take what earlier ones left.
    ...(run === 0 ? await measureIdle(state) : {}),
    ...(await measureReads(state)),
    ...(await measureSends(state)),
    ...(await measureSpread(state)),
    ...(await measureFanOut(state)),
  }),
  tearDown: async ({ server, rest }) => {
    await rest.close()
    await server.close()
  },
})
