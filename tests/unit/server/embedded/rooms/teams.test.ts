// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return */
import { usePeople, type Json, type RestClient, type TestServer } from '../support'
import { refusal } from '../refusals'
import { teamCalls } from './teamSupport'

let test: TestServer
let ann: RestClient
let bob: RestClient
let eve: RestClient

usePeople(['ann', 'bob', 'eve'], (opened) => ({ test, ann, bob, eve } = opened))
const { channel, create, own } = teamCalls(() => ann)

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
