import { maxWatched, usePresenceStore } from '../../../../src/stores/presence'
import { createClient, deferred, type Client } from './support/client'
import { refusal } from './support/fakeChat'

const peers = ['bob', 'cid', 'dan']

function createPhone(others: readonly string[] = peers) {
  const client = createClient()
  for (const other of others) {
    client.server.addRoom(`d-${other}`, ['ann', other], { t: 'd', uids: ['ann', other] })
  }
  client.server.addRoom('team', ['ann', 'bob', 'cid'])
  return client
}

/** All lines are drawn, as the list's component tells. */
async function draw(client: Client): Promise<void> {
  client.chat.noteDrawn(client.chat.channels)
  await client.clock.elapse(100)
}

async function setUp(statuses: Record<string, string> = { bob: 'online', cid: 'busy' }) {
  const client = createPhone()
  for (const [id, status] of Object.entries(statuses)) client.server.statuses.set(id, status)
  await client.start('ann')
  await draw(client)
  return { client, presence: usePresenceStore(client.pinia) }
}

const dots = ({ chat }: Client): Record<string, string> =>
  Object.fromEntries(chat.channels.map(({ id, presence }) => [id, presence]))

const asked = ({ server }: Client): unknown[] =>
  server.callsOf('users.presence').map(({ args }) => [...(args[0] as string[])].sort())

const told = (userId: string, code: number) => ({
  collection: 'stream-user-presence',
  eventName: userId,
  args: [[userId, code]],
})

const known = { 'd-bob': 'online', 'd-cid': 'busy', 'd-dan': 'offline', team: '' }
const unknown = { 'd-bob': '', 'd-cid': '', 'd-dan': '', team: '' }

describe('first statuses', () => {
  test('come by one question for those in direct conversations on the screen', async () => {
    const { client } = await setUp()
    expect(dots(client)).toEqual(known)
    expect([asked(client), client.server.calls.length]).toEqual([[peers], expect.any(Number)])
    expect(client.server.calls.length).toBeLessThanOrEqual(8)
    expect([...client.realtime.watched[0]!].sort()).toEqual(peers)
    await client.clock.elapse(120_000)
    expect(asked(client)).toHaveLength(1)
  })

  test('fit into the eight calls of a start with an open room', async () => {
    const client = createPhone()
    await client.signIn('ann')
    client.chat.setListVisible(true)
    client.chat.openChannel('d-bob')
    await client.clock.elapse(100)
    client.chat.noteDrawn(client.chat.channels)
    client.realtime.goLive()
    await client.clock.elapse(5_000)
    expect(asked(client)).toEqual([peers])
    expect(client.server.calls.length).toBeLessThanOrEqual(8)
  })

  test('are asked for when the stream is confirmed, not before', async () => {
    const client = createPhone()
    await client.start('ann')
    const confirmed = deferred()
    client.realtime.transport = (deliver) => void confirmed.promise.then(deliver)
    await draw(client)
    expect([client.realtime.watched.length, asked(client)]).toEqual([1, []])
    confirmed.resolve()
    await client.settle()
    expect(asked(client)).toEqual([peers])
  })

  test('give way to what the stream told meanwhile', async () => {
    const client = createPhone()
    client.server.statuses.set('bob', 'online')
    const answer = deferred()
    client.server.intercept = ({ name }) =>
      name === 'users.presence' ? { after: answer.promise } : {}
    await client.start('ann')
    await draw(client)
    client.realtime.receive(told('bob', 2))
    answer.resolve()
    await client.settle()
    await client.settle()
    expect(dots(client)).toMatchObject({ 'd-bob': 'away', 'd-cid': 'offline' })
  })

  test('that nobody answers are asked for again after half a minute', async () => {
    const client = createPhone()
    client.server.statuses.set('bob', 'online')
    client.server.intercept = ({ name }) =>
      name === 'users.presence' ? { refuse: refusal(500, 'broken') } : {}
    await client.start('ann')
    await draw(client)
    client.server.intercept = () => ({})
    await client.clock.elapse(29_000)
    expect([asked(client).length, dots(client)]).toEqual([1, unknown])
    await client.clock.elapse(2_000)
    expect([asked(client).length, dots(client)['d-bob']]).toEqual([2, 'online'])
  })

  test('are never those of the own notes or of conversations of several people', async () => {
    const client = createClient()
    client.server.addRoom('notes', ['ann'], { t: 'd', uids: ['ann'] })
    client.server.addRoom('three', ['ann', 'bob', 'cid'], { t: 'd', uids: ['ann', 'bob', 'cid'] })
    await client.start('ann')
    await draw(client)
    expect([client.realtime.watched, asked(client)]).toEqual([[], []])
  })

  test('of people whose lines are drawn later are asked for, at most every six seconds', async () => {
    const client = createPhone(['bob', 'cid', 'dan', 'eve'])
    await client.start('ann')
    const line = (id: string) => client.chat.channels.filter((channel) => channel.id === `d-${id}`)
    for (const id of ['bob', 'cid', 'dan', 'eve', 'bob']) {
      client.chat.noteDrawn(line(id))
      await client.clock.elapse(1_000)
    }
    expect(asked(client)).toEqual([['bob']])
    await client.clock.elapse(2_000)
    expect(asked(client)).toEqual([['bob'], ['cid', 'dan', 'eve']])
  })
})

describe('the list', () => {
  test('draws only the line of whoever comes or goes', async () => {
    const { client } = await setUp()
    const before = new Map(client.chat.channels.map((channel) => [channel.id, channel]))
    client.realtime.receive(told('bob', 0))
    await client.settle()
    expect(dots(client)['d-bob']).toBe('offline')
    const changed = client.chat.channels.filter((channel) => before.get(channel.id) !== channel)
    expect(changed.map(({ id }) => id)).toEqual(['d-bob'])
  })

  test('stays the same object when somebody is told as before, or nobody watches', async () => {
    const { client } = await setUp()
    const { channels } = client.chat
    for (const frame of [told('bob', 1), told('stranger', 1)]) client.realtime.receive(frame)
    await client.settle()
    expect(client.chat.channels).toBe(channels)
  })

  test('shows what changed while another page covered it', async () => {
    const { client } = await setUp()
    client.chat.setListVisible(false)
    client.realtime.receive(told('dan', 3))
    await client.settle()
    expect(dots(client)['d-dan']).toBe('offline')
    client.chat.setListVisible(true)
    expect(dots(client)['d-dan']).toBe('busy')
  })

  test(`watches at most ${maxWatched} people, those who were drawn last and the open one`, async () => {
    const others = Array.from({ length: maxWatched + 50 }, (_, index) => `p${index}`)
    const client = createPhone(['bob', ...others])
    await client.start('ann')
    await client.open('d-bob')
    client.chat.setListVisible(true)
    await draw(client)
    await client.clock.elapse(10_000)
    const watched = client.realtime.watched.at(-1)!
    expect([watched.length <= maxWatched + 1, watched.includes('bob')]).toEqual([true, true])
    for (const userIds of asked(client)) {
      expect((userIds as string[]).length).toBeLessThanOrEqual(maxWatched + 1)
    }
  })
})

describe('the open room', () => {
  test('tells the status of the other person, as it changes', async () => {
    const { client, presence } = await setUp()
    await client.open('d-bob')
    expect(presence.open).toEqual({ roomId: 'd-bob', status: 'online' })
    client.realtime.receive(told('bob', 2))
    expect(presence.open).toEqual({ roomId: 'd-bob', status: 'away' })
    await client.open('team')
    expect(presence.open).toEqual({ roomId: '', status: '' })
  })

  test('asks for somebody whose line was never drawn', async () => {
    const client = createPhone()
    client.server.statuses.set('dan', 'busy')
    await client.start('ann')
    await client.open('d-dan')
    await client.settle()
    expect([client.realtime.watched, asked(client)]).toEqual([[['dan']], [['dan']]])
    expect(usePresenceStore(client.pinia).open).toEqual({ roomId: 'd-dan', status: 'busy' })
  })
})

describe('an interruption', () => {
  test('makes statuses unknown until a new connection tells them', async () => {
    const { client, presence } = await setUp()
    await client.open('d-bob')
    client.chat.setListVisible(true)
    client.realtime.cut()
    await client.clock.elapse(1_400)
    expect(dots(client)).toEqual(known)
    await client.clock.elapse(200)
    expect([dots(client), presence.open.status]).toEqual([unknown, ''])
    client.server.statuses.clear()
    client.server.statuses.set('cid', 'away')
    client.realtime.goLive()
    await client.clock.elapse(200)
    expect(dots(client)).toEqual({
      'd-bob': 'offline',
      'd-cid': 'away',
      'd-dan': 'offline',
      team: '',
    })
    expect([asked(client).length, presence.open.status]).toEqual([2, 'offline'])
  })

  test('that is short changes nothing on the screen but what has changed', async () => {
    const { client } = await setUp()
    client.realtime.cut()
    client.server.statuses.set('dan', 'online')
    const seen: unknown[] = []
    client.realtime.goLive()
    for (let step = 0; step < 40; step += 1) {
      await client.clock.elapse(50)
      seen.push(dots(client)['d-bob'])
    }
    expect([new Set(seen), dots(client)['d-dan']]).toEqual([new Set(['online']), 'online'])
    expect(asked(client)).toEqual([peers, peers])
  })

  test('drops the answer to a question of before', async () => {
    const client = createPhone()
    client.server.statuses.set('bob', 'online')
    const late = deferred()
    let isFirst = true
    client.server.intercept = ({ name }) => {
      if (name !== 'users.presence' || !isFirst) return {}
      isFirst = false
      return { after: late.promise }
    }
    await client.start('ann')
    await draw(client)
    client.realtime.cut()
    client.server.statuses.set('bob', 'busy')
    client.realtime.goLive()
    await client.clock.elapse(200)
    expect([asked(client).length, dots(client)['d-bob']]).toEqual([2, 'busy'])
    late.resolve()
    await client.clock.elapse(200)
    expect([asked(client).length, dots(client)['d-bob']]).toEqual([2, 'busy'])
  })

  test('by signing out leaves nothing for the next person', async () => {
    const { client, presence } = await setUp()
    await client.open('d-bob')
    await client.session.signOut()
    expect([presence.open, presence.statusOf('bob')]).toEqual([{ roomId: '', status: '' }, ''])
    await client.clock.elapse(60_000)
    expect(asked(client)).toHaveLength(1)
  })
})
