import { type Person, type RelayHarness, useRelay } from './relayHarness'

const general = 'GENERAL'

let harness: RelayHarness
let alice: Person
let bob: Person
useRelay(['alice', 'bob'], (opened) => ({ harness, alice, bob } = opened))

describe('events', () => {
  it('brings a message of another user to two connections over one DDP connection', async () => {
    const listeners = [await harness.listen(alice), await harness.listen(alice)]
    for (const { connection } of listeners) await connection.invoke('subscribeRoom', general)
    const id = await harness.say(bob, general, 'one for both')
    for (const { calls } of listeners) {
      await harness.until(() => calls('getRoomMessageNotification').length > 0)
      expect(calls('getRoomMessageNotification')).toEqual([
        expect.objectContaining({ _id: id, rid: general, msg: 'one for both' }),
      ])
    }
    expect(harness.cable.opened()).toBe(1)
  })

  it('opens one DDP connection for each user', async () => {
    await Promise.all([harness.listen(alice), harness.listen(alice), harness.listen(bob)])
    expect(harness.cable.opened()).toBe(2)
  })

  it('brings changes of rooms as frames and those of subscriptions by name', async () => {
    const { calls } = await harness.listen(alice)
    await harness.say(bob, general, 'changes the room')
    const frames = () => calls('streamEvent')
    await harness.until(() => frames().length > 0)
    expect(frames()[0]).toMatchObject({
      collection: 'stream-notify-user',
      eventName: `${alice.userId}/rooms-changed`,
      args: ['updated', { _id: general, lastMessage: { msg: 'changes the room' } }],
    })
    const changes = () => calls('getRoomSubscriptionChangedNotification')
    await harness.until(() => changes().length > 0)
    expect(changes()[0]).toMatchObject({ action: 'updated', subscription: { rid: general } })
    expect(calls('getRoomMessageNotification')).toEqual([])
  })

  it('tells who types, and who has stopped', async () => {
    const { connection, calls } = await harness.listen(alice)
    await connection.invoke('subscribeRoom', general)
    const writer = await harness.listen(bob)
    await writer.connection.invoke('typing', general, true)
    const typing = () =>
      calls('streamEvent').filter(({ eventName }) => eventName === `${general}/user-activity`)
    await harness.until(() => typing().length === 1)
    expect(typing()[0]).toMatchObject({ args: ['bob', ['user-typing'], {}] })
    await writer.connection.invoke('typing', general, false, null)
    await harness.until(() => typing().length === 2)
    expect(typing()[1]).toMatchObject({ args: ['bob', [], {}] })
  })

  it('tells deletions in an open room', async () => {
    const id = await harness.say(bob, general, 'soon gone')
    const { connection, calls } = await harness.listen(alice)
    await connection.invoke('subscribeRoom', general)
    await harness.rest(bob, 'chat.delete', { roomId: general, msgId: id })
    const deletions = () =>
      calls('streamEvent').filter(({ eventName }) => eventName === `${general}/deleteMessage`)
    await harness.until(() => deletions().length > 0)
    expect(deletions()[0]).toMatchObject({ args: [{ _id: id }] })
  })
})

describe('rooms', () => {
  it('are counted for each connection', async () => {
    const [first, second] = [await harness.listen(alice), await harness.listen(alice)]
    await first.connection.invoke('subscribeRoom', general)
    await first.connection.invoke('subscribeRoom', general)
    await second.connection.invoke('subscribeRoom', general)
    await first.connection.invoke('unsubscribeRoom', general)
    await second.connection.invoke('unsubscribeRoom', general)
    await harness.say(bob, general, 'still open once')
    await harness.until(() => first.calls('getRoomMessageNotification').length === 1)
    await first.connection.invoke('unsubscribeRoom', general)
    await first.connection.invoke('unsubscribeRoom', general)
    await harness.say(bob, general, 'not open any more')
    await harness.until(() => first.calls('streamEvent').length >= 2)
    expect(first.calls('getRoomMessageNotification')).toHaveLength(1)
    expect(second.calls('getRoomMessageNotification')).toEqual([])
  })

  it('are refused by the chat server, not by guesses here', async () => {
    const made = await harness.rest(bob, 'groups.create', { name: 'bobs-own', members: [] })
    const { _id: rid } = made.body.group as { _id: string }
    const { connection, calls } = await harness.listen(alice)
    await expect(connection.invoke('subscribeRoom', rid)).rejects.toThrow()
    await expect(connection.invoke('subscribeRoom', 'noSuchRoom')).rejects.toThrow()
    const owner = await harness.listen(bob)
    await owner.connection.invoke('subscribeRoom', rid)
    await harness.say(bob, rid, 'not for alice')
    await harness.until(() => owner.calls('getRoomMessageNotification').length === 1)
    expect(calls('getRoomMessageNotification')).toEqual([])
  })

  it.each([
    ['another stream', `x/notification`],
    ['a number', 7],
    ['nothing', undefined],
    ['an object', { $ne: '' }],
    ['an endless id', 'x'.repeat(101)],
  ])('are not opened by %s', async (_name, roomId) => {
    const { connection } = await harness.listen(alice)
    for (const method of ['subscribeRoom', 'unsubscribeRoom']) {
      await expect(connection.invoke(method, roomId)).rejects.toThrow('bad_argument')
    }
    await expect(connection.invoke('typing', roomId, true)).rejects.toThrow('bad_argument')
  })

  it('are at most 100 for a connection', async () => {
    const { connection } = await harness.listen(alice)
    // Without a chat server nothing is confirmed, so every call waits and is counted.
    await harness.stopChat()
    const waiting: Promise<unknown>[] = []
    for (let n = 0; n < 101; n += 1) {
      waiting.push(connection.invoke('subscribeRoom', `room${n}`).catch((error: unknown) => error))
      if (n % 15 < 14) continue
      await connection.invoke('unsubscribeRoom', 'x')
      await harness.clock.elapse(900)
    }
    expect(String(await waiting[100])).toContain('too_many_rooms')
    await harness.clock.elapse(15_000)
    expect(String(await waiting[0])).toContain('timeout')
  })

  it('answers a client that asks whether its connection is alive', async () => {
    const { connection } = await harness.listen(alice)
    expect(await connection.invoke('ping')).toBeUndefined()
  })

  it('refuses typing that is neither started nor stopped', async () => {
    const { connection } = await harness.listen(alice)
    await expect(connection.invoke('typing', general, 'yes')).rejects.toThrow('bad_argument')
    await expect(connection.invoke('typing', general, true, 'a/b')).rejects.toThrow('bad_argument')
  })
})

describe('presence', () => {
  const statusOf = async ({ userId }: Person) => {
    const { body } = await harness.rest(bob, `users.getStatus?userId=${userId}`)
    return body.status
  }
  const become = async (person: Person, status: string) => {
    let told: unknown
    for (let attempts = 0; attempts < 200 && told !== status; attempts += 1) {
      await harness.settle()
      told = await statusOf(person)
    }
    expect(told).toBe(status)
  }

  it('is away while all connections of the user are, and online again with a new one', async () => {
    const [phone, desk] = [await harness.listen(alice), await harness.listen(alice)]
    await phone.connection.invoke('away', true)
    await become(alice, 'online')
    await desk.connection.invoke('away', true)
    await become(alice, 'away')
    await phone.connection.invoke('away', false)
    await become(alice, 'online')
    await phone.connection.invoke('away', true)
    await become(alice, 'away')
    await harness.listen(alice)
    await become(alice, 'online')
  })

  it('is told again after the chat server was away, and kept when the last one leaves', async () => {
    const { connection, states } = await harness.listen(alice)
    await connection.invoke('away', true)
    await become(alice, 'away')
    harness.cable.cut()
    await harness.until(() => states().length === 4)
    await become(alice, 'away')
    await connection.stop()
    await harness.settle()
    await become(alice, 'away')
  })

  it('is not changed by anything but yes or no', async () => {
    const { connection } = await harness.listen(alice)
    for (const value of ['true', 1, null, undefined]) {
      await expect(connection.invoke('away', value)).rejects.toThrow('bad_argument')
    }
  })
})

describe('the connection to the chat server', () => {
  it('outlives its last hub connection by 30 seconds', async () => {
    const goneCount = () => harness.logText().split('hub: off').length - 1
    const first = await harness.listen(alice)
    await first.connection.stop()
    await harness.until(() => goneCount() === 1)
    await harness.pass(25_000)
    await harness.clock.elapse(4_000)
    await harness.settle()
    expect(harness.cable.websockets()).toBe(1)
    const second = await harness.listen(alice)
    await harness.pass(40_000)
    await second.connection.stop()
    await harness.until(() => goneCount() === 2)
    await harness.pass(25_000)
    await harness.clock.elapse(4_000)
    await harness.settle()
    expect(harness.cable.websockets()).toBe(1)
    await harness.clock.elapse(1_000)
    await harness.until(() => harness.cable.websockets() === 0)
    expect(harness.cable.opened()).toBe(1)
  })

  it('comes back after a restart of the chat server, with the rooms and a resync', async () => {
    const { connection, calls, states } = await harness.listen(alice)
    await connection.invoke('subscribeRoom', general)
    const heardBefore = harness.clock.now()
    await harness.stopChat()
    await harness.until(() => states().at(-1) === 'connecting')
    await harness.pass(40_000)
    await harness.startChat()
    await harness.pass(30_000)
    await harness.until(() => states().at(-1) === 'live')
    await harness.until(() => calls('resync').length > 0)
    const [{ since }] = calls('resync') as [{ since: number }]
    expect(since).toBeLessThanOrEqual(heardBefore)
    expect(since).toBeGreaterThan(heardBefore - 60_000)
    await harness.say(bob, general, 'after the restart')
    await harness.until(() => calls('getRoomMessageNotification').length === 1)
    expect(states()).toEqual(['connecting', 'live', 'connecting', 'live'])
    expect(harness.cable.websockets()).toBe(1)
  })

  it('waits for a chat server that is not up yet', async () => {
    await harness.stopChat()
    const listening = harness.listen(alice)
    await harness.clock.elapse(2_000)
    await harness.startChat()
    const { states, calls } = await listening
    expect(states()).toEqual(['connecting', 'live'])
    expect(calls('resync')).toEqual([])
  })

  it('goes on with the token that a client has renewed', async () => {
    const { states, calls } = await harness.listen(alice)
    const authorization = `Bearer ${alice.bearer}`
    await harness.post('/api/services/app/Im/Authenticate', { renew: true }, { authorization })
    await harness.until(() => calls('resync').length === 1)
    expect(states()).toEqual(['connecting', 'live', 'connecting', 'live'])
    expect(await harness.rest(alice, 'me')).toMatchObject({ status: 200 })
  })

  it('counts as dead after a minute of silence', async () => {
    const { calls, states } = await harness.listen(alice)
    harness.cable.silence()
    await harness.pass(60_000)
    await harness.until(() => states().at(-1) === 'live' && calls('resync').length === 1)
    expect(harness.cable.opened()).toBe(2)
  })

  it('gets another token each time its own was revoked', async () => {
    const { states, calls } = await harness.listen(alice)
    const tokens: string[] = []
    for (const gaps of [1, 2]) {
      await harness.rest(alice, 'me')
      tokens.push(harness.cable.tokensOf(alice.userId).at(-1)!)
      await revoke(tokens.at(-1)!)
      await harness.until(() => calls('resync').length === gaps)
    }
    const gap = ['connecting', 'live']
    expect(states()).toEqual([...gap, ...gap, ...gap])
    expect(tokens[0]).not.toBe(tokens[1])
  })

  it('tells that the user may not come in any more, and closes for good', async () => {
    const { states, closed } = await harness.listen(alice, { reconnect: true })
    const off = { userId: alice.userId, data: { active: false }, confirmRelinquish: true }
    expect(await harness.asAdmin('users.update', off)).toMatchObject({ status: 200 })
    harness.cable.cut()
    await harness.until(() => states().at(-1) === 'unauthorized')
    expect((await closed)?.message).toContain('unauthorized')
    await harness.until(() => harness.cable.websockets() === 0)
  })

  it('ends with the sign-in, and goes on with another sign-in of the same user', async () => {
    const phone = await harness.listen(alice)
    const desk = await harness.signIn('alice')
    const other = await harness.listen(desk)
    await other.connection.invoke('subscribeRoom', general)
    await signOut(alice)
    expect((await phone.closed)?.message).toContain('session_revoked')
    await harness.until(
      () => other.calls('resync').length === 1 && other.states().at(-1) === 'live',
    )
    await harness.say(bob, general, 'for the desk')
    await harness.until(() => other.calls('getRoomMessageNotification').length === 1)
    await signOut(desk)
    await other.closed
    await harness.until(() => harness.cable.websockets() === 0)
  })

  it('moves its clients when the gateway stops', async () => {
    const { connection } = await harness.listen(alice, { reconnect: true })
    const reconnecting = new Promise((resolve) => connection.onreconnecting(resolve))
    const closing = harness.gateway.close()
    await reconnecting
    await closing
    await harness.until(() => harness.cable.websockets() === 0)
  })
})

async function revoke(token: string): Promise<void> {
  const headers = { 'x-user-id': alice.userId, 'x-auth-token': token }
  const response = await fetch(`${harness.cable.url}/api/v1/logout`, { method: 'POST', headers })
  expect(response.status).toBe(200)
}

async function signOut({ bearer }: Person): Promise<void> {
  const authorization = `Bearer ${bearer}`
  await harness.post('/api/services/app/Im/Logout', {}, { authorization })
}
