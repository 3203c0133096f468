// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access */
import { startTestServer, type RestClient, type TestServer } from '../unit/server/embedded/support'
import { restDifferences } from './differences'
import recordings from './recordings/rest.json'
import { differencesFrom, type Shape } from './shapes'

let test: TestServer
let ann: RestClient
let rid: string
let groupId: string
let directId: string
let msgId: string

const shapes = recordings as unknown as Record<string, Shape[]>

beforeAll(async () => {
  test = await startTestServer()
  ann = await test.person('ann')
  await test.person('bob')
  rid = (await ann.post('channels.create', { name: 'team', members: ['bob'] })).body.channel._id
  groupId = (await ann.post('groups.create', { name: 'group' })).body.group._id
  directId = (await ann.post('im.create', { username: 'bob' })).body.room.rid
  for (const to of [rid, groupId, directId]) {
    const { body } = await ann.post('chat.sendMessage', {
      message: { rid: to, msg: 'hi https://example.com' },
    })
    if (to === rid) msgId = body.message._id
  }
})
afterAll(() => test.close())

const account = (username: string) => ({
  username,
  name: 'N',
  email: `${username}@example.com`,
  password: 'pass-word',
})
const message = (id: unknown, method: string) =>
  JSON.stringify({ msg: 'method', id, method, params: [rid] })

/** How each recorded answer is caused here. */
const calls: Record<string, () => ReturnType<RestClient['get']>> = {
  'GET info 200': () => test.anonymous.get('info'),
  'GET me 200': () => ann.get('me'),
  'GET me 401': () => test.anonymous.get('me'),
  'POST login 200': () => test.anonymous.post('login', { user: 'ann', password: 'secret-ann' }),
  'GET settings.public 200': () => test.anonymous.get('settings.public?count=5&offset=0'),
  'GET users.info 200': () => test.admin.get('users.info?username=ann&includeUserRooms=true'),
  'GET users.info 400': () => ann.get('users.info?username=ghost'),
  'GET users.list 200': () => test.admin.get('users.list'),
  'POST users.create 200': () => test.admin.post('users.create', account('made')),
  'POST users.create 400': () => test.admin.post('users.create', account('admin')),
  'POST users.update 200': () =>
    test.admin.post('users.update', { userId: ann.userId, data: { name: 'Ann' } }),
  'POST users.update 400': () =>
    test.admin.post('users.update', { userId: ann.userId, data: { x: 1 } }),
  'GET subscriptions.get 200': () => ann.get('subscriptions.get'),
  'GET subscriptions.getOne 200': () => ann.get(`subscriptions.getOne?roomId=${rid}`),
  'POST subscriptions.read 200': () => ann.post('subscriptions.read', { rid }),
  'POST subscriptions.read 400': () => ann.post('subscriptions.read', { rid: 'nowhere' }),
  'GET rooms.get 200': () => ann.get('rooms.get'),
  'GET rooms.info 200': () => ann.get(`rooms.info?roomId=${rid}`),
  'GET channels.history 200': () => ann.get('channels.history?roomId=GENERAL'),
  'GET groups.history 200': () => ann.get(`groups.history?roomId=${groupId}&count=0&offset=1`),
  'GET im.history 200': () => ann.get(`im.history?roomId=${directId}`),
  'POST channels.create 200': () => ann.post('channels.create', { name: 'another' }),
  'POST channels.create 400': () => ann.post('channels.create', { name: 'general' }),
  'POST groups.create 200': () => ann.post('groups.create', { name: 'another-group' }),
  'POST groups.create 400': () => ann.post('groups.create', { name: 'general' }),
  'POST im.create 200': () => ann.post('im.create', { username: 'bob' }),
  'POST chat.sendMessage 200': () =>
    ann.post('chat.sendMessage', { message: { rid, msg: 'hello' } }),
  'POST chat.sendMessage 400': () => ann.post('chat.sendMessage', { message: { msg: 'x' } }),
  'GET chat.getMessage 200': () => ann.get(`chat.getMessage?msgId=${msgId}`),
  'POST chat.update 200': () => ann.post('chat.update', { roomId: rid, msgId, text: 'changed' }),
  'POST chat.delete 200': () => ann.post('chat.delete', { roomId: rid, msgId }),
  'POST method.call/loadHistory 200': () =>
    ann.post('method.call/loadHistory', { message: message('1', 'loadHistory') }),
  'POST method.call/loadHistory 401': () =>
    test.anonymous.post('method.call/loadHistory', { message: message('1', 'loadHistory') }),
}

/** Recorded, and not to be caused here: what the default permissions of 8.x do not refuse. */
const uncaused = ['GET users.list 403']

describe('REST answers have the shape that a real server recorded', () => {
  it('for every recording in the surface', () => {
    expect(Object.keys(shapes).sort()).toEqual([...Object.keys(calls), ...uncaused].sort())
  })

  it.each(Object.keys(calls))('%s', async (name) => {
    const answer = await calls[name]!()
    const known = restDifferences[name] ?? {}
    expect(answer.status).toBe(Number(name.split(' ')[2]))
    const found = new Set(differencesFrom(shapes[name]!, answer.body))
    expect([...found].sort()).toEqual(Object.keys(known).sort())
  })
})
