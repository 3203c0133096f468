// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return */
import type { RoomDoc, UserDoc } from '../../../../server/embedded/documents'
import { createNamedRoom } from '../../../../server/embedded/domain/createRoom'
import { sendMessage } from '../../../../server/embedded/domain/sendMessage'
import { createTaskQueue } from '../../../../server/embedded/ddp/queue'
import { useUsers } from './appSupport'
import { signedInConnection } from './ddpSupport'
import type { Json, TestApp } from './support'

let test: TestApp
let ann: UserDoc
let bob: UserDoc
let room: RoomDoc

useUsers(['ann', 'bob'], (opened) => ({ test, ann, bob } = opened))
beforeEach(() => {
  room = createNamedRoom(test.app, { t: 'p', name: 'group', owner: ann, members: [bob] })
})

/** Calls one method as somebody; the result frame. */
const call = async (user: UserDoc, method: string, ...params: unknown[]): Promise<Json> => {
  const { receive, settle, frames } = await signedInConnection(test, user)
  receive({ msg: 'method', id: 'call', method, params })
  await settle()
  return frames.find((frame) => frame.msg === 'result' && frame.id === 'call')!
}

const write = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => {
    test.clock.advance(1000)
    const _id = `m${index}`
    sendMessage(test.app, ann, { _id, rid: room._id, msg: `${index}` })
    return _id
  })

const ids = (frame: Json): string[] =>
  (frame.result.messages as { _id: string }[]).map((m) => m._id)

describe('history around a message', () => {
  it('comes oldest first with the message in the middle and says what is beyond', async () => {
    write(9)
    const wanted = { _id: 'm4', rid: room._id }
    const around = await call(bob, 'loadSurroundingMessages', wanted, 5)
    expect(ids(around)).toEqual(['m2', 'm3', 'm4', 'm5', 'm6'])
    expect(around.result).toMatchObject({ moreBefore: true, moreAfter: true })
    const all = await call(bob, 'loadSurroundingMessages', wanted, 50)
    expect(ids(all)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8'])
    expect(all.result).toMatchObject({ moreBefore: false, moreAfter: false })
  })

  it('goes on with the next messages, oldest first', async () => {
    write(6)
    const { ts } = test.app.store.messages.get('m1')!
    const next = await call(bob, 'loadNextMessages', room._id, { $date: ts.getTime() }, 3)
    expect(ids(next)).toEqual(['m2', 'm3', 'm4'])
  })

  it('is false for who may not see the room, for unknown messages and for another room', async () => {
    write(1)
    const stranger = test.user('eve')
    const found = { _id: 'm0', rid: room._id }
    expect((await call(stranger, 'loadSurroundingMessages', found)).result).toBe(false)
    expect((await call(stranger, 'loadNextMessages', room._id)).result).toBe(false)
    expect((await call(bob, 'loadSurroundingMessages', { ...found, _id: 'x' })).result).toBe(false)
    expect((await call(bob, 'loadSurroundingMessages', { ...found, rid: 'x' })).result).toBe(false)
  })

  it.each([
    ['loadSurroundingMessages', 'm0'],
    ['loadSurroundingMessages', {}],
    ['loadNextMessages', 5],
    ['loadNextMessages', 'x', 'yesterday'],
  ])('%s refuses wrong arguments %#', async (method, ...params) => {
    expect((await call(bob, method, ...params)).error).toMatchObject({ error: 400 })
  })
})

describe('rooms', () => {
  it('are found by type and name, and not by who may not see them', async () => {
    expect((await call(bob, 'getRoomByTypeAndName', 'p', 'group')).result._id).toBe(room._id)
    const wrongType = await call(bob, 'getRoomByTypeAndName', 'c', 'group')
    expect(wrongType.error).toMatchObject({ error: 'error-invalid-room' })
    const hidden = await call(test.user('eve'), 'getRoomByTypeAndName', 'p', 'group')
    expect(hidden.error).toMatchObject({ error: 'error-no-permission' })
  })

  it('show their members, without the second argument only those who are there', async () => {
    const all = await call(bob, 'getUsersOfRoom', room._id, true, { limit: 1 })
    expect(all.result).toMatchObject({ total: 2, records: [{ username: 'ann' }] })
    const online = await call(bob, 'getUsersOfRoom', room._id, false)
    expect(online.result.records.map((one: Json) => one.username as string)).toEqual(['bob'])
    const hidden = await call(test.user('eve'), 'getUsersOfRoom', room._id, true)
    expect(hidden.error).toMatchObject({ error: 'error-not-allowed' })
  })

  it('for two are made once and answered alike afterwards', async () => {
    const first = await call(ann, 'createDirectMessage', 'bob')
    const second = await call(bob, 'createDirectMessage', 'ann')
    expect(first.result).toMatchObject({ t: 'd', inserted: true })
    expect(second.result).toMatchObject({ rid: first.result.rid, inserted: false })
    const ghost = await call(ann, 'createDirectMessage', 'ghost')
    expect(ghost.error).toMatchObject({ error: 'error-invalid-user' })
    const nobody = await call(ann, 'createDirectMessage')
    expect(nobody.error).toMatchObject({ error: 'error-invalid-user' })
  })
})

describe('sign-in forms', () => {
  it.each([
    [{ ldap: true, username: 'ann', ldapPass: 'x', ldapOptions: {} }],
    [{ oauth: { credentialToken: 'x', credentialSecret: 'y' } }],
    [{ saml: true, credentialToken: 'x' }],
    [{ cas: { credentialToken: 'x' } }],
    [{ totp: { code: '1', login: { ldap: true } } }],
  ])('%j of a service that is not there are refused like a wrong password', async (form) => {
    expect((await call(ann, 'login', form)).error).toMatchObject({ error: 401 })
  })

  it('take the credentials out of the form with a code', async () => {
    const login = { user: { username: 'ann' }, password: 'wrong' }
    const waiting = signedInConnection(test, ann)
    const { receive, frames } = await waiting
    receive({
      msg: 'method',
      id: 'call',
      method: 'login',
      params: [{ totp: { code: '1', login } }],
    })
    const answer = await new Promise<Json>((resolve) => {
      const look = (): void => {
        const found = frames.find((frame) => frame.id === 'call')
        if (found === undefined) setImmediate(look)
        else resolve(found)
      }
      look()
    })
    expect(answer.error).toMatchObject({ error: 401 })
  })
})

describe('methods that 8.0 removed', () => {
  it.each(['getUserRoles', 'muteUserInRoom', 'unmuteUserInRoom', 'canAccessRoom', 'createToken'])(
    '%s is not found',
    async (name) => {
      expect((await call(ann, name)).error).toMatchObject({ error: 404 })
    },
  )
})

describe('__my_messages__', () => {
  it('brings the messages of every room that the user may see, with what the room is', async () => {
    const opened = await signedInConnection(test, bob)
    const params = ['__my_messages__', false]
    opened.receive({ msg: 'sub', id: 's', name: 'stream-room-messages', params })
    write(1)
    const foreign = createNamedRoom(test.app, { t: 'p', name: 'own', owner: ann, members: [] })
    sendMessage(test.app, ann, { rid: foreign._id, msg: 'not for bob' })
    const open = createNamedRoom(test.app, { t: 'c', name: 'open', owner: ann, members: [] })
    sendMessage(test.app, ann, { rid: open._id, msg: 'for everybody' })
    await opened.settle()
    const events = opened.frames.filter((frame) => frame.msg === 'changed')
    expect(events.map((event) => event.fields.args[1])).toEqual([
      { roomParticipant: true, roomType: 'p', roomName: 'group' },
      { roomParticipant: false, roomType: 'c', roomName: 'open' },
    ])
    opened.receive({ msg: 'unsub', id: 's' })
    sendMessage(test.app, ann, { rid: room._id, msg: 'after the end' })
    await opened.settle()
    expect(opened.frames.filter((frame) => frame.msg === 'changed')).toHaveLength(2)
  })
})

describe('the queue of a connection', () => {
  it('takes no more than what may wait in memory', () => {
    const queue = createTaskQueue(() => 0)
    const slow = new Promise<void>(() => undefined)
    expect(queue.add(() => slow, 1)).toBe(true)
    const mebibytes = 1024 * 1024
    let taken = 0
    while (taken < 100 && queue.add(() => undefined, mebibytes)) taken += 1
    expect(taken).toBe(7)
  })

  it('gives others a turn after ten milliseconds', async () => {
    let now = 0
    const queue = createTaskQueue(() => now)
    const order: string[] = []
    for (const name of ['a', 'b']) {
      queue.add(() => {
        order.push(name)
        now += 20
      }, 1)
    }
    const others = new Promise<void>((resolve) => {
      setImmediate(() => {
        order.push('others')
        resolve()
      })
    })
    await others
    await new Promise((resolve) => setImmediate(resolve))
    expect(order).toEqual(['a', 'others', 'b'])
  })

  it('runs nothing that waited when the connection ends', async () => {
    const queue = createTaskQueue(() => 0)
    let ran = 0
    let release: () => void = () => undefined
    queue.add(() => new Promise<void>((resolve) => (release = resolve)), 1)
    queue.add(() => void (ran += 1), 1)
    queue.stop()
    release()
    await new Promise((resolve) => setImmediate(resolve))
    expect(ran).toBe(0)
    expect(queue.add(() => undefined, 1)).toBe(false)
  })
})
