import { createClient, restart, type Client } from './support/client'

const never = new Promise<void>(() => undefined)

/** 200 rooms, of which Ann reads one and has looked into some. */
function withManyRooms(): Client {
  const client = createClient()
  const { server } = client
  for (let n = 0; n < 200; n += 1) {
    server.addRoom(`room${n}`, ['ann', 'bob'])
    server.post('bob', `room${n}`, `hello ${n}`)
  }
  return client
}

async function used(): Promise<Client> {
  const client = withManyRooms()
  await client.start('ann')
  for (const id of ['room3', 'room4', 'room5', 'room7']) {
    await client.open(id)
    await client.clock.elapse(3_000)
  }
  await client.clock.elapse(100_000)
  client.lifecycle.goToBackground()
  await client.clock.elapse(0)
  client.die()
  return client
}

/** Every answer takes 100 ms, so that round trips can be told from the time. */
function countTrips(client: Client): () => { calls: number; trips: number } {
  const { server, clock } = client
  const startedAt = clock.now()
  let calls = 0
  let lastAt = 0
  server.intercept = () => {
    calls += 1
    lastAt = Math.floor((clock.now() - startedAt) / 100) + 1
    return { after: new Promise((resolve) => clock.setTimeout(resolve, 100)) }
  }
  return () => ({ calls, trips: lastAt })
}

test('with a cache, 200 rooms and the open one are live after 8 calls in 3 round trips, all of them deltas', async () => {
  const before = await used()
  const { server, clock } = before
  server.post('bob', 'room9', 'new')
  server.calls.length = 0
  const count = countTrips(before)
  const client = await restart(before)
  client.chat.setListVisible(true)
  client.chat.openChannel('room7')
  await clock.elapse(100)
  client.realtime.goLive()
  await clock.elapse(250)
  expect(client.feed.lineState).toBe('live')
  const { calls, trips } = count()
  expect(calls).toBeLessThanOrEqual(8)
  expect(trips).toBeLessThanOrEqual(3)
  expect(server.calls.every(({ args }) => args.every((arg) => arg !== undefined))).toBe(true)
  const deltas = server.calls.filter(({ name }) => name.endsWith('.get'))
  expect(deltas.every(({ args }) => Number(args[0]) > 0)).toBe(true)
  expect([client.chat.channels.length, client.chat.channels[0]?.id]).toEqual([200, 'room9'])
})

test('without a cache they are live after 8 calls in 3 round trips', async () => {
  const client = withManyRooms()
  const { server, clock } = client
  const count = countTrips(client)
  await client.signIn('ann')
  client.chat.setListVisible(true)
  client.chat.openChannel('room7')
  await clock.elapse(100)
  client.realtime.goLive()
  await clock.elapse(350)
  expect([client.feed.lineState, client.chat.channels.length]).toEqual(['live', 200])
  expect(client.texts()).toEqual(['hello 7'])
  const { calls, trips } = count()
  expect(calls).toBeLessThanOrEqual(8)
  // The room is entered once the list says of what kind it is; its sync goes with the third trip.
  expect(trips).toBeLessThanOrEqual(3)
  expect(server.callsOf('subscriptions.get').map(({ args }) => args[0] === undefined)).toEqual([
    true,
    false,
  ])
})

describe('a cold start', () => {
  test('paints the list and the last room although nobody ever answers', async () => {
    const before = await used()
    before.server.intercept = () => ({ before: never })
    const client = await restart(before)
    client.chat.setListVisible(true)
    await client.settle()
    expect([client.chat.listState, client.chat.channels.length]).toEqual(['ready', 200])
    await client.open('room7')
    expect(client.texts()).toEqual(['hello 7'])
  })

  test('with a damaged part shows the rest and asks for everything again', async () => {
    const before = await used()
    const keys = await before.cacheDisk.keys()
    const part = keys.find((key) => /list\|\d+$/.test(key))!
    await before.cacheDisk.write(new Map([[part, '{"subscriptions":[{"id":7}],"rooms":[]}']]))
    before.server.calls.length = 0
    const client = await restart(before)
    client.chat.setListVisible(true)
    await client.settle()
    expect(before.server.callsOf('subscriptions.get')[0]?.args).toEqual([undefined])
    expect(client.chat.channels.length).toBe(200)
    expect(client.chat.listState).toBe('ready')
  })

  test.each([['not json'], ['{}'], ['{"subscriptions":-1,"rooms":0,"parts":[0]}']])(
    'with a damaged head (%s) begins anew',
    async (text) => {
      const before = await used()
      const head = (await before.cacheDisk.keys()).find((key) => key.endsWith('list|head'))!
      await before.cacheDisk.write(new Map([[head, text]]))
      before.server.calls.length = 0
      const client = await restart(before)
      client.chat.setListVisible(true)
      await client.settle()
      expect(before.server.callsOf('rooms.get')[0]?.args).toEqual([undefined])
      expect(client.chat.channels.length).toBe(200)
    },
  )

  test('ignores and removes what another version of the client kept', async () => {
    const before = await used()
    const keys = await before.cacheDisk.keys()
    const texts = await Promise.all(keys.map((key) => before.cacheDisk.read(key)))
    const older = (key: string): string => key.replace(/^cache\d+/, 'cache0')
    await before.cacheDisk.write(
      new Map(
        keys.flatMap((key, i) => [[key, undefined] as const, [older(key), texts[i]] as const]),
      ),
    )
    before.server.intercept = () => ({ before: never })
    const client = await restart(before)
    client.chat.setListVisible(true)
    await client.clock.elapse(5_000)
    expect(client.chat.channels).toEqual([])
    await client.cache.flush()
    expect((await client.cacheDisk.keys()).filter((key) => key.startsWith('cache0'))).toEqual([])
  })
})
