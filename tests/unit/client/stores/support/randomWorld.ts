import { createMemoryDisk } from '../../../../../src/platform/cacheDisk'
import { createFakeClock, type FakeClock } from '../../support/fakeClock'
import { seededRandom } from '../../timeline/samples'
import { createClient, restart, type Client } from './client'
import { FakeChat, networkError, refusal, type RestCall, type WireMessage } from './fakeChat'

export const people = ['ann', 'bob', 'cid']
export const rooms = ['general', 'team', 'talk']

/** One device of one person; a kill replaces its client. */
export type Device = {
  client: Client
  skewMs: number
  /** When something last happened after which its screen may be behind for a while. */
  disturbedAt: number
}

/** A server, three devices and a bad network, all driven by one seed. */
export type World = {
  clock: FakeClock
  server: FakeChat
  devices: Device[]
  random: () => number
  pick: <T>(from: readonly T[]) => T
  /** When each message was stored, for all that ever were. */
  times: Map<string, number>
  /** When each message was deleted. */
  deletions: Map<string, number>
  /** How often a message of that id was stored. */
  stored: Map<string, number>
  /** Ids that somebody was told are on their way, and whether their author deleted them. */
  sent: Map<string, { isDeleted: boolean }>
  /** The unread count that each version of a subscription must have, worked out from the history. */
  unread: Map<string, number>
}

const minute = 60_000

export async function createWorld(seed: number): Promise<World> {
  const random = seededRandom(seed)
  const clock = createFakeClock()
  const server = new FakeChat(clock)
  const world: World = {
    ...{ clock, server, random, devices: [] },
    pick: (from) => from[Math.floor(random() * from.length)]!,
    times: new Map(),
    deletions: new Map(),
    stored: new Map(),
    sent: new Map(),
    unread: new Map(),
  }
  watch(world)
  server.addRoom('general', people)
  server.addRoom('team', people)
  server.addRoom('talk', ['ann', 'bob'], { t: 'd' })
  for (const id of rooms) {
    for (let i = 0; i < 70; i++) server.post(world.pick(server.room(id).members), id, `old ${i}`)
  }
  for (const [index, name] of people.entries()) {
    const client = createClient({
      ...{ clock, server, skewMs: world.pick([0, 10 * minute, -10 * minute]) },
      random: seededRandom(seed * 10 + index),
      // Small enough that rooms are given up now and then.
      cacheDisk: createMemoryDisk({ maxEntry: 60_000, maxTotal: 160_000 }),
    })
    const skewMs = client.skewMs
    world.devices.push({ client, skewMs, disturbedAt: clock.now() })
    await client.signIn(name)
    prepare(world, client)
  }
  clock.random = seededRandom(seed + 1000)
  roughen(world)
  return world
}

/** Remembers what the server stored, so that counters can be worked out a second time. */
function watch({ server, times, deletions, stored, unread, clock }: World): void {
  const log: { userId: string; roomId: string; at: number; text: string }[] = []
  const { post, remove, updateSubscription, join } = server
  server.post = (userId, roomId, text, fields) => {
    const before = [...log]
    const at = server.now() + 1
    log.push({ userId, roomId, at, text })
    try {
      const message: WireMessage = post.call(server, userId, roomId, text, fields)
      times.set(message._id, message.ts)
      stored.set(message._id, (stored.get(message._id) ?? 0) + 1)
      return message
    } catch (error) {
      log.splice(0, log.length, ...before)
      throw error
    }
  }
  server.remove = (roomId, id) => {
    remove.call(server, roomId, id)
    deletions.set(id, clock.now())
  }
  const note = (userId: string, roomId: string): void => {
    const subscription = server.subscriptionOf(userId, roomId)
    const counts = (text: string): boolean =>
      server.room(roomId).doc.t === 'd' || text.includes(`@${userId}`)
    const count = log.filter(
      (one) =>
        one.roomId === roomId &&
        one.userId !== userId &&
        one.at > Number(subscription.ls) &&
        counts(one.text),
    ).length
    unread.set(`${subscription._id}@${subscription._updatedAt}`, count)
  }
  server.updateSubscription = (subscription, fields) => {
    updateSubscription.call(server, subscription, fields)
    note(subscription.userId, subscription.rid)
  }
  server.join = (userId, roomId, fields) => {
    join.call(server, userId, roomId, fields)
    note(userId, roomId)
  }
}

/** A network that delays, loses answers and requests, and refuses with 5xx, until it is calm. */
function roughen({ server, clock, random, devices }: World): void {
  const wait = (): Promise<void> => {
    const ms = random() * 400
    return new Promise((resolve) => clock.setTimeout(resolve, ms))
  }
  /** What the open room asks for is asked again after up to 37.5 s. */
  const failed = ({ userId, args }: RestCall): void => {
    const device = devices.find(({ client }) => client.session.user?.id === userId)
    if (!device) return
    const isOfRoom = args.includes(device.client.chat.openId())
    device.disturbedAt = Math.max(device.disturbedAt, clock.now() + (isOfRoom ? 40_000 : 0))
  }
  server.intercept = (call) => {
    const luck = random()
    if (luck < 0.18) failed(call)
    if (luck < 0.07) return { refuse: networkError() }
    if (luck < 0.1) return { refuse: refusal(503, 'down') }
    return { before: wait(), after: wait(), lose: luck < 0.18 }
  }
}

/** Pages are on the screen, and frames of one connection keep their order, each some time after it was sent. */
function prepare({ clock, random }: World, { chat, realtime }: Client): void {
  chat.setListVisible(true)
  chat.setRoomVisible(true)
  let lastAt = 0
  realtime.transport = (deliver) => {
    lastAt = Math.max(lastAt, clock.now() + random() * 300)
    clock.setTimeout(deliver, lastAt - clock.now())
  }
}

/** The process is killed in the middle of whatever it does, and started again at once. */
export async function killAndRestart(world: World, device: Device): Promise<void> {
  const { random, clock } = world
  device.client.die()
  device.client = await restart(device.client, {
    random: seededRandom(Math.floor(random() * 1e9)),
    skewMs: device.skewMs,
  })
  device.disturbedAt = clock.now()
  prepare(world, device.client)
}
