import { createClient } from './support/client'

async function setUp() {
  const client = createClient()
  for (const id of ['team', 'ops']) client.server.addRoom(id, ['ann', 'bob'])
  await client.start('ann')
  return client
}

describe('typing', () => {
  const typing = (name: string, activities: string[], extra: object = {}) => ({
    collection: 'stream-notify-room',
    eventName: 'team/user-activity',
    args: [name, activities, extra],
  })

  test('names come and go by event, message and time, and never the own one', async () => {
    const client = await setUp()
    await client.open('team')
    const { realtime } = client
    for (const name of ['bob', 'cid', 'ann']) realtime.receive(typing(name, ['user-typing']))
    realtime.receive(typing('dan', ['user-typing'], { tmid: 'thread' }))
    expect(client.typing.names).toEqual(['bob', 'cid'])
    realtime.receive(typing('cid', []))
    expect(client.typing.names).toEqual(['bob'])
    client.server.post('bob', 'team', 'done')
    expect(client.typing.names).toEqual([])
    realtime.receive(typing('cid', ['user-typing']))
    await client.clock.elapse(14_999)
    expect(client.typing.names).toEqual(['cid'])
    realtime.receive(typing('cid', ['user-typing']))
    await client.clock.elapse(14_999)
    expect(client.typing.names).toEqual(['cid'])
    await client.clock.elapse(1)
    expect(client.typing.names).toEqual([])
  })

  test('belongs to the open room', async () => {
    const client = await setUp()
    await client.open('team')
    client.realtime.receive(typing('bob', ['user-typing']))
    await client.open('ops')
    client.realtime.receive(typing('bob', ['user-typing']))
    expect(client.typing.names).toEqual([])
  })

  test('the own typing is told, and its end in every case', async () => {
    const client = await setUp()
    await client.open('team')
    client.typing.noteKeystroke(true)
    await client.clock.elapse(6_000)
    client.typing.noteKeystroke(true)
    client.typing.noteKeystroke(false)
    client.typing.noteKeystroke(true)
    client.chat.send('hi')
    client.typing.noteKeystroke(true)
    client.chat.leaveChannel()
    client.typing.noteKeystroke(true)
    const ends = client.realtime.typing.map(([, isTyping]) => isTyping)
    expect(ends).toEqual([true, false, true, false, true, false, true, false])
    expect(new Set(client.realtime.typing.map(([roomId]) => roomId))).toEqual(new Set(['team']))
  })
})
