// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment */
import { fakeClock, newDataDir, openDdp, removeDir, startTestServer } from './support'

const hour = 60 * 60 * 1000

it('a status for a while ends by itself, and what was before comes back', async () => {
  const clock = fakeClock()
  const test = await startTestServer({ clock })
  try {
    const ann = await test.person('ann')
    const socket = await openDdp(test.server.url, ann)
    await ann.post('users.setStatus', { status: 'away', message: 'before' })
    const expiresAt = new Date(clock.now() + hour).toISOString()
    await ann.post('users.setStatus', { status: 'busy', message: 'lunch', expiresAt })
    const later = new Date(clock.now() + 2 * hour).toISOString()
    await ann.post('users.setStatus', { message: 'long lunch', expiresAt: later })
    const read = async () => (await ann.get('me')).body
    expect(await read()).toMatchObject({ statusText: 'long lunch', statusExpiresAt: later })
    const seen = (await test.admin.get(`users.presence?ids=${ann.userId}`)).body.users[0]
    expect([seen.status, seen.statusExpiresAt]).toEqual(['busy', later])
    clock.advance(hour)
    expect((await read()).statusText).toBe('long lunch')
    clock.advance(hour)
    const me = await read()
    expect([me.statusDefault, me.statusText, me.statusExpiresAt]).toEqual([
      'away',
      'before',
      undefined,
    ])
    socket.close()
  } finally {
    await test.close()
  }
})

it('a status that is chosen anew does not end', async () => {
  const clock = fakeClock()
  const test = await startTestServer({ clock })
  try {
    const ann = await test.person('ann')
    const expiresAt = new Date(clock.now() + hour).toISOString()
    await ann.post('users.setStatus', { message: 'short', expiresAt })
    await ann.post('users.setStatus', { message: 'for good' })
    clock.advance(2 * hour)
    expect((await ann.get('me')).body.statusText).toBe('for good')
  } finally {
    await test.close()
  }
})

it('a status ends although the server was off meanwhile', async () => {
  const clock = fakeClock()
  const dataDir = newDataDir()
  try {
    const first = await startTestServer({ clock, dataDir })
    const expiresAt = new Date(clock.now() + hour).toISOString()
    await first.admin.post('users.setStatus', { message: 'short', expiresAt })
    await first.close()
    clock.advance(2 * hour)
    const second = await startTestServer({ clock, dataDir })
    clock.advance(0)
    expect((await second.admin.get('me')).body.statusText).toBe('')
    await second.close()
  } finally {
    removeDir(dataDir)
  }
})

it.each(['yesterday', '', '2001-01-01T00:00:00.000Z'])(
  'the end %j is refused',
  async (expiresAt) => {
    const test = await startTestServer()
    try {
      const answer = await test.admin.post('users.setStatus', { message: 'x', expiresAt })
      expect(answer.status).toBe(400)
      expect(answer.body.error).toContain('error-invalid-date')
    } finally {
      await test.close()
    }
  },
)

it('others see on their streams when a status ends, and that it ended', async () => {
  const clock = fakeClock()
  // Short, so that no silent socket is given up meanwhile.
  const second = 1000
  const test = await startTestServer({ clock })
  try {
    const ann = await test.person('ann')
    const bob = await test.person('bob')
    const own = await openDdp(test.server.url, ann)
    const socket = await openDdp(test.server.url, bob)
    await socket.subscribe('stream-notify-logged', 'user-status', false)
    const expiresAt = new Date(clock.now() + second).toISOString()
    await ann.post('users.setStatus', { status: 'busy', message: 'lunch', expiresAt })
    const [set] = (await socket.event('stream-notify-logged', 'user-status')).fields.args
    expect(set).toEqual([
      ann.userId,
      'ann',
      3,
      'lunch',
      'ANN',
      ['user'],
      'manual',
      { $date: clock.now() + second },
    ])
    const later = new Date(clock.now() + 2 * second).toISOString()
    await ann.post('users.setStatus', { status: 'busy', message: 'lunch', expiresAt: later })
    const [longer] = (await socket.event('stream-notify-logged', 'user-status')).fields.args
    expect(longer[7]).toEqual({ $date: clock.now() + 2 * second })
    clock.advance(2 * second)
    const [ended] = (await socket.event('stream-notify-logged', 'user-status')).fields.args
    expect(ended).toEqual([ann.userId, 'ann', 1, '', 'ANN', ['user']])
    own.close()
    socket.close()
  } finally {
    await test.close()
  }
})
