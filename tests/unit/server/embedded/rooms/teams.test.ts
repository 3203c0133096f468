// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return */
import { type Json, type RestClient, type TestServer, usePeople } from '../support'
import { refusal } from './refusals'

let test: TestServer
let ann: RestClient
let bob: RestClient
let eve: RestClient
let count = 0

usePeople(['ann', 'bob', 'eve'], (opened) => ({ test, ann, bob, eve } = opened))

const create = async (input: object = {}, who = ann): Promise<Json> => {
  const name = `team${(count += 1)}`
  const answer = await who.post('teams.create', { name, type: 0, ...input })
  expect(answer.status).toBe(200)
  return answer.body.team
}

const channel = async (who = ann, kind: 'channels' | 'groups' = 'channels'): Promise<Json> => {
  const name = `room${(count += 1)}`
  const { body } = await who.post(`${kind}.create`, { name })
  return body.channel ?? body.group
}

const names = async (team: Json, who = ann): Promise<string[]> => {
  const { body } = await who.get(`teams.members?teamId=${team._id}`)
  return body.members.map((one: Json) => one.user.username)
}

const lines = async (rid: string, who = ann): Promise<Json[]> => {
  const { body } = await who.get(`chat.syncMessages?roomId=${rid}&lastUpdate=1970-01-01T00:00:00Z`)
  return body.result.updated.map(({ t, msg, u }: Json) => [t, msg, u.username]).reverse()
}

const own = async (rid: string, who: RestClient): Promise<Json | null> =>
  (await who.get(`subscriptions.getOne?roomId=${rid}`)).body.subscription

describe('a new team', () => {
  it('has a main room with its people, and everybody finds it', async () => {
    const team = await create({ members: [bob.userId, 'nobody'], room: { topic: 'plans' } })
    expect(team).toEqual({
      _id: expect.any(String),
      name: expect.any(String),
      type: 0,
      roomId: expect.any(String),
      createdBy: { _id: ann.userId, username: 'ann' },
      createdAt: expect.any(String),
      _updatedAt: expect.any(String),
    })
    const { room, ...rest } = (await eve.get(`rooms.info?roomId=${team.roomId}`)).body
    expect(room).toMatchObject({ t: 'c', teamMain: true, teamId: team._id, topic: 'plans' })
    expect(room.usersCount).toBe(2)
    expect(rest.team).toEqual({ _id: team._id, name: team.name, roomId: team.roomId, type: 0 })
    expect(await own(team.roomId, ann)).toMatchObject({ roles: ['owner'], open: true })
    expect((await eve.get(`teams.info?teamName=${team.name}`)).body.teamInfo).toEqual(team)
    const found = (await eve.get(`teams.autocomplete?name=${team.name}`)).body.teams
    expect(found).toEqual([
      { _id: team.roomId, teamId: team._id, name: team.name, fname: team.name, t: 'c' },
    ])
  })

  it('that is private is a private room, and only its people and administrators know it', async () => {
    const team = await create({ type: 1 })
    expect((await ann.get(`rooms.info?roomId=${team.roomId}`)).body.room.t).toBe('p')
    expect(refusal(await eve.get(`teams.info?teamId=${team._id}`))).toEqual([403, 'unauthorized'])
    expect((await test.admin.get(`teams.info?teamId=${team._id}`)).status).toBe(200)
    expect(refusal(await eve.get(`teams.listRooms?teamId=${team._id}`))).toEqual([
      400,
      'user-not-on-private-team',
    ])
    expect((await eve.get(`teams.members?teamId=${team._id}`)).body).toMatchObject({
      members: [],
      total: 0,
    })
    const found = (await eve.get(`teams.autocomplete?name=${team.name}`)).body.teams
    expect(found).toEqual([])
  })

  it('belongs to another owner when one is named', async () => {
    const team = await create({ owner: bob.userId })
    expect(team.createdBy.username).toBe('ann')
    expect(await own(team.roomId, bob)).toMatchObject({ roles: ['owner'] })
    expect(await own(team.roomId, ann)).toBeNull()
  })

  it.each([
    ['a name that a team has', () => ({ name: 'team1', type: 0 }), 400, 'team-name-already-exists'],
    ['a name that a person has', () => ({ name: 'bob', type: 0 }), 400, 'team-name-already-exists'],
    [
      'a name that a room has',
      () => ({ name: 'general', type: 0 }),
      400,
      'room-name-already-exists',
    ],
    ['a name with signs', () => ({ name: 'a b', type: 0 }), 400, 'error-team-creation'],
    ['no name', () => ({ type: 0 }), 400, 'invalid-params'],
    ['an unknown type', () => ({ name: 'x1', type: 2 }), 400, 'invalid-params'],
    ['an unknown owner', () => ({ name: 'x2', type: 0, owner: 'who' }), 400, 'invalid-user'],
  ])('is refused for %s', async (_why, body, status, code) => {
    expect(refusal(await ann.post('teams.create', body()))).toEqual([status, code])
  })

  it('is refused without the permission', async () => {
    const change = (roles: string[]) =>
      test.admin.post('permissions.update', { permissions: [{ _id: 'create-team', roles }] })
    await change(['admin'])
    const answer = await ann.post('teams.create', { name: 'never', type: 0 })
    await change(['admin', 'user'])
    expect(refusal(answer)).toEqual([403, 'unauthorized'])
  })
})

describe('lists of teams', () => {
  it('count rooms and people, and are sorted and paged', async () => {
    const dan = await test.person('dan')
    const first = await create({ members: [dan.userId] })
    const second = await create({}, dan)
    const room = await channel()
    await ann.post('teams.addRooms', { teamId: first._id, rooms: [room._id] })
    const list = (await dan.get('teams.list?sort={"name":-1}')).body
    expect(list).toMatchObject({ count: 2, offset: 0, total: 2 })
    expect(list.teams.map((team: Json) => [team.name, team.rooms, team.numberOfUsers])).toEqual([
      [second.name, 0, 1],
      [first.name, 1, 2],
    ])
    const paged = (await dan.get('teams.list?count=1&offset=1')).body
    expect(paged).toMatchObject({ count: 1, offset: 1, total: 2, teams: [{ name: second.name }] })
    expect(refusal(await dan.get('teams.list?sort=x'))).toEqual([400, 'error-invalid-sort'])
    expect(refusal(await dan.get('teams.listAll'))).toEqual([403, 'unauthorized'])
    const all = (await test.admin.get('teams.listAll?count=1')).body
    expect(all.teams).toHaveLength(1)
    expect(all.total).toBeGreaterThan(2)
  })
})

it('teams are found in the directory and by their people', async () => {
  const fay = await test.person('fay')
  const team = await create({ members: [fay.userId] })
  const hidden = await create({ type: 1, members: [fay.userId] })
  const room = await channel()
  await ann.post('teams.addRooms', { teamId: team._id, rooms: [room._id] })
  const { body } = await eve.get(`directory?type=teams&text=${team.name}`)
  expect(body).toMatchObject({ result: [{ _id: team.roomId, roomsCount: 1 }], total: 1 })
  const of = async (who: RestClient): Promise<string[]> =>
    (await who.get(`users.listTeams?userId=${fay.userId}`)).body.teams.map((one: Json) => one.name)
  expect(await of(eve)).toEqual([team.name])
  expect(await of(fay)).toEqual([team.name, hidden.name])
  expect(await of(test.admin)).toEqual([team.name, hidden.name])
  expect(refusal(await eve.get('users.listTeams'))).toEqual([400, 'error-invalid-params'])
})

describe('people of a team', () => {
  it('are added with roles, changed and removed, each with its line', async () => {
    const team = await create()
    const members = [{ userId: bob.userId, roles: ['moderator'] }, { userId: eve.userId }]
    expect((await ann.post('teams.addMembers', { teamId: team._id, members })).status).toBe(200)
    expect(await names(team)).toEqual(['ann', 'bob', 'eve'])
    const { body } = await ann.get(`teams.members?teamName=${team.name}&username=BO`)
    expect(body).toMatchObject({ count: 1, offset: 0, total: 1 })
    expect(body.members[0]).toMatchObject({
      user: { _id: bob.userId, username: 'bob', name: 'BOB', status: 'offline' },
      roles: ['moderator'],
      createdBy: { _id: ann.userId, username: 'ann' },
      createdAt: expect.any(String),
    })
    const member = { userId: eve.userId, roles: ['owner'] }
    await ann.post('teams.updateMember', { teamName: team.name, member })
    expect(await own(team.roomId, eve)).toMatchObject({ roles: ['owner'] })
    await ann.post('teams.updateMember', { teamId: team._id, member: { userId: bob.userId } })
    expect((await own(team.roomId, bob))?.roles).toBeUndefined()
    await eve.post('teams.removeMember', { teamId: team._id, userId: bob.userId })
    await eve.post('teams.leave', { teamId: team._id })
    expect(await names(team)).toEqual(['ann'])
    expect(await lines(team.roomId)).toEqual([
      ['added-user-to-team', 'bob', 'ann'],
      ['added-user-to-team', 'eve', 'ann'],
      ['removed-user-from-team', 'bob', 'eve'],
      ['ult', 'eve', 'eve'],
    ])
  })

  it('are the same as of the main room, also when they join or leave by the room', async () => {
    const team = await create()
    await bob.post('channels.join', { roomId: team.roomId })
    await ann.post('channels.invite', { roomId: team.roomId, userId: eve.userId })
    expect(await names(team)).toEqual(['ann', 'bob', 'eve'])
    await ann.post('channels.kick', { roomId: team.roomId, userId: eve.userId })
    await bob.post('rooms.leave', { roomId: team.roomId })
    expect(await names(team)).toEqual(['ann'])
    const told = (await lines(team.roomId)).map((line) => String(line[0]))
    expect(told).toEqual(['ujt', 'added-user-to-team', 'removed-user-from-team', 'ult'])
  })

  it('leave the named rooms with the team and stay in the others', async () => {
    const team = await create({ members: [bob.userId] })
    const [left, kept, foreign] = [await channel(), await channel(), await channel()]
    for (const room of [left, kept, foreign]) await bob.post('rooms.join', { roomId: room._id })
    const rooms = [left._id, kept._id]
    await ann.post('teams.addRooms', { teamId: team._id, rooms })
    await bob.post('teams.leave', { teamId: team._id, rooms: [left._id, foreign._id] })
    expect(await own(left._id, bob)).toBeNull()
    expect(await own(kept._id, bob)).not.toBeNull()
    expect(await own(foreign._id, bob)).not.toBeNull()
  })

  it('that own one of the named rooms alone do not leave at all', async () => {
    const team = await create({ members: [bob.userId] })
    const member = { userId: bob.userId, roles: ['moderator'] }
    await ann.post('teams.updateMember', { teamId: team._id, member })
    const room = await channel(bob)
    await bob.post('teams.addRooms', { teamId: team._id, rooms: [room._id] })
    const answer = await bob.post('teams.leave', { teamId: team._id, rooms: [room._id] })
    expect(refusal(answer)).toEqual([400, 'error-you-are-last-owner'])
    expect(await names(team)).toEqual(['ann', 'bob'])
  })

  it.each([
    ['an unknown team', 'teams.leave', () => ({ teamId: 'x' }), 400, 'team-does-not-exist'],
    ['no team', 'teams.leave', () => ({}), 400, 'invalid-params'],
    [
      'two selectors',
      'teams.leave',
      (id: string) => ({ teamId: id, teamName: 'x' }),
      400,
      'invalid-params',
    ],
    [
      'the last owner',
      'teams.leave',
      (id: string) => ({ teamId: id }),
      400,
      'last-owner-can-not-be-removed',
    ],
    [
      'an unknown person',
      'teams.addMembers',
      (id: string) => ({ teamId: id, members: [{ userId: 'who' }] }),
      400,
      'invalid-user',
    ],
    [
      'nobody',
      'teams.addMembers',
      (id: string) => ({ teamId: id, members: [] }),
      400,
      'invalid-params',
    ],
    [
      'a role that is none',
      'teams.addMembers',
      (id: string) => ({ teamId: id, members: [{ userId: 'who', roles: ['admin'] }] }),
      400,
      'invalid-params',
    ],
    [
      'who is no member',
      'teams.removeMember',
      (id: string) => ({ teamId: id, userId: bob.userId }),
      400,
      'member-does-not-exist',
    ],
    [
      'an empty list of rooms',
      'teams.removeMember',
      (id: string) => ({ teamId: id, userId: bob.userId, rooms: [] }),
      400,
      'invalid-params',
    ],
    [
      'taking the last owner away',
      'teams.updateMember',
      (id: string) => ({ teamId: id, member: { userId: ann.userId, roles: [] } }),
      400,
      'last-owner-can-not-be-removed',
    ],
  ])('are not changed for %s (%s)', async (_why, path, body, status, code) => {
    const team = await create()
    expect(refusal(await ann.post(path, body(team._id)))).toEqual([status, code])
  })

  it.each([
    ['addMembers', { members: [{ userId: 'x' }] }],
    ['updateMember', { member: { userId: 'x', roles: ['owner'] } }],
    ['removeMember', { userId: 'x' }],
    ['addRooms', { rooms: ['GENERAL'] }, 'error-no-permission-team-channel'],
    ['removeRoom', { roomId: 'GENERAL' }],
    ['update', { data: { name: 'mine' } }],
    ['delete', {}],
    ['convertToChannel', {}],
  ])('who are plain members may not call teams.%s', async (name, body, code = 'unauthorized') => {
    const team = await create({ members: [bob.userId] })
    const answer = await bob.post(`teams.${name}`, { teamId: team._id, ...body })
    expect(refusal(answer)).toEqual([403, code])
  })
})

describe('rooms of a team', () => {
  it('come and go with a line in the main room', async () => {
    const team = await create()
    const [open, closed] = [await channel(), await channel(ann, 'groups')]
    const rooms = [open._id, closed._id]
    const added = (await ann.post('teams.addRooms', { teamName: team.name, rooms })).body.rooms
    expect(added).toMatchObject([
      { _id: open._id, teamId: team._id },
      { _id: closed._id, teamId: team._id },
    ])
    const { body } = await ann.get(`rooms.info?roomId=${open._id}`)
    expect(body).toMatchObject({ team: { name: team.name }, parent: { _id: team.roomId } })
    const removal = { teamId: team._id, roomId: open._id }
    const removed = (await ann.post('teams.removeRoom', removal)).body.room
    expect(removed.teamId).toBeUndefined()
    expect(refusal(await ann.post('teams.removeRoom', removal))).toEqual([
      400,
      'room-not-on-that-team',
    ])
    // The private one is not named to those who may not see it.
    expect(await lines(team.roomId)).toEqual([
      ['user-added-room-to-team', open.name, 'ann'],
      ['user-removed-room-from-team', open.name, 'ann'],
    ])
  })

  it('are listed as far as one may see them', async () => {
    const team = await create({ members: [bob.userId] })
    const [open, closed] = [await channel(), await channel(ann, 'groups')]
    await ann.post('teams.addRooms', { teamId: team._id, rooms: [open._id, closed._id] })
    const ids = async (who: RestClient, more = ''): Promise<string[]> =>
      (await who.get(`teams.listRooms?teamId=${team._id}${more}`)).body.rooms.map(
        (room: Json) => room._id,
      )
    expect(await ids(ann)).toEqual([open._id, closed._id])
    expect(await ids(bob)).toEqual([open._id])
    expect(await ids(ann, `&filter=${closed.name}`)).toEqual([closed._id])
    expect(await ids(ann, '&type=autoJoin')).toEqual([])
    const paged = (await ann.get(`teams.listRooms?teamId=${team._id}&count=1&offset=1`)).body
    expect(paged).toMatchObject({ count: 1, offset: 1, total: 2, rooms: [{ _id: closed._id }] })
  })

  it('that are joined automatically take the present and the coming people', async () => {
    const team = await create({ members: [bob.userId] })
    const room = await channel()
    await ann.post('teams.addRooms', { teamId: team._id, rooms: [room._id] })
    const answer = await ann.post('teams.updateRoom', { roomId: room._id, isDefault: true })
    expect(answer.body.room).toMatchObject({ _id: room._id, teamDefault: true, usersCount: 2 })
    await ann.post('teams.addMembers', { teamId: team._id, members: [{ userId: eve.userId }] })
    expect(await own(room._id, eve)).toMatchObject({ open: true, unread: 1 })
    expect(await lines(room._id)).toEqual([
      ['au', 'bob', 'ann'],
      ['au', 'eve', 'ann'],
    ])
    const listed = await ann.get(`teams.listRooms?teamId=${team._id}&type=autoJoin`)
    expect(listed.body.total).toBe(1)
    await ann.post('teams.updateRoom', { roomId: room._id, isDefault: false })
    expect((await ann.get(`teams.listRooms?teamId=${team._id}&type=autoJoin`)).body.total).toBe(0)
  })

  it('of a private team are closed to others, also when they are public', async () => {
    const team = await create({ type: 1, members: [bob.userId] })
    const room = await channel()
    await ann.post('teams.addRooms', { teamId: team._id, rooms: [room._id] })
    expect((await bob.get(`channels.info?roomId=${room._id}`)).status).toBe(200)
    expect(refusal(await eve.get(`channels.info?roomId=${room._id}`))).toEqual([
      403,
      'unauthorized',
    ])
    expect(refusal(await eve.post('rooms.join', { roomId: room._id }))).toEqual([
      400,
      'error-not-allowed',
    ])
    const { body } = await eve.get('channels.list?count=0')
    expect(body.channels.map((one: Json) => one._id)).not.toContain(room._id)
    const seen = (await bob.get('channels.list?count=0')).body.channels
    expect(seen.map((one: Json) => one._id)).toContain(room._id)
  })

  it('of one person say where the person is the last owner', async () => {
    const team = await create({ members: [bob.userId] })
    const room = await channel()
    await bob.post('rooms.join', { roomId: room._id })
    await ann.post('teams.addRooms', { teamId: team._id, rooms: [room._id] })
    const ask = (who: RestClient, uid: string, more = '') =>
      who.get(`teams.listRoomsOfUser?teamId=${team._id}&userId=${uid}${more}`)
    expect((await ask(ann, ann.userId)).body).toMatchObject({
      rooms: [{ _id: room._id, isLastOwner: true }],
      count: 1,
      total: 1,
      offset: 0,
    })
    expect((await ask(bob, bob.userId)).body.rooms).toMatchObject([{ isLastOwner: false }])
    expect((await ask(bob, bob.userId, '&canUserDelete=true')).body.rooms).toEqual([])
    expect((await ask(ann, ann.userId, '&canUserDelete=true')).body.total).toBe(1)
    expect(refusal(await ask(bob, ann.userId))).toEqual([403, 'unauthorized'])
    expect(refusal(await ask(ann, 'who'))).toEqual([400, 'invalid-user'])
    expect(refusal(await ask(ann, ann.userId, '&canUserDelete=1'))).toEqual([
      400,
      'error-invalid-params',
    ])
  })

  it('and discussions of the main room are its children', async () => {
    const team = await create({ members: [bob.userId] })
    const room = await channel()
    await ann.post('teams.addRooms', { teamId: team._id, rooms: [room._id] })
    const talk = { prid: team.roomId, t_name: 'talk' }
    const { discussion } = (await ann.post('rooms.createDiscussion', talk)).body
    const ids = async (query: string, who = ann): Promise<string[]> =>
      (await who.get(`teams.listChildren?${query}`)).body.data.map((one: Json) => one._id)
    const all = [team.roomId, room._id, discussion._id].sort()
    expect((await ids(`teamId=${team._id}`)).sort()).toEqual(all)
    expect((await ids(`roomId=${room._id}`, bob)).sort()).toEqual(all)
    expect(await ids(`teamName=${team.name}&type=discussions`)).toEqual([discussion._id])
    expect(await ids(`teamId=${team._id}&type=channels&filter=${room.name}`)).toEqual([room._id])
    const sorted = await ids(`teamId=${team._id}&type=channels&sort={"name":1}&count=1`)
    expect(sorted).toEqual([room._id])
    expect(refusal(await ann.get('teams.listChildren?teamId=x'))).toEqual([
      404,
      'Resource not found',
    ])
    expect(refusal(await eve.get(`teams.listChildren?teamId=${team._id}`))).toEqual([
      400,
      'error-invalid-team-not-a-member',
    ])
  })

  it.each([
    ['an unknown room', () => 'nowhere', 'invalid-room'],
    ['a room of somebody else', async () => (await channel(bob))._id, 'error-no-owner-channel'],
    [
      'a private room of somebody else',
      async () => (await channel(bob, 'groups'))._id,
      'invalid-room',
    ],
    ['a room of another team', async () => (await create()).roomId, 'room-already-on-team'],
  ])('are not moved for %s, and none of the call is', async (_why, rid, code) => {
    const team = await create()
    const good = await channel()
    const rooms = [good._id, await rid()]
    expect(refusal(await ann.post('teams.addRooms', { teamId: team._id, rooms }))).toEqual([
      400,
      code,
    ])
    expect((await ann.get(`teams.listRooms?teamId=${team._id}`)).body.total).toBe(0)
  })

  it.each([
    ['unknown', () => 'nowhere', 400, 'invalid-room'],
    ['in no team', () => 'GENERAL', 400, 'room-not-on-team'],
    ['a main room', async () => (await create()).roomId, 400, 'room-not-on-team'],
    ['of a team of others', async () => (await create({}, bob)).roomId, 403, 'unauthorized'],
  ])('are not joined automatically when the room is %s', async (_why, rid, status, code) => {
    const roomId = await rid()
    const answer = await ann.post('teams.updateRoom', { roomId, isDefault: true })
    expect(refusal(answer)).toEqual([status, code])
  })

  it('are created in the team by those who may', async () => {
    const team = await create({ members: [bob.userId] })
    const body = {
      name: `born${(count += 1)}`,
      extraData: { teamId: team._id },
      teams: [team.name],
    }
    expect(refusal(await bob.post('channels.create', body))).toEqual([403, 'unauthorized'])
    const made = (await ann.post('channels.create', body)).body.channel
    expect(made).toMatchObject({ teamId: team._id, usersCount: 2 })
    expect(await lines(team.roomId)).toEqual([['user-added-room-to-team', body.name, 'ann']])
    await ann.post('channels.delete', { roomId: made._id })
    expect((await lines(team.roomId)).at(-1)).toEqual([
      'user-deleted-room-from-team',
      body.name,
      'ann',
    ])
    const unknown = { name: 'never', extraData: { teamId: 'x' } }
    expect(refusal(await ann.post('groups.create', unknown))).toEqual([400, 'error-team-not-found'])
  })
})

describe('a team that changes', () => {
  it('has the name and type of its main room, whichever side changes them', async () => {
    const team = await create()
    const data = { name: `${team.name}x`, type: 1 }
    expect((await ann.post('teams.update', { teamId: team._id, data })).status).toBe(200)
    const { room } = (await ann.get(`rooms.info?roomId=${team.roomId}`)).body
    expect(room).toMatchObject({ name: data.name, t: 'p' })
    await ann.post('rooms.saveRoomSettings', { rid: team.roomId, roomName: `${team.name}y` })
    const { teamInfo } = (await ann.get(`teams.info?teamId=${team._id}`)).body
    expect(teamInfo).toMatchObject({ name: `${team.name}y`, type: 1 })
    expect(await lines(team.roomId)).toEqual([
      ['r', data.name, 'ann'],
      ['room_changed_privacy', 'Private Group', 'ann'],
      ['r', `${team.name}y`, 'ann'],
    ])
    const taken = { teamId: team._id, data: { name: 'general' } }
    expect(refusal(await ann.post('teams.update', taken))).toEqual([
      400,
      'error-duplicate-channel-name',
    ])
    expect(refusal(await ann.post('teams.update', { teamId: team._id, data: {} }))).toEqual([
      400,
      'invalid-params',
    ])
  })

  it('goes with its main room and the named rooms, and the others stay as rooms of their own', async () => {
    const team = await create({ members: [bob.userId] })
    const [gone, kept] = [await channel(), await channel()]
    await ann.post('teams.addRooms', { teamId: team._id, rooms: [gone._id, kept._id] })
    const body = { teamId: team._id, roomsToRemove: [gone._id] }
    expect((await ann.post('teams.delete', body)).status).toBe(200)
    expect(refusal(await ann.get(`teams.info?teamId=${team._id}`))).toEqual([400, 'Team not found'])
    for (const rid of [gone._id, team.roomId]) {
      expect(refusal(await ann.get(`rooms.info?roomId=${rid}`))).toEqual([
        400,
        'error-room-not-found',
      ])
    }
    const { room } = (await ann.get(`rooms.info?roomId=${kept._id}`)).body
    expect(room.teamId).toBeUndefined()
  })

  it('ends the same way when its main room is deleted as a room', async () => {
    const team = await create()
    const kept = await channel()
    await ann.post('teams.addRooms', { teamId: team._id, rooms: [kept._id] })
    await ann.post('rooms.delete', { roomId: team.roomId })
    expect(refusal(await ann.get(`teams.info?teamId=${team._id}`))).toEqual([400, 'Team not found'])
    expect((await ann.get(`rooms.info?roomId=${kept._id}`)).body.room.teamId).toBeUndefined()
  })

  it('is not deleted with a room that its owner may not delete', async () => {
    const team = await create({ members: [bob.userId] })
    const member = { userId: bob.userId, roles: ['moderator'] }
    await ann.post('teams.updateMember', { teamId: team._id, member })
    const room = await channel(bob)
    await bob.post('teams.addRooms', { teamId: team._id, rooms: [room._id] })
    const body = { teamId: team._id, roomsToRemove: [room._id] }
    expect(refusal(await ann.post('teams.delete', body))).toEqual([400, 'error-not-allowed'])
    expect((await ann.get(`teams.info?teamId=${team._id}`)).status).toBe(200)
  })

  it('becomes a channel again with the same people', async () => {
    const team = await create({ members: [bob.userId] })
    const room = await channel()
    await ann.post('teams.addRooms', { teamId: team._id, rooms: [room._id] })
    const body = { teamName: team.name, roomsToRemove: [room._id] }
    expect((await ann.post('teams.convertToChannel', body)).status).toBe(200)
    const main = (await bob.get(`rooms.info?roomId=${team.roomId}`)).body.room
    expect(main).toMatchObject({ name: team.name, usersCount: 2 })
    expect([main.teamId, main.teamMain]).toEqual([undefined, undefined])
    expect((await lines(team.roomId)).at(-1)).toEqual([
      'user-converted-to-channel',
      team.name,
      'ann',
    ])
    expect((await ann.get(`rooms.info?roomId=${room._id}`)).status).toBe(400)
  })

  it.each([
    ['channels', (room: Json) => ({ channelId: room._id }), 0],
    ['channels', (room: Json) => ({ channelName: room.name }), 0],
    ['groups', (room: Json) => ({ roomId: room._id }), 1],
  ] as const)('was a room before: %s.convertToTeam', async (family, body, type) => {
    const room = await channel(ann, family)
    const { team } = (await ann.post(`${family}.convertToTeam`, body(room))).body
    expect(team).toMatchObject({ name: room.name, type, roomId: room._id })
    expect(await own(room._id, ann)).toMatchObject({ roles: ['owner'] })
    expect(await lines(room._id)).toEqual([['user-converted-to-team', room.name, 'ann']])
    expect(refusal(await ann.post(`${family}.convertToTeam`, body(room)))).toEqual([
      400,
      'team-name-already-exists',
    ])
  })

  it('was a room before when the new team names it', async () => {
    const room = await channel()
    const input = { name: room.name, type: 0, members: ['bob'], room: { id: room._id } }
    expect(refusal(await bob.post('teams.create', input))).toEqual([403, 'unauthorized'])
    const { team } = (await ann.post('teams.create', input)).body
    expect(team).toMatchObject({ name: room.name, roomId: room._id })
    expect(await names(team)).toEqual(['ann', 'bob'])
    for (const wrong of [{ type: 1 }, { name: 'other' }]) {
      expect(refusal(await ann.post('teams.create', { ...input, ...wrong }))).toEqual([
        400,
        'error-team-creation',
      ])
    }
    const nowhere = { ...input, room: { id: 'x' } }
    expect(refusal(await ann.post('teams.create', nowhere))).toEqual([400, 'invalid-room'])
  })

  it('is mentioned by its name without moving the counters of its people', async () => {
    const team = await create({ members: [bob.userId] })
    await bob.post('subscriptions.read', { rid: team.roomId })
    const message = { rid: team.roomId, msg: `hello @${team.name}` }
    const sent = (await ann.post('chat.sendMessage', { message })).body.message
    expect(sent.mentions).toEqual([
      { _id: team._id, username: team.name, name: team.name, type: 'team' },
    ])
    expect(await own(team.roomId, bob)).toMatchObject({ alert: true, unread: 0 })
  })

  it('that is private has private discussions also below its public rooms', async () => {
    const team = await create({ type: 1 })
    const room = await channel()
    await ann.post('teams.addRooms', { teamId: team._id, rooms: [room._id] })
    const talk = await ann.post('rooms.createDiscussion', { prid: room._id, t_name: 'talk' })
    expect(talk.body.discussion).toMatchObject({ t: 'p', prid: room._id })
  })

  it('is not made of what others own, of nothing and of what is not there', async () => {
    const room = await channel(bob)
    expect(refusal(await ann.post('channels.convertToTeam', { channelId: room._id }))).toEqual([
      403,
      'unauthorized',
    ])
    expect(refusal(await ann.post('channels.convertToTeam', {}))).toEqual([400, 'invalid-params'])
    expect(refusal(await ann.post('groups.convertToTeam', {}))).toEqual([
      400,
      'error-room-param-not-provided',
    ])
    expect(refusal(await ann.post('groups.convertToTeam', { roomId: room._id }))).toEqual([
      400,
      'error-room-not-found',
    ])
  })
})
