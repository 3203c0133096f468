// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access */
import { RestClient } from '@rocket.chat/api-client'
import { type Json, type TestServer, usePeople } from '../unit/server/embedded/support'

// The official REST client, unchanged, against the embedded server.

let test: TestServer
usePeople(['ann', 'bob'], (opened) => ({ test } = opened))

/** The client's face without the types of every endpoint of the newest server. */
type Rest = {
  get(path: string, params?: object): Promise<Json>
  post(path: string, params?: object): Promise<Json>
}

const signIn = async (user: string): Promise<Rest> => {
  const client = new RestClient({ baseUrl: test.server.url })
  const rest = client as unknown as Rest
  const { data } = await rest.post('/v1/login', { user, password: `secret-${user}` })
  client.setCredentials({ 'X-User-Id': data.userId, 'X-Auth-Token': data.authToken })
  return rest
}

describe('@rocket.chat/api-client', () => {
  it('refuses with the answer itself when the password is wrong', async () => {
    const rest = new RestClient({ baseUrl: test.server.url }) as unknown as Rest
    const refused = rest.post('/v1/login', { user: 'ann', password: 'wrong' })
    await expect(refused).rejects.toMatchObject({ status: 401 })
  })

  it('creates a room, writes, reacts, searches and reads', async () => {
    const ann = await signIn('ann')
    const bob = await signIn('bob')
    const { channel } = await ann.post('/v1/channels.create', { name: 'team', members: ['bob'] })
    const rid = channel._id as string
    const { message } = await ann.post('/v1/chat.sendMessage', { message: { rid, msg: 'hello' } })
    await bob.post('/v1/chat.react', { messageId: message._id, emoji: ':smile:' })
    const { messages } = await bob.get('/v1/channels.history', { roomId: rid, count: 10 })
    expect(messages[0]).toMatchObject({
      _id: message._id,
      reactions: { ':smile:': { usernames: ['bob'] } },
    })
    const found = await bob.get('/v1/chat.search', { roomId: rid, searchText: 'hell' })
    expect(found.messages).toHaveLength(1)
    await bob.post('/v1/subscriptions.read', { rid })
    const { subscription } = await bob.get('/v1/subscriptions.getOne', { roomId: rid })
    expect(subscription).toMatchObject({ unread: 0, alert: false })
  })

  it('calls methods over REST and gets their refusals', async () => {
    const ann = await signIn('ann')
    const call = (method: string, ...params: unknown[]): Promise<Json> =>
      ann.post(`/v1/method.call/${method.replace('/', ':')}`, {
        message: JSON.stringify({ msg: 'method', id: '1', method, params }),
      })
    const rooms = JSON.parse((await call('rooms/get')).message as string) as Json
    expect(rooms.result).toEqual(
      expect.arrayContaining([expect.objectContaining({ _id: 'GENERAL' })]),
    )
    await expect(call('getUserRoles')).rejects.toMatchObject({ status: 400 })
  })

  it('is signed out for good', async () => {
    const ann = await signIn('ann')
    await ann.post('/v1/logout')
    await expect(ann.get('/v1/me')).rejects.toMatchObject({ status: 401 })
  })
})
