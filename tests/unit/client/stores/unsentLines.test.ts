import type { Channel } from '../../../../src/stores/channel'
import { createClient, restart, type Client } from './support/client'
import { networkError, refusal, type Interceptor } from './support/fakeChat'

/** Ann has written to `general`, and later something happened in `team`. */
async function setUp() {
  const client = createClient()
  for (const id of ['general', 'team']) client.server.addRoom(id, ['ann', 'bob'])
  client.server.post('ann', 'general', 'before', { _id: 'before' })
  client.server.post('ann', 'general', 'mine', { _id: 'mine' })
  await client.clock.elapse(60_000)
  client.server.post('bob', 'team', 'later')
  await client.start('ann')
  await client.clock.elapse(60_000)
  await client.open('general')
  return client
}

const offline: Interceptor = () => ({ refuse: networkError() })

function goOffline(client: Client): void {
  client.realtime.cut()
  client.server.intercept = offline
}

async function goOnline(client: Client): Promise<void> {
  client.server.intercept = () => ({})
  client.realtime.goLive()
  await client.clock.elapse(2_000)
}

async function backToList(client: Client): Promise<void> {
  client.chat.leaveChannel()
  client.chat.setListVisible(true)
  await client.settle()
}

const order = (client: Client) => client.chat.channels.map(({ id }) => id)
const line = (client: Client, id = 'general') => {
  const { preview, mark } = client.chat.channels.find((one) => one.id === id) as Channel
  return [preview, mark]
}

describe('a line of the list of conversations', () => {
  test('shows a message that waits, with its mark and in its place, until the server has it', async () => {
    const client = await setUp()
    await backToList(client)
    expect([order(client), line(client)]).toEqual([
      ['team', 'general'],
      ['You: mine', ''],
    ])
    const timeBefore = client.chat.channels[1]?.time
    await client.open('general')
    goOffline(client)
    client.chat.send('first of two')
    await client.clock.elapse(60_000)
    client.chat.send('on its way')
    await backToList(client)
    expect([order(client), line(client)]).toEqual([
      ['general', 'team'],
      ['You: on its way', 'waiting'],
    ])
    expect(client.chat.channels[0]?.time).not.toBe(timeBefore)
    await goOnline(client)
    expect([order(client), line(client)]).toEqual([
      ['general', 'team'],
      ['You: on its way', ''],
    ])
  })

  test('shows a message that was refused, and what it was before when that is given up', async () => {
    const client = await setUp()
    client.server.intercept = ({ name }) =>
      name === 'chat.sendMessage' ? { refuse: refusal(400, 'x') } : {}
    client.chat.send('refused')
    await backToList(client)
    expect([order(client), line(client)]).toEqual([
      ['general', 'team'],
      ['You: refused', 'failed'],
    ])
    client.chat.discard(client.outbox.entries[0]!.id)
    await client.settle()
    expect([order(client), line(client)]).toEqual([
      ['team', 'general'],
      ['You: mine', ''],
    ])
  })

  test('shows what waits after a restart without a network', async () => {
    const client = await setUp()
    goOffline(client)
    client.chat.send('on its way')
    await client.clock.elapse(10_000)
    client.lifecycle.goToBackground()
    await client.settle()
    client.die()
    const next = await restart(client)
    await backToList(next)
    expect([order(next), line(next)]).toEqual([
      ['general', 'team'],
      ['You: on its way', 'waiting'],
    ])
  })

  test('does not jump back while the room tells late of what was sent', async () => {
    const client = await setUp()
    goOffline(client)
    client.chat.send('on its way')
    await backToList(client)
    client.server.updateRoom = () => undefined
    const seen = new Set<string>()
    const stop = client.chat.$subscribe(
      () => seen.add([order(client)[0], ...line(client)].join(' ')),
      { flush: 'sync' },
    )
    await goOnline(client)
    stop()
    expect(line(client)).toEqual(['You: on its way', ''])
    expect([...seen].filter((one) => !one.startsWith('general You: on its way'))).toEqual([])
  })

  test('does not keep what was sent and then deleted by somebody while the room was not open', async () => {
    const client = await setUp()
    goOffline(client)
    client.chat.send('on its way')
    await backToList(client)
    const { updateRoom } = client.server
    client.server.updateRoom = () => undefined
    await goOnline(client)
    expect(line(client)).toEqual(['You: on its way', ''])
    client.server.updateRoom = updateRoom
    client.server.remove('general', client.server.messagesOf('general').pop()!._id)
    await client.settle()
    expect(line(client)).toEqual(['You: mine', ''])
  })

  test('shows an edit of the last message that waits, and that of another not', async () => {
    const client = await setUp()
    goOffline(client)
    client.chat.editMessage('before', 'not the last')
    await backToList(client)
    expect(line(client)).toEqual(['You: mine', ''])
    await client.open('general')
    client.chat.editMessage('mine', 'changed')
    await backToList(client)
    expect([order(client), line(client)]).toEqual([
      ['team', 'general'],
      ['You: changed', 'waiting'],
    ])
    await goOnline(client)
    expect(line(client)).toEqual(['You: changed', ''])
  })

  test('shows a deletion of the last message that waits', async () => {
    const client = await setUp()
    goOffline(client)
    client.chat.deleteMessage('mine')
    await backToList(client)
    const [preview, mark] = line(client)
    expect([preview?.includes('mine'), mark]).toEqual([false, 'waiting'])
    await goOnline(client)
    expect(line(client)).toEqual(['You: before', ''])
  })

  test('shows a draft without a mark, but what is unsent before a draft', async () => {
    const client = await setUp()
    goOffline(client)
    client.chat.editMessage('mine', 'changed')
    client.chat.setDraft('begun')
    await backToList(client)
    expect(line(client)).toEqual(['[Draft] begun', ''])
    await client.open('general')
    client.chat.send('on its way')
    await backToList(client)
    expect(line(client)).toEqual(['You: on its way', 'waiting'])
  })

  test('is not drawn anew for a read mark or a reaction', async () => {
    const client = await setUp()
    goOffline(client)
    await backToList(client)
    const before = client.chat.channels
    client.chat.markRead('general')
    client.outbox.react('general', 'mine', ':smile:', true)
    await client.settle()
    expect(client.chat.channels).toBe(before)
  })
})
