import { ApiError } from '../../../../src/api/apiError'
import type { RestApi } from '../../../../src/api/rest/restApi'
import { createRepository } from '../../../../src/rocketchat/repository'
import { AT_MS, wireMessage, wireRoom, wireSubscription } from './wireSamples'

type Call = { name: string; args: unknown[] }

/** A REST whose every call is recorded and answered by one function of the test. */
function setUp(answer: (call: Call) => unknown) {
  const calls: Call[] = []
  const dropped: string[] = []
  const method =
    (name: string) =>
    (...args: unknown[]) => {
      const call = { name, args }
      calls.push(call)
      return new Promise<never>((resolve) => resolve(answer(call) as never))
    }
  const rest: RestApi = {
    subscriptions: { get: method('subscriptions.get'), read: method('subscriptions.read') },
    rooms: { get: method('rooms.get') },
    history: { load: method('history.load') },
    chat: {
      sendMessage: method('chat.sendMessage'),
      getMessage: method('chat.getMessage'),
      syncMessages: method('chat.syncMessages'),
      update: method('chat.update'),
      delete: method('chat.delete'),
      react: method('chat.react'),
      syncThreadMessages: method('chat.syncThreadMessages'),
    },
    methodCalls: {
      loadSurroundingMessages: method('loadSurroundingMessages'),
      loadNextMessages: method('loadNextMessages'),
    },
    users: { me: method('users.me'), presence: method('users.presence') },
  }
  const onDropped = (reason: string) => dropped.push(reason)
  return { repository: createRepository(rest, { onDropped }), calls, dropped }
}

function refusal(status: number, code: string): () => never {
  return () => {
    throw new ApiError({ status, code, message: 'refused' })
  }
}

describe('lists', () => {
  test('a malformed document is left out and counted, the others arrive', async () => {
    const { repository, calls, dropped } = setUp(() => ({
      update: [wireSubscription(), { _id: 'broken' }, null],
      remove: [{ _id: 's9', _deletedAt: 'x' }, {}, 7],
    }))
    const delta = await repository.loadSubscriptions(5)
    expect(delta.update.map((subscription) => subscription.id)).toEqual(['s1'])
    expect(delta.removedIds).toEqual(['s9'])
    expect(dropped).toEqual(['malformed subscription', 'malformed subscription'])
    expect(calls).toEqual([{ name: 'subscriptions.get', args: [5] }])
  })

  test('rooms come the same way', async () => {
    const { repository, dropped } = setUp(() => ({ update: [wireRoom(), 1], remove: [] }))
    expect((await repository.loadRooms()).update.map((room) => room.id)).toEqual(['r1'])
    expect(dropped).toEqual(['malformed room'])
  })

  test.each([[{}], [{ update: {}, remove: [] }], [{ update: [] }], [{ update: [], remove: 'x' }]])(
    'an answer without its lists is an error, not an empty list: %j',
    async (answer) => {
      const { repository } = setUp(() => answer)
      const error = { code: 'error-invalid-answer' }
      await expect(repository.loadSubscriptions()).rejects.toMatchObject(error)
      await expect(repository.loadRooms()).rejects.toMatchObject(error)
    },
  )
})

describe('history', () => {
  const at = (ms: number) => new Date(AT_MS + ms).toISOString()

  test('a page comes oldest first and includes its border', async () => {
    const { repository, calls } = setUp(() => ({
      messages: [
        wireMessage({ _id: 'c', ts: at(2) }),
        wireMessage({ _id: 'b', ts: at(1) }),
        wireMessage({ _id: 'a', ts: at(1) }),
      ],
    }))
    const page = await repository.loadHistory('group', 'r1', { before: AT_MS, count: 3 })
    expect(page.messages.map((message) => message.id)).toEqual(['a', 'b', 'c'])
    expect(page.hasOldest).toBe(false)
    expect(calls[0]?.args).toEqual(['group', 'r1', { latest: AT_MS, count: 3, inclusive: true }])
  })

  test('fewer than asked for are the oldest; a malformed one is no sign of the end', async () => {
    const { repository, dropped } = setUp(() => ({ messages: [wireMessage(), { _id: 'broken' }] }))
    const full = await repository.loadHistory('direct', 'r1', { count: 2 })
    expect([full.messages.length, full.hasOldest]).toEqual([1, false])
    expect((await repository.loadHistory('direct', 'r1', { count: 3 })).hasOldest).toBe(true)
    expect(dropped).toEqual(['malformed message', 'malformed message'])
  })

  test('an answer without messages is an error, not the end of history', async () => {
    const { repository } = setUp(() => ({}))
    await expect(repository.loadHistory('channel', 'r1', { count: 50 })).rejects.toMatchObject({
      code: 'error-invalid-answer',
    })
  })
})

describe('syncing', () => {
  const since = 1_000_000

  test('both cursors are followed to their ends, from a little before the watermark', async () => {
    const { repository, calls } = setUp(({ args: [, type, next] }) => {
      if (type === 'DELETED') {
        return { result: { deleted: [{ _id: 'gone' }], cursor: { next: null } } }
      }
      if (next === '995000') {
        return { result: { updated: [wireMessage({ _id: 'a' })], cursor: { next: '996000' } } }
      }
      return { result: { updated: [wireMessage({ _id: 'b' }), {}], cursor: { next: null } } }
    })
    const sync = await repository.syncMessages('r1', since)
    expect(sync.updated.map((message) => message.id)).toEqual(['a', 'b'])
    expect(sync).toMatchObject({ removedIds: ['gone'], isComplete: true })
    expect(calls.map((call) => call.args.join())).toEqual([
      'r1,UPDATED,995000',
      'r1,DELETED,995000',
      'r1,UPDATED,996000',
    ])
  })

  test('a watermark at the beginning of time is asked for as 0', async () => {
    const { repository, calls } = setUp(({ args }) => ({
      result: { [args[1] === 'UPDATED' ? 'updated' : 'deleted']: [] },
    }))
    await repository.syncMessages('r1', 0)
    expect(calls[0]?.args).toEqual(['r1', 'UPDATED', '0'])
  })

  test.each([['995000'], ['1'], ['later'], [{}]])(
    'a cursor that does not move on ends the sync as incomplete: %j',
    async (next) => {
      const { repository, calls } = setUp(() => ({
        result: { updated: [], deleted: [], cursor: { next } },
      }))
      expect((await repository.syncMessages('r1', since)).isComplete).toBe(false)
      expect(calls).toHaveLength(2)
    },
  )

  test('a sync that never ends is given up and says so', async () => {
    let next = since
    const { repository, calls } = setUp(() => ({
      result: { updated: [], deleted: [], cursor: { next: String(next++) } },
    }))
    expect((await repository.syncMessages('r1', since)).isComplete).toBe(false)
    expect(calls.length).toBeLessThanOrEqual(80)
  })

  test('an answer without its list is an error, not a room without changes', async () => {
    const { repository } = setUp(() => ({ result: { cursor: { next: null } } }))
    await expect(repository.syncMessages('r1', since)).rejects.toMatchObject({
      code: 'error-invalid-answer',
    })
  })
})

describe('single messages', () => {
  const body = { id: 'kZ1', roomId: 'GENERAL', text: 'hi' }

  test("sending gives the server's copy", async () => {
    const { repository, calls } = setUp(() => ({ message: wireMessage() }))
    expect((await repository.sendMessage(body)).sentAt).toBe(AT_MS)
    expect(calls).toEqual([{ name: 'chat.sendMessage', args: [body] }])
  })

  test('an answer that cannot be read leaves open whether it was sent', async () => {
    const { repository } = setUp(() => ({ message: { _id: 'kZ1' } }))
    const error = { code: 'error-invalid-answer' }
    await expect(repository.sendMessage(body)).rejects.toMatchObject(error)
    await expect(repository.getMessage('kZ1')).rejects.toMatchObject(error)
  })

  test('a message is there, or the server says that it is not', async () => {
    const { repository } = setUp(() => ({ message: wireMessage() }))
    expect((await repository.getMessage('kZ1'))?.id).toBe('kZ1')
    const missing = setUp(refusal(400, 'http-400'))
    expect(await missing.repository.getMessage('kZ1')).toBeUndefined()
  })

  test.each([
    [400, 'error-not-allowed'],
    [401, 'http-401'],
    [403, 'http-403'],
    [404, 'http-404'],
    [429, 'error-too-many-requests'],
    [500, 'http-500'],
    [0, 'network'],
  ])('a refusal with %s %s does not mean that there is no message', async (status, code) => {
    const { repository } = setUp(refusal(status, code))
    await expect(repository.getMessage('kZ1')).rejects.toMatchObject({ status, code })
  })

  test('reading a room is passed on', async () => {
    const { repository, calls } = setUp(() => undefined)
    await repository.markRead('r1')
    expect(calls).toEqual([{ name: 'subscriptions.read', args: ['r1'] }])
  })
})

describe('the next newer messages', () => {
  const wire = (id: string, ts: number) => ({
    ...{ _id: id, rid: 'r', msg: id, ts, _updatedAt: ts },
    u: { _id: 'u', username: 'u' },
  })

  test('begin with those of the very time that was asked for, in order', async () => {
    const { repository, calls } = setUp(() => ({ messages: [wire('b', 6), wire('a', 5)] }))
    const page = await repository.loadNewer('r', 5, 2)
    expect(page.messages.map(({ id }) => id)).toEqual(['a', 'b'])
    expect(page.hasNewest).toBe(false)
    expect(JSON.stringify(calls)).toContain('["r",4,2]')
  })

  test('fewer than asked for are the last ones', async () => {
    const { repository } = setUp(() => ({ messages: [wire('a', 5), {}] }))
    expect(await repository.loadNewer('r', 5, 3)).toMatchObject({ hasNewest: true })
  })

  test.each([false, {}, undefined])('an answer without a list, %j, is refused', async (answer) => {
    const { repository } = setUp(() => answer)
    await expect(repository.loadNewer('r', 5, 3)).rejects.toMatchObject({
      code: 'error-invalid-answer',
    })
  })
})

describe('presence', () => {
  const users = [
    { _id: 'u1', username: 'ann', status: 'busy' },
    { _id: 'u2', status: 'disabled' },
  ]

  test('whom a partial answer leaves out is offline', async () => {
    const { repository, calls } = setUp(() => ({ users, full: false }))
    expect([...(await repository.loadPresence(['u1', 'u2', 'u3']))]).toEqual([
      ['u1', 'busy'],
      ['u2', 'offline'],
      ['u3', 'offline'],
    ])
    expect(calls).toEqual([{ name: 'users.presence', args: [['u1', 'u2', 'u3']] }])
  })

  test('whom a full answer leaves out is unknown, as when statuses are not told any more', async () => {
    const { repository } = setUp(() => ({ users: [], full: true }))
    expect([...(await repository.loadPresence(['u1']))]).toEqual([])
  })

  test('people who cannot be read are left out and counted', async () => {
    const bad = [null, 'u1', { _id: 'u4' }, { _id: 'u5', status: 'asleep' }, { status: 'online' }]
    const { repository, dropped } = setUp(() => ({ users: [...bad, users[0]], full: true }))
    expect([...(await repository.loadPresence(['u1']))]).toEqual([['u1', 'busy']])
    expect(dropped).toEqual(bad.map(() => 'malformed presence'))
  })

  test.each([[{}], [{ users: {} }], [{ users: 'u1' }]])('%j is no answer', async (answer) => {
    const { repository } = setUp(() => answer)
    const failure = { code: 'error-invalid-answer' }
    await expect(repository.loadPresence(['u1'])).rejects.toMatchObject(failure)
  })
})
