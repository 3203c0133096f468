// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access */
import SimpleDdp from 'simpleddp'
import type { Json, RestClient, TestServer } from '../unit/server/embedded/support'
import { createInbox, useTeam, watchSockets, type Inbox } from './sdkSupport'

// A DDP client that knows nothing of Rocket.Chat: what it expects is Meteor's.

let test: TestServer
let ann: RestClient
let bob: RestClient
let rid: string
const sockets = watchSockets()

useTeam((opened) => ({ test, ann, bob, rid } = opened))

const open = async (): Promise<{ ddp: SimpleDdp; changed: Inbox<Json> }> => {
  const ddp = new SimpleDdp({
    endpoint: `${test.server.url.replace('http', 'ws')}/websocket`,
    SocketConstructor: sockets.Socket,
    reconnectInterval: 10,
  })
  const changed = createInbox<Json>()
  ddp.on('changed', (frame) => changed.put(frame))
  await ddp.connect()
  return { ddp, changed }
}

const streamed = (eventName: string, matches: (args: Json[]) => boolean) => (frame: Json) =>
  frame.fields?.eventName === eventName && matches(frame.fields.args as Json[])

describe('simpleddp', () => {
  it('signs in with a plain password and sees its own account in the users collection', async () => {
    const { ddp } = await open()
    const login = { user: { username: 'ann' }, password: 'secret-ann' }
    expect(await ddp.call('login', login)).toMatchObject({ id: ann.userId, type: 'password' })
    expect(ddp.collection('users').fetch()).toEqual([
      expect.objectContaining({ id: ann.userId, username: 'ann' }),
    ])
    await ddp.call('logout')
    expect(ddp.collection('users').fetch()).toEqual([])
    await ddp.disconnect()
  })

  it('chats: the stream is a collection whose one document it gets first', async () => {
    const { ddp, changed } = await open()
    await ddp.call('login', { resume: bob.token })
    await ddp.subscribe('stream-room-messages', rid, true).ready()
    expect(ddp.collection('stream-room-messages').fetch()).toEqual([
      expect.objectContaining({ id: 'id', eventName: rid }),
    ])
    const sent = (await ddp.call('sendMessage', { rid, msg: 'from simpleddp' })) as Json
    await changed.next(streamed(rid, ([message]) => message!._id === sent._id))
    await ddp.call('setReaction', 'smile', sent._id)
    await changed.next(streamed(rid, ([message]) => message!.reactions !== undefined))
    await ddp.call('updateMessage', { _id: sent._id, rid, msg: 'edited' })
    const edit = await changed.next(streamed(rid, ([message]) => message!.msg === 'edited'))
    // simpleddp reads EJSON: a date is a date.
    expect(edit.fields.args[0].editedAt).toBeInstanceOf(Date)
    await ddp.call('readMessages', rid)
    await ddp.disconnect()
  })

  it('asks for history around a message with real dates', async () => {
    const { ddp } = await open()
    await ddp.call('login', { resume: bob.token })
    const history = (await ddp.call('loadHistory', rid, null, 5, new Date(0))) as Json
    const [newest] = history.messages as Json[]
    const around = (await ddp.call('loadSurroundingMessages', { _id: newest!._id, rid }, 5)) as Json
    expect((around.messages as Json[]).map(({ _id }) => _id as string)).toContain(newest!._id)
    const next = (await ddp.call('loadNextMessages', rid, new Date(0), 1)) as Json
    expect(next.messages).toHaveLength(1)
    await ddp.disconnect()
  })

  it('gets a refusal for a method that 8.0 removed', async () => {
    const { ddp } = await open()
    await ddp.call('login', { resume: bob.token })
    await expect(ddp.call('getUserRoles')).rejects.toMatchObject({ error: 404 })
    await ddp.disconnect()
  })

  it('reconnects after a cut and goes on after signing in again', async () => {
    const { ddp, changed } = await open()
    await ddp.call('login', { resume: bob.token })
    const again = new Promise<void>((resolve) => {
      ddp.on('connected', () => resolve())
    })
    sockets.cut()
    await again
    await ddp.call('login', { resume: bob.token })
    await ddp.subscribe('stream-room-messages', rid, false).ready()
    await ann.post('chat.sendMessage', { message: { rid, msg: 'still there?' } })
    await changed.next(streamed(rid, ([message]) => message!.msg === 'still there?'))
    await ddp.disconnect()
  })
})
