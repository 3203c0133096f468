// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument */
import { usePeople, type RestClient } from '../support'
import { refusal } from '../refusals'
import { teamCalls } from './teamSupport'

let ann: RestClient
let bob: RestClient
let eve: RestClient

usePeople(['ann', 'bob', 'eve'], (opened) => ({ ann, bob, eve } = opened))
const { channel, create, lines, names, own } = teamCalls(() => ann)

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
