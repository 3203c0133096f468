// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call */
import {
  openDdp,
  startTestServer,
  type DdpClient,
  type Json,
  type RestClient,
  type TestServer,
} from '../unit/server/embedded/support'
import { eventDifferences, eventsNotSent } from './differences'
import recordings from './recordings/events.json'
import { differencesFrom, eventShape, type Shape } from './shapes'

type RecordedEvent = { collection: string; eventName: string; head?: string; args: Shape[] }

const recorded = recordings as unknown as Record<string, RecordedEvent[]>

/** B listens to these; presence is recorded beside them and tested with the connection. */
const listened = ['stream-notify-user', 'stream-notify-room', 'stream-room-messages']

let test: TestServer
let a: RestClient
let b: RestClient
let socketA: DdpClient
let socketB: DdpClient
let rid = ''
let directId = ''
let rootId = ''

beforeAll(async () => {
  test = await startTestServer()
  a = await test.person('ann')
  b = await test.person('bob')
  socketA = await openDdp(test.server.url, a)
  socketB = await openDdp(test.server.url, b)
  for (const event of [
    'message',
    'subscriptions-changed',
    'rooms-changed',
    'notification',
    'userData',
  ]) {
    await socketB.subscribe('stream-notify-user', `${b.userId}/${event}`, false)
  }
})
afterAll(() => test.close())

const send = (client: RestClient, fields: object) =>
  client.post('chat.sendMessage', { message: { rid, ...fields } })

/** The recorded actions, in the order in which they were recorded. */
const actions: readonly (readonly [string, () => Promise<unknown>])[] = [
  [
    'A creates channel with B',
    async () => {
      const { body } = await a.post('channels.create', { name: 'team', members: ['bob'] })
      rid = body.channel._id
    },
  ],
  [
    'A sends message',
    async () => {
      rootId = (await send(a, { msg: 'hello' })).body.message._id
    },
  ],
  ['A mentions B', () => send(a, { msg: 'hi @bob' })],
  ['A mentions @all', () => send(a, { msg: 'hi @all' })],
  ['A edits message', () => a.post('chat.update', { roomId: rid, msgId: rootId, text: 'changed' })],
  ['A replies in thread', () => send(a, { msg: 'reply', tmid: rootId })],
  ['B sends message (own echo)', () => send(b, { msg: 'mine' })],
  ['A replies in followed thread', () => send(a, { msg: 'again', tmid: rootId })],
  ['B marks room read', () => b.post('subscriptions.read', { rid })],
  [
    'A types (user-activity)',
    () => socketA.call('stream-notify-room', `${rid}/user-activity`, 'ann', ['user-typing'], {}),
  ],
  ['A deletes message', () => a.post('chat.delete', { roomId: rid, msgId: rootId })],
  [
    'A opens DM with B',
    async () => {
      directId = (await a.post('im.create', { username: 'bob' })).body.room.rid
    },
  ],
  ['A sends DM', () => send(a, { rid: directId, msg: 'psst' })],
]

/** What must have happened before an action, as it had in the recording. */
const preparations: Record<string, () => Promise<unknown>> = {
  'A sends message': async () => {
    await socketB.subscribe('stream-room-messages', rid, false)
    for (const event of ['user-activity', 'deleteMessage']) {
      await socketB.subscribe('stream-notify-room', `${rid}/${event}`, false)
    }
  },
  // In the recording B's room was read at this point.
  'B sends message (own echo)': () => b.post('subscriptions.read', { rid }),
  'A replies in followed thread': () => send(b, { msg: 'I follow now', tmid: rootId }),
}

/** The stream events that have reached B, after everything that was on the way has arrived. */
const arrived = async (): Promise<Json[]> => {
  const id = `flush-${Math.random()}`
  socketB.send({ msg: 'ping', id })
  await socketB.next((frame) => frame.msg === 'pong' && frame.id === id)
  return socketB.frames.splice(0).filter((frame) => frame.msg === 'changed')
}

const nameOf = (event: Json): string => {
  const { eventName, args } = event.fields
  const name = (eventName as string).replace(b.userId, '<B>').replace(rid, '<RID>')
  const head = ['inserted', 'updated', 'removed'].includes(args[0]) ? ` ${args[0]}` : ''
  return `${event.collection} ${name}${head}`
}
const recordedName = (event: RecordedEvent): string =>
  `${event.collection} ${event.eventName}${/^[a-z]+$/.test(event.head ?? '') ? ` ${event.head!}` : ''}`

describe('what a member receives is what a real server sent', () => {
  it.each(actions)('%s', async (name, act) => {
    await preparations[name]?.()
    await arrived()
    await act()
    const events = await arrived()
    const expected = recorded[name]!.filter((event) => listened.includes(event.collection))
    const left = Object.keys(eventsNotSent[name] ?? {})
    const names = expected.map(recordedName)
    for (const one of left) names.splice(names.indexOf(one), 1)
    expect(events.map(nameOf).sort()).toEqual(names.sort())
    const found = events.flatMap((event) => {
      const variants = expected.filter((one) => recordedName(one) === nameOf(event))
      const args = variants.map((one) => eventShape(one.args))
      return differencesFrom(
        args,
        event.fields.args,
        event.fields.eventName.split('/')[1] ?? 'message',
      )
    })
    expect([...new Set(found)].sort()).toEqual(Object.keys(eventDifferences[name] ?? {}).sort())
  })
})
