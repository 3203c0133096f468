// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return */
import { silentLogger } from '../../server/embedded/app'
import { systemClock } from '../../server/embedded/clock'
import { createApp } from '../../server/embedded/createApp'
import { createRandom, type Random } from '../../server/embedded/demo/random'
import type { MessageDoc } from '../../server/embedded/documents'
import { openStore } from '../../server/embedded/storage/store'
import {
  newDataDir,
  openDdp,
  removeDir,
  startTestServer,
  type DdpClient,
  type RestClient,
} from '../unit/server/embedded/support'
import { memberFaults, messagesOf, roomFaults } from './recompute'

const names = ['ann', 'ben', 'cleo', 'dan', 'eva', 'finn']
const steps = 60

type Person = { name: string; rest: RestClient; ddp: DdpClient }
type Sent = { _id: string; rid: string; by: Person }

type World = { people: Person[]; rooms: string[]; sent: Sent[]; random: Random; seed: number }

const textOf = (random: Random): string => {
  const mention = ['', '', '', '@all ', ...names.map((name) => `@${name} `)]
  return `${random.pick(mention)}${random.pick(mention)}text ${random.below(1000)}`
}

const send = async (world: World, person: Person, _id: string): Promise<void> => {
  const { random, sent } = world
  const rid = random.pick(world.rooms)
  const message: Record<string, unknown> = { _id, rid, msg: textOf(random) }
  const roots = sent.filter((one) => one.rid === rid)
  if (roots.length > 0 && random.below(4) === 0) {
    message.tmid = random.pick(roots)._id
    if (random.below(3) === 0) message.tshow = true
  }
  const overDdp = random.below(2) === 0
  if (overDdp) await person.ddp.call('sendMessage', message)
  else await person.rest.post('chat.sendMessage', { message })
  sent.push({ _id, rid, by: person })
}

const change = async ({ sent, random }: World): Promise<void> => {
  if (sent.length === 0) return
  const { _id, rid, by } = random.pick(sent)
  if (random.below(2) === 0) {
    await by.rest.post('chat.update', {
      msgId: _id,
      roomId: rid,
      text: `edited ${random.below(99)}`,
    })
  } else {
    await by.rest.post('chat.delete', { msgId: _id, roomId: rid })
  }
}

const read = async ({ rooms, random }: World, person: Person): Promise<void> => {
  const rid = random.pick(rooms)
  if (random.below(2) === 0) await person.rest.post('subscriptions.read', { rid })
  else await person.ddp.call('readMessages', rid)
}

/** What one person does, each step after the answer to the one before; all people at the same time. */
const live = async (world: World, person: Person): Promise<void> => {
  for (let step = 0; step < steps; step += 1) {
    const kind = world.random.below(10)
    if (kind < 6) await send(world, person, `${person.name}-${world.seed}-${step}`)
    else if (kind < 8) await change(world)
    else await read(world, person)
  }
}

/** Every member's state from the events of the room: what arrived since the member saw it last. */
type Arrivals = Map<string, MessageDoc[]>

const open = (dataDir: string) => {
  const store = openStore(dataDir, systemClock)
  const parts = { store, clock: systemClock, logger: silentLogger, createTokenSecret: undefined }
  return { app: createApp(parts), store }
}

const makeRooms = async (people: Person[]): Promise<string[]> => {
  const [ann] = people as [Person]
  const members = names.slice(1)
  const channel = await ann.rest.post('channels.create', { name: 'busy', members })
  const group = await ann.rest.post('groups.create', { name: 'closed', members })
  const direct = await ann.rest.post('im.create', { usernames: members.join(',') })
  return [channel.body.channel._id, group.body.group._id, direct.body.room._id]
}

describe('counters under parallel sends, edits, deletions and reads', () => {
  it.each([1, 2, 3])(
    'are what a recomputation from the messages gives (seed %i)',
    async (seed) => {
      const dataDir = newDataDir()
      const server = await startTestServer({ dataDir })
      const people: Person[] = []
      for (const name of names) {
        const rest = await server.person(name)
        people.push({ name, rest, ddp: await openDdp(server.server.url, rest) })
      }
      const rooms = await makeRooms(people)
      const world: World = { people, rooms, sent: [], random: createRandom(seed), seed }
      await Promise.all(people.map((person) => live(world, person)))
      for (const { ddp } of people) ddp.close()
      await server.close()
      const { app, store } = open(dataDir)
      const faults = rooms.flatMap((rid) => roomFaults(app, store.rooms.get(rid)!))
      expect(faults).toEqual([])
      const stored = rooms.flatMap((rid) => messagesOf(app, rid))
      expect(stored.filter(({ tcount }) => (tcount ?? 0) > 0).length).toBeGreaterThan(3)
      expect(stored.filter(({ editedAt }) => editedAt !== undefined).length).toBeGreaterThan(3)
      expect(stored.length).toBeGreaterThan(100)
      store.close()
      removeDir(dataDir)
    },
    60_000,
  )

  it('of members are what arrived since they read last', async () => {
    const dataDir = newDataDir()
    const server = await startTestServer({ dataDir })
    const people: Person[] = []
    for (const name of names) {
      const rest = await server.person(name)
      people.push({ name, rest, ddp: await openDdp(server.server.url, rest) })
    }
    const rooms = await makeRooms(people)
    const random = createRandom(11)
    const readers = people.slice(0, 3)
    const writers = people.slice(3)
    const world: World = { people, rooms, sent: [], random, seed: 11 }
    const write = async (person: Person, round: number): Promise<void> => {
      for (let step = 0; step < 15; step += 1) {
        const rid = random.pick(rooms)
        const message = { _id: `${person.name}${round}x${step}`, rid, msg: textOf(random) }
        await person.rest.post('chat.sendMessage', { message })
        world.sent.push({ _id: message._id, rid, by: person })
      }
    }
    await Promise.all(writers.map((person) => write(person, 0)))
    await Promise.all(
      readers.flatMap(({ rest }) => rooms.map((rid) => rest.post('subscriptions.read', { rid }))),
    )
    const seen = new Set(world.sent.map(({ _id }) => _id))
    await Promise.all(writers.map((person) => write(person, 1)))
    for (const { ddp } of people) ddp.close()
    await server.close()
    const { app, store } = open(dataDir)
    const arrived: Arrivals = new Map(
      rooms.map((rid) => [
        rid,
        messagesOf(app, rid).filter(({ _id, t }) => t === undefined && !seen.has(_id)),
      ]),
    )
    const faults = rooms.flatMap((rid) =>
      readers.flatMap(({ rest }) =>
        memberFaults(
          store.rooms.get(rid)!,
          store.subscriptions.get(rid, rest.userId)!,
          arrived.get(rid) ?? [],
        ),
      ),
    )
    expect(faults).toEqual([])
    expect(arrived.size).toBe(3)
    store.close()
    removeDir(dataDir)
  }, 60_000)
})
