import { type Listener, type Person, type RelayHarness, useRelay } from './relayHarness'

let harness: RelayHarness
let alice: Person
let bob: Person
let carlos: Person
useRelay(['alice', 'bob', 'carlos'], (opened) => ({ harness, alice, bob, carlos } = opened))

/** Statuses that one connection was told, as `username code`. */
const told = ({ calls }: Listener): string[] =>
  calls('streamEvent')
    .filter(({ collection }) => collection === 'stream-user-presence')
    .map(({ args }) => (args as unknown[][])[0]!.slice(0, 2).join(' '))

async function watch({ connection }: Listener, ...people: Person[]): Promise<void> {
  const confirmed = connection.invoke(
    'watchPresence',
    people.map(({ userId }) => userId),
  )
  let isConfirmed = false
  void confirmed.then(() => (isConfirmed = true))
  await harness.until(() => isConfirmed)
}

describe('presence', () => {
  it('of the people whom a connection watches is told, and of nobody else', async () => {
    const listener = await harness.listen(alice)
    await watch(listener, bob)
    const [bobs] = [await harness.listen(bob), await harness.listen(carlos)]
    await harness.until(() => told(listener).length === 1)
    await bobs.connection.invoke('away', true)
    await harness.until(() => told(listener).length === 2)
    await bobs.connection.stop()
    await harness.pass(40_000)
    await harness.until(() => told(listener).length === 3)
    expect(told(listener)).toEqual(['bob 1', 'bob 2', 'bob 0'])
    const [event] = listener.calls('streamEvent').slice(-1)
    expect(event).toMatchObject({ collection: 'stream-user-presence', eventName: bob.userId })
  })

  it('comes to each connection of a user for those whom it watches itself', async () => {
    const [phone, desk] = [await harness.listen(alice), await harness.listen(alice)]
    await watch(phone, bob)
    await watch(desk, bob, carlos)
    await watch(phone, carlos)
    const bobs = await harness.listen(bob)
    await harness.until(() => told(desk).length === 1)
    await harness.listen(carlos)
    await harness.until(() => told(desk).length === 2 && told(phone).length === 1)
    expect([told(phone), told(desk)]).toEqual([['carlos 1'], ['bob 1', 'carlos 1']])
    await desk.connection.stop()
    await watch(phone)
    await bobs.connection.invoke('away', true)
    await harness.settle()
    expect(told(phone)).toEqual(['carlos 1'])
    expect(harness.cable.opened()).toBe(3)
  })

  it('goes on after the connection to the chat server was cut', async () => {
    const listener = await harness.listen(alice)
    await watch(listener, bob)
    const { length } = listener.states()
    harness.cable.cut()
    await harness.until(() => listener.states().slice(length).includes('live'))
    await watch(listener, bob)
    await harness.listen(bob)
    await harness.until(() => told(listener).length > 0)
    expect(told(listener)).toEqual(['bob 1'])
  })

  it('of at most 500 people is told to one connection', async () => {
    const { connection } = await harness.listen(alice)
    const ids = Array.from({ length: 501 }, (_, index) => `person-${index}`)
    await expect(connection.invoke('watchPresence', ids)).rejects.toThrow('too_many_people')
    let isConfirmed = false
    void connection.invoke('watchPresence', ids.slice(1)).then(() => (isConfirmed = true))
    await harness.until(() => isConfirmed)
  })

  it.each([
    ['nothing', undefined],
    ['one id', 'u1'],
    ['an object', { $ne: '' }],
    ['a list with a number', ['u1', 7]],
    ['a list with another stream', ['u1/notification']],
    ['a list with an endless id', ['x'.repeat(101)]],
    ['a list of lists', [['u1']]],
  ])('is not watched by %s', async (_name, userIds) => {
    const { connection } = await harness.listen(alice)
    await expect(connection.invoke('watchPresence', userIds)).rejects.toThrow('bad_argument')
  })

  it('that cannot be confirmed is refused in time, and told once the chat server is back', async () => {
    const listener = await harness.listen(alice)
    await harness.stopChat()
    await harness.until(() => listener.states().at(-1) === 'connecting')
    const refused = listener.connection.invoke('watchPresence', [bob.userId])
    const refusal = expect(refused).rejects.toThrow('timeout')
    await harness.settle()
    await harness.pass(20_000)
    await refusal
    await harness.startChat()
    await harness.until(() => listener.states().at(-1) === 'live')
    await watch(listener, bob)
    await harness.listen(bob)
    await harness.until(() => told(listener).length > 0)
    expect(told(listener)).toEqual(['bob 1'])
  })
})
