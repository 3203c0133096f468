import { startRelayHarness, type Person, type RelayHarness, useRelay } from './relayHarness'

let harness: RelayHarness
let alice: Person
let bob: Person
useRelay(['alice', 'bob'], (opened) => ({ harness, alice, bob } = opened))

const authenticate = async ({ bearer }: Person, on = harness) => {
  const authorization = `Bearer ${bearer}`
  const { body } = await on.post('/api/services/app/Im/Authenticate', {}, { authorization })
  return body.result as Record<string, unknown>
}

describe('REST with the business token alone', () => {
  it('is announced at the sign-in, which gives no chat token', async () => {
    expect(await authenticate(alice)).toEqual({
      userId: alice.userId,
      username: 'alice',
      name: expect.any(String) as string,
      realtime: { mode: 'signalr', url: '/signalr' },
    })
  })

  it('is done as the person to whom the token belongs', async () => {
    for (const person of [alice, bob]) {
      const { status, body } = await harness.rest(person, 'me')
      expect([status, body._id]).toEqual([200, person.userId])
    }
  })

  it('does not show what belongs to somebody else', async () => {
    const made = await harness.rest(bob, 'groups.create', { name: 'bobs-own', members: [] })
    const { _id: rid } = made.body.group as { _id: string }
    expect((await harness.rest(bob, `groups.history?roomId=${rid}`)).status).toBe(200)
    const { status, body } = await harness.rest(alice, `groups.history?roomId=${rid}`)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(body).not.toHaveProperty('messages')
  })

  it('does not take the chat headers of a caller on trust', async () => {
    await harness.rest(bob, 'me')
    const token = harness.cable.tokensOf(bob.userId).at(-1)!
    for (const headers of [
      { 'x-user-id': bob.userId },
      { 'x-user-id': bob.userId, 'x-auth-token': token },
      { 'x-user-id': '', 'x-auth-token': '' },
      { 'x-user-id': alice.userId, 'x-auth-token': 'wrong' },
    ]) {
      expect((await harness.rest(alice, 'me', undefined, headers)).status).toBe(401)
    }
    const own = { 'x-user-id': bob.userId, 'x-auth-token': token }
    expect((await harness.rest(bob, 'me', undefined, own)).status).toBe(200)
  })

  it.each(['', 'wrong', 'null'])('is refused with the business token "%s"', async (bearer) => {
    expect((await harness.rest({ ...alice, bearer }, 'me')).status).toBe(401)
  })

  it('goes on with another chat token when the chat server has dropped the first', async () => {
    const token = await dropToken()
    expect((await harness.rest(alice, 'me')).status).toBe(200)
    expect(harness.cable.tokensOf(alice.userId).at(-1)).not.toBe(token)
  })

  it('takes a body again that the chat server has refused with a dead token', async () => {
    await dropToken()
    const message = { message: { rid: 'GENERAL', msg: 'said twice' } }
    expect((await harness.rest(alice, 'chat.sendMessage', message)).status).toBe(401)
    expect((await harness.rest(alice, 'chat.sendMessage', message)).status).toBe(200)
  })

  it('is refused when the chat server lets the person in no more', async () => {
    await harness.rest(alice, 'me')
    const off = { userId: alice.userId, data: { active: false }, confirmRelinquish: true }
    expect(await harness.asAdmin('users.update', off)).toMatchObject({ status: 200 })
    for (let n = 0; n < 3; n += 1) {
      const { status, body } = await harness.rest(alice, 'me')
      expect([401, 502]).toContain(status)
      expect(body).not.toHaveProperty('_id')
    }
  })

  it('ends with the sign-out', async () => {
    await harness.post(
      '/api/services/app/Im/Logout',
      {},
      { authorization: `Bearer ${alice.bearer}` },
    )
    expect((await harness.rest(alice, 'me')).status).toBe(401)
  })
})

/** Revokes alice's chat token behind the gateway's back, and answers it. */
async function dropToken(): Promise<string> {
  await harness.rest(alice, 'me')
  const token = harness.cable.tokensOf(alice.userId).at(-1)!
  const headers = { 'x-user-id': alice.userId, 'x-auth-token': token }
  await fetch(`${harness.cable.url}/api/v1/logout`, { method: 'POST', headers })
  return token
}

describe('the log', () => {
  it('has no token and no text of a message', async () => {
    const { connection, calls } = await harness.listen(alice)
    await connection.invoke('subscribeRoom', 'GENERAL')
    await harness.say(bob, 'GENERAL', 'a-very-private-text')
    await harness.until(() => calls('getRoomMessageNotification').length === 1)
    await fetch(`${harness.gateway.url}/signalr/negotiate?access_token=${alice.bearer}`, {
      method: 'POST',
    })
    harness.cable.cut()
    await harness.until(() => calls('resync').length === 1)
    const secrets = [alice, bob].flatMap((person) => [
      person.bearer,
      ...harness.cable.tokensOf(person.userId),
    ])
    expect(secrets.length).toBeGreaterThan(2)
    expect(harness.logText()).toContain('/signalr/negotiate')
    for (const secret of [...secrets, 'a-very-private-text']) {
      expect(harness.logText()).not.toContain(secret)
    }
  })
})

describe('front-end mode', () => {
  it('has no hub, and the business token alone is not enough', async () => {
    const open = await startRelayHarness({ realtimeMode: 'ddp' })
    try {
      const person = await open.signIn('alice')
      expect(await authenticate(person, open)).toMatchObject({
        authToken: expect.any(String) as string,
        realtime: { mode: 'ddp', url: '/websocket' },
      })
      expect((await open.rest(person, 'me')).status).toBe(401)
      const negotiate = `${open.gateway.url}/signalr/negotiate`
      expect((await fetch(negotiate, { method: 'POST' })).status).toBe(404)
      await expect(open.listen(person)).rejects.toThrow()
    } finally {
      await open.close()
    }
  })
})
