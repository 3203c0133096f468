import { createClient } from './support/client'
import { person } from './support/fakeChat'

async function setUp() {
  const client = createClient()
  client.server.addRoom('general', ['ann', 'bob'])
  client.server.addRoom('team', ['ann', 'bob'], { t: 'p' })
  await client.start('ann')
  return client
}

describe('events', () => {
  test("a room's newest message reaches the screen also when only the room tells it", async () => {
    const client = await setUp()
    await client.open('general')
    const at = client.server.now()
    const message = { _id: 'only', rid: 'general', msg: 'told by the room', ts: at, _updatedAt: at }
    client.server.room('general').messages.set('only', { ...message, u: person('bob') })
    client.server.updateRoom('general', { lastMessage: { ...message, u: person('bob') } })
    await client.clock.elapse(1_100)
    expect(client.texts()).toEqual(['told by the room'])
  })

  test('edits, deletions and prunes change what is shown', async () => {
    const client = await setUp()
    const ids = ['a', 'b', 'c', 'd'].map((text) => client.server.post('bob', 'general', text)._id)
    await client.open('general')
    client.server.edit('general', ids[0]!, { msg: 'a, edited' })
    client.server.remove('general', ids[1]!)
    const bulk = { collection: 'stream-notify-room', eventName: 'general/deleteMessageBulk' }
    client.realtime.receive({ ...bulk, args: [{ rid: 'general', ids: [ids[2]] }] })
    await client.settle()
    expect(client.texts()).toEqual(['a, edited', 'd'])
    expect(client.rows()[0]?.isEdited).toBe(true)
  })

  test('a prune that cannot be applied exactly asks the server', async () => {
    const client = await setUp()
    const { _id } = client.server.post('bob', 'general', 'pruned')
    client.server.post('bob', 'general', 'pinned')
    await client.open('general')
    const room = client.server.room('general')
    room.messages.delete(_id)
    room.deleted.push({ _id, _deletedAt: client.server.now() })
    client.server.tellRoom('general', 'stream-notify-room', 'general/deleteMessageBulk', [
      { rid: 'general', excludePinned: true, ts: { $gt: 0, $lt: client.server.now() } },
    ])
    await client.settle()
    expect(client.texts()).toEqual(['pinned'])
  })

  test('what only this person can see is shown in the open room and counted in others', async () => {
    const client = await setUp()
    await client.open('general')
    const only = (roomId: string) => ({ _id: `e-${roomId}`, rid: roomId, msg: 'psst' })
    for (const roomId of ['general', 'team']) {
      const message = { ...only(roomId), u: person('bob'), ts: client.server.now() }
      client.server.tell('ann', 'message', [message])
    }
    await client.settle()
    expect(client.texts()).toEqual(['psst'])
    client.chat.setListVisible(true)
    expect(client.list()).toContain('team:1')
    await client.open('team')
    client.chat.setListVisible(true)
    expect(client.list()).toContain('team')
  })

  test('a change of the language draws every label again', async () => {
    const client = await setUp()
    client.server.post('bob', 'general', 'plain')
    client.server.post('bob', 'general', 'cid', { t: 'au' })
    client.server.updateRoom('general', { archived: true })
    await client.open('general')
    client.chat.setListVisible(true)
    expect(client.texts()[1]).toBe('BOB added cid')
    client.settings.setLocale('zh-CN')
    await client.settle()
    expect(client.texts()[1]).not.toBe('BOB added cid')
    expect(client.rows()[0]?.day).toBe('今天')
    expect(client.chat.composerNotice).toBe('此会话已归档。')
    expect(client.chat.channels.find(({ id }) => id === 'team')?.preview).toBe('暂无消息')
  })

  test('the text of a message can be copied, whatever it is', async () => {
    const client = await setUp()
    const { _id } = client.server.post('bob', 'general', 'cid', { t: 'ru' })
    await client.open('general')
    expect([client.chat.textOf(_id), client.chat.textOf('unknown')]).toEqual([
      'BOB removed cid',
      '',
    ])
  })
})
