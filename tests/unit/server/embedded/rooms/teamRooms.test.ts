// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return */
import { usePeople, type Json, type RestClient } from '../support'
import { refusal } from '../refusals'
import { teamCalls } from './teamSupport'

let ann: RestClient
let bob: RestClient
let eve: RestClient

usePeople(['ann', 'bob', 'eve'], (opened) => ({ ann, bob, eve } = opened))
const { channel, create, lines, own } = teamCalls(() => ann)

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
      name: `born-in-${team.name}`,
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
