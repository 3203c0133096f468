import { startRelayHarness, type Person, type RelayHarness } from '../unit/server/hub/relayHarness'

/**
 * Weaknesses of the published design (gateway reference, section 7) in the connection that the gateway holds for a user,
 * with the embedded chat server behind.
 */
jest.setTimeout(30_000)

let harness: RelayHarness
let alice: Person
let bob: Person
let rid: string
beforeEach(async () => {
  harness = await startRelayHarness()
  alice = await harness.signIn('alice')
  bob = await harness.signIn('bob')
  const { body } = await harness.rest(alice, 'channels.create', {
    ...{ name: 'security', members: ['bob'] },
  })
  rid = (body.channel as { _id: string })._id
})
afterEach(() => harness.close())

const texts = (calls: Record<string, unknown>[]) => calls.map(({ msg }) => msg)

it('weakness 5: what is subscribed to arrives, by room and by user', async () => {
  const listener = await harness.listen(bob)
  await listener.connection.invoke('subscribeRoom', rid)
  await harness.say(alice, rid, 'to everybody here')
  await harness.until(() => listener.calls('getRoomMessageNotification').length > 0)
  await harness.until(() => listener.calls('getRoomSubscriptionChangedNotification').length > 0)
  await harness.until(() =>
    listener
      .calls('streamEvent')
      .some(({ eventName }) => eventName === `${bob.userId}/rooms-changed`),
  )
  const names = listener.calls('streamEvent').map(({ eventName }) => String(eventName))
  for (const name of names) expect(name).not.toContain('$')
})

it('weakness 6: a message far larger than a read arrives whole, and so does the next one', async () => {
  const listener = await harness.listen(bob)
  await listener.connection.invoke('subscribeRoom', rid)
  const large = '会议😀'.repeat(1_200)
  await harness.say(alice, rid, large)
  await harness.say(alice, rid, 'after it')
  await harness.until(() => listener.calls('getRoomMessageNotification').length === 2)
  expect(texts(listener.calls('getRoomMessageNotification'))).toEqual([large, 'after it'])
})

it('weakness 7: a connection without clients ends after 30 seconds, however much is going on', async () => {
  const listener = await harness.listen(bob)
  await listener.connection.invoke('subscribeRoom', rid)
  expect(harness.cable.websockets()).toBe(1)
  await listener.connection.stop()
  await harness.settle()
  for (let n = 0; n < 7; n += 1) {
    await harness.say(alice, rid, `${n}`)
    await harness.pass(5_000)
  }
  expect(harness.cable.websockets()).toBe(0)
})

it('weakness 8: many clients of one person that come at once share one connection', async () => {
  const listeners = await Promise.all(Array.from({ length: 8 }, () => harness.listen(bob)))
  expect([harness.cable.opened(), harness.cable.websockets()]).toEqual([1, 1])
  await Promise.all(listeners.map(({ connection }) => connection.invoke('subscribeRoom', rid)))
  await harness.say(alice, rid, 'once to each')
  await harness.until(() =>
    listeners.every((one) => one.calls('getRoomMessageNotification').length > 0),
  )
  for (const one of listeners) expect(one.calls('getRoomMessageNotification')).toHaveLength(1)
})

it('weakness 9: after a cut the connection comes back, with its rooms, and says that there was a gap', async () => {
  const listener = await harness.listen(bob)
  await listener.connection.invoke('subscribeRoom', rid)
  harness.cable.cut()
  await harness.until(() => listener.states().at(-1) === 'connecting')
  await harness.until(() => listener.states().at(-1) === 'live')
  expect(listener.calls('resync').length).toBeGreaterThan(0)
  await harness.say(alice, rid, 'after the cut')
  await harness.until(() => listener.calls('getRoomMessageNotification').length > 0)
  expect(texts(listener.calls('getRoomMessageNotification'))).toEqual(['after the cut'])
})

it('weakness 9: a dead chat token is replaced by another one, without the client noticing', async () => {
  const listener = await harness.listen(bob)
  const before = harness.cable.opened()
  const [token] = harness.cable.tokensOf(bob.userId).slice(-1)
  await harness.asAdmin('users.logout', { userId: bob.userId })
  await harness.until(() => harness.cable.opened() > before)
  await harness.until(() => listener.states().at(-1) === 'live')
  await harness.rest(bob, 'me')
  const [newer] = harness.cable.tokensOf(bob.userId).slice(-1)
  expect(newer).not.toBe(token)
})

it('weakness 10: each of a hundred messages arrives once and in order', async () => {
  const listener = await harness.listen(bob)
  await listener.connection.invoke('subscribeRoom', rid)
  const sent = Array.from({ length: 100 }, (_, n) => `message ${n}`)
  for (const text of sent) await harness.say(alice, rid, text)
  await harness.until(() => listener.calls('getRoomMessageNotification').length >= sent.length)
  await harness.settle()
  expect(texts(listener.calls('getRoomMessageNotification'))).toEqual(sent)
})

it('weakness 11: new, changed and deleted messages of a room each reach the client', async () => {
  const listener = await harness.listen(bob)
  await listener.connection.invoke('subscribeRoom', rid)
  const msgId = await harness.say(alice, rid, 'first')
  await harness.rest(alice, 'chat.update', { roomId: rid, msgId, text: 'second' })
  await harness.until(() => texts(listener.calls('getRoomMessageNotification')).includes('second'))
  await harness.rest(alice, 'chat.delete', { roomId: rid, msgId })
  const isDeletion = ({ eventName }: Record<string, unknown>) =>
    eventName === `${rid}/deleteMessage`
  await harness.until(() => listener.calls('streamEvent').some(isDeletion))
})

it('weakness 16: one person’s events never reach another’s connection', async () => {
  const { body } = await harness.rest(alice, 'groups.create', { name: 'alice-alone' })
  const { _id: own } = body.group as { _id: string }
  const [hers, his] = [await harness.listen(alice), await harness.listen(bob)]
  await hers.connection.invoke('subscribeRoom', own)
  await expect(his.connection.invoke('subscribeRoom', own)).rejects.toThrow('not-allowed')
  await harness.say(alice, own, 'for nobody else')
  await harness.until(() => hers.calls('getRoomMessageNotification').length > 0)
  await harness.settle()
  const received = ['getRoomMessageNotification', 'streamEvent'].flatMap((name) => his.calls(name))
  expect(JSON.stringify(received)).not.toContain('for nobody else')
  expect(JSON.stringify(received)).not.toContain(own)
})

it('weakness 19: what clients get has no field of accounts and sessions', async () => {
  const listener = await harness.listen(bob)
  await listener.connection.invoke('subscribeRoom', rid)
  await harness.say(alice, rid, 'hello')
  await harness.rest(bob, 'users.setPreferences', { data: { language: 'zh-CN' } })
  await harness.rest(bob, 'users.setStatus', { status: 'away', message: 'out' })
  await harness.until(() => listener.calls('getRoomMessageNotification').length > 0)
  await harness.settle()
  const names = [
    'getRoomMessageNotification',
    'getRoomSubscriptionChangedNotification',
    'streamEvent',
  ]
  const received = JSON.stringify(names.flatMap((name) => listener.calls(name)))
  const me = JSON.stringify((await harness.rest(bob, 'me')).body)
  const internal = ['loginTokens', 'hashedToken', 'bcrypt', 'secretBox', 'tokenHash']
  for (const field of internal) {
    expect(received).not.toContain(field)
    expect(me).not.toContain(field)
  }
})
