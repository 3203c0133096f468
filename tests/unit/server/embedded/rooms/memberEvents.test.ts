import type { RoomDoc, UserDoc } from '../../../../../server/embedded/documents'
import { banUser, unbanUser } from '../../../../../server/embedded/domain/bans'
import { createNamedRoom } from '../../../../../server/embedded/domain/createRoom'
import { saveDraft } from '../../../../../server/embedded/domain/drafts'
import { answerInvitation } from '../../../../../server/embedded/domain/invitation'
import { findOrCreateInvite, useInvite } from '../../../../../server/embedded/domain/invites'
import { addUsers, joinAsUser } from '../../../../../server/embedded/domain/membership'
import { canAccessRoom, canReadRoom } from '../../../../../server/embedded/domain/roomAccess'
import { saveRoomSettings } from '../../../../../server/embedded/domain/saveRoomSettings'
import { sendMessage } from '../../../../../server/embedded/domain/sendMessage'
import { giveRole, roleById, takeRole } from '../../../../../server/embedded/domain/workspaceRoles'
import type { TestApp } from '../support'
import { kindsOf, typesOf, useHeardRoom, type RoomListener } from './roomListener'

let test: TestApp
let ann: UserDoc
let bob: UserDoc
let room: RoomDoc
let heard: RoomListener

useHeardRoom('crew', (opened) => ({ test, ann, bob, room, heard } = opened))

const now = (): RoomDoc => test.app.store.rooms.get(room._id)!

describe('who is banned', () => {
  beforeEach(() => {
    saveDraft(test.app, bob, { rid: room._id, draft: 'what I wanted to say' })
    heard.subs.length = 0
    banUser(test.app, room, ann, bob)
  })

  it('hears that the room is gone, and nothing of it afterwards', () => {
    expect(typesOf(heard.messages)).toEqual(['user-banned'])
    expect(heard.sub()).toEqual([
      'removed',
      {
        _id: expect.any(String) as string,
        u: { _id: bob._id, username: 'bob' },
        rid: room._id,
        t: 'c',
      },
    ])
    expect(now()).toMatchObject({ usersCount: 1 })
    heard.subs.length = 0
    heard.rooms.length = 0
    sendMessage(test.app, ann, { rid: room._id, msg: '@bob @all hello' })
    saveRoomSettings(test.app, ann, now(), { roomName: 'others' })
    expect([heard.subs, heard.rooms]).toEqual([[], []])
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
    expect(heard.sub()[0]).toBe('removed')
    joinAsUser(test.app, now(), bob)
    expect(heard.sub()).toMatchObject(['inserted', { open: true, unread: 1 }])
    expect(typesOf(heard.messages)).toEqual(['user-banned', 'user-unbanned', 'uj'])
    expect(now().usersCount).toBe(2)
  })

  it('is no longer banned when somebody adds the person', () => {
    addUsers(test.app, now(), ann, [bob])
    expect(typesOf(heard.messages)).toEqual(['user-banned', 'user-unbanned', 'au'])
    expect(kindsOf(heard.subs)).toEqual(['removed', 'removed', 'inserted'])
    expect(now().usersCount).toBe(2)
  })
})

describe('a draft', () => {
  const root = (): string => sendMessage(test.app, ann, { rid: room._id, msg: 'root' })!._id

  it('reaches the other devices of its writer, in the room and in threads', () => {
    const tmid = root()
    saveDraft(test.app, bob, { rid: room._id, draft: 'half a' })
    expect(heard.sub()).toMatchObject(['updated', { draft: 'half a' }])
    saveDraft(test.app, bob, { rid: room._id, draft: 'answer', tmid })
    expect(heard.sub()).toMatchObject([
      'updated',
      { draft: 'half a', threadDrafts: { [tmid]: 'answer' } },
    ])
    heard.subs.length = 0
    saveDraft(test.app, bob, { rid: room._id, draft: 'answer', tmid })
    expect(heard.subs).toEqual([])
    saveDraft(test.app, bob, { rid: room._id, draft: '', tmid })
    saveDraft(test.app, bob, { rid: room._id, draft: '' })
    expect(heard.sub()[1]).not.toHaveProperty('draft')
    expect(heard.sub()[1]).not.toHaveProperty('threadDrafts')
  })
})

describe('an invitation', () => {
  beforeEach(() => {
    const eve = test.user('eve')
    const hall = createNamedRoom(test.app, { t: 'p', name: 'hall', owner: eve, members: [bob] })
    const before = test.app.store.subscriptions.get(hall._id, bob._id)!
    test.app.store.subscriptions.update({ ...before, status: 'INVITED', inviter: eve })
    room = hall
    heard.messages = test.hear('room-messages', hall._id)
    heard.subs.length = 0
  })

  it('makes nobody a member until it is accepted', () => {
    expect(canAccessRoom(test.app, now(), bob)).toBe(false)
    answerInvitation(test.app, room._id, bob, 'accept')
    expect(canAccessRoom(test.app, now(), bob)).toBe(true)
    expect(kindsOf(heard.subs)).toEqual(['removed', 'inserted'])
    expect(typesOf(heard.messages)).toEqual(['uj'])
  })

  it('that is rejected is told of in the room and gone', () => {
    answerInvitation(test.app, room._id, bob, 'reject')
    expect(kindsOf(heard.subs)).toEqual(['removed'])
    expect(typesOf(heard.messages)).toEqual(['uir'])
    expect(() => answerInvitation(test.app, room._id, bob, 'accept')).toThrow(
      'No subscription found',
    )
  })
})

describe('a link into a room', () => {
  it('is told to the other devices of who made it', () => {
    const told = test.hear('notify-user', `${ann._id}/updateInvites`)
    const invite = findOrCreateInvite(test.app, ann, { rid: room._id, days: 7, maxUses: 5 })
    expect(told.map(({ args }) => args)).toEqual([[{ invite }]])
    findOrCreateInvite(test.app, ann, { rid: room._id, days: 7, maxUses: 5 })
    expect(told).toHaveLength(1)
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
    expect(typesOf(heard.messages)).toEqual(['uj'])
    expect(test.app.store.invites.get(second._id)).toMatchObject({ uses: 1 })
    useInvite(test.app, eve, second._id)
    expect(test.app.store.invites.get(second._id)).toMatchObject({ uses: 1 })
  })
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
  expect(typesOf(heard.messages)).toEqual(['room_e2e_enabled'])
  expect(() => sendMessage(test.app, ann, { rid: closed._id, msg: 'plain' })).toThrow(
    'error-not-allowed',
  )
  expect(sendMessage(test.app, ann, { rid: closed._id, t: 'e2e', msg: 'xx' })).toBeDefined()
  test.app.settings.provide('E2E_Allow_Unencrypted_Messages', true)
  expect(sendMessage(test.app, ann, { rid: closed._id, msg: 'plain' })).toBeDefined()
})
