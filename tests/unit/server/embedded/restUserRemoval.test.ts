// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return */
import { createHash } from 'node:crypto'
import {
  openDdp,
  overwriting,
  startTestServer,
  type RestClient,
  type TestServer,
  usePeople,
} from './support'

let test: TestServer
let ann: RestClient

usePeople(['ann'], (opened) => ({ test, ann } = opened), {
  environment: overwriting({ Accounts_AllowDeleteOwnAccount: 'true' }),
})

const newGroup = async (owner: RestClient, name: string, members: string[] = []): Promise<string> =>
  (await owner.post('groups.create', { name, members })).body.group._id

const send = async (person: RestClient, rid: string, msg: string, tmid?: string): Promise<string> =>
  (await person.post('chat.sendMessage', { message: { rid, msg, tmid } })).body.message._id

describe('an account', () => {
  it('is switched off: its sessions end, and conversations of two become read-only', async () => {
    const bob = await test.person('bob')
    const { rid } = (await ann.post('im.create', { username: 'bob' })).body.room
    const socket = await openDdp(test.server.url, bob)
    const { body } = await test.admin.post('users.setActiveStatus', {
      userId: bob.userId,
      activeStatus: false,
    })
    expect(body).toEqual({ user: { _id: bob.userId, active: false }, success: true })
    await socket.closed
    expect((await bob.get('me')).status).toBe(401)
    expect((await ann.get(`rooms.info?roomId=${rid}`)).body.room.ro).toBe(true)
    const on = { userId: bob.userId, activeStatus: true }
    expect((await test.admin.post('users.setActiveStatus', on)).body.user.active).toBe(true)
    expect((await ann.get(`rooms.info?roomId=${rid}`)).body.room.ro).toBe(false)
  })

  it('that alone owns rooms is switched off after a confirmation only; the oldest member owns them then', async () => {
    const dan = await test.person('dan')
    const rid = await newGroup(dan, 'heritage', ['ann'])
    await newGroup(dan, 'lonely')
    const ask = { userId: dan.userId, activeStatus: false }
    const refused = await test.admin.post('users.setActiveStatus', ask)
    expect([refused.status, refused.body]).toEqual([
      400,
      {
        success: false,
        error: '[user-last-owner]',
        errorType: 'user-last-owner',
        details: { shouldChangeOwner: ['heritage'], shouldBeRemoved: ['lonely'] },
      },
    ])
    await test.admin.post('users.setActiveStatus', { ...ask, confirmRelinquish: true })
    const { members } = (await ann.get(`groups.moderators?roomId=${rid}`)).body
    expect(members ?? []).toEqual([])
    const own = await ann.get(`subscriptions.getOne?roomId=${rid}`)
    expect(own.body.subscription.roles).toEqual(['owner'])
    expect((await test.admin.get('groups.info?roomName=lonely')).status).toBe(400)
  })

  it.each([
    ['users.setActiveStatus', { activeStatus: false }],
    ['users.delete', {}],
    ['users.deactivateIdle', { daysIdle: 1 }],
  ])('cannot be ended by everybody: %s', async (path, fields) => {
    const body = path === 'users.deactivateIdle' ? fields : { userId: test.admin.userId, ...fields }
    expect((await ann.post(path, body)).status).toBe(403)
  })

  it.each(['users.delete', 'users.setActiveStatus'])(
    'of the last administrator stays: %s',
    async (path) => {
      const body: Record<string, unknown> = { userId: test.admin.userId }
      if (path !== 'users.delete') body.activeStatus = false
      const { status, body: answer } = await test.admin.post(path, body)
      expect([status, answer.errorType]).toEqual([400, 'error-action-not-allowed'])
    },
  )

  it('is deleted with what it wrote; everybody is told and counters stay right', async () => {
    const eve = await test.person('eve')
    const root = await send(ann, 'GENERAL', 'root')
    await send(eve, 'GENERAL', 'reply', root)
    const said = await send(eve, 'GENERAL', 'eve was here')
    const rid = await newGroup(eve, 'alone')
    await ann.post('im.create', { username: 'eve' })
    const before = (await ann.get('rooms.info?roomId=GENERAL')).body.room
    const listener = await openDdp(test.server.url, ann)
    await listener.subscribe('stream-notify-logged', 'Users:Deleted', false)
    const refused = await test.admin.post('users.delete', { userId: eve.userId })
    expect(refused.body.errorType).toBe('user-last-owner')
    const { body } = await test.admin.post('users.delete', {
      username: 'eve',
      confirmRelinquish: true,
    })
    expect(body).toEqual({ deletedRooms: [rid], success: true })
    const told = await listener.event('stream-notify-logged', 'Users:Deleted')
    expect(told.fields.args).toEqual([{ userId: eve.userId, messageErasureType: 'Delete' }])
    listener.close()
    const after = (await ann.get('rooms.info?roomId=GENERAL')).body.room
    // The line "eve joined" was hers too.
    expect([before.msgs - after.msgs, before.usersCount - after.usersCount]).toEqual([3, 1])
    expect(after.lastMessage._id).toBe(root)
    expect((await ann.get(`chat.getMessage?msgId=${said}`)).status).toBe(400)
    expect((await ann.get(`chat.getMessage?msgId=${root}`)).body.message.tcount).toBe(0)
    expect((await ann.get('users.info?username=eve')).status).toBe(400)
    expect(
      (await ann.get('im.list')).body.ims.map((im: { usernames: string[] }) => im.usernames),
    ).not.toContainEqual(['ann', 'eve'])
    expect((await eve.get('me')).status).toBe(401)
  })

  it('is not deleted when nobody has that id', async () => {
    const { status, body } = await test.admin.post('users.delete', { userId: 'nobody' })
    expect([status, body.errorType]).toEqual([400, 'error-invalid-user'])
  })

  it('is deleted by its owner with the password only', async () => {
    const fay = await test.person('fay')
    const digest = (text: string) => createHash('sha256').update(text).digest('hex')
    const wrong = await fay.post('users.deleteOwnAccount', { password: digest('wrong') })
    expect(wrong.body.errorType).toBe('error-invalid-password')
    expect(
      (await fay.post('users.deleteOwnAccount', { password: digest('secret-fay') })).status,
    ).toBe(200)
    expect((await fay.get('me')).status).toBe(401)
  })
})

it('idle accounts with a role are switched off and counted', async () => {
  const own = await startTestServer()
  try {
    const gus = await own.person('gus')
    expect((await own.admin.post('users.deactivateIdle', { daysIdle: 1 })).body.count).toBe(0)
    expect(
      (await own.admin.post('users.deactivateIdle', { daysIdle: 0, role: 'guest' })).body.count,
    ).toBe(0)
    expect((await own.admin.post('users.deactivateIdle', { daysIdle: 0 })).body).toEqual({
      count: 1,
      success: true,
    })
    expect((await gus.get('me')).status).toBe(401)
  } finally {
    await own.close()
  }
})

it.each([
  ['Keep', 'hal', undefined],
  ['Unlink', 'rocket.cat', 'Removed User'],
])('%s leaves the messages of a deleted account to %s', async (erasure, username, alias) => {
  const own = await startTestServer({
    environment: { OVERWRITE_SETTING_Message_ErasureType: erasure },
  })
  try {
    const hal = await own.person('hal')
    const id = await send(hal, 'GENERAL', 'stays')
    await own.admin.post('users.delete', { userId: hal.userId })
    const { message } = (await own.admin.get(`chat.getMessage?msgId=${id}`)).body
    expect([message.u.username, message.alias]).toEqual([username, alias])
    const { room } = (await own.admin.get('rooms.info?roomId=GENERAL')).body
    expect(room.lastMessage.u.username).toBe(username)
  } finally {
    await own.close()
  }
})
