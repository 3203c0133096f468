// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access */
import { DDPSDK } from '@rocket.chat/ddp-client'
import type { Json, RestClient, TestServer } from '../unit/server/embedded/support'
import { createInbox, sha256, useTeam, watchSockets, type Inbox } from './sdkSupport'

// The official DDP client, unchanged, against the embedded server.

let test: TestServer
let ann: RestClient
let bob: RestClient
let rid: string
const sockets = watchSockets()
const ownWebSocket = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket')

beforeAll(() => {
  Object.defineProperty(globalThis, 'WebSocket', { value: sockets.Socket, configurable: true })
})
useTeam((opened) => ({ test, ann, bob, rid } = opened))
afterAll(() => {
  if (ownWebSocket === undefined) Reflect.deleteProperty(globalThis, 'WebSocket')
  else Object.defineProperty(globalThis, 'WebSocket', ownWebSocket)
})

type Client = { sdk: DDPSDK; messages: Inbox<Json>; typing: Inbox<unknown[]> }

const signIn = async (username: string): Promise<DDPSDK> => {
  const sdk = await DDPSDK.createAndConnect(test.server.url, { retryCount: 5, retryTime: 10 })
  await sdk.account.loginWithPassword(username, sha256(`secret-${username}`))
  return sdk
}

const openRoom = async (username: string): Promise<Client> => {
  const sdk = await signIn(username)
  const messages = createInbox<Json>()
  const typing = createInbox<unknown[]>()
  const subs = [
    sdk.stream('room-messages', rid, (message) => messages.put(message as Json)),
    sdk.stream('notify-room', `${rid}/user-activity`, (...args) => typing.put(args)),
  ]
  await Promise.all(subs.map((sub) => sub.ready()))
  return { sdk, messages, typing }
}

const close = ({ sdk }: Pick<Client, 'sdk'>): void => {
  sdk.connection.close()
  sdk.timeoutControl.stop()
}

describe('@rocket.chat/ddp-client', () => {
  it('signs in with a digest and knows its own account', async () => {
    const sdk = await signIn('ann')
    expect(sdk.account.uid).toBe(ann.userId)
    expect(sdk.account.user).toMatchObject({ id: ann.userId, username: 'ann' })
    expect(sdk.account.user!.tokenExpires!.getTime()).toBeGreaterThan(Date.now())
    close({ sdk })
  })

  it('is told about a wrong password', async () => {
    const sdk = await DDPSDK.createAndConnect(test.server.url)
    await expect(sdk.account.loginWithPassword('ann', sha256('wrong'))).rejects.toMatchObject({
      error: 401,
    })
    close({ sdk })
  })

  it('sends, edits, reacts, types, reads and deletes, and the other side hears of it', async () => {
    const writer = await openRoom('ann')
    const reader = await openRoom('bob')
    const { client } = writer.sdk
    const sent = await client.callAsync('sendMessage', { _id: 'sdk-message', rid, msg: 'hello' })
    expect(sent).toMatchObject({ _id: 'sdk-message', msg: 'hello', u: { username: 'ann' } })
    await reader.messages.next(({ _id, msg }) => _id === sent._id && msg === 'hello')
    await client.callAsync('updateMessage', { _id: sent._id, rid, msg: 'changed' })
    const edited = await reader.messages.next(({ editedAt }) => editedAt !== undefined)
    expect(edited).toMatchObject({ msg: 'changed', editedBy: { username: 'ann' } })
    await reader.sdk.client.callAsync('setReaction', ':smile:', sent._id)
    const reacted = await writer.messages.next(({ reactions }) => reactions !== undefined)
    expect(reacted.reactions).toEqual({ ':smile:': { usernames: ['bob'] } })
    await client.callAsync('stream-notify-room', `${rid}/user-activity`, 'ann', ['user-typing'], {})
    expect(await reader.typing.next(() => true)).toEqual(['ann', ['user-typing'], {}])
    expect(writer.typing.left()).toEqual([])
    await reader.sdk.client.callAsync('readMessages', rid)
    const { body } = await bob.get(`subscriptions.getOne?roomId=${rid}`)
    expect(body.subscription).toMatchObject({ alert: false, unread: 0 })
    await client.callAsync('deleteMessage', { _id: sent._id })
    expect((await ann.get(`chat.getMessage?msgId=${sent._id}`)).status).toBe(400)
    for (const one of [writer, reader]) close(one)
  })

  it('is told that it may not read the room of others', async () => {
    const { body } = await ann.post('groups.create', { name: 'private' })
    const sdk = await signIn('bob')
    const sub = sdk.stream('room-messages', body.group._id as string, () => undefined)
    await expect(sub.ready()).rejects.toMatchObject({ error: 'not-allowed' })
    close({ sdk })
  })

  it('comes back by itself after a cut: signed in, subscribed and receiving', async () => {
    const client = await openRoom('bob')
    const before = sockets.count()
    const again = new Promise<void>((resolve) => {
      client.sdk.connection.on('connected', () => resolve())
    })
    sockets.cut()
    await again
    expect(sockets.count()).toBe(before + 1)
    // The queue of the new connection runs in order, so this answer comes after the subscriptions.
    await client.sdk.client.callAsync('rooms/get')
    await ann.post('chat.sendMessage', { message: { rid, msg: 'are you back?' } })
    await client.messages.next(({ msg }) => msg === 'are you back?')
    close(client)
  })

  it('signs out, after which its token is worth nothing', async () => {
    const sdk = await signIn('bob')
    const { token } = sdk.account.user!
    await sdk.account.logout()
    await expect(sdk.account.loginWithToken(token!)).rejects.toMatchObject({ error: 401 })
    close({ sdk })
  })

  it('reads over REST with the token of its socket', async () => {
    const sdk = await signIn('ann')
    const me = await sdk.rest.get('/v1/me')
    expect(me).toMatchObject({ _id: ann.userId, username: 'ann', success: true })
    close({ sdk })
  })
})
