import { StorageError } from '../../../../src/platform/types'
import { flush } from '../support/fakeClock'
import { chatSession, createClient, deferred } from './support/client'
import { networkError, refusal } from './support/fakeChat'

/** Ann and bob share `general` and `team`. */
function setUp() {
  const client = createClient()
  client.server.addRoom('general', ['ann', 'bob'])
  client.server.addRoom('team', ['ann', 'bob'], { t: 'p' })
  return client
}

describe('a refused login', () => {
  test('gets a new token and connects again', async () => {
    const client = setUp()
    await client.signIn('ann')
    client.realtime.reject()
    await client.settle()
    expect([client.im.renewals, client.realtime.opens]).toEqual([1, 2])
    client.realtime.goLive()
    await client.settle()
    expect([client.feed.lineState, client.session.status]).toEqual(['live', 'signedIn'])
  })

  test('ends the session when the renewal is refused', async () => {
    const client = setUp()
    await client.signIn('ann')
    client.im.onAuthenticate = () => Promise.reject(refusal(401, 'dead'))
    client.realtime.reject()
    await client.settle()
    expect([client.session.isExpired, client.signInShown.length]).toEqual([true, 1])
    expect(client.realtime.state).toBe('offline')
  })

  test('with fresh tokens again and again ends the session instead of going round', async () => {
    const client = setUp()
    await client.signIn('ann')
    for (let i = 0; i < 3; i++) {
      client.realtime.reject()
      await client.settle()
    }
    expect([client.im.renewals, client.session.isExpired]).toEqual([2, true])
    await client.signIn('ann')
    client.realtime.reject()
    await client.settle()
    expect([client.im.renewals, client.session.status]).toEqual([3, 'signedIn'])
  })

  test('a renewal that nobody answers is repeated and ends nothing, however long it takes', async () => {
    const client = setUp()
    await client.signIn('ann')
    const usual = client.im.onAuthenticate
    client.im.onAuthenticate = () => Promise.reject(networkError())
    client.realtime.reject()
    await client.clock.elapse(300_000)
    expect(client.session.status).toBe('signedIn')
    client.im.onAuthenticate = usual
    await client.clock.elapse(40_000)
    expect([client.realtime.opens, client.realtime.state]).toEqual([2, 'connecting'])
  })

  test('a full storage at a renewal is told by nothing but a later attempt', async () => {
    const client = setUp()
    await client.signIn('ann')
    client.storage.isFull = true
    client.realtime.reject()
    await client.settle()
    expect([client.session.status, client.realtime.opens]).toEqual(['signedIn', 1])
    client.storage.isFull = false
    await client.clock.elapse(5_000)
    expect([client.session.status, client.realtime.opens]).toEqual(['signedIn', 2])
  })

  test('a full storage during the catch-up does not end it', async () => {
    const client = setUp()
    await client.signIn('ann')
    const full = new StorageError('full')
    client.server.intercept = () => ({ before: Promise.reject(full) })
    client.realtime.goLive()
    await client.settle()
    client.server.intercept = () => ({})
    await client.clock.elapse(5_000)
    expect(client.feed.lineState).toBe('live')
  })

  test('being thrown out by the server ends the session', async () => {
    const client = setUp()
    await client.start('ann')
    client.server.tell('ann', 'force_logout', [])
    expect([client.session.isExpired, client.signInShown.length]).toEqual([true, 1])
  })
})

describe('two people, one device', () => {
  test.each(['while connecting', 'while live'])(
    "an answer for the person before does not reach the next one's list (%s)",
    async (when) => {
      const client = setUp()
      client.server.addRoom('secret', ['ann'])
      client.server.addRoom('bobs', ['bob'])
      const late = deferred()
      if (when === 'while connecting') client.server.intercept = () => ({ after: late.promise })
      await client.signIn('ann')
      if (when === 'while live') {
        client.server.intercept = () => ({ after: late.promise })
        client.server.updateSubscription(client.server.subscriptionOf('ann', 'secret'), {})
        client.realtime.goLive()
        await flush()
      }
      await client.session.signOut()
      client.server.intercept = () => ({})
      await client.start('bob')
      late.resolve()
      await client.settle()
      expect(client.list().sort()).toEqual(['bobs', 'general', 'team'])
    },
  )

  test('a renewal under way at the sign-out does nothing afterwards', async () => {
    const client = setUp()
    await client.signIn('ann')
    const answer = deferred<ReturnType<typeof chatSession>>()
    const usual = client.im.onAuthenticate
    client.im.onAuthenticate = () => answer.promise
    client.realtime.reject()
    await flush()
    await client.session.signOut()
    client.im.onAuthenticate = usual
    await client.start('bob')
    answer.resolve(chatSession('ann', 9))
    await client.clock.elapse(60_000)
    expect([client.session.user?.id, client.im.renewals]).toEqual(['bob', 1])
    expect(client.realtime.opens).toBe(1)
  })

  test('after the end nothing runs on', async () => {
    const client = setUp()
    await client.start('ann')
    await client.session.signOut()
    await client.clock.elapse(1000)
    expect([client.clock.timerCount, client.network.listenerCount]).toEqual([0, 0])
  })
})
