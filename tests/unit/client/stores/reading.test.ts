import { createClient } from './support/client'
import { networkError } from './support/fakeChat'

async function setUp() {
  const client = createClient()
  client.server.addRoom('general', ['ann', 'bob'])
  client.server.addRoom('team', ['ann', 'bob'], { t: 'p' })
  await client.start('ann')
  return client
}

describe('reading', () => {
  const reads = (client: Awaited<ReturnType<typeof setUp>>) =>
    client.server.callsOf('subscriptions.read').map(({ args }) => args[0])

  test('marks as read what is seen, and not more often than the server allows', async () => {
    const client = await setUp()
    client.server.post('bob', 'general', '@ann one')
    await client.open('general')
    expect(reads(client)).toEqual([])
    await client.clock.elapse(400)
    expect(reads(client)).toEqual(['general'])
    for (let i = 0; i < 60; i++) {
      client.server.post('bob', 'general', `@ann ${i}`)
      await client.clock.elapse(1_000)
    }
    expect(reads(client).length).toBeGreaterThan(5)
    expect(reads(client).length).toBeLessThanOrEqual(10)
    await client.clock.elapse(7_000)
    expect(client.server.subscriptionOf('ann', 'general').unread).toBe(0)
  })

  test('what nobody sees stays unread: another page, or older messages on the screen', async () => {
    const client = await setUp()
    client.server.post('bob', 'general', '@ann one')
    await client.open('general')
    client.chat.setRoomVisible(false)
    await client.clock.elapse(10_000)
    expect(reads(client)).toEqual([])
    client.chat.setAtNewest(false)
    client.chat.setRoomVisible(true)
    await client.clock.elapse(10_000)
    expect(reads(client)).toEqual([])
    client.chat.setAtNewest(true)
    await client.clock.elapse(10_000)
    expect(reads(client)).toEqual(['general'])
  })

  test('messages that could not be loaded are not read', async () => {
    const client = await setUp()
    client.server.post('bob', 'general', '@ann one')
    client.server.intercept = ({ name }) =>
      name === 'history.load' ? { refuse: networkError() } : {}
    await client.open('general')
    await client.clock.elapse(10_000)
    expect(reads(client)).toEqual([])
  })

  test('two unread rooms read quickly one after the other are both read', async () => {
    const client = await setUp()
    client.server.post('bob', 'general', '@ann one')
    client.server.post('bob', 'team', '@ann two')
    await client.open('general')
    await client.clock.elapse(1_000)
    await client.open('team')
    await client.clock.elapse(1_000)
    client.chat.leaveChannel()
    await client.clock.elapse(10_000)
    expect(reads(client)).toEqual(['general', 'team'])
  })

  test('a clock that is set back does not stop it', async () => {
    const client = await setUp()
    client.server.post('bob', 'general', '@ann one')
    await client.open('general')
    await client.clock.elapse(1_000)
    client.clock.jump(-3_600_000)
    client.server.post('bob', 'general', '@ann two')
    await client.clock.elapse(10_000)
    expect(reads(client)).toHaveLength(2)
  })

  test('the line above the first unread message stays where it was', async () => {
    const client = await setUp()
    client.server.post('bob', 'general', 'read')
    client.server.updateSubscription(client.server.subscriptionOf('ann', 'general'), {
      ...{ ls: client.server.now(), alert: false },
    })
    client.server.post('bob', 'general', 'unread')
    await client.open('general')
    await client.clock.elapse(10_000)
    client.server.post('bob', 'general', 'later')
    await client.settle()
    const marked = client.rows().filter(({ isFirstUnread }) => isFirstUnread)
    expect(marked.map(({ text }) => text)).toEqual(['unread'])
    await client.clock.elapse(1_000)
    await client.open('general')
    expect(client.rows().some(({ isFirstUnread }) => isFirstUnread)).toBe(false)
  })

  test('new messages are kept back and counted while older ones are read', async () => {
    const client = await setUp()
    client.server.post('bob', 'general', 'one')
    await client.open('general')
    client.chat.setAtNewest(false)
    for (const text of ['two', 'three']) client.server.post('bob', 'general', text)
    await client.settle()
    expect([client.chat.heldCount, client.texts()]).toEqual([2, ['one']])
    client.chat.jumpToNewest()
    expect([client.chat.heldCount, client.texts(), client.chat.jumpCount]).toEqual([
      0,
      ['one', 'two', 'three'],
      1,
    ])
  })

  test('writing goes to the newest message', async () => {
    const client = await setUp()
    client.server.post('bob', 'general', 'one')
    await client.open('general')
    client.chat.setAtNewest(false)
    client.server.post('bob', 'general', 'two')
    expect(client.chat.send('three')).toBe(true)
    expect([client.chat.isAtNewest, client.chat.jumpCount]).toEqual([true, 1])
    await client.settle()
    expect(client.texts()).toEqual(['one', 'two', 'three'])
  })
})
