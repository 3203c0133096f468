import { createClient, restart, type Client } from './support/client'

async function setUp(): Promise<Client> {
  const client = createClient()
  for (const id of ['general', 'team']) client.server.addRoom(id, ['ann', 'bob'])
  client.server.post('ann', 'general', 'mine', { _id: 'mine' })
  await client.start('ann')
  await client.open('general')
  return client
}

async function typing(text: string): Promise<Client> {
  const client = await setUp()
  client.chat.setEditing('mine')
  client.chat.noteEdited(text)
  return client
}

/** The message that is changed, and what the field has. */
const field = ({ chat }: Client) => [chat.editing, chat.fieldText()]
const edited = { id: 'mine', text: 'mine' }

describe('the change of a message that is not finished', () => {
  test('is there again when the room is left and opened again, beside the draft', async () => {
    const client = await setUp()
    client.chat.setDraft('begun before')
    client.chat.setEditing('mine')
    client.chat.noteEdited('typed')
    client.chat.leaveChannel()
    expect(field(client)).toEqual([undefined, ''])
    await client.open('team')
    expect(field(client)).toEqual([undefined, ''])
    await client.open('general')
    expect(field(client)).toEqual([edited, 'typed'])
    client.chat.setEditing('')
    expect(field(client)).toEqual([undefined, 'begun before'])
  })

  test('is on disk as soon as the page is covered, and survives the end of the app', async () => {
    const client = await typing('typed')
    client.chat.setRoomVisible(false)
    client.die()
    const next = await restart(client)
    await next.open('general')
    expect(field(next)).toEqual([edited, 'typed'])
  })

  test.each(['mine', ' mine ', '', ' '])('is not kept when the field has %j', async (text) => {
    const client = await typing('typed')
    client.chat.noteEdited(text)
    client.chat.leaveChannel()
    await client.open('general')
    expect(field(client)).toEqual([undefined, ''])
  })

  test('does not come back when it was sent', async () => {
    const client = await typing('typed')
    client.chat.editMessage('mine', 'typed')
    client.chat.setEditing('')
    client.chat.leaveChannel()
    await client.open('general')
    expect([...field(client), client.texts()]).toEqual([undefined, '', ['typed']])
  })

  test('waits for somebody who is removed from the room until they are in it again', async () => {
    const client = await typing('typed')
    client.server.leave('ann', 'general')
    await client.settle()
    expect(client.chat.composerNotice).toBe('You are not a member of this conversation any more.')
    client.chat.leaveChannel()
    client.server.join('ann', 'general')
    await client.settle()
    await client.open('general')
    expect([client.chat.composerNotice, ...field(client)]).toEqual(['', edited, 'typed'])
  })

  test('becomes the draft when it is sent and its message was deleted meanwhile', async () => {
    const client = await typing('typed')
    client.chat.leaveChannel()
    client.server.remove('general', 'mine')
    await client.clock.elapse(120_000)
    await client.open('general')
    expect([client.texts(), ...field(client)]).toEqual([[], edited, 'typed'])
    client.chat.editMessage('mine', 'typed')
    client.chat.setEditing('')
    await client.clock.elapse(1_000)
    expect([...field(client), client.chat.returned?.text]).toEqual([undefined, 'typed', 'typed'])
    client.chat.leaveChannel()
    await client.open('general')
    expect(field(client)).toEqual([undefined, 'typed'])
  })

  test('outlives a session that ends by itself and goes when somebody signs out', async () => {
    const client = await typing('typed')
    client.session.expire()
    await client.start('ann')
    await client.open('general')
    expect(field(client)).toEqual([edited, 'typed'])
    await client.session.signOut()
    expect(client.storage.get('edits:ann')).toBeUndefined()
    await client.start('ann')
    await client.open('general')
    expect(field(client)).toEqual([undefined, ''])
  })

  test.each([['text'], [null], [{ general: 7 }], [{ general: { id: 'mine', typed: 'x' } }], [[1]]])(
    'is not read from %j on disk',
    async (saved) => {
      const client = createClient()
      client.storage.values.set('edits:ann', saved)
      client.server.addRoom('general', ['ann'])
      await client.start('ann')
      await client.open('general')
      expect(field(client)).toEqual([undefined, ''])
    },
  )
})
