import { plainText } from '../../../../src/stores/channel'
import { decodeMessage } from '../../../../src/rocketchat/decodeMessage'
import { createTranslate } from '../../../../src/locales/translate'
import { createClient } from './support/client'
import { networkError, person } from './support/fakeChat'

async function setUp() {
  const client = createClient()
  for (const id of ['general', 'team', 'ops']) client.server.addRoom(id, ['ann', 'bob'])
  client.server.addRoom('annbob', ['ann', 'bob'], { t: 'd', name: 'bob', fname: 'Bob Li' })
  await client.start('ann')
  const line = (id: string) => client.chat.channels.find((channel) => channel.id === id)
  return { ...client, client, line, server: client.server }
}

describe('the list', () => {
  test('stands by activity, and a new message moves its room to the top', async () => {
    const { client, server } = await setUp()
    server.post('bob', 'general', 'one')
    server.post('bob', 'ops', 'two')
    await client.settle()
    expect(client.list().slice(0, 2)).toEqual(['ops', 'general'])
    server.post('bob', 'general', 'three')
    await client.settle()
    expect(client.list()[0]).toBe('general')
  })

  test('rooms of the same time have one order, whichever came first', async () => {
    const { client, server } = await setUp()
    const at = server.now()
    for (const id of ['team', 'ops', 'general']) {
      server.updateSubscription(server.subscriptionOf('ann', id), { fname: 'Same' })
      server.updateRoom(id, { lm: at })
    }
    await client.settle()
    expect(client.list().slice(0, 3)).toEqual(['general', 'ops', 'team'])
  })

  test.each([
    ['all messages of a direct room count', { unread: 3, alert: true }, ['3', false, false]],
    ['more than 99', { unread: 100, alert: true }, ['99+', false, false]],
    ['a mention', { unread: 1, userMentions: 1, alert: true }, ['1', true, false]],
    ['something that does not count', { alert: true }, ['', false, true]],
    ['a quiet room', { unread: 5, alert: true, hideUnreadStatus: true }, ['', false, false]],
    ['nothing', {}, ['', false, false]],
  ])('the badge: %s', async (_case, fields, expected) => {
    const { client, server, line } = await setUp()
    server.updateSubscription(server.subscriptionOf('ann', 'team'), fields)
    await client.settle()
    const { badge, isMentioned, isAlert } = line('team')!
    expect([badge, isMentioned, isAlert]).toEqual(expected)
  })

  test('a closed room is not shown until a message opens it', async () => {
    const { client, server, line } = await setUp()
    server.updateSubscription(server.subscriptionOf('ann', 'team'), { open: false })
    await client.settle()
    expect(line('team')).toBeUndefined()
    server.post('bob', 'team', 'hello')
    await client.settle()
    expect(line('team')).toMatchObject({ preview: 'BOB: hello', isAlert: true })
  })

  test('older copies of what is known change nothing', async () => {
    const { client, server, line } = await setUp()
    const old = { ...server.subscriptionOf('ann', 'team') }
    const oldRoom = { ...server.room('team').doc }
    server.post('bob', 'team', '@ann new')
    await client.settle()
    server.tell('ann', 'subscriptions-changed', ['updated', old])
    server.tell('ann', 'rooms-changed', ['updated', oldRoom])
    await client.settle()
    expect(line('team')).toMatchObject({ badge: '1', preview: 'BOB: @ann new' })
  })

  test('previews say who wrote what', async () => {
    const { client, server, line } = await setUp()
    server.post('ann', 'general', 'mine')
    server.post('bob', 'annbob', 'to\n  you')
    server.post('bob', 'ops', 'cid', { t: 'au' })
    server.post('bob', 'team', '', { files: [{ _id: 'f', name: 'cat.png' }] })
    await client.settle()
    expect(['general', 'annbob', 'ops', 'team'].map((id) => line(id)?.preview)).toEqual([
      'You: mine',
      'to you',
      'BOB added cid',
      'BOB: File: cat.png',
    ])
  })

  test('a long preview is not cut through the middle of an emoji', async () => {
    const { client, server, line } = await setUp()
    server.post('bob', 'annbob', `${'x'.repeat(79)}😀 and more`)
    await client.settle()
    expect(line('annbob')?.preview).toBe('x'.repeat(79))
  })

  test('is not drawn while another page covers it', async () => {
    const { client, server } = await setUp()
    client.chat.setListVisible(false)
    const before = client.chat.channels
    server.post('bob', 'ops', 'hidden')
    await client.settle()
    expect(client.chat.channels).toBe(before)
    client.chat.setListVisible(true)
    expect(client.list()[0]).toBe('ops')
  })

  test('a burst is drawn a few times, not once per message, and unchanged lines stay the same objects', async () => {
    const { client, server, line } = await setUp()
    const untouched = line('team')
    const drawn = new Set([client.chat.channels])
    for (let i = 0; i < 200; i++) {
      server.post('bob', 'general', `text ${i}`)
      await client.clock.elapse(2)
      drawn.add(client.chat.channels)
    }
    await client.settle()
    expect(drawn.size).toBeLessThanOrEqual(11)
    expect(line('general')?.preview).toBe('BOB: text 199')
    expect(line('team')).toBe(untouched)
  })

  test('times become dates at midnight', async () => {
    const { client, server, line } = await setUp()
    server.post('bob', 'general', 'one')
    await client.settle()
    expect(line('general')?.time).toMatch(/^\d\d:\d\d$/)
    await client.clock.elapse(24 * 3_600_000)
    server.post('bob', 'ops', 'two')
    await client.settle()
    expect(line('general')?.time).toBe('Yesterday')
  })

  test('a removed room is gone from the list', async () => {
    const { client, server, line } = await setUp()
    server.tell('ann', 'rooms-changed', ['removed', { _id: 'ops' }])
    await client.settle()
    expect(line('ops')).toBeUndefined()
  })

  test('names are those of the direct conversations', async () => {
    const { client } = await setUp()
    expect([client.chat.nameOf('bob'), client.chat.nameOf('general')]).toEqual([
      'Bob Li',
      'general',
    ])
  })
})

describe('drafts', () => {
  test('stand in the list as soon as the room is left, whichever page event comes first', async () => {
    const { client, line } = await setUp()
    await client.open('team')
    client.chat.setDraft('to be\ncontinued')
    client.chat.setListVisible(true)
    client.chat.leaveChannel()
    await client.settle()
    expect(line('team')?.preview).toBe('[Draft] to be continued')
    await client.open('team')
    expect(client.chat.currentDraft()).toBe('to be\ncontinued')
    client.chat.setDraft('')
    client.chat.leaveChannel()
    client.chat.setListVisible(true)
    expect(line('team')?.preview).toBe('No messages yet')
  })

  test('are on disk a moment after the last key, and survive a restart', async () => {
    const { client } = await setUp()
    await client.open('team')
    client.chat.setDraft('a')
    await client.clock.elapse(700)
    client.chat.setDraft('ab')
    await client.clock.elapse(700)
    expect(client.storage.get('drafts:ann')).toBeUndefined()
    await client.clock.elapse(100)
    expect(client.storage.get('drafts:ann')).toEqual({ team: 'ab' })
    const next = createClient({ storage: client.storage, server: client.server })
    expect(next.session.restore()).toBe(true)
    next.feed.start()
    next.chat.setListVisible(true)
    await next.settle()
    expect(next.chat.channels.find(({ id }) => id === 'team')?.preview).toBe('[Draft] ab')
  })

  test.each([['text'], [null], [{ team: 7 }], [[1]]])('a stored %j is no draft', async (saved) => {
    const client = createClient()
    client.storage.values.set('drafts:ann', saved)
    client.server.addRoom('team', ['ann'])
    await client.start('ann')
    expect(client.chat.channels[0]?.preview).toBe('No messages yet')
  })

  test('a full storage keeps them for as long as the app runs', async () => {
    const { client } = await setUp()
    await client.open('team')
    client.storage.isFull = true
    client.chat.setDraft('typed')
    await client.clock.elapse(1_000)
    expect(client.chat.currentDraft()).toBe('typed')
  })
})

test('what kind of line a message is', async () => {
  const { client } = await setUp()
  const message = (fields: object) =>
    decodeMessage({ _id: 'x', rid: 'team', ts: 1, u: person('bob'), msg: 'm', ...fields })!
  expect(client.chat.originOfMessage(message({}))).toBe('other')
  expect(client.chat.originOfMessage(message({ u: person('ann') }))).toBe('own')
  expect(client.chat.originOfMessage(message({ t: 'uj', u: person('ann') }))).toBe('system')
  const t = createTranslate('en')
  expect(plainText(message({ t: 'x-unknown' }), t)).toBe('m')
  expect(plainText(message({ t: 'x-unknown', msg: '' }), t)).toBe('')
})

test('a list that never came is said to have failed', async () => {
  const client = createClient()
  client.server.intercept = () => ({ refuse: networkError() })
  await client.signIn('ann')
  expect(client.chat.listState).toBe('failed')
})
