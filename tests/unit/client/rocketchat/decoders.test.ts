import { decodeMessage } from '../../../../src/rocketchat/decodeMessage'
import { decodeRoom } from '../../../../src/rocketchat/decodeRoom'
import { decodeSubscription } from '../../../../src/rocketchat/decodeSubscription'
import { decodeUser } from '../../../../src/rocketchat/decodeUser'
import { decodeTime } from '../../../../src/rocketchat/fields'
import { AT, AT_MS, hostileValues, wireMessage, wireRoom, wireSubscription } from './wireSamples'

describe('times', () => {
  test('an ISO string, an EJSON date and a number mean the same', () => {
    expect([AT, { $date: AT_MS }, AT_MS].map(decodeTime)).toEqual([AT_MS, AT_MS, AT_MS])
  })

  test.each([
    ['2026-05-18'],
    ['18 May 2026'],
    ['2026-13-45T99:00:00Z'],
    [''],
    [-1],
    [NaN],
    [Infinity],
    [9e15],
    [{ $date: AT }],
    [{ $date: { $date: 1 } }],
    [{}],
    [[AT_MS]],
    [null],
    [undefined],
    [true],
  ])('%j is no time', (value) => {
    expect(decodeTime(value)).toBeUndefined()
  })
})

describe('messages', () => {
  test('a message is read from REST and from the stream alike', () => {
    const expected = {
      id: 'kZ1',
      roomId: 'GENERAL',
      author: { id: 'u1', username: 'ann', name: 'Ann' },
      text: 'hi @bob',
      sentAt: AT_MS,
      updatedAt: AT_MS + 17,
      system: '',
      editedAt: 0,
      threadId: '',
      isShownInRoom: false,
      mentions: ['u2'],
      isGroupable: true,
      fileName: '',
      role: '',
    }
    const fromStream = wireMessage({ ts: { $date: AT_MS }, _updatedAt: { $date: AT_MS + 17 } })
    expect(decodeMessage(wireMessage())).toEqual(expected)
    expect(decodeMessage(fromStream)).toEqual(expected)
  })

  test('everything optional is read where it is there', () => {
    const wire = wireMessage({
      t: 'subscription-role-added',
      role: 'owner',
      editedAt: AT,
      tmid: 'root',
      tshow: true,
      groupable: false,
      mentions: [{ _id: 'all', username: 'all' }, { username: 'no id' }, null],
      files: [
        { _id: 'f1', name: 'cat.png' },
        { _id: 'f2', name: 'thumb-cat.png' },
      ],
    })
    expect(decodeMessage(wire)).toMatchObject({
      system: 'subscription-role-added',
      role: 'owner',
      editedAt: AT_MS,
      threadId: 'root',
      isShownInRoom: true,
      isGroupable: false,
      mentions: ['all'],
      fileName: 'cat.png',
    })
  })

  test('the oldest form of a file message has its name in file', () => {
    expect(decodeMessage(wireMessage({ file: { name: 'old.pdf' } }))?.fileName).toBe('old.pdf')
  })

  test.each([
    [{ alias: 'Alarm Bot' }, 'Alarm Bot'],
    [{ u: { _id: 'u1', username: 'ann' } }, 'ann'],
    [{ u: { _id: 'u1' } }, 'u1'],
  ])('with %j the name is %s', (fields, name) => {
    expect(decodeMessage(wireMessage(fields))?.author.name).toBe(name)
  })

  test('without _updatedAt the last known change counts', () => {
    const wire = wireMessage({ _updatedAt: undefined, editedAt: { $date: AT_MS + 5 } })
    expect(decodeMessage(wire)?.updatedAt).toBe(AT_MS + 5)
  })

  test.each([['_id'], ['rid'], ['ts'], ['u']])('without %s it is malformed', (key) => {
    expect(decodeMessage(wireMessage({ [key]: undefined }))).toBeUndefined()
  })
})

describe('subscriptions', () => {
  test('a subscription is read with all its fields', () => {
    expect(decodeSubscription(wireSubscription())).toEqual({
      id: 's1',
      roomId: 'r1',
      kind: 'direct',
      name: 'bob',
      title: '李晓明',
      isOpen: true,
      isAlert: true,
      unread: 3,
      userMentions: 2,
      groupMentions: 1,
      lastSeenAt: AT_MS,
      isFavorite: true,
      isUnreadHidden: true,
      isMentionHidden: true,
      roles: ['owner'],
      updatedAt: AT_MS,
    })
  })

  test('a new one has few fields: neither times nor a display name', () => {
    const wire = { _id: 's1', rid: 'r1', t: 'c', name: 'general', open: true }
    expect(decodeSubscription(wire)).toMatchObject({
      title: 'general',
      unread: 0,
      lastSeenAt: 0,
      updatedAt: 0,
      isAlert: false,
    })
  })

  test('counters that are no counts are 0', () => {
    const wire = wireSubscription({ unread: -4, userMentions: '2', groupMentions: Infinity })
    expect(decodeSubscription(wire)).toMatchObject({ unread: 0, userMentions: 0, groupMentions: 0 })
  })

  test.each([['_id'], ['rid'], ['t']])('without %s it is malformed', (key) => {
    expect(decodeSubscription(wireSubscription({ [key]: undefined }))).toBeUndefined()
  })

  test.each([['l'], ['v'], ['constructor'], [1]])('rooms of the kind %j are left out', (t) => {
    expect(decodeSubscription(wireSubscription({ t }))).toBeUndefined()
    expect(decodeRoom(wireRoom({ t }))).toBeUndefined()
  })
})

describe('rooms', () => {
  test('a room is read with all its fields', () => {
    const wire = wireRoom({ unmuted: ['ann'], muted: ['bob'] })
    expect(decodeRoom(wire)).toEqual({
      id: 'r1',
      kind: 'group',
      name: 'Project X',
      topic: 'plans',
      isReadOnly: true,
      unmuted: ['ann'],
      muted: ['bob'],
      isArchived: true,
      memberCount: 7,
      memberIds: ['u1', 'u2'],
      lastMessage: decodeMessage(wireMessage()),
      lastActivityAt: AT_MS,
      updatedAt: AT_MS,
    })
  })

  test('a room without messages is sorted by its creation, and a broken last message is none', () => {
    const room = decodeRoom(wireRoom({ lm: undefined, lastMessage: { _id: 'x' } }))
    expect(room?.lastActivityAt).toBe(Date.UTC(2026, 0, 1))
    expect(room?.lastMessage).toBeUndefined()
  })

  test('a direct message has no name of its own', () => {
    const wire = { _id: 'u1u2', t: 'd', uids: ['u1', 'u2'], usersCount: 2 }
    expect(decodeRoom(wire)).toMatchObject({ kind: 'direct', name: '', memberIds: ['u1', 'u2'] })
  })

  test('without an id it is malformed', () => {
    expect(decodeRoom(wireRoom({ _id: undefined }))).toBeUndefined()
  })
})

describe('users', () => {
  test('a user is read; without a display name the username stands for it', () => {
    expect(decodeUser({ _id: 'u1', username: 'ann', name: 'Ann' })).toEqual({
      id: 'u1',
      username: 'ann',
      name: 'Ann',
    })
    expect(decodeUser({ _id: 'u1', username: 'ann', name: null })?.name).toBe('ann')
  })

  test.each([[{}], [{ _id: 'u1' }], [{ username: 'ann' }], [{ _id: '', username: 'ann' }]])(
    '%j is no user',
    (wire) => {
      expect(decodeUser(wire)).toBeUndefined()
    },
  )
})

describe('hostile input', () => {
  const decoders = [decodeMessage, decodeSubscription, decodeRoom, decodeUser]

  test('is refused as a whole document', () => {
    for (const decode of decoders) {
      for (const value of hostileValues) expect(decode(value)).toBeUndefined()
    }
  })

  test('in any single field never throws and never puts a wrong type into the result', () => {
    const samples = [
      [decodeMessage, wireMessage({ file: {}, files: [{}] })],
      [decodeSubscription, wireSubscription()],
      [decodeRoom, wireRoom()],
      [decodeUser, { _id: 'u1', username: 'ann', name: 'Ann' }],
    ] as const
    for (const [decode, sample] of samples) {
      const good = decode(sample)!
      for (const key of Object.keys(sample)) {
        for (const value of hostileValues) {
          const decoded = decode({ ...sample, [key]: value })
          if (decoded !== undefined)
            expect(typesOf(decoded)).toEqual(typesOf({ ...good, ...keepUndefined(decoded) }))
        }
      }
    }
  })

  test('keys of a prototype are not taken for fields', () => {
    const inherited = Object.create(wireMessage()) as unknown
    expect(decodeMessage(inherited)).toBeUndefined()
    expect(({} as Record<string, unknown>)._id).toBeUndefined()
  })

  function typesOf(value: object): Record<string, string> {
    const entries = Object.entries(value).map(([key, member]) => [
      key,
      Array.isArray(member) ? 'array' : typeof member,
    ])
    return Object.fromEntries(entries) as Record<string, string>
  }

  /** A room's last message may be missing; everything else has one type. */
  function keepUndefined(value: object): object {
    return Object.fromEntries(Object.entries(value).filter(([, member]) => member === undefined))
  }
})
