import type { ChatSession } from '../../../../src/api/im'
import { StorageError } from '../../../../src/platform/types'
import { flush } from '../support/fakeClock'
import { chatSession, createClient, deferred } from './support/client'
import { networkError, refusal } from './support/fakeChat'

const ddp = { mode: 'ddp', url: '/websocket' }
const tokenKeys = ['access_token', 'chat_token', 'chat_uid', 'session']

describe('signing in', () => {
  test('keeps tokens and person, and says who is signed in', async () => {
    const { session, storage } = createClient()
    const signingIn = session.signIn('ann', 'ann-secret')
    expect(session.status).toBe('signingIn')
    await signingIn
    expect(session.status).toBe('signedIn')
    expect(session.user).toEqual({ id: 'ann', username: 'ann', name: 'ANN' })
    expect(tokenKeys.map((key) => storage.get(key))).toEqual([
      'business-ann',
      'chat-ann-1',
      'ann',
      { user: session.user, realtime: { mode: 'ddp', url: '/websocket' } },
    ])
  })

  test('refused, it leaves nothing behind and says why', async () => {
    const { session, storage } = createClient()
    await expect(session.signIn('ann', 'wrong')).rejects.toMatchObject({ status: 401 })
    expect([session.status, session.user, storage.values.size]).toEqual(['signedOut', undefined, 0])
  })

  test('with a business session but no chat it leaves nothing behind', async () => {
    const { session, storage, im } = createClient()
    im.onAuthenticate = () => Promise.reject(refusal(503, 'unavailable'))
    await expect(session.signIn('ann', 'ann-secret')).rejects.toMatchObject({ status: 503 })
    expect([session.status, storage.values.size]).toEqual(['signedOut', 0])
  })

  test('a full storage is told, not half of a session kept', async () => {
    const { session, storage } = createClient()
    storage.isFull = true
    await expect(session.signIn('ann', 'ann-secret')).rejects.toBeInstanceOf(StorageError)
    expect([session.status, storage.values.size]).toEqual(['signedOut', 0])
  })
})

describe('restoring', () => {
  test('continues the last session without a request', async () => {
    const first = createClient()
    await first.session.signIn('ann', 'ann-secret')
    const { session, server } = createClient({ storage: first.storage })
    expect(session.restore()).toBe(true)
    expect([session.status, session.user?.id, session.realtime]).toEqual([
      'signedIn',
      'ann',
      { mode: 'ddp', url: '/websocket' },
    ])
    expect(server.calls).toEqual([])
  })

  test.each([
    ['session', undefined],
    ['session', 'text'],
    ['session', { user: { id: 'ann', username: 'ann' }, realtime: ddp }],
    ['session', { user: { id: 1, username: 'ann', name: 'Ann' }, realtime: ddp }],
    ['session', { user: { id: 'ann', username: 'ann', name: 'Ann' } }],
    ['session', { user: { id: 'ann', username: 'ann', name: 'Ann' }, realtime: { mode: 'ddp' } }],
    [
      'session',
      { user: { id: 'ann', username: 'ann', name: 'Ann' }, realtime: { ...ddp, mode: 'x' } },
    ],
    ['access_token', undefined],
    ['chat_token', ''],
  ])('without a usable %s (%j) nobody is signed in', async (key, value) => {
    const first = createClient()
    await first.session.signIn('ann', 'ann-secret')
    first.storage.values.set(key, value)
    const { session } = createClient({ storage: first.storage })
    expect([session.restore(), session.status]).toEqual([false, 'signedOut'])
  })
})

describe('renewing', () => {
  test('replaces the chat token', async () => {
    const { session, storage } = createClient()
    await session.signIn('ann', 'ann-secret')
    expect(await session.renew()).toBe(true)
    expect(storage.get('chat_token')).toBe('chat-ann-2')
  })

  test('is asked for once by all who find the token dead at the same time', async () => {
    const { session, im } = createClient()
    await session.signIn('ann', 'ann-secret')
    const before = im.renewals
    expect(await Promise.all([session.renew(), session.renew()])).toEqual([true, true])
    expect(im.renewals).toBe(before + 1)
  })

  test.each([401, 403])('is over when the business session is (%s)', async (status) => {
    const { session, im } = createClient()
    await session.signIn('ann', 'ann-secret')
    im.onAuthenticate = () => Promise.reject(refusal(status, 'dead'))
    expect(await session.renew()).toBe(false)
  })

  test('without an answer it says nothing about the session', async () => {
    const { session, im } = createClient()
    await session.signIn('ann', 'ann-secret')
    im.onAuthenticate = () => Promise.reject(networkError())
    await expect(session.renew()).rejects.toMatchObject({ isNetwork: true })
    expect(session.status).toBe('signedIn')
  })

  test("an answer that comes when somebody else is signed in does not replace that person's token", async () => {
    const { session, storage, im } = createClient()
    await session.signIn('ann', 'ann-secret')
    const answer = deferred<ReturnType<typeof chatSession>>()
    const usual = im.onAuthenticate
    im.onAuthenticate = () => answer.promise
    const renewal = session.renew().catch(() => 'dropped')
    await session.signOut()
    im.onAuthenticate = usual
    await session.signIn('bob', 'bob-secret')
    answer.resolve(chatSession('ann', 9))
    expect(await renewal).toBe('dropped')
    expect([storage.get('chat_uid'), session.user?.id]).toEqual(['bob', 'bob'])
    expect(String(storage.get('chat_token'))).toContain('bob')
    expect(session.status).toBe('signedIn')
  })
})

describe('with back-end authentication', () => {
  const hubSession = (userId: string): ChatSession => ({
    ...chatSession(userId, 0),
    authToken: undefined,
    realtime: { mode: 'signalr', url: '/signalr' },
  })

  function createHubClient(options: Parameters<typeof createClient>[0] = {}) {
    const client = createClient(options)
    client.im.onAuthenticate = (userId) => Promise.resolve(hubSession(userId))
    return client
  }

  test('nothing but the business token is kept, and a reload goes on with it', async () => {
    const first = createHubClient()
    await first.session.signIn('ann', 'ann-secret')
    expect(tokenKeys.slice(0, 3).map((key) => first.storage.get(key))).toEqual([
      'business-ann',
      undefined,
      'ann',
    ])
    const { session } = createHubClient({ storage: first.storage })
    expect([session.restore(), session.realtime]).toEqual([
      true,
      { mode: 'signalr', url: '/signalr' },
    ])
  })

  test('a chat token of the other way is removed when the gateway has changed its way', async () => {
    const client = createClient()
    await client.session.signIn('ann', 'ann-secret')
    client.im.onAuthenticate = (userId) => Promise.resolve(hubSession(userId))
    expect(await client.session.renew()).toBe(true)
    expect(client.storage.get('chat_token')).toBeUndefined()
    expect(client.session.realtime?.mode).toBe('signalr')
  })

  test('the connection is made the announced way', async () => {
    const client = createHubClient()
    await client.session.signIn('ann', 'ann-secret')
    client.feed.start()
    expect(client.targets).toEqual([
      { mode: 'signalr', url: '/signalr', userId: 'ann', username: 'ann' },
    ])
  })

  test('an account that was made anew is another person: the session is over', async () => {
    const client = createHubClient()
    await client.session.signIn('ann', 'ann-secret')
    client.im.onAuthenticate = () => Promise.resolve(hubSession('ann2'))
    expect(await client.session.renew()).toBe(false)
    expect(client.session.user?.id).toBe('ann')
  })
})

describe('ending', () => {
  test('signing out clears what is theirs, keeps what is of others, and shows the sign-in page', async () => {
    const client = createClient()
    client.storage.values.set('outbox:bob', ['kept'])
    client.storage.values.set('drafts:bob', { r: 'kept' })
    client.storage.values.set('settings', { locale: 'en', theme: 'dark' })
    client.server.addRoom('general', ['ann'])
    await client.start('ann')
    await client.open('general')
    client.chat.setDraft('typed')
    await client.clock.elapse(1000)
    client.server.intercept = () => ({ refuse: networkError() })
    client.chat.send('unsent')
    await flush()
    expect(client.storage.get('outbox:ann')).toHaveLength(1)
    await client.session.signOut()
    expect([...client.storage.values.keys()].sort()).toEqual([
      'drafts:bob',
      'outbox:bob',
      'settings',
    ])
    expect(client.session.isExpired).toBe(false)
    expect([client.chat.channels, client.rows(), client.outbox.entries]).toEqual([[], [], []])
    expect(client.signInShown).toHaveLength(1)
    expect(client.connection.state).toBe('offline')
  })

  test('signing out works while the server cannot be reached', async () => {
    const { session, im } = createClient()
    await session.signIn('ann', 'ann-secret')
    im.onSignOut = () => Promise.reject(networkError())
    await session.signOut()
    expect(session.status).toBe('signedOut')
  })

  test('signing out does not wait for a server that does not answer', async () => {
    const { session, im, clock } = createClient()
    await session.signIn('ann', 'ann-secret')
    im.onSignOut = () => deferred().promise
    const ending = session.signOut()
    await clock.elapse(3_000)
    await ending
    expect([session.status, clock.timerCount]).toEqual(['signedOut', 0])
  })

  test('a session that ends by itself keeps what was typed and says so until the next sign-in', async () => {
    const client = createClient()
    client.server.addRoom('general', ['ann'])
    await client.start('ann')
    await client.open('general')
    client.chat.setDraft('typed')
    client.session.expire()
    client.session.expire()
    expect([client.session.isExpired, client.signInShown.length]).toEqual([true, 1])
    expect(client.storage.get('drafts:ann')).toEqual({ general: 'typed' })
    await client.signIn('ann')
    expect(client.session.isExpired).toBe(false)
    await client.open('general')
    expect(client.chat.currentDraft()).toBe('typed')
  })

  test('the server throwing the person out while they sign out does not turn it into an expiry', async () => {
    const client = createClient()
    client.server.addRoom('general', ['ann'])
    await client.start('ann')
    const told = deferred()
    client.im.onSignOut = () => told.promise
    client.storage.values.set('drafts:ann', { general: 'private' })
    const ending = client.session.signOut()
    client.server.tell('ann', 'force_logout', [])
    client.realtime.reject()
    await flush()
    told.resolve()
    await ending
    expect([client.session.isExpired, client.signInShown.length]).toEqual([false, 1])
    expect(client.storage.get('drafts:ann')).toBeUndefined()
    expect(client.im.renewals).toBe(0)
  })

  test('listeners that were taken away are not called', async () => {
    const { session } = createClient()
    const ended = jest.fn()
    const stop = session.onEnd(ended)
    await session.signIn('ann', 'ann-secret')
    session.expire()
    stop()
    await session.signIn('ann', 'ann-secret')
    session.expire()
    expect(ended).toHaveBeenCalledTimes(1)
  })
})
