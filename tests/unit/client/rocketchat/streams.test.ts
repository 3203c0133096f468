import type { StreamFrame } from '../../../../src/realtime/realtime'
import { decodeFrame } from '../../../../src/rocketchat/streams'
import { AT_MS, hostileValues, wireMessage, wireRoom, wireSubscription } from './wireSamples'

function room(name: string, ...args: unknown[]): StreamFrame {
  return { collection: 'stream-notify-room', eventName: `r1/${name}`, args }
}

function user(name: string, ...args: unknown[]): StreamFrame {
  return { collection: 'stream-notify-user', eventName: `u1/${name}`, args }
}

describe('messages', () => {
  test('a message of a room is an event, whether new or changed', () => {
    const frame = {
      collection: 'stream-room-messages',
      eventName: 'GENERAL',
      args: [wireMessage()],
    }
    expect(decodeFrame(frame)).toMatchObject({ type: 'message', message: { id: 'kZ1' } })
  })

  test('a message only for this user is another one', () => {
    const event = decodeFrame(user('message', wireMessage({ private: true })))
    expect(event).toMatchObject({ type: 'ephemeral', message: { id: 'kZ1' } })
  })

  test('a deletion names room and message', () => {
    expect(decodeFrame(room('deleteMessage', { _id: 'm1' }))).toEqual({
      type: 'messageDeleted',
      roomId: 'r1',
      messageId: 'm1',
    })
  })
})

describe('pruning', () => {
  const bounds = { $gt: { $date: AT_MS }, $lt: { $date: AT_MS + 10 } }
  const all = { type: 'messagesPruned', roomId: 'r1', ids: undefined, users: [], isExact: true }

  test.each([
    [bounds, AT_MS, AT_MS + 10],
    [{ $gte: { $date: AT_MS }, $lte: { $date: AT_MS + 10 } }, AT_MS - 1, AT_MS + 11],
    [{ $lt: { $date: AT_MS } }, -1, AT_MS],
  ])('the range %j becomes exclusive bounds', (ts, after, before) => {
    const event = decodeFrame(room('deleteMessageBulk', { rid: 'r1', ts, users: [] }))
    expect(event).toEqual({ ...all, after, before })
  })

  test('ids and users are handed over', () => {
    const wire = { rid: 'r1', ts: bounds, users: ['ann', 7], ids: ['m1', 'm2', null] }
    expect(decodeFrame(room('deleteMessageBulk', wire))).toMatchObject({
      ids: ['m1', 'm2'],
      users: ['ann'],
    })
  })

  test.each([
    [{ excludePinned: true }, false],
    [{ ignoreDiscussion: true }, false],
    [{ filesOnly: true }, false],
    [{ showDeletedStatus: true }, false],
    [{ excludePinned: true, ids: ['m1'] }, true],
    [{ filesOnly: true, ids: ['m1'] }, false],
    [{ excludePinned: false }, true],
  ])('with %j being exact is %s', (fields, isExact) => {
    expect(decodeFrame(room('deleteMessageBulk', { ts: bounds, ...fields }))).toMatchObject({
      isExact,
    })
  })

  test.each([
    [{}],
    [{ ts: {} }],
    [{ ts: { $gt: { $date: 1 } } }],
    [{ ts: { $lt: 'now' } }],
    [null],
  ])('without ids or an upper bound nothing is pruned: %j', (wire) => {
    expect(decodeFrame(room('deleteMessageBulk', wire))).toBeUndefined()
  })
})

describe('typing', () => {
  test.each([
    [['bob', ['user-typing'], {}], true, ''],
    [['bob', [], {}], false, ''],
    [['bob', ['user-uploading'], {}], false, ''],
    [['bob', ['user-recording', 'user-typing'], { tmid: 'root' }], true, 'root'],
    [['bob', ['user-typing']], true, ''],
  ])('%j', (args, isTyping, threadId) => {
    expect(decodeFrame(room('user-activity', ...args))).toEqual({
      type: 'typing',
      roomId: 'r1',
      name: 'bob',
      isTyping,
      threadId,
    })
  })

  test.each([
    [[]],
    [['bob']],
    [['', ['user-typing']]],
    [[7, ['user-typing']]],
    [['bob', 'user-typing']],
  ])('is refused for the arguments %j', (args) => {
    expect(decodeFrame(room('user-activity', ...args))).toBeUndefined()
  })
})

describe('subscriptions and rooms', () => {
  test.each([['inserted'], ['updated']])('%s subscriptions and rooms come whole', (change) => {
    expect(decodeFrame(user('subscriptions-changed', change, wireSubscription()))).toMatchObject({
      type: 'subscription',
      subscription: { id: 's1', roomId: 'r1' },
    })
    expect(decodeFrame(user('rooms-changed', change, wireRoom()))).toMatchObject({
      type: 'room',
      room: { id: 'r1' },
    })
  })

  test('removed ones need nothing but the id of the room', () => {
    expect(decodeFrame(user('subscriptions-changed', 'removed', { _id: 's1', rid: 'r1' }))).toEqual(
      {
        type: 'subscriptionRemoved',
        roomId: 'r1',
      },
    )
    expect(decodeFrame(user('rooms-changed', 'removed', { _id: 'r1' }))).toEqual({
      type: 'roomRemoved',
      roomId: 'r1',
    })
  })

  test.each([
    ['subscriptions-changed', ['removed', { _id: 's1' }]],
    ['subscriptions-changed', ['removed']],
    ['subscriptions-changed', ['replaced', wireSubscription()]],
    ['subscriptions-changed', ['updated', { _id: 's1' }]],
    ['subscriptions-changed', [wireSubscription()]],
    ['rooms-changed', ['removed', { rid: 'r1' }]],
    ['rooms-changed', ['changed', wireRoom()]],
    ['rooms-changed', ['updated', wireRoom({ t: 'l' })]],
  ])('a %s of an unknown form is dropped', (name, args) => {
    const reasons: string[] = []
    expect(decodeFrame(user(name, ...args), (reason) => reasons.push(reason))).toBeUndefined()
    expect(reasons).toEqual([`malformed ${name}`])
  })
})

test('a notification needs the room that it is about', () => {
  const wire = { title: '#general', text: 'ann: hello', payload: { _id: 'm1', rid: 'r1' } }
  expect(decodeFrame(user('notification', wire))).toEqual({
    type: 'notification',
    roomId: 'r1',
    title: '#general',
    text: 'ann: hello',
  })
  expect(decodeFrame(user('notification', { ...wire, payload: {} }))).toBeUndefined()
})

test('being logged out by the server needs no argument', () => {
  expect(decodeFrame(user('force_logout'))).toEqual({ type: 'forceLogout' })
})

test('what this client does not handle is dropped with a reason that has no content', () => {
  const reasons: string[] = []
  const drop = (reason: string) => reasons.push(reason)
  const secret = wireMessage({ msg: 'secret', _id: undefined })
  decodeFrame({ collection: 'stream-room-messages', eventName: 'r1', args: [secret] }, drop)
  decodeFrame(room('videoconf', 'secret'), drop)
  decodeFrame({ collection: 'users', eventName: 'x', args: [] }, drop)
  decodeFrame({ collection: 'stream-notify-user', eventName: 'force_logout', args: [] }, drop)
  decodeFrame(
    { collection: 'stream-notify-room', eventName: '/deleteMessage', args: [{ _id: 'm' }] },
    drop,
  )
  decodeFrame(room('x'.repeat(5000)), drop)
  expect(reasons).toHaveLength(6)
  expect(reasons.join()).not.toContain('secret')
  expect(Math.max(...reasons.map((reason) => reason.length))).toBeLessThan(120)
})

test('no argument makes a decoder throw', () => {
  const names = ['user-activity', 'deleteMessage', 'deleteMessageBulk', '__proto__', 'constructor']
  const userNames = ['message', 'subscriptions-changed', 'rooms-changed', 'notification']
  for (const value of hostileValues) {
    for (const other of hostileValues) {
      for (const name of names) decodeFrame(room(name, value, other))
      for (const name of userNames) decodeFrame(user(name, value, other))
      for (const name of userNames) decodeFrame(user(name, 'removed', value))
    }
    const frame = { collection: 'stream-room-messages', eventName: 'r1', args: [value] }
    expect(decodeFrame(frame)).toBeUndefined()
  }
})

describe('presence', () => {
  const frame = (userId: string, ...args: unknown[]): StreamFrame => {
    return { collection: 'stream-user-presence', eventName: userId, args }
  }

  test.each([
    [0, 'offline'],
    [1, 'online'],
    [2, 'away'],
    [3, 'busy'],
  ])('the number %d is %s, however long the tuple is', (code, status) => {
    for (const more of [[], ['lunch'], ['lunch', 'manual', { $date: AT_MS }]]) {
      const event = decodeFrame(frame('u2', ['bob', code, ...more]))
      expect(event).toEqual({ type: 'presence', userId: 'u2', status })
    }
  })

  test.each([
    ['a number that is no status', frame('u2', ['bob', 4])],
    ['a negative number', frame('u2', ['bob', -1])],
    ['half a number', frame('u2', ['bob', 0.5])],
    ['a word', frame('u2', ['bob', 'online'])],
    ['no number', frame('u2', ['bob'])],
    ['no tuple', frame('u2', 'bob')],
    ['no arguments', frame('u2')],
    ['nobody', frame('', ['bob', 1])],
  ])('%s is dropped and counted', (_name, malformed) => {
    const dropped: string[] = []
    expect(decodeFrame(malformed, (reason) => dropped.push(reason))).toBeUndefined()
    expect(dropped).toEqual(['malformed user-presence'])
  })

  test.each(hostileValues)('hostile values never throw: %p', (value) => {
    for (const args of [[value], [['bob', value]], [['bob', [value]]]]) {
      const event = decodeFrame(frame('u2', ...args))
      // Some of them happen to be statuses.
      if (event !== undefined) expect(['offline', 'online']).toContain(Reflect.get(event, 'status'))
    }
  })
})
