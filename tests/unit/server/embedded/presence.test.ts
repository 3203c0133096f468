// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access */
import type { UserDoc } from '../../../../server/embedded/documents'
import { signedInConnection } from './ddpSupport'
import { openTestApp, type TestApp } from './support'

let test: TestApp
beforeEach(() => {
  test = openTestApp()
})
afterEach(() => test.close())

const signedIn = (user: UserDoc) => signedInConnection(test, user)

describe('presence', () => {
  it('tells watchers of people coming, being away and going; a second sub only edits the list', async () => {
    const ann = test.user('ann')
    const bob = test.user('bob')
    const watcher = await signedIn(ann)
    watcher.receive({
      msg: 'sub',
      id: 'p1',
      name: 'stream-user-presence',
      params: ['', { added: [] }],
    })
    watcher.receive({
      msg: 'sub',
      id: 'p2',
      name: 'stream-user-presence',
      params: ['', { added: [bob._id] }],
    })
    await watcher.settle()
    expect(watcher.frames.slice(5)).toEqual([
      { msg: 'ready', subs: ['p1'] },
      { msg: 'nosub', id: 'p2' },
    ])
    const other = await signedIn(bob)
    other.receive({ msg: 'method', id: 'a', method: 'UserPresence:away', params: [] })
    await other.settle()
    other.connection.closed()
    const codes = watcher.frames.slice(7).map((frame) => frame.fields.args[0][1] as number)
    expect(codes).toEqual([1, 2, 0])
    expect(watcher.frames[7]).toMatchObject({
      collection: 'stream-user-presence',
      id: bob._id,
      fields: { uid: bob._id },
    })
  })
})

describe('typing', () => {
  const activity = (name: unknown, activities: unknown) => ({
    msg: 'method',
    id: 't',
    method: 'stream-notify-room',
    params: ['GENERAL/user-activity', name, activities, {}],
  })

  it('reaches other connections and not the own one', async () => {
    const one = await signedIn(test.user('ann'))
    const two = await signedIn(test.user('bob'))
    for (const { receive, settle } of [one, two]) {
      receive({
        msg: 'sub',
        id: 's',
        name: 'stream-notify-room',
        params: ['GENERAL/user-activity', false],
      })
      await settle()
    }
    one.receive(activity('ann', ['user-typing']))
    await one.settle()
    expect(two.last()).toMatchObject({
      msg: 'changed',
      fields: { args: ['ann', ['user-typing'], {}] },
    })
    expect(one.frames.some((frame) => frame.msg === 'changed')).toBe(false)
  })

  it.each([
    ['another name', 'bob', ['user-typing']],
    ['no list', 'ann', 'user-typing'],
    ['a list of objects', 'ann', [{}]],
  ])('is silently dropped with %s', async (_name, name, activities) => {
    const heard = test.hear('notify-room', 'GENERAL/user-activity')
    const { receive, settle, frames } = await signedIn(test.user('ann'))
    receive(activity(name, activities))
    await settle()
    expect(frames.slice(5)).toEqual([
      { msg: 'result', id: 't' },
      { msg: 'updated', methods: ['t'] },
    ])
    expect(heard).toEqual([])
  })
})
