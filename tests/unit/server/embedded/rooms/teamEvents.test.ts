import type {
  RoomDoc,
  SubscriptionDoc,
  TeamDoc,
  UserDoc,
} from '../../../../../server/embedded/documents'
import { banUser } from '../../../../../server/embedded/domain/bans'
import { convertToTeam, createTeam } from '../../../../../server/embedded/domain/createTeam'
import {
  addTeamMembers,
  removeTeamMember,
  updateTeamMember,
} from '../../../../../server/embedded/domain/teamMembers'
import {
  addTeamRooms,
  convertToChannel,
  deleteTeam,
  setAutoJoin,
} from '../../../../../server/embedded/domain/teamRooms'
import { teamsOfUser } from '../../../../../server/embedded/domain/teams'
import type { TestApp } from '../support'
import { kindsOf, typesOf, useHeardRoom, type RoomListener } from './roomListener'

let test: TestApp
let ann: UserDoc
let bob: UserDoc
let room: RoomDoc
let heard: RoomListener

useHeardRoom('crew', (opened) => ({ test, ann, bob, room, heard } = opened))

const now = (rid = room._id): RoomDoc => test.app.store.rooms.get(rid)!

describe('what a member hears of a team', () => {
  let team: TeamDoc
  let eve: UserDoc

  beforeEach(() => {
    eve = test.user('eve')
    team = createTeam(test.app, ann, { name: 'all', type: 0, members: [bob], owner: ann, room: {} })
    heard.messages = test.hear('room-messages', team.roomId)
  })

  it('at its start is the subscription and the main room', () => {
    expect(kindsOf(heard.subs)).toEqual(['inserted'])
    expect(heard.rooms.at(-1)?.args).toMatchObject([
      'inserted',
      { teamMain: true, teamId: team._id },
    ])
    expect(heard.messages).toEqual([])
  })

  it('when a room joins it is a line in the main room and the room', () => {
    heard.subs.length = 0
    heard.rooms.length = 0
    addTeamRooms(test.app, team, ann, [room._id])
    expect(typesOf(heard.messages)).toEqual(['user-added-room-to-team'])
    expect(heard.rooms[0]?.args).toMatchObject(['updated', { _id: room._id, teamId: team._id }])
    expect(heard.subs).toEqual([])
  })

  it('when its owner gives and takes roles is the subscription and the change for everybody', () => {
    const everybody = test.hear('notify-logged', 'roles-change')
    updateTeamMember(test.app, team, { userId: bob._id, roles: ['moderator'] })
    expect(heard.sub()).toMatchObject(['updated', { roles: ['moderator'] }])
    updateTeamMember(test.app, team, { userId: bob._id })
    expect(everybody.map(({ args }) => args[0])).toMatchObject([
      { type: 'added', _id: 'moderator', scope: team.roomId, u: { _id: bob._id } },
      { type: 'removed', _id: 'moderator', scope: team.roomId },
    ])
  })

  it('on becoming one is the main room and every room that is joined automatically', () => {
    addTeamRooms(test.app, team, ann, [room._id])
    setAutoJoin(test.app, team, ann, room._id, true, false)
    const eveSubs = test.hear('notify-user', `${eve._id}/subscriptions-changed`)
    const inRoom = test.hear('room-messages', room._id)
    addTeamMembers(test.app, team, ann, [{ userId: eve._id }])
    expect(eveSubs.map(({ args }) => [args[0], (args[1] as SubscriptionDoc).rid])).toEqual([
      ['inserted', team.roomId],
      ['inserted', room._id],
    ])
    expect(typesOf(inRoom)).toEqual(['au'])
    removeTeamMember(test.app, team, ann, eve._id, [room._id])
    expect(kindsOf(eveSubs).slice(2)).toEqual(['removed', 'removed'])
    expect(typesOf(inRoom)).toEqual(['au', 'ru'])
  })

  it('at its end is that the main room is gone, and the others without a team', () => {
    addTeamRooms(test.app, team, ann, [room._id])
    heard.subs.length = 0
    heard.rooms.length = 0
    deleteTeam(test.app, team, ann, [])
    expect(heard.sub()).toMatchObject(['removed', { rid: team.roomId }])
    expect(heard.rooms.map(({ args }) => [args[0], (args[1] as RoomDoc)._id])).toEqual([
      ['updated', room._id],
      ['removed', team.roomId],
    ])
    expect(heard.rooms[0]?.args[1]).not.toHaveProperty('teamId')
    expect(test.app.store.teams.all()).toEqual([])
  })

  it('that becomes a channel is the main room without the team and a line', () => {
    heard.rooms.length = 0
    convertToChannel(test.app, team, ann, [])
    expect(heard.rooms[0]?.args[1]).not.toHaveProperty('teamMain')
    expect(typesOf(heard.messages)).toEqual(['user-converted-to-channel'])
  })

  it('that was made of a room is the room with it and a line', () => {
    heard.rooms.length = 0
    const inRoom = test.hear('room-messages', room._id)
    const made = convertToTeam(test.app, ann, room)
    expect(heard.rooms[0]?.args).toMatchObject(['updated', { teamId: made._id, teamMain: true }])
    expect(typesOf(inRoom)).toEqual(['user-converted-to-team'])
  })

  it('is nothing after a ban: that ends the membership of the team', () => {
    banUser(test.app, now(team.roomId), ann, bob)
    expect(teamsOfUser(test.app, bob._id, ann)).toEqual([])
    expect(teamsOfUser(test.app, ann._id, bob)).toMatchObject([{ _id: team._id, isOwner: true }])
  })
})

it('private teams of somebody are shown only to those who belong to them', () => {
  const eve = test.user('eve')
  createTeam(test.app, ann, { name: 'hid', type: 1, members: [bob], owner: ann, room: {} })
  expect(teamsOfUser(test.app, ann._id, bob)).toMatchObject([{ name: 'hid', isOwner: true }])
  expect(teamsOfUser(test.app, bob._id, bob)).toMatchObject([{ isOwner: false }])
  expect(teamsOfUser(test.app, ann._id, eve)).toEqual([])
})
