import { createClient } from './support/client'

test('nothing is kept on the device of a room whose messages were all deleted', async () => {
  const client = createClient()
  const { server, clock, cache, chat } = client
  server.addRoom('team', ['ann', 'bob'])
  const ids = ['first', 'second'].map((text) => server.post('bob', 'team', text)._id)
  await client.start('ann')
  await client.open('team')
  await clock.elapse(5_000)
  await cache.flush()
  expect((await cache.load('team'))?.messages).toHaveLength(2)
  for (const id of ids) server.remove('team', id)
  await clock.elapse(5_000)
  expect(client.texts()).toEqual([])
  chat.leaveChannel()
  await cache.flush()
  expect((await cache.load('team'))?.messages ?? []).toEqual([])
})
