import type { MessageDoc, RoomDoc, UserDoc } from '../../../../../server/embedded/documents'
import { archiveRoom } from '../../../../../server/embedded/domain/archiveRoom'
import { openDirectRoom } from '../../../../../server/embedded/domain/createRoom'
import { deleteRoom } from '../../../../../server/embedded/domain/deleteRoom'
import {
  addUsers,
  joinAsUser,
  leaveRoom,
  removeUser,
} from '../../../../../server/embedded/domain/membership'
import { muteUser } from '../../../../../server/embedded/domain/muteUser'
import { blockUser, markUnreadFrom } from '../../../../../server/embedded/domain/ownSubscription'
import { readRoom } from '../../../../../server/embedded/domain/readRoom'
import { addRoomRole } from '../../../../../server/embedded/domain/roomRoles'
import { saveRoomSettings } from '../../../../../server/embedded/domain/saveRoomSettings'
import { sendMessage } from '../../../../../server/embedded/domain/sendMessage'
import type { TestApp } from '../support'
import { typesOf, useHeardRoom, type RoomListener } from './roomListener'

let test: TestApp
let ann: UserDoc
let bob: UserDoc
let room: RoomDoc
let heard: RoomListener

useHeardRoom('team', (opened) => ({ test, ann, bob, room, heard } = opened))

/** The room as it is stored now. */
const now = (): RoomDoc => test.app.store.rooms.get(room._id)!
const line = () => heard.messages.at(-1)!.args[0] as MessageDoc

describe('what a member hears of a room', () => {
  it.each([
    [{ roomTopic: 'news' }, 'room_changed_topic', 'news', { topic: 'news' }],
    [{ roomDescription: 'about' }, 'room_changed_description', 'about', { description: 'about' }],
    [{ roomAnnouncement: 'hear' }, 'room_changed_announcement', 'hear', { announcement: 'hear' }],
    [{ readOnly: true }, 'room-set-read-only', '', { ro: true }],
    [{ reactWhenReadOnly: true }, 'room-allowed-reacting', '', { reactWhenReadOnly: true }],
    [{ roomType: 'p' as const }, 'room_changed_privacy', 'Private Group', { t: 'p' }],
    [{ roomName: 'crew' }, 'r', 'crew', { name: 'crew', fname: 'crew' }],
  ])('after the setting %j is a line and the room', (settings, type, msg, fields) => {
    saveRoomSettings(test.app, ann, room, settings)
    expect(line()).toMatchObject({ t: type, msg, u: { username: 'ann' }, groupable: false })
    expect(heard.rooms.map(({ args }) => args[0])).toEqual(['updated', 'updated'])
    expect(now()).toMatchObject({ ...fields, msgs: 1 })
    expect(now().lm).toBeUndefined()
    heard.messages.length = 0
    saveRoomSettings(test.app, ann, now(), settings)
    expect(heard.messages).toEqual([])
  })

  it('after a new name or type is also the own subscription', () => {
    saveRoomSettings(test.app, ann, room, { roomName: 'crew' })
    expect(heard.sub()).toMatchObject(['updated', { name: 'crew', fname: 'crew', alert: true }])
    saveRoomSettings(test.app, ann, now(), { roomType: 'p' })
    expect(heard.sub()).toMatchObject(['updated', { t: 'p' }])
  })

  it('after a role was given is the subscription, a line and the change for everybody', () => {
    const everybody = test.hear('notify-logged', 'roles-change')
    addRoomRole(test.app, room, ann, bob, 'moderator')
    expect(heard.sub()).toMatchObject(['updated', { roles: ['moderator'] }])
    expect(line()).toMatchObject({
      t: 'subscription-role-added',
      msg: 'bob',
      role: 'moderator',
    })
    expect(everybody[0]?.args).toEqual([
      {
        type: 'added',
        _id: 'moderator',
        u: { _id: bob._id, username: 'bob', name: 'BOB' },
        scope: room._id,
      },
    ])
  })

  it('of somebody added, muted and removed is a line each, and the room counts them', () => {
    const eve = test.user('eve')
    const eveSubs = test.hear('notify-user', `${eve._id}/subscriptions-changed`)
    addUsers(test.app, room, ann, [eve, bob])
    expect(now().usersCount).toBe(3)
    expect(eveSubs[0]?.args).toMatchObject(['inserted', { alert: true, unread: 1 }])
    muteUser(test.app, now(), ann, eve, true)
    expect(now().muted).toEqual(['eve'])
    muteUser(test.app, now(), ann, eve, false)
    expect(now()).toMatchObject({ muted: [], unmuted: [] })
    removeUser(test.app, now(), ann, eve)
    expect(typesOf(heard.messages)).toEqual(['au', 'user-muted', 'user-unmuted', 'ru'])
    expect(now()).toMatchObject({ usersCount: 2, msgs: 4 })
    expect(eveSubs.at(-1)?.args).toMatchObject(['removed', { rid: room._id, t: 'c' }])
    expect(test.app.store.trash.since('subscriptions', eve._id, 0)).toHaveLength(1)
  })

  it('who left is nothing more, and who joins again starts anew', () => {
    leaveRoom(test.app, room, bob)
    expect(heard.sub()).toMatchObject(['removed', { rid: room._id }])
    heard.rooms.length = 0
    sendMessage(test.app, ann, { rid: room._id, msg: 'gone?' })
    expect(heard.rooms).toEqual([])
    joinAsUser(test.app, now(), bob)
    expect(heard.sub()).toMatchObject(['inserted', { open: true, alert: true, unread: 1 }])
    expect(typesOf(heard.messages)).toEqual(['ul', undefined, 'uj'])
  })

  it('after archiving is the subscription and the room, and nobody writes in it', () => {
    archiveRoom(test.app, room, ann, true)
    expect(heard.sub()).toMatchObject(['updated', { archived: true, alert: false }])
    expect(heard.rooms.at(-1)?.args).toMatchObject(['updated', { archived: true }])
    expect(typesOf(heard.messages)).toEqual(['room-archived'])
    expect(() => sendMessage(test.app, ann, { rid: room._id, msg: 'x' })).toThrow(
      'room_is_archived',
    )
    const admin = test.user('admin', ['admin'])
    archiveRoom(test.app, now(), admin, false)
    expect(heard.sub()).toMatchObject(['updated', { archived: false }])
  })

  it('after deletion is that the subscription and the room are gone', () => {
    sendMessage(test.app, ann, { rid: room._id, msg: 'x', _id: 'message-to-go' })
    deleteRoom(test.app, now(), ann)
    expect(heard.sub()).toMatchObject(['removed', { rid: room._id }])
    expect(heard.rooms.at(-1)?.args).toEqual(['removed', { _id: room._id }])
    expect(test.app.store.rooms.get(room._id)).toBeUndefined()
    expect(test.app.store.messages.get('message-to-go')).toBeUndefined()
    expect(test.app.store.trash.since('rooms', '', 0)).toMatchObject([{ _id: room._id }])
    expect(test.app.store.trash.since('subscriptions', bob._id, 0)).toHaveLength(1)
  })

  it('of a hidden kind of line is the room only, and it is not in the history', () => {
    saveRoomSettings(test.app, ann, room, { systemMessages: ['room_changed_topic'] })
    saveRoomSettings(test.app, ann, now(), { roomTopic: 'quiet' })
    expect(heard.messages).toEqual([])
    expect(heard.rooms.at(-1)?.args).toMatchObject(['updated', { topic: 'quiet', msgs: 1 }])
  })
})

describe('read state', () => {
  it('goes back to one message and no further', () => {
    const first = sendMessage(test.app, ann, { rid: room._id, msg: 'one' })!
    test.clock.advance(1000)
    sendMessage(test.app, ann, { rid: room._id, msg: 'two' })
    test.clock.advance(1000)
    readRoom(test.app, room._id, bob)
    markUnreadFrom(test.app, first._id, bob)
    const ls = new Date(first.ts.getTime() - 1)
    expect(heard.sub()).toMatchObject(['updated', { alert: true, unread: 1, open: true, ls }])
    heard.subs.length = 0
    markUnreadFrom(test.app, first._id, bob)
    expect(heard.subs).toEqual([])
    expect(() => markUnreadFrom(test.app, first._id, ann)).toThrow('error-action-not-allowed')
    expect(() => markUnreadFrom(test.app, 'unknown', bob)).toThrow('error-no-message-for-unread')
  })
})

describe('blocking', () => {
  it('silences both sides of a direct conversation until it ends', () => {
    const direct = openDirectRoom(test.app, [ann, bob], ann).room
    blockUser(test.app, direct, ann, true)
    expect(heard.sub()).toMatchObject(['updated', { blocked: true }])
    expect(() => sendMessage(test.app, bob, { rid: direct._id, msg: 'x' })).toThrow(
      'room_is_blocked',
    )
    expect(() => sendMessage(test.app, ann, { rid: direct._id, msg: 'x' })).toThrow(
      'room_is_blocked',
    )
    blockUser(test.app, direct, ann, false)
    expect(heard.sub()[1]).not.toHaveProperty('blocked')
    expect(sendMessage(test.app, bob, { rid: direct._id, msg: 'x' })).toBeDefined()
    expect(() => blockUser(test.app, room, ann, true)).toThrow('error-invalid-room')
  })
})
