import { createFakeClock, type FakeClock } from '../support/fakeClock'
import { seededRandom } from '../timeline/samples'
import { createClient, type Client } from './support/client'
import { FakeChat, networkError, refusal, type Interceptor } from './support/fakeChat'

const people = ['ann', 'bob', 'cid']
const rooms = ['general', 'team']
const seeds = 60
const events = 120

type World = {
  clock: FakeClock
  server: FakeChat
  clients: Client[]
  random: () => number
  pick: <T>(from: readonly T[]) => T
  /** Texts that somebody was told are on their way. */
  sent: Set<string>
}

/** A network that delays, loses answers and requests, and refuses with 5xx, until it is calm. */
function roughNetwork(world: Pick<World, 'clock' | 'random'>): Interceptor {
  const wait = () => {
    const ms = world.random() * 400
    return new Promise<void>((resolve) => world.clock.setTimeout(resolve, ms))
  }
  return () => {
    const luck = world.random()
    if (luck < 0.08) return { refuse: networkError() }
    if (luck < 0.12) return { refuse: refusal(503, 'down') }
    return { before: wait(), after: wait(), lose: luck < 0.2 }
  }
}

/** Frames of one connection keep their order, each some time after it was sent. */
function delayFrames(world: Pick<World, 'clock' | 'random'>, client: Client): void {
  let lastAt = 0
  client.realtime.transport = (deliver) => {
    lastAt = Math.max(lastAt, world.clock.now() + world.random() * 300)
    world.clock.setTimeout(deliver, lastAt - world.clock.now())
  }
}

async function createWorld(seed: number): Promise<World> {
  const random = seededRandom(seed)
  const clock = createFakeClock()
  const server = new FakeChat(clock)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  for (const id of rooms) {
    server.addRoom(id, people)
    for (let i = 0; i < 70; i++) server.post(pick(people), id, `old ${i}`)
  }
  const clients: Client[] = []
  for (const name of people) {
    const client = createClient({ clock, server, random: seededRandom(seed * 10 + clients.length) })
    await client.signIn(name)
    client.chat.setListVisible(true)
    client.chat.setRoomVisible(true)
    delayFrames({ clock, random }, client)
    clients.push(client)
  }
  clock.random = seededRandom(seed + 1000)
  server.intercept = roughNetwork({ clock, random })
  return { clock, server, clients, random, pick, sent: new Set() }
}

function act(world: World, number: number): void {
  const { server, pick, random, sent } = world
  const client = pick(world.clients)
  const { realtime, chat } = client
  const luck = random()
  const roomId = pick(rooms)
  const messages = server.messagesOf(roomId)
  if (luck < 0.35) {
    if (!chat.currentChannel) return
    const text = `text ${number} of ${client.session.user?.id}`
    sent.add(`${chat.currentChannel.id} ${text}`)
    chat.send(text)
  } else if (luck < 0.45) server.post(pick(people), roomId, `posted ${number} @${pick(people)}`)
  else if (luck < 0.55 && messages.length > 0) {
    server.edit(roomId, pick(messages)._id, { msg: `edited ${number}` })
  } else if (luck < 0.62 && messages.length > 0) server.remove(roomId, pick(messages)._id)
  else if (luck < 0.72) realtime.cut()
  else if (luck < 0.84) {
    if (realtime.state !== 'live') realtime.goLive()
  } else if (luck < 0.92) chat.openChannel(roomId)
  else if (luck < 0.96) void chat.loadOlder()
  else if (luck < 0.98) chat.setAtNewest(random() < 0.5)
  else chat.leaveChannel()
}

/** Everybody is online with one room open, and reads it to its beginning. */
async function calmDown({ clock, server, clients, pick }: World): Promise<void> {
  server.intercept = () => ({})
  for (const client of clients) {
    if (client.realtime.state !== 'live') client.realtime.goLive()
    if (!client.chat.currentChannel) client.chat.openChannel(pick(rooms))
    client.chat.setAtNewest(true)
  }
  await clock.elapse(120_000)
  for (const { chat } of clients) {
    for (let page = 0; page < 10 && chat.historyState !== 'complete'; page++) await chat.loadOlder()
  }
  await clock.elapse(1_000)
}

function check(world: World): void {
  const { server, clients } = world
  for (const client of clients) {
    const roomId = client.chat.currentChannel!.id
    const userId = client.session.user!.id
    const expected = server.messagesOf(roomId).map(({ _id, msg }) => `${_id} ${msg}`)
    expect(client.rows().map(({ id, text }) => `${id} ${text}`)).toEqual(expected)
    expect(client.rows().every(({ state }) => state === '')).toBe(true)
    expect(client.outbox.entries).toEqual([])
    expect(client.feed.lineState).toBe('live')
    const list = [...rooms]
      .sort((a, b) => Number(server.room(b).doc.lm ?? 0) - Number(server.room(a).doc.lm ?? 0))
      .map((id) => {
        const unread = Number(server.subscriptionOf(userId, id).unread)
        return unread === 0 ? id : `${id}:${unread}`
      })
    expect(client.list()).toEqual(list)
    expect(server.subscriptionOf(userId, roomId).unread).toBe(0)
  }
}

/** Every text that was sent was stored exactly once, whatever happened to it later. */
function watchStored(server: FakeChat): Map<string, number> {
  const stored = new Map<string, number>()
  const post = server.post.bind(server)
  server.post = (userId, roomId, msg, fields) => {
    const message = post(userId, roomId, msg, fields)
    stored.set(`${roomId} ${msg}`, (stored.get(`${roomId} ${msg}`) ?? 0) + 1)
    return message
  }
  return stored
}

test.each(Array.from({ length: seeds }, (_, i) => i + 1))(
  'three people on a rough network end with the same rooms (seed %i)',
  async (seed) => {
    const world = await createWorld(seed)
    const stored = watchStored(world.server)
    for (let number = 0; number < events; number++) {
      act(world, number)
      // Some pauses are longer than the overlap of a sync, which would hide a wrong watermark.
      const longest = world.random() < 0.08 ? 20_000 : 700
      await world.clock.elapse(Math.floor(world.random() * longest))
    }
    await calmDown(world)
    check(world)
    expect([...world.sent].map((text) => [text, stored.get(text)])).toEqual(
      [...world.sent].map((text) => [text, 1]),
    )
  },
)
