import type { ApiError } from '../../../../src/api/apiError'
import { decodeRoom } from '../../../../src/rocketchat/decodeRoom'
import { createClient, restart, type Client } from './support/client'
import { networkError, refusal } from './support/fakeChat'

/** A device that keeps the newest messages of the room "team", and was closed then. */
async function keptTeam() {
  const client = createClient()
  client.server.addRoom('team', ['ann', 'bob'])
  client.server.post('bob', 'team', 'first')
  client.server.post('bob', 'team', 'second')
  await client.start('ann')
  await client.open('team')
  await client.clock.elapse(5_000)
  client.chat.leaveChannel()
  await client.clock.elapse(5_000)
  client.die()
  return client
}

test('what comes between painting a room from the device and the connection is not lost', async () => {
  const before = await keptTeam()
  const { server, clock } = before
  const after = await restart(before)
  await after.open('team')
  await clock.elapse(1_000)
  // The room is complete here, by REST alone; the connection takes its time.
  server.post('bob', 'team', 'while connecting')
  await clock.elapse(30_000)
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  server.intercept = ({ name }) => (name.endsWith('.get') ? { before: held } : {})
  after.realtime.goLive()
  // The lists are still on their way when the streams bring something newer.
  await clock.elapse(100)
  server.post('bob', 'team', 'live')
  await clock.elapse(100)
  release()
  await clock.elapse(1_000)
  expect(after.texts()).toEqual(['first', 'second', 'while connecting', 'live'])
})

test('a room that was painted is marked as complete once it is, and follows its stream', async () => {
  const before = await keptTeam()
  const { server, clock } = before
  server.post('bob', 'team', 'meanwhile')
  const after = await restart(before)
  after.realtime.goLive()
  await clock.elapse(1_000)
  await after.open('team')
  await clock.elapse(1_000)
  server.post('bob', 'team', 'live')
  await clock.elapse(1_000)
  expect(after.texts()).toEqual(['first', 'second', 'meanwhile', 'live'])
})

test('what was sent before the first page, and deleted before it, is not shown', async () => {
  const client = createClient()
  const { server, clock } = client
  server.addRoom('team', ['ann', 'bob'])
  server.post('bob', 'team', 'first')
  await client.start('ann')
  server.intercept = ({ name }) => (name === 'history.load' ? { refuse: networkError() } : {})
  await client.open('team')
  client.realtime.cut()
  client.chat.send('soon gone')
  await clock.elapse(1_000)
  const sent = server.messagesOf('team').find(({ msg }) => msg === 'soon gone')!
  server.remove('team', sent._id)
  await clock.elapse(20_000)
  server.post('bob', 'team', 'later')
  server.intercept = () => ({})
  client.realtime.goLive()
  await clock.elapse(5_000)
  expect(client.texts()).toEqual(['first', 'later'])
})

test('a late document of the room does not bring back its newest message, deleted meanwhile', async () => {
  const client = createClient()
  const { server, clock } = client
  server.addRoom('team', ['ann', 'bob'])
  server.post('bob', 'team', 'first')
  await client.start('ann')
  const late = server.post('bob', 'team', 'soon gone')
  const document = structuredClone(server.room('team').doc)
  server.remove('team', late._id)
  await client.open('team')
  // As if this frame had been on its way since before the room was opened.
  client.chat.updateRoom(decodeRoom({ ...document, _updatedAt: server.now() })!)
  await clock.elapse(5_000)
  expect(client.texts()).toEqual(['first'])
})

/** Frames of the connection wait until the test says so; the confirmation of a room's streams is one of them. */
function holdFrames(client: Client) {
  const held: (() => void)[] = []
  client.realtime.transport = (deliver) => held.push(deliver)
  return () => {
    client.realtime.transport = (deliver) => deliver()
    for (const deliver of held.splice(0)) deliver()
  }
}

test('a room opened during the catch-up waits for its streams', async () => {
  const before = await keptTeam()
  const { server, clock } = before
  const after = await restart(before)
  after.realtime.goLive()
  const release = holdFrames(after)
  await after.open('team')
  // Not the newest one, which the room's document would tell too.
  server.edit('team', server.messagesOf('team')[0]!._id, { msg: 'edited' })
  await clock.elapse(100)
  release()
  await clock.elapse(5_000)
  expect(after.texts()).toEqual(['edited', 'second'])
})

test('what came before streams that were confirmed late is fetched then', async () => {
  const client = createClient()
  const { server, clock } = client
  server.addRoom('team', ['ann', 'bob'])
  const first = server.post('bob', 'team', 'first')
  server.post('bob', 'team', 'second')
  await client.start('ann')
  const release = holdFrames(client)
  await client.open('team')
  await clock.elapse(1_500)
  server.edit('team', first._id, { msg: 'edited' })
  expect(client.texts()).toEqual(['first', 'second'])
  release()
  await clock.elapse(1_000)
  expect(client.texts()).toEqual(['edited', 'second'])
})

describe('a room without a copy whose first page fails while the connection stays', () => {
  async function openWith(failure: ApiError) {
    const client = createClient()
    client.server.addRoom('team', ['ann', 'bob'])
    client.server.post('bob', 'team', 'first')
    await client.start('ann')
    client.server.intercept = ({ name }) => (name === 'history.load' ? { refuse: failure } : {})
    await client.open('team')
    await client.clock.elapse(100)
    return client
  }

  test('is asked for again by itself, without anything happening in it', async () => {
    const client = await openWith(networkError())
    expect([client.chat.historyState, client.texts()]).toEqual(['failed', []])
    await client.clock.elapse(10_000)
    expect(client.texts()).toEqual([])
    client.server.intercept = () => ({})
    await client.clock.elapse(30_000)
    expect([client.chat.historyState, client.texts()]).toEqual(['complete', ['first']])
  })

  test('is left alone when the server refuses it, and when it is left', async () => {
    const refused = await openWith(refusal(403, 'error-not-allowed'))
    const left = await openWith(networkError())
    left.chat.leaveChannel()
    for (const { server, clock } of [refused, left]) {
      server.calls.length = 0
      await clock.elapse(60_000)
      expect(server.callsOf('history.load')).toEqual([])
    }
  })
})
