import { flush } from '../support/fakeClock'
import { createClient, deferred } from './support/client'
import { networkError, refusal } from './support/fakeChat'

async function setUp() {
  const client = createClient()
  client.server.addRoom('general', ['ann', 'bob'])
  client.server.addRoom('team', ['ann', 'bob'], { t: 'p' })
  await client.start('ann')
  return client
}

describe('opening', () => {
  test('shows the newest page and goes back to the beginning', async () => {
    const client = await setUp()
    for (let i = 0; i < 130; i++) client.server.post('bob', 'general', `text ${i}`)
    await client.open('general')
    expect([client.rows().length, client.chat.historyState]).toEqual([50, 'idle'])
    await client.chat.loadOlder()
    await client.chat.loadOlder()
    await client.settle()
    expect(client.chat.historyState).toBe('complete')
    expect(client.texts()).toEqual(Array.from({ length: 130 }, (_, i) => `text ${i}`))
    await client.chat.loadOlder()
    expect(client.server.callsOf('history.load')).toHaveLength(3)
  })

  test('by a link, before the list is there, it is entered when the list has come', async () => {
    const client = createClient()
    client.server.addRoom('general', ['ann', 'bob'])
    client.server.post('bob', 'general', 'hi')
    const answer = deferred()
    client.server.intercept = () => ({ after: answer.promise })
    await client.signIn('ann')
    await client.open('general')
    expect([client.chat.composerNotice, client.rows()]).toEqual(['', []])
    client.server.intercept = () => ({})
    answer.resolve()
    await client.settle()
    expect(client.chat.currentChannel).toMatchObject({ id: 'general', title: 'general' })
    expect(client.texts()).toEqual(['hi'])
  })

  test('a room that nobody knows is said to be unknown, until it is there', async () => {
    const client = await setUp()
    client.server.addRoom('late', ['bob'])
    client.server.post('bob', 'late', 'welcome')
    await client.open('late')
    expect(client.chat.composerNotice).toContain('does not exist')
    client.server.join('ann', 'late')
    await client.settle()
    expect([client.chat.composerNotice, client.texts()]).toEqual(['', ['welcome']])
  })

  test('being removed while it is open leaves the messages and closes the composer', async () => {
    const client = await setUp()
    client.server.post('bob', 'team', 'hi')
    await client.open('team')
    client.server.leave('ann', 'team')
    await client.settle()
    expect(client.chat.composerNotice).toContain('not a member')
    expect(client.chat.currentChannel?.title).toBe('team')
    expect(client.texts()).toEqual(['hi'])
  })

  test('changes between the first page and the confirmed streams are not lost', async () => {
    const client = await setUp()
    const { _id } = client.server.post('bob', 'general', 'zero')
    client.server.post('bob', 'general', 'half')
    const confirmed: (() => void)[] = []
    client.realtime.transport = (deliver) => confirmed.push(deliver)
    await client.open('general')
    client.server.post('bob', 'general', 'one')
    client.server.post('bob', 'general', 'two')
    client.server.edit('general', _id, { msg: 'zero, edited' })
    for (const confirm of confirmed) confirm()
    client.realtime.transport = (deliver) => deliver()
    await client.settle()
    expect(client.texts()).toEqual(['zero, edited', 'half', 'one', 'two'])
  })

  test('streams that are never confirmed do not keep the messages away', async () => {
    const client = await setUp()
    client.server.post('bob', 'general', 'one')
    client.realtime.transport = () => undefined
    await client.open('general')
    await client.clock.elapse(1_000)
    expect(client.texts()).toEqual(['one'])
  })

  test('a room opened while the connection is away is complete after connecting', async () => {
    const client = await setUp()
    client.realtime.cut()
    client.server.post('bob', 'general', 'before')
    client.realtime.open()
    await client.open('general')
    client.server.post('bob', 'general', 'missed')
    await client.clock.elapse(20_000)
    const lists = deferred()
    client.server.intercept = ({ name }) => (name === 'rooms.get' ? { after: lists.promise } : {})
    client.realtime.goLive()
    client.server.post('bob', 'general', 'seen')
    lists.resolve()
    await client.settle()
    expect(client.texts()).toEqual(['before', 'missed', 'seen'])
  })

  test('an empty room that was cut off shows the first messages after connecting', async () => {
    const client = await setUp()
    await client.open('general')
    client.realtime.cut()
    client.server.post('bob', 'general', 'first')
    client.server.post('bob', 'general', 'second')
    client.realtime.goLive()
    await client.settle()
    expect(client.texts()).toEqual(['first', 'second'])
  })

  test('a first page that was read before the streams were confirmed is caught up', async () => {
    const client = await setUp()
    client.server.post('bob', 'general', 'old')
    client.realtime.cut()
    const page = deferred()
    client.server.intercept = ({ name }) => (name === 'history.load' ? { after: page.promise } : {})
    await client.open('general')
    client.server.post('bob', 'general', 'between')
    client.server.post('bob', 'general', 'between, too')
    client.realtime.goLive()
    await flush()
    page.resolve()
    await client.settle()
    expect(client.texts()).toEqual(['old', 'between', 'between, too'])
  })

  test('an unsent message of long ago does not hide what came after it', async () => {
    const client = await setUp()
    client.server.intercept = () => ({ refuse: networkError() })
    await client.open('general')
    client.chat.send('unsent')
    await flush()
    client.chat.leaveChannel()
    await client.clock.elapse(1_000)
    client.server.post('bob', 'general', 'newer')
    client.server.intercept = ({ name }) =>
      name === 'chat.sendMessage' || name === 'chat.getMessage' ? { refuse: networkError() } : {}
    await client.open('general')
    expect(client.texts()).toEqual(['newer', 'unsent'])
  })

  test('an edit that overtakes an older page wins over the page', async () => {
    const client = await setUp()
    const first = client.server.post('bob', 'general', 'first')
    for (let i = 0; i < 80; i++) client.server.post('bob', 'general', `text ${i}`)
    await client.open('general')
    const page = deferred()
    client.server.intercept = ({ name }) => (name === 'history.load' ? { after: page.promise } : {})
    const loading = client.chat.loadOlder()
    await flush()
    client.server.edit('general', first._id, { msg: 'first, edited' })
    page.resolve()
    await loading
    await client.settle()
    expect(client.texts()[0]).toBe('first, edited')
  })

  test('a page that fails is told with its reason and can be asked for again', async () => {
    const client = await setUp()
    client.server.post('bob', 'general', 'one')
    client.server.intercept = ({ name }) =>
      name === 'history.load' ? { refuse: refusal(503, 'down') } : {}
    await client.open('general')
    expect(client.chat.historyState).toBe('failed')
    expect(client.chat.roomFailure).toContain('cannot be reached at the moment')
    client.server.intercept = () => ({})
    await client.chat.loadOlder()
    await client.settle()
    expect([client.texts(), client.chat.roomFailure]).toEqual([['one'], ''])
  })

  test('switching while history is loading shows only the room that is open', async () => {
    const client = await setUp()
    client.server.post('bob', 'general', 'of general')
    client.server.post('bob', 'team', 'of team')
    const page = deferred()
    client.server.intercept = ({ name }) => (name === 'history.load' ? { after: page.promise } : {})
    await client.open('general')
    client.server.intercept = () => ({})
    await client.open('team')
    page.resolve()
    await client.settle()
    expect(client.texts()).toEqual(['of team'])
    expect(client.realtime.openedRooms).toEqual(['team'])
    client.chat.leaveChannel()
    await client.settle()
    expect([client.rows(), client.realtime.openedRooms, client.chat.currentChannel]).toEqual([
      [],
      [],
      undefined,
    ])
  })

  test('too much missed loads the room anew', async () => {
    const client = await setUp()
    client.server.post('bob', 'general', 'old')
    await client.open('general')
    client.realtime.cut()
    client.server.post('bob', 'general', 'new')
    const sync = jest.spyOn(client.server as unknown as { sync: () => unknown }, 'sync')
    sync.mockImplementation(() => ({ result: { updated: [], deleted: [], cursor: { next: '1' } } }))
    client.realtime.goLive()
    await client.settle()
    sync.mockRestore()
    expect(client.texts()).toEqual(['old', 'new'])
    expect(client.server.callsOf('history.load')).toHaveLength(2)
    expect(client.realtime.openedRooms).toEqual(['general'])
  })
})

describe('what may be written', () => {
  test.each([
    ['an archived room', { archived: true }, {}, 'archived'],
    ['a muted person', { muted: ['ann'] }, {}, 'muted'],
    ['a read-only room', { ro: true }, {}, 'Only selected people'],
    ['a read-only room and its owner', { ro: true }, { roles: ['owner'] }, ''],
    ['a read-only room and its moderator', { ro: true }, { roles: ['moderator'] }, ''],
    ['a read-only room and its leader', { ro: true }, { roles: ['leader'] }, 'Only selected'],
    ['a read-only room and somebody unmuted', { ro: true, unmuted: ['ann'] }, {}, ''],
    ['an ordinary room', {}, {}, ''],
  ])('in %s', async (_case, room, subscription, notice) => {
    const client = await setUp()
    await client.open('general')
    client.server.updateSubscription(client.server.subscriptionOf('ann', 'general'), subscription)
    client.server.updateRoom('general', room)
    await client.settle()
    if (notice === '') expect(client.chat.composerNotice).toBe('')
    else expect(client.chat.composerNotice).toContain(notice)
  })
})
