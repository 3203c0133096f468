import type { CacheDisk } from '../../../../src/platform/cacheDisk'
import { createClient, deferred, restart } from './support/client'
import { networkError } from './support/fakeChat'

/** A device that keeps one room, started again with a disk that answers for it only when it is told to. */
async function setUp() {
  const first = createClient()
  first.server.addRoom('team', ['ann', 'bob'])
  for (const text of ['one', 'two']) first.server.post('bob', 'team', text)
  await first.start('ann')
  await first.open('team')
  await first.clock.elapse(5_000)
  await first.cache.flush()
  first.die()
  const answer = deferred()
  const disk: CacheDisk = {
    ...first.cacheDisk,
    async read(key) {
      if (key.includes('team')) await answer.promise
      return first.cacheDisk.read(key)
    },
  }
  const next = await restart(first, { cacheDisk: disk })
  next.realtime.goLive()
  await next.settle()
  return { client: next, answer }
}

const never = new Promise<void>(() => undefined)

describe('a copy that the device hands over after the empty list has asked for messages', () => {
  test('is painted while the server says nothing', async () => {
    const { client, answer } = await setUp()
    client.server.intercept = () => ({ after: never })
    await client.open('team')
    void client.chat.loadOlder()
    await client.settle()
    expect(client.texts()).toEqual([])
    answer.resolve()
    await client.settle()
    expect(client.texts()).toEqual(['one', 'two'])
  })

  test('is painted while the server cannot be reached, and brought up to date afterwards', async () => {
    const { client, answer } = await setUp()
    client.server.intercept = () => ({ refuse: networkError() })
    await client.open('team')
    void client.chat.loadOlder()
    await client.settle()
    answer.resolve()
    await client.settle()
    expect(client.texts()).toEqual(['one', 'two'])
    client.server.intercept = () => ({})
    client.server.post('bob', 'team', 'three')
    await client.clock.elapse(60_000)
    expect(client.texts()).toEqual(['one', 'two', 'three'])
  })
})
