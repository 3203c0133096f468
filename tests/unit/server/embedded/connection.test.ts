import { issueToken } from '../../../../server/embedded/auth/sessions'
import { createConnection } from '../../../../server/embedded/ddp/connection'
import type { UserDoc } from '../../../../server/embedded/documents'
import { openTestApp, type Json, type TestApp } from './support'

let test: TestApp
beforeEach(() => {
  test = openTestApp()
})
afterEach(() => test.close())

const open = (connect = true) => {
  const frames: Json[] = []
  const state = { closed: false }
  const connection = createConnection(test.app, {
    send: (text) => void frames.push(JSON.parse(text) as Json),
    close: () => {
      state.closed = true
    },
  })
  const receive = (frame: unknown): void =>
    connection.receive(typeof frame === 'string' ? frame : JSON.stringify(frame))
  if (connect) receive({ msg: 'connect', version: '1', support: ['1', 'pre2'] })
  /** Lets the queue of methods run; they answer in later microtasks. */
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve))
  const last = () => frames.at(-1)
  return { connection, frames, state, receive, settle, last }
}

const signedIn = async (user: UserDoc) => {
  const opened = open()
  const { token } = issueToken(test.app, user)
  opened.receive({ msg: 'method', id: 'login', method: 'login', params: [{ resume: token }] })
  await opened.settle()
  return { ...opened, token }
}

describe('the first frames', () => {
  it('greet, and connect with version 1', () => {
    const { frames } = open()
    expect(frames[0]).toEqual({ server_id: '0' })
    expect(frames[1]).toEqual({ msg: 'connected', session: expect.stringMatching(/^\w{17}$/) })
  })

  it.each([
    [{ msg: 'connect', version: 'pre1', support: ['pre1'] }],
    [{ msg: 'connect' }],
    [{ msg: 'connect', version: '1', support: 'all' }],
  ])('answer failed and close for %j', (frame) => {
    const { receive, last, state } = open(false)
    receive(frame)
    expect(last()).toEqual({ msg: 'failed', version: '1' })
    expect(state.closed).toBe(true)
  })

  it('refuse everything else before connect, and a second connect', () => {
    const early = open(false)
    early.receive({ msg: 'ping' })
    expect(early.last()).toEqual({
      msg: 'error',
      reason: 'Must connect first',
      offendingMessage: { msg: 'ping' },
    })
    const twice = open()
    twice.receive({ msg: 'connect', version: '1', support: ['1'] })
    expect(twice.last()).toMatchObject({ msg: 'error', reason: 'Already connected' })
  })
})

describe('malformed frames', () => {
  it.each([
    ['{broken', 'Bad request'],
    ['[]', 'Bad request'],
    ['null', 'Bad request'],
    ['7', 'Bad request'],
    ['', 'Bad request'],
    ['{"msg":7}', 'Bad request'],
    ['{"msg":"constructor"}', 'Bad request'],
    ['{"msg":"method","__proto__":{"id":"1"}}', 'Parse error'],
    ['{"msg":"sub","id":7,"name":"x"}', 'Malformed subscription'],
    ['{"msg":"sub","id":"s"}', 'Malformed subscription'],
    ['{"msg":"sub","id":"s","name":"x","params":{}}', 'Malformed subscription'],
    ['{"msg":"unsub"}', 'Malformed subscription'],
    ['{"msg":"method","id":"1"}', 'Malformed method invocation'],
    ['{"msg":"method","id":"1","method":"login","params":"x"}', 'Malformed method invocation'],
    ['{"msg":"method","id":"1","method":"login","randomSeed":1}', 'Malformed method invocation'],
  ])('%s is answered with %s', (text, reason) => {
    const { receive, last, state } = open()
    receive(text)
    expect(last()).toMatchObject({ msg: 'error', reason })
    expect(state.closed).toBe(false)
  })
})

describe('the heartbeat', () => {
  it('answers pings with their id', () => {
    const { receive, last } = open()
    receive({ msg: 'ping', id: 'p1' })
    expect(last()).toEqual({ msg: 'pong', id: 'p1' })
    receive({ msg: 'ping' })
    expect(last()).toEqual({ msg: 'pong' })
  })

  it('pings after 15 s of silence and closes after 15 s more', () => {
    const { last, state, frames } = open()
    test.clock.advance(14_999)
    expect(frames).toHaveLength(2)
    test.clock.advance(1)
    expect(last()).toEqual({ msg: 'ping' })
    test.clock.advance(14_999)
    expect(state.closed).toBe(false)
    test.clock.advance(1)
    expect(state.closed).toBe(true)
  })

  it('takes any frame as a sign of life, and waits 15 s from the last one', () => {
    const { receive, frames, state } = open()
    const pings = () => frames.filter((frame) => frame.msg === 'ping').length
    for (let round = 0; round < 10; round += 1) {
      test.clock.advance(10_000)
      receive('garbage')
    }
    expect(pings()).toBe(0)
    test.clock.advance(15_000)
    expect(pings()).toBe(1)
    test.clock.advance(1_000)
    receive({ msg: 'pong' })
    test.clock.advance(15_000)
    expect([pings(), state.closed]).toEqual([2, false])
  })

  it('closes a socket that never connects and leaves no timer behind', () => {
    const { state, connection } = open(false)
    test.clock.advance(30_000)
    expect(state.closed).toBe(true)
    connection.closed()
    expect(test.clock.pending()).toBe(0)
  })
})

describe('methods and subscriptions', () => {
  it('answer unknown names with 404', async () => {
    const { receive, settle, frames } = open()
    receive({ msg: 'method', id: '1', method: 'toString', params: [] })
    receive({ msg: 'sub', id: 's', name: 'nothing', params: [] })
    await settle()
    expect(frames.slice(2)).toEqual([
      {
        msg: 'result',
        id: '1',
        error: {
          isClientSafe: true,
          error: 404,
          reason: "Method 'toString' not found",
          message: "Method 'toString' not found [404]",
          errorType: 'Meteor.Error',
        },
      },
      { msg: 'updated', methods: ['1'] },
      {
        msg: 'nosub',
        id: 's',
        error: expect.objectContaining({ error: 404, reason: "Subscription 'nothing' not found" }),
      },
    ])
  })

  it('run in the order of arrival, also behind a slow login', async () => {
    const user = test.user('ann')
    const { receive, frames } = open()
    const wrong = { user: { username: 'ann' }, password: 'wrong' }
    const done = new Promise<void>((resolve) => {
      const { token } = issueToken(test.app, user)
      receive({ msg: 'method', id: '1', method: 'login', params: [wrong] })
      receive({ msg: 'method', id: '2', method: 'login', params: [{ resume: token }] })
      receive({
        msg: 'sub',
        id: 's',
        name: 'stream-notify-logged',
        params: ['updateAvatar', false],
      })
      const wait = (): void => {
        if (frames.some((frame) => frame.msg === 'ready')) resolve()
        else setImmediate(wait)
      }
      wait()
    })
    await done
    const order = frames.slice(2).map((frame) => frame.msg as string)
    expect(order).toEqual(['result', 'updated', 'added', 'result', 'updated', 'ready'])
    expect(frames[2]!.error).toMatchObject({ error: 401, reason: 'User not found' })
  })

  it('publish the own account at login and take it back at logout', async () => {
    const user = test.user('ann')
    const { frames, receive, settle, token } = await signedIn(user)
    expect(frames.slice(2)).toEqual([
      {
        msg: 'added',
        collection: 'users',
        id: user._id,
        fields: { username: 'ann', emails: [{ address: 'ann@example.com', verified: false }] },
      },
      {
        msg: 'result',
        id: 'login',
        result: {
          id: user._id,
          token,
          tokenExpires: { $date: expect.any(Number) },
          type: 'resume',
        },
      },
      { msg: 'updated', methods: ['login'] },
    ])
    receive({ msg: 'sub', id: 's', name: 'stream-notify-logged', params: ['updateAvatar', false] })
    receive({ msg: 'method', id: 'out', method: 'logout', params: [] })
    receive({ msg: 'method', id: 'again', method: 'login', params: [{ resume: token }] })
    await settle()
    const tail = frames.slice(5)
    expect(tail.map((frame) => frame.msg)).toEqual([
      'ready',
      'removed',
      'nosub',
      'result',
      'updated',
      'result',
      'updated',
    ])
    expect(tail[2]).toMatchObject({ id: 's', error: { error: 'not-allowed' } })
    expect(tail[5]!.error).toMatchObject({ error: 401 })
  })

  it.each([
    [[undefined]],
    [[{}]],
    [[{ user: 'ann', password: 'x' }]],
    [[{ user: { username: 'ann' } }]],
    [[{ user: { username: 'ann' }, password: { digest: 1 } }]],
  ])('refuse the login object %j as unrecognized', async (params) => {
    const { receive, settle, frames } = open()
    receive({ msg: 'method', id: '1', method: 'login', params })
    await settle()
    expect(frames[2]!.error).toMatchObject({
      error: 400,
      reason: 'Unrecognized options for login request',
    })
  })

  it('ignore the second sub with an id in use, and answer every unsub', async () => {
    const { receive, settle, frames } = await signedIn(test.user('ann'))
    const sub = {
      msg: 'sub',
      id: 's',
      name: 'stream-notify-logged',
      params: ['updateAvatar', false],
    }
    receive(sub)
    receive(sub)
    receive({ msg: 'unsub', id: 's' })
    receive({ msg: 'unsub', id: 'unknown' })
    receive(sub)
    await settle()
    expect(frames.slice(5).map((frame) => frame.msg)).toEqual(['ready', 'nosub', 'nosub', 'ready'])
  })

  it('send each of two subs on one event its own copy, and none after unsub', async () => {
    const user = test.user('ann')
    const { receive, settle, frames } = await signedIn(user)
    const eventName = `${user._id}/message`
    for (const id of ['s1', 's2']) {
      receive({
        msg: 'sub',
        id,
        name: 'stream-notify-user',
        params: [eventName, { useCollection: false, args: [] }],
      })
    }
    await settle()
    const events = () => frames.filter((frame) => frame.msg === 'changed')
    test.app.events.ephemeral(user._id, 'r', 'note', new Date(5))
    expect(events()).toHaveLength(2)
    expect(events()[0]).toMatchObject({
      collection: 'stream-notify-user',
      id: 'id',
      fields: { eventName, args: [{ ts: { $date: 5 } }] },
    })
    receive({ msg: 'unsub', id: 's1' })
    await settle()
    test.app.events.ephemeral(user._id, 'r', 'note', new Date(5))
    expect(events()).toHaveLength(3)
  })

  it('give the legacy fake added to who asks for the collection', async () => {
    const { receive, settle, frames } = await signedIn(test.user('ann'))
    receive({ msg: 'sub', id: 's', name: 'stream-notify-logged', params: ['updateAvatar', true] })
    await settle()
    expect(frames[5]).toEqual({
      msg: 'added',
      collection: 'stream-notify-logged',
      id: 'id',
      fields: { eventName: 'updateAvatar' },
    })
  })

  it.each([
    ['stream-notify-user', ['other/message']],
    ['stream-room-messages', ['nowhere']],
    ['stream-notify-room', ['nowhere/user-activity']],
    ['stream-room-messages', []],
    ['stream-room-messages', [7]],
    ['stream-room-messages', ['']],
  ])('refuse %s %j', async (name, params) => {
    const { receive, settle, last } = await signedIn(test.user('ann'))
    receive({ msg: 'sub', id: 's', name, params })
    await settle()
    expect(last()).toMatchObject({ msg: 'nosub', id: 's', error: { errorType: 'Meteor.Error' } })
  })

  it('let anybody read notify-all and nobody without login read notify-logged', async () => {
    const { receive, settle, frames } = open()
    receive({
      msg: 'sub',
      id: 'a',
      name: 'stream-notify-all',
      params: ['public-settings-changed', false],
    })
    receive({ msg: 'sub', id: 'b', name: 'stream-notify-logged', params: ['user-status', false] })
    await settle()
    expect(frames.slice(2)).toMatchObject([
      { msg: 'ready' },
      { msg: 'nosub', id: 'b', error: { error: 'not-allowed' } },
    ])
  })
})

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
