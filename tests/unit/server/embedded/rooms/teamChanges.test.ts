// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument */
import { usePeople, type Json, type RestClient } from '../support'
import { refusal } from '../refusals'
import { teamCalls } from './teamSupport'

let ann: RestClient
let bob: RestClient

usePeople(['ann', 'bob', 'eve'], (opened) => ({ ann, bob } = opened))
const { channel, create, lines, names, own } = teamCalls(() => ann)

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
