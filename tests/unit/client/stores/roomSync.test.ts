import { createClient, type Client } from './support/client'
import { networkError, refusal } from './support/fakeChat'

const rooms = ['a', 'b', 'c', 'd', 'e', 'f']
const day = 24 * 3_600_000

/** Ann's device keeps all rooms, and "open" is the one that she looks at. */
async function setUp(): Promise<Client> {
  const client = createClient()
  const { server, clock } = client
  for (const id of ['open', ...rooms]) {
    server.addRoom(id, ['ann', 'bob'])
    for (const text of ['one', 'two', 'three']) server.post('bob', id, `${text} in ${id}`)
  }
  await client.start('ann')
  for (const id of [...rooms, 'open']) {
    await client.open(id)
    await clock.elapse(3_000)
  }
  await clock.elapse(120_000)
  server.calls.length = 0
  return client
}

const asked = ({ server }: Client, type = 'UPDATED'): unknown[] =>
  server
    .callsOf('chat.syncMessages')
    .filter(({ args }) => args[1] === type && args[0] !== 'open')
    .map(({ args }) => args[0])

const kept = async ({ cache }: Client, roomId: string): Promise<string[] | undefined> =>
  (await cache.load(roomId))?.messages.map(({ text }) => text)

async function reconnect(client: Client, meanwhile: () => void): Promise<void> {
  client.realtime.cut()
  meanwhile()
  client.realtime.goLive()
  await client.clock.elapse(0)
}

describe('after a reconnect', () => {
  test('rooms that are behind come first, the most recent activity before others, four in a minute', async () => {
    const client = await setUp()
    const { server, clock } = client
    await reconnect(client, () => {
      for (const id of ['b', 'f', 'a', 'd', 'c']) server.post('bob', id, 'new')
    })
    await clock.elapse(1_000)
    expect(asked(client)).toEqual(['c', 'd', 'a', 'f'])
    expect(asked(client, 'DELETED')).toEqual(['c', 'd', 'a', 'f'])
    await clock.elapse(50_000)
    expect(asked(client)).toHaveLength(4)
    await clock.elapse(20_000)
    expect(asked(client)[4]).toBe('b')
    await clock.elapse(1_500)
    for (const id of ['a', 'b', 'c', 'd', 'f']) expect((await kept(client, id))?.[3]).toBe('new')
  })

  test('no minute has more calls than the server allows, whatever is behind and however often', async () => {
    const client = await setUp()
    const { server, clock } = client
    const times: number[] = []
    server.intercept = ({ name }) => {
      if (name === 'chat.syncMessages') times.push(clock.now())
      return {}
    }
    for (let round = 0; round < 10; round += 1) {
      client.realtime.cut()
      for (const id of rooms) server.post('bob', id, `new ${round}`)
      if (round % 5 === 0) client.realtime.goLive()
      else await clock.elapse(13_000)
      await clock.elapse(1_000)
    }
    client.realtime.goLive()
    await clock.elapse(300_000)
    const busiest = Math.max(
      ...times.map((at) => times.filter((one) => one >= at && one < at + 60_000).length),
    )
    // Of which two are the open room's own, at each reconnect.
    expect(busiest).toBeLessThanOrEqual(10 + 2)
    for (const id of rooms) expect((await kept(client, id))?.slice(-1)).toEqual(['new 9'])
  })

  test('an edit and a reaction that no document tells reach rooms that look up to date', async () => {
    const client = await setUp()
    const { server, clock } = client
    await reconnect(client, () => {
      server.edit('a', server.messagesOf('a')[0]!._id, { msg: 'edited' })
      server.edit('e', server.messagesOf('e')[1]!._id, {
        reactions: { ':+1:': { usernames: ['bob'] } },
      })
    })
    await clock.elapse(200_000)
    expect(await kept(client, 'a')).toEqual(['edited', 'two in a', 'three in a'])
    const { messages } = (await client.cache.load('e'))!
    expect(messages[1]?.reactions).toEqual([{ emoji: ':+1:', usernames: ['bob'] }])
  })

  test('deletions are kept too', async () => {
    const client = await setUp()
    const { server, clock } = client
    await reconnect(client, () => {
      for (const index of [0, 2])
        server.remove('a', server.messagesOf('a')[index === 0 ? 0 : 1]!._id)
    })
    await clock.elapse(2_000)
    expect(await kept(client, 'a')).toEqual(['two in a'])
  })

  test('a room that was away for more than a week begins anew with its newest page', async () => {
    const client = await setUp()
    const { server, clock } = client
    client.realtime.cut()
    clock.jump(8 * day)
    for (let n = 0; n < 60; n += 1) server.post('bob', 'a', `new ${n}`)
    client.realtime.goLive()
    await clock.elapse(2_000)
    expect(asked(client)).not.toContain('a')
    const page = await client.cache.load('a')
    expect([page?.hasOldest, page?.messages.length, page?.messages[0]?.text]).toEqual([
      ...[false, 50, 'new 10'],
    ])
    // What lies before comes when somebody scrolls to it.
    await client.open('a')
    await clock.elapse(1_000)
    await client.chat.loadOlder()
    await client.settle()
    expect(client.texts().slice(0, 4)).toEqual(['one in a', 'two in a', 'three in a', 'new 0'])
  })

  test('a sync that never ends takes the newest page instead', async () => {
    const client = await setUp()
    const { server, clock } = client
    await reconnect(client, () => {
      server.post('bob', 'a', 'new')
      const { sync } = server
      server.sync = (roomId, type, next) =>
        roomId === 'a'
          ? ({ result: { updated: [], deleted: [], cursor: { next: '1' } } } as never)
          : sync.call(server, roomId, type, next)
    })
    await clock.elapse(3_000)
    expect((await kept(client, 'a'))?.slice(-1)).toEqual(['new'])
    expect(server.callsOf('history.load').map(({ args }) => args[1])).toEqual(['a'])
  })
})

describe('one bad room', () => {
  test('that is refused is not kept any more, and the others are brought up to date', async () => {
    const client = await setUp()
    const { server, clock } = client
    server.intercept = ({ name, args }) =>
      name === 'chat.syncMessages' && args[0] === 'f' ? { refuse: refusal(403, 'no') } : {}
    await reconnect(client, () => {
      for (const id of ['a', 'b', 'f']) server.post('bob', id, 'new')
    })
    await clock.elapse(3_000)
    expect(await kept(client, 'f')).toBeUndefined()
    for (const id of ['a', 'b']) expect((await kept(client, id))?.slice(-1)).toEqual(['new'])
  })

  test.each([
    ['nobody answers', networkError()],
    ['the server has a problem', refusal(503, 'down')],
    ['the server asks for patience', refusal(429, 'error-too-many-requests')],
    ['the session is being renewed', refusal(401, 'token')],
  ])('for which %s is asked for again', async (_name, error) => {
    const client = await setUp()
    const { server, clock } = client
    let isBad = true
    server.intercept = ({ name, args }) =>
      isBad && name === 'chat.syncMessages' && args[0] === 'a' ? { refuse: error } : {}
    await reconnect(client, () => server.post('bob', 'a', 'new'))
    await clock.elapse(3_000)
    expect((await kept(client, 'a'))?.slice(-1)).toEqual(['three in a'])
    isBad = false
    await clock.elapse(75_000)
    expect((await kept(client, 'a'))?.slice(-1)).toEqual(['new'])
  })

  test('whose documents cannot be read costs these documents, which are counted', async () => {
    const client = await setUp()
    const { server, clock } = client
    const before = client.feed.droppedDocuments
    await reconnect(client, () => {
      server.post('bob', 'a', 'bad', { u: 'nobody' })
      server.post('bob', 'a', 'good')
      server.post('bob', 'b', 'new')
    })
    await clock.elapse(3_000)
    expect((await kept(client, 'a'))?.slice(-2)).toEqual(['three in a', 'good'])
    expect((await kept(client, 'b'))?.slice(-1)).toEqual(['new'])
    expect(client.feed.droppedDocuments).toBe(before + 1)
  })

  test('open, it does not keep the others from being complete', async () => {
    const client = await setUp()
    const { server, clock } = client
    server.intercept = ({ name, args }) =>
      name === 'chat.syncMessages' && args[0] === 'open' ? { refuse: refusal(403, 'no') } : {}
    await reconnect(client, () => server.post('bob', 'a', 'new'))
    await clock.elapse(3_000)
    expect(client.feed.lineState).toBe('live')
    expect((await kept(client, 'a'))?.slice(-1)).toEqual(['new'])
  })
})

test('an answer that belongs to an older connection is dropped', async () => {
  const client = await setUp()
  const { server, clock } = client
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  server.intercept = ({ name, args }) =>
    name === 'chat.syncMessages' && args[0] === 'a' ? { after: held } : {}
  await reconnect(client, () => server.post('bob', 'a', 'new'))
  await clock.elapse(1_000)
  client.realtime.cut()
  release()
  await clock.elapse(3_000)
  expect(await kept(client, 'a')).toEqual(['one in a', 'two in a', 'three in a'])
})

describe('while the connection lasts', () => {
  test('a room is caught up once it is quiet', async () => {
    const client = await setUp()
    const { server, clock } = client
    server.post('bob', 'a', 'new')
    await clock.elapse(9_000)
    expect(asked(client)).toEqual([])
    await clock.elapse(12_000)
    expect(asked(client)).toEqual(['a'])
    await clock.elapse(1_500)
    expect((await kept(client, 'a'))?.slice(-1)).toEqual(['new'])
  })

  test('one that is never quiet is caught up after a minute', async () => {
    const client = await setUp()
    const { server, clock } = client
    for (let n = 0; n < 20; n += 1) {
      server.post('bob', 'a', `new ${n}`)
      await clock.elapse(5_000)
    }
    expect((await kept(client, 'a'))?.length).toBeGreaterThan(12)
  })

  test('one that was left before it was brought up to date on the screen is asked for', async () => {
    const client = await setUp()
    const { server, clock } = client
    server.edit('a', server.messagesOf('a')[0]!._id, { msg: 'edited' })
    server.intercept = ({ name }) =>
      name === 'chat.syncMessages' ? { before: new Promise(() => undefined) } : {}
    await client.open('a')
    expect(client.texts()).toEqual(['one in a', 'two in a', 'three in a'])
    server.intercept = () => ({})
    client.chat.leaveChannel()
    await clock.elapse(5_000)
    expect(await kept(client, 'a')).toEqual(['edited', 'two in a', 'three in a'])
  })

  test('a clock that is set back stops nothing', async () => {
    const client = await setUp()
    const { server, clock } = client
    server.post('bob', 'a', 'new')
    clock.jump(-day)
    await clock.elapse(25_000)
    expect((await kept(client, 'a'))?.slice(-1)).toEqual(['new'])
  })

  test('nothing is asked for rooms that are not kept, and nothing runs on after the sign-out', async () => {
    const client = await setUp()
    const { server, clock } = client
    server.addRoom('unknown', ['ann', 'bob'])
    server.post('bob', 'unknown', 'new')
    server.post('bob', 'a', 'new')
    await client.session.signOut()
    await clock.elapse(200_000)
    expect(asked(client)).toEqual([])
  })
})
