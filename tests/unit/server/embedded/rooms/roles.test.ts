// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return */
import {
  openDdp,
  overwriting,
  type Json,
  type RestClient,
  type TestServer,
  usePeople,
} from '../support'
import { askFor, refusal, type Refused } from '../refusals'

let test: TestServer
let ann: RestClient
let bob: RestClient
let rid: string

usePeople(['ann', 'bob'], (opened) => ({ test, ann, bob } = opened), {
  environment: overwriting({ Accounts_AllowAnonymousRead: 'true' }),
})
beforeAll(async () => {
  const created = await test.admin.post('channels.create', { name: 'hall', members: ['ann'] })
  rid = created.body.channel._id
})

const holders = async (query: string): Promise<string[]> =>
  (await test.admin.get(`roles.getUsersInRole?${query}`)).body.users.map(
    (one: Json) => one.username,
  )

it('a role of the workspace is given and taken', async () => {
  const body = { username: 'ann', roleId: 'admin' }
  expect((await test.admin.post('roles.addUserToRole', body)).body).toMatchObject({
    role: { _id: 'admin', scope: 'Users', protected: true },
  })
  expect(await holders('role=admin')).toEqual(['ann', 'root'])
  expect((await bob.get('roles.getUsersInPublicRoles')).body.users).toEqual([
    { _id: ann.userId, username: 'ann', roles: ['user', 'admin'] },
    { _id: test.admin.userId, username: 'root', roles: ['admin'] },
  ])
  expect((await ann.get('rooms.adminRooms')).status).toBe(200)
  await test.admin.post('roles.removeUserFromRole', body)
  expect(await holders('role=admin')).toEqual(['root'])
})

it('a role in one room is given and taken, and listed for that room', async () => {
  const role = { username: 'ann', roleId: 'moderator' }
  expect((await test.admin.post('roles.addUserToRole', { ...role, roomId: rid })).status).toBe(200)
  expect(await holders(`role=moderator&roomId=${rid}`)).toEqual(['ann'])
  expect(await holders('role=moderator')).toEqual([])
  await test.admin.post('roles.removeUserFromRole', { ...role, scope: rid })
  expect(await holders(`role=moderator&roomId=${rid}`)).toEqual([])
})

it('people of a role are paged', async () => {
  const { body } = await test.admin.get('roles.getUsersInRole?role=user&count=1&offset=1')
  expect(body).toMatchObject({ users: [{ username: 'bob' }], total: 2 })
})

const refused: Refused[] = [
  {
    why: 'a role given by somebody without the permission',
    who: () => ann,
    path: 'roles.addUserToRole',
    body: () => ({ username: 'bob', roleId: 'bot' }),
    status: 400,
    code: 'error-action-not-allowed',
  },
  {
    why: 'an unknown role',
    who: () => test.admin,
    path: 'roles.addUserToRole',
    body: () => ({ username: 'bob', roleId: 'king' }),
    status: 400,
    code: 'error-role-not-found',
  },
  {
    why: 'an unknown person',
    who: () => test.admin,
    path: 'roles.addUserToRole',
    body: () => ({ username: 'who', roleId: 'bot' }),
    status: 400,
    code: 'error-invalid-user',
  },
  {
    why: 'a role that the person has',
    who: () => test.admin,
    path: 'roles.addUserToRole',
    body: () => ({ username: 'bob', roleId: 'user' }),
    status: 400,
    code: 'error-user-already-in-role',
  },
  {
    why: 'a role of rooms without a room',
    who: () => test.admin,
    path: 'roles.addUserToRole',
    body: () => ({ username: 'bob', roleId: 'owner' }),
    status: 400,
    code: 'error-invalid-room',
  },
  {
    why: 'a role that the person has not',
    who: () => test.admin,
    path: 'roles.removeUserFromRole',
    body: () => ({ username: 'bob', roleId: 'bot' }),
    status: 400,
    code: 'error-user-not-in-role',
  },
  {
    why: 'the end of the last administrator',
    who: () => test.admin,
    path: 'roles.removeUserFromRole',
    body: () => ({ username: 'root', roleId: 'admin' }),
    status: 400,
    code: 'error-admin-required',
  },
  {
    why: 'a role taken by somebody without the permission',
    who: () => ann,
    path: 'roles.removeUserFromRole',
    body: () => ({ username: 'bob', roleId: 'user' }),
    status: 403,
    code: 'User does not have the permissions required for this action [error-unauthorized]',
  },
  {
    why: 'people of no role',
    who: () => test.admin,
    path: 'roles.getUsersInRole',
    status: 400,
    code: 'error-param-not-provided',
  },
  {
    why: 'people of an unknown role',
    who: () => test.admin,
    path: 'roles.getUsersInRole?role=king',
    status: 400,
    code: 'error-invalid-roleId',
  },
  {
    why: 'the deletion of a protected role',
    who: () => test.admin,
    path: 'roles.delete',
    body: () => ({ roleId: 'user' }),
    status: 400,
    code: 'error-role-protected',
  },
  {
    why: 'the deletion of an unknown role',
    who: () => test.admin,
    path: 'roles.delete',
    body: () => ({ roleId: 'king' }),
    status: 400,
    code: 'error-invalid-roleId',
  },
  {
    why: 'a role of one’s own',
    who: () => test.admin,
    path: 'roles.create',
    body: () => ({ name: 'king' }),
    status: 400,
    code: 'error-action-not-allowed',
  },
  {
    why: 'a changed role',
    who: () => test.admin,
    path: 'roles.update',
    body: () => ({ roleId: 'user', name: 'king' }),
    status: 400,
    code: 'error-action-not-allowed',
  },
  {
    why: 'an unknown permission',
    who: () => test.admin,
    path: 'permissions.update',
    body: () => ({ permissions: [{ _id: 'fly', roles: ['user'] }] }),
    status: 400,
    code: 'error-invalid-permission',
  },
  {
    why: 'a permission for an unknown role',
    who: () => test.admin,
    path: 'permissions.update',
    body: () => ({ permissions: [{ _id: 'create-c', roles: ['king'] }] }),
    status: 400,
    code: 'error-invalid-role',
  },
  {
    why: 'permissions that are a text',
    who: () => test.admin,
    path: 'permissions.update',
    body: () => ({ permissions: 'all' }),
    status: 400,
    code: 'invalid-params',
  },
  {
    why: 'permissions changed by somebody without the permission',
    who: () => ann,
    path: 'permissions.update',
    body: () => ({ permissions: [] }),
    status: 403,
    code: 'User does not have the permissions required for this action [error-unauthorized]',
  },
]

it.each(refused)('$why is refused', async (call) => {
  expect(refusal(await askFor(call))).toEqual([call.status, call.code])
})

it('a changed permission counts at once, survives and is told to everybody', async () => {
  const ddp = await openDdp(test.server.url, bob)
  await ddp.subscribe('stream-notify-logged', 'permissions-changed')
  // Only what is later than the moment asked for is told, and a change may come within the same one.
  const since = new Date(Date.now() - 1).toISOString()
  const change = { permissions: [{ _id: 'create-c', roles: ['admin'] }] }
  const { body } = await test.admin.post('permissions.update', change)
  const of = (list: Json[]) => list.find((one) => one._id === 'create-c')
  expect(of(body.permissions)).toMatchObject({ roles: ['admin'] })
  const told = await ddp.event('stream-notify-logged', 'permissions-changed')
  expect(told.fields.args).toMatchObject(['updated', { _id: 'create-c', roles: ['admin'] }])
  ddp.close()
  expect(refusal(await ann.post('channels.create', { name: 'no' }))).toEqual([403, 'unauthorized'])
  const changed = (await bob.get(`permissions.listAll?updatedSince=${since}`)).body
  expect(changed.update.map((one: Json) => one._id)).toEqual(['create-c'])
  const back = { permissions: [{ _id: 'create-c', roles: ['admin', 'user', 'bot', 'app'] }] }
  await test.admin.post('permissions.update', back)
  expect((await ann.post('channels.create', { name: 'yes' })).status).toBe(200)
})

describe('reading without an account, where the workspace allows it', () => {
  const read = (query: string) => test.anonymous.get(`channels.anonymousread?${query}`)

  it('shows public channels page by page and nobody’s stars', async () => {
    const sent = await ann.post('chat.sendMessage', { message: { rid, msg: 'for all' } })
    await ann.post('chat.starMessage', { messageId: sent.body.message._id })
    const { body } = await read(`roomId=${rid}&count=1`)
    expect(body).toMatchObject({ count: 1, offset: 0, messages: [{ msg: 'for all', starred: [] }] })
    expect((await read('roomName=hall')).body.total).toBe(body.total)
  })

  it('shows nothing else', async () => {
    await ann.post('groups.create', { name: 'own' })
    const { team } = (await ann.post('teams.create', { name: 'inner', type: 1 })).body
    await ann.post('channels.create', { name: 'inside', extraData: { teamId: team._id } })
    for (const query of ['roomName=own', 'roomName=inside', 'roomId=x', '']) {
      expect(refusal(await read(query))).toEqual([400, 'error-room-not-found'])
    }
  })
})
