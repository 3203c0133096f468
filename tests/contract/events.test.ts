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
import { eventDifferences, eventsAdded, eventsNotSent } from './differences'
import recordings from './recordings/events.json'
import { differencesFrom, eventShape, type Shape } from './shapes'

type RecordedEvent = { collection: string; eventName: string; head?: string; args: Shape[] }

const recorded = recordings as unknown as Record<string, RecordedEvent[]>

/** A's status, which changes with every connection that A opens; only compared where it is what A changed. */
const presence = ['stream-user-presence <A>', 'stream-notify-logged user-status']

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
  for (const event of ['user-status', 'roles-change', 'Users:NameChanged', 'updateAvatar']) {
    await socketB.subscribe('stream-notify-logged', event, false)
  }
  await socketB.subscribe('stream-user-presence', '', { added: [a.userId], removed: [] })
})
afterAll(() => test.close())

const send = (client: RestClient, fields: object) =>
  client.post('chat.sendMessage', { message: { rid, ...fields } })

const saveRoom = (fields: object) => a.post('rooms.saveRoomSettings', { rid, ...fields })

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
  ['A reacts', () => a.post('chat.react', { messageId: rootId, emoji: ':smile:' })],
  ['A stars', () => a.post('chat.starMessage', { messageId: rootId })],
  ['A pins', () => a.post('chat.pinMessage', { messageId: rootId })],
  ['A replies in thread', () => send(a, { msg: 'reply', tmid: rootId })],
  ['B follows thread', () => b.post('chat.followMessage', { mid: rootId })],
  ['A replies in followed thread', () => send(a, { msg: 'again', tmid: rootId })],
  ['B marks room read', () => b.post('subscriptions.read', { rid })],
  ['B marks unread', () => b.post('subscriptions.unread', { roomId: rid })],
  ['B sends message (own echo)', () => send(b, { msg: 'mine' })],
  [
    'A types (user-activity)',
    () => socketA.call('stream-notify-room', `${rid}/user-activity`, 'ann', ['user-typing'], {}),
  ],
  ['A sets topic', () => saveRoom({ roomTopic: 'topic' })],
  ['A sets announcement', () => saveRoom({ roomAnnouncement: 'news' })],
  ['A renames room', () => saveRoom({ roomName: 'renamed' })],
  ['A sets read-only', () => saveRoom({ readOnly: true })],
  ['A unsets read-only', () => saveRoom({ readOnly: false })],
  ['A makes B moderator', () => a.post('channels.addModerator', { roomId: rid, userId: b.userId })],
  ['A deletes message', () => a.post('chat.delete', { roomId: rid, msgId: rootId })],
  ['B favourites room', () => b.post('rooms.favorite', { roomId: rid, favorite: true })],
  ['B hides room', () => b.post('rooms.hide', { roomId: rid })],
  ['A kicks B', () => a.post('channels.kick', { roomId: rid, userId: b.userId })],
  ['B joins again', () => b.post('channels.join', { roomId: rid })],
  ['A archives room', () => a.post('channels.archive', { roomId: rid })],
  ['A deletes room', () => a.post('channels.delete', { roomId: rid })],
  [
    'A opens DM with B',
    async () => {
      directId = (await a.post('im.create', { username: 'bob' })).body.room.rid
    },
  ],
  ['A sends DM', () => send(a, { rid: directId, msg: 'psst' })],
  ['A changes own status', () => a.post('users.setStatus', { status: 'busy', message: 'deep' })],
  ['B sets preference', () => b.post('users.setPreferences', { data: { useEmojis: false } })],
  ['B changes name', () => b.post('users.updateOwnBasicInfo', { data: { name: 'Bobby' } })],
]

/** What must have happened before an action, as it had in the recording. */
const preparations: Record<string, () => Promise<unknown>> = {
  'A sends message': async () => {
    await socketB.subscribe('stream-room-messages', rid, false)
    for (const event of ['user-activity', 'deleteMessage']) {
      await socketB.subscribe('stream-notify-room', `${rid}/${event}`, false)
    }
  },
  'B marks unread': async () => {
    await send(a, { msg: 'unread me' })
    await b.post('subscriptions.read', { rid })
  },
  // In the recording B's room was read at this point.
  'B sends message (own echo)': () => b.post('subscriptions.read', { rid }),
  'B hides room': () => b.post('subscriptions.read', { rid }),
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
  const name = (eventName as string)
    .replace(a.userId, '<A>')
    .replace(b.userId, '<B>')
    .replace(rid, '<RID>')
  const head = ['inserted', 'updated', 'removed'].includes(args[0]) ? ` ${args[0]}` : ''
  return `${event.collection} ${name}${head}`
}
const recordedName = (event: RecordedEvent): string =>
  `${event.collection} ${event.eventName}${/^[a-z]+$/.test(event.head ?? '') ? ` ${event.head!}` : ''}`

const isPresence = (name: string): boolean => presence.includes(name)

describe('what a member receives is what a real server sent', () => {
  it('for every recorded action', () => {
    expect(actions.map(([name]) => name)).toEqual(Object.keys(recorded))
  })

  it.each(actions)('%s', async (name, act) => {
    await preparations[name]?.()
    await arrived()
    await act()
    const aboutStatus = name === 'A changes own status'
    const events = (await arrived()).filter((event) => aboutStatus || !isPresence(nameOf(event)))
    const expected = recorded[name]!.filter(
      (event) => aboutStatus || !isPresence(recordedName(event)),
    )
    const names = expected.map(recordedName)
    const left = Object.keys(eventsNotSent[name] ?? {})
    for (const one of left) names.splice(names.indexOf(one), 1)
    names.push(...Object.keys(eventsAdded[name] ?? {}))
    expect(events.map(nameOf).sort()).toEqual(names.sort())
    const found = events.flatMap((event) => {
      const variants = expected.filter((one) => recordedName(one) === nameOf(event))
      if (variants.length === 0) return []
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
