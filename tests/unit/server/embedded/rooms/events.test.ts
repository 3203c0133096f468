import type {
  RoomDoc,
  SubscriptionDoc,
  TeamDoc,
  UserDoc,
} from '../../../../../server/embedded/documents'
import { banUser, unbanUser } from '../../../../../server/embedded/domain/bans'
import { createNamedRoom } from '../../../../../server/embedded/domain/createRoom'
import { convertToTeam, createTeam } from '../../../../../server/embedded/domain/createTeam'
import { saveDraft } from '../../../../../server/embedded/domain/drafts'
import { answerInvitation } from '../../../../../server/embedded/domain/invitation'
import { findOrCreateInvite, useInvite } from '../../../../../server/embedded/domain/invites'
import { addUsers, joinAsUser } from '../../../../../server/embedded/domain/membership'
import { canAccessRoom, canReadRoom } from '../../../../../server/embedded/domain/roomAccess'
import { saveRoomSettings } from '../../../../../server/embedded/domain/saveRoomSettings'
import { sendMessage } from '../../../../../server/embedded/domain/sendMessage'
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
import { giveRole, roleById, takeRole } from '../../../../../server/embedded/domain/workspaceRoles'
import { openTestApp, type Heard, type TestApp } from '../support'

let test: TestApp
let ann: UserDoc
let bob: UserDoc
let room: RoomDoc
let messages: Heard[]
let subs: Heard[]
let rooms: Heard[]

const now = (rid = room._id): RoomDoc => test.app.store.rooms.get(rid)!
const kinds = (heard: Heard[]) => heard.map(({ args }) => args[0])
const lines = (heard = messages) =>
  heard.map(({ args }) => (args[0] as { t?: string }).t).filter((type) => type !== undefined)
const sub = () => subs.at(-1)!.args as [string, SubscriptionDoc]

beforeEach(() => {
  test = openTestApp()
  ann = test.user('ann')
  bob = test.user('bob')
  room = createNamedRoom(test.app, { t: 'c', name: 'crew', owner: ann, members: [bob] })
  messages = test.hear('room-messages', room._id)
  subs = test.hear('notify-user', `${bob._id}/subscriptions-changed`)
  rooms = test.hear('notify-user', `${bob._id}/rooms-changed`)
})
afterEach(() => test.close())

describe('who is banned', () => {
  beforeEach(() => {
    saveDraft(test.app, bob, { rid: room._id, draft: 'what I wanted to say' })
    subs.length = 0
    banUser(test.app, room, ann, bob)
  })

  it('hears that the room is gone, and nothing of it afterwards', () => {
    expect(lines()).toEqual(['user-banned'])
    expect(sub()).toEqual([
      'removed',
      {
        _id: expect.any(String) as string,
        u: { _id: bob._id, username: 'bob' },
        rid: room._id,
        t: 'c',
      },
    ])
    expect(now()).toMatchObject({ usersCount: 1 })
    subs.length = 0
    rooms.length = 0
    sendMessage(test.app, ann, { rid: room._id, msg: '@bob @all hello' })
    saveRoomSettings(test.app, ann, now(), { roomName: 'others' })
    expect([subs, rooms]).toEqual([[], []])
  })

  it('keeps a subscription that only says so', () => {
    expect(test.app.store.subscriptions.get(room._id, bob._id)).toMatchObject({
      status: 'BANNED',
      open: false,
      alert: false,
      unread: 0,
    })
    expect(test.app.store.subscriptions.get(room._id, bob._id)?.draft).toBeUndefined()
    expect(test.app.store.rooms.ofMember(bob._id, -1)).toEqual([])
    expect(test.app.store.subscriptions.memberIds(room._id)).toEqual([ann._id])
  })

  it('neither sees the public room nor writes nor comes back', () => {
    expect(canAccessRoom(test.app, now(), bob)).toBe(false)
    expect(canReadRoom(test.app, now(), bob)).toBe(false)
    expect(() => joinAsUser(test.app, now(), bob)).toThrow('error-not-allowed')
    expect(() => sendMessage(test.app, bob, { rid: room._id, msg: 'x' })).toThrow(
      'error-not-allowed',
    )
    const { _id } = findOrCreateInvite(test.app, ann, { rid: room._id, days: 1, maxUses: 0 })
    expect(() => useInvite(test.app, bob, _id)).toThrow('error-not-allowed')
  })

  it('may join again after the end of the ban, and starts anew', () => {
    unbanUser(test.app, now(), ann, bob)
    expect(test.app.store.subscriptions.get(room._id, bob._id)).toBeUndefined()
    expect(sub()[0]).toBe('removed')
    joinAsUser(test.app, now(), bob)
    expect(sub()).toMatchObject(['inserted', { open: true, unread: 1 }])
    expect(lines()).toEqual(['user-banned', 'user-unbanned', 'uj'])
    expect(now().usersCount).toBe(2)
  })

  it('is no longer banned when somebody adds the person', () => {
    addUsers(test.app, now(), ann, [bob])
    expect(lines()).toEqual(['user-banned', 'user-unbanned', 'au'])
    expect(kinds(subs)).toEqual(['removed', 'removed', 'inserted'])
    expect(now().usersCount).toBe(2)
  })
})

describe('a draft', () => {
  const root = (): string => sendMessage(test.app, ann, { rid: room._id, msg: 'root' })!._id

  it('reaches the other devices of its writer, in the room and in threads', () => {
    const tmid = root()
    saveDraft(test.app, bob, { rid: room._id, draft: 'half a' })
    expect(sub()).toMatchObject(['updated', { draft: 'half a' }])
    saveDraft(test.app, bob, { rid: room._id, draft: 'answer', tmid })
    expect(sub()).toMatchObject([
      'updated',
      { draft: 'half a', threadDrafts: { [tmid]: 'answer' } },
    ])
    subs.length = 0
    saveDraft(test.app, bob, { rid: room._id, draft: 'answer', tmid })
    expect(subs).toEqual([])
    saveDraft(test.app, bob, { rid: room._id, draft: '', tmid })
    saveDraft(test.app, bob, { rid: room._id, draft: '' })
    expect(sub()[1]).not.toHaveProperty('draft')
    expect(sub()[1]).not.toHaveProperty('threadDrafts')
  })
})

describe('an invitation', () => {
  beforeEach(() => {
    const eve = test.user('eve')
    const hall = createNamedRoom(test.app, { t: 'p', name: 'hall', owner: eve, members: [bob] })
    const before = test.app.store.subscriptions.get(hall._id, bob._id)!
    test.app.store.subscriptions.update({ ...before, status: 'INVITED', inviter: eve })
    room = hall
    messages = test.hear('room-messages', hall._id)
    subs.length = 0
  })

  it('makes nobody a member until it is accepted', () => {
    expect(canAccessRoom(test.app, now(), bob)).toBe(false)
    answerInvitation(test.app, room._id, bob, 'accept')
    expect(canAccessRoom(test.app, now(), bob)).toBe(true)
    expect(kinds(subs)).toEqual(['removed', 'inserted'])
    expect(lines()).toEqual(['uj'])
  })

  it('that is rejected is told of in the room and gone', () => {
    answerInvitation(test.app, room._id, bob, 'reject')
    expect(kinds(subs)).toEqual(['removed'])
    expect(lines()).toEqual(['uir'])
    expect(() => answerInvitation(test.app, room._id, bob, 'accept')).toThrow(
      'No subscription found',
    )
  })
})

describe('a link into a room', () => {
  it('is told to the other devices of who made it', () => {
    const heard = test.hear('notify-user', `${ann._id}/updateInvites`)
    const invite = findOrCreateInvite(test.app, ann, { rid: room._id, days: 7, maxUses: 5 })
    expect(heard.map(({ args }) => args)).toEqual([[{ invite }]])
    findOrCreateInvite(test.app, ann, { rid: room._id, days: 7, maxUses: 5 })
    expect(heard).toHaveLength(1)
  })

  it('stops when its days are over, and another is made then', () => {
    const eve = test.user('eve')
    const wish = { rid: room._id, days: 1, maxUses: 0 }
    const first = findOrCreateInvite(test.app, ann, wish)
    test.clock.advance(24 * 3600 * 1000)
    expect(() => useInvite(test.app, eve, first._id)).toThrow('error-invite-expired')
    const second = findOrCreateInvite(test.app, ann, wish)
    expect(second._id).not.toBe(first._id)
    useInvite(test.app, eve, second._id)
    expect(lines()).toEqual(['uj'])
    expect(test.app.store.invites.get(second._id)).toMatchObject({ uses: 1 })
    useInvite(test.app, eve, second._id)
    expect(test.app.store.invites.get(second._id)).toMatchObject({ uses: 1 })
  })
})

describe('what a member hears of a team', () => {
  let team: TeamDoc
  let eve: UserDoc

  beforeEach(() => {
    eve = test.user('eve')
    team = createTeam(test.app, ann, { name: 'all', type: 0, members: [bob], owner: ann, room: {} })
    messages = test.hear('room-messages', team.roomId)
  })

  it('at its start is the subscription and the main room', () => {
    expect(kinds(subs)).toEqual(['inserted'])
    expect(rooms.at(-1)?.args).toMatchObject(['inserted', { teamMain: true, teamId: team._id }])
    expect(messages).toEqual([])
  })

  it('when a room joins it is a line in the main room and the room', () => {
    subs.length = 0
    rooms.length = 0
    addTeamRooms(test.app, team, ann, [room._id])
    expect(lines()).toEqual(['user-added-room-to-team'])
    expect(rooms[0]?.args).toMatchObject(['updated', { _id: room._id, teamId: team._id }])
    expect(subs).toEqual([])
  })

  it('when its owner gives and takes roles is the subscription and the change for everybody', () => {
    const everybody = test.hear('notify-logged', 'roles-change')
    updateTeamMember(test.app, team, { userId: bob._id, roles: ['moderator'] })
    expect(sub()).toMatchObject(['updated', { roles: ['moderator'] }])
    updateTeamMember(test.app, team, { userId: bob._id })
    expect(everybody.map(({ args }) => args[0])).toMatchObject([
      { type: 'added', _id: 'moderator', scope: team.roomId, u: { _id: bob._id } },
      { type: 'removed', _id: 'moderator', scope: team.roomId },
    ])
  })

  it('on becoming one is the main room and every room that is joined automatically', () => {
    addTeamRooms(test.app, team, ann, [room._id])
    setAutoJoin(test.app, team, ann, room._id, true, false)
    const heard = test.hear('notify-user', `${eve._id}/subscriptions-changed`)
    const inRoom = test.hear('room-messages', room._id)
    addTeamMembers(test.app, team, ann, [{ userId: eve._id }])
    expect(heard.map(({ args }) => [args[0], (args[1] as SubscriptionDoc).rid])).toEqual([
      ['inserted', team.roomId],
      ['inserted', room._id],
    ])
    expect(lines(inRoom)).toEqual(['au'])
    removeTeamMember(test.app, team, ann, eve._id, [room._id])
    expect(kinds(heard).slice(2)).toEqual(['removed', 'removed'])
    expect(lines(inRoom)).toEqual(['au', 'ru'])
  })

  it('at its end is that the main room is gone, and the others without a team', () => {
    addTeamRooms(test.app, team, ann, [room._id])
    subs.length = 0
    rooms.length = 0
    deleteTeam(test.app, team, ann, [])
    expect(sub()).toMatchObject(['removed', { rid: team.roomId }])
    expect(rooms.map(({ args }) => [args[0], (args[1] as RoomDoc)._id])).toEqual([
      ['updated', room._id],
      ['removed', team.roomId],
    ])
    expect(rooms[0]?.args[1]).not.toHaveProperty('teamId')
    expect(test.app.store.teams.all()).toEqual([])
  })

  it('that becomes a channel is the main room without the team and a line', () => {
    rooms.length = 0
    convertToChannel(test.app, team, ann, [])
    expect(rooms[0]?.args[1]).not.toHaveProperty('teamMain')
    expect(lines()).toEqual(['user-converted-to-channel'])
  })

  it('that was made of a room is the room with it and a line', () => {
    rooms.length = 0
    const heard = test.hear('room-messages', room._id)
    const made = convertToTeam(test.app, ann, room)
    expect(rooms[0]?.args).toMatchObject(['updated', { teamId: made._id, teamMain: true }])
    expect(lines(heard)).toEqual(['user-converted-to-team'])
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

it('a role in the workspace is told to its holder and to everybody', () => {
  const root = test.user('root', ['admin'])
  const everybody = test.hear('notify-logged', 'roles-change')
  const data = test.hear('notify-user', `${bob._id}/userData`)
  const grant = { role: roleById('bot')!, target: bob, rid: undefined }
  giveRole(test.app, root, grant)
  takeRole(test.app, root, { ...grant, target: test.app.store.users.get(bob._id)! })
  expect(everybody.map(({ args }) => args)).toMatchObject([
    [{ type: 'added', _id: 'bot', u: { username: 'bob' } }],
    [{ type: 'removed', _id: 'bot' }],
  ])
  expect(data.map(({ args }) => args[0])).toMatchObject([
    { type: 'updated', id: bob._id, diff: { roles: ['user', 'bot'] } },
    { diff: { roles: ['user'] } },
  ])
})

it('an encrypted room takes no readable messages', () => {
  test.app.settings.provide('E2E_Enable', true)
  const closed = saveRoomSettings(test.app, ann, room, { encrypted: true })
  expect(lines()).toEqual(['room_e2e_enabled'])
  expect(() => sendMessage(test.app, ann, { rid: closed._id, msg: 'plain' })).toThrow(
    'error-not-allowed',
  )
  expect(sendMessage(test.app, ann, { rid: closed._id, t: 'e2e', msg: 'xx' })).toBeDefined()
  test.app.settings.provide('E2E_Allow_Unencrypted_Messages', true)
  expect(sendMessage(test.app, ann, { rid: closed._id, msg: 'plain' })).toBeDefined()
})
