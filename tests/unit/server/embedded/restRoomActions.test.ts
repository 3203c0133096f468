// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return */
import { refusal } from './refusals'
import { type Json, type RestClient, type TestServer, usePeople } from './support'

let test: TestServer
let ann: RestClient
let bob: RestClient
let eve: RestClient
let rid: string
let directId: string

usePeople(['ann', 'bob', 'eve'], (opened) => ({ test, ann, bob, eve } = opened))
beforeAll(async () => {
  const created = await ann.post('groups.create', { name: 'team', members: ['bob'] })
  rid = created.body.group._id
  directId = (await ann.post('im.create', { username: 'bob' })).body.room.rid
})

const ownSub = async (who: RestClient, id = rid): Promise<Json> =>
  (await who.get(`subscriptions.getOne?roomId=${id}`)).body.subscription

describe('the own side of a room', () => {
  it('is favourite, hidden and shown', async () => {
    expect((await bob.post('rooms.favorite', { roomId: rid, favorite: true })).status).toBe(200)
    expect(await ownSub(bob)).toMatchObject({ f: true })
    await bob.post('rooms.favorite', { roomName: 'team', favorite: false })
    expect(await ownSub(bob)).toMatchObject({ f: false })
    expect(refusal(await eve.post('rooms.favorite', { roomId: rid, favorite: true }))).toEqual([
      400,
      'error-room-not-found',
    ])
    expect(refusal(await bob.post('rooms.favorite', { roomId: rid, favorite: 'yes' }))).toEqual([
      400,
      'invalid-params',
    ])
    await bob.post('rooms.hide', { roomId: rid })
    expect(await ownSub(bob)).toMatchObject({ open: false, alert: false })
    await bob.post('rooms.open', { roomId: rid })
    expect(await ownSub(bob)).toMatchObject({ open: true })
    expect((await eve.post('rooms.hide', { roomId: rid })).status).toBe(403)
  })

  it('keeps its notification choices, and default clears them', async () => {
    const save = (notifications: object, who = bob) =>
      who.post('rooms.saveNotification', { roomId: rid, notifications })
    const chosen = {
      disableNotifications: '1',
      muteGroupMentions: '1',
      hideUnreadStatus: '0',
      desktopNotifications: 'mentions',
      mobilePushNotifications: 'nothing',
    }
    expect((await save(chosen)).body).toEqual({ success: true })
    expect(await ownSub(bob)).toMatchObject({
      disableNotifications: true,
      muteGroupMentions: true,
      hideUnreadStatus: false,
      desktopNotifications: 'mentions',
      desktopPrefOrigin: 'subscription',
      mobilePushNotifications: 'nothing',
    })
    await save({ desktopNotifications: 'default', disableNotifications: '0' })
    const after = await ownSub(bob)
    expect(after).toMatchObject({ disableNotifications: false })
    expect(after).not.toHaveProperty('desktopNotifications')
    expect(after).not.toHaveProperty('desktopPrefOrigin')
    expect(refusal(await save({ disableNotifications: true }))).toEqual([400, 'invalid-params'])
    expect(refusal(await save({}, eve))).toEqual([400, 'error-invalid-subscription'])
  })

  it('is marked unread by room or by message', async () => {
    const unread = (body: object) => bob.post('subscriptions.unread', body)
    expect(refusal(await unread({ roomId: rid }))).toEqual([400, 'error-no-message-for-unread'])
    const sent = await ann.post('chat.sendMessage', { message: { rid, msg: 'hi' } })
    await bob.post('subscriptions.read', { rid })
    expect((await unread({ roomId: rid })).body).toEqual({ success: true })
    expect(await ownSub(bob)).toMatchObject({ alert: true, unread: 1 })
    await bob.post('subscriptions.read', { rid })
    const _id = sent.body.message._id
    expect((await unread({ firstUnreadMessage: { _id } })).status).toBe(200)
    expect(await ownSub(bob)).toMatchObject({ alert: true, unread: 1 })
    expect(
      refusal(await ann.post('subscriptions.unread', { firstUnreadMessage: { _id } })),
    ).toEqual([400, 'error-action-not-allowed'])
    expect(refusal(await unread({}))).toEqual([400, 'invalid-params'])
    expect(refusal(await eve.post('subscriptions.unread', { roomId: rid }))).toEqual([
      400,
      'error-invalid-subscription',
    ])
  })
})

describe('a room of any type', () => {
  it('has its settings saved in one call', async () => {
    const save = (fields: object, who = ann) =>
      who.post('rooms.saveRoomSettings', { rid, ...fields })
    expect((await save({ roomTopic: 't', roomAnnouncement: 'a', readOnly: true })).body).toEqual({
      rid,
      success: true,
    })
    expect((await bob.get(`rooms.info?roomId=${rid}`)).body.room).toMatchObject({
      topic: 't',
      announcement: 'a',
      ro: true,
    })
    await save({ readOnly: false })
    expect(refusal(await save({ roomTopic: 'x' }, bob))).toEqual([400, 'error-action-not-allowed'])
    expect(refusal(await save({ featured: true }))).toEqual([400, 'error-action-not-allowed'])
    expect(refusal(await save({ unknown: 1 }))).toEqual([400, 'invalid-params'])
    expect(refusal(await ann.post('rooms.saveRoomSettings', { rid: 'nowhere' }))).toEqual([
      400,
      'error-invalid-room',
    ])
  })

  it('mutes people by who may', async () => {
    const mute = (who: RestClient, fields: object) =>
      who.post('rooms.muteUser', { roomId: rid, ...fields })
    expect(refusal(await mute(bob, { username: 'ann' }))).toEqual([400, 'error-not-allowed'])
    expect((await mute(ann, { userId: bob.userId })).body).toEqual({ success: true })
    expect((await bob.post('chat.sendMessage', { message: { rid, msg: 'x' } })).body.error).toBe(
      'You_have_been_muted',
    )
    expect(
      (await ann.post('rooms.unmuteUser', { roomId: rid, username: 'bob' })).body.success,
    ).toBe(true)
    expect((await bob.post('chat.sendMessage', { message: { rid, msg: 'x' } })).status).toBe(200)
    expect(refusal(await mute(ann, { username: 'eve' }))).toEqual([400, 'error-user-not-in-room'])
    expect(refusal(await mute(ann, {}))).toEqual([400, 'error-user-param-not-provided'])
  })

  it('tells of names, roles and members', async () => {
    expect((await eve.get('rooms.nameExists?roomName=team')).body.exists).toBe(true)
    expect((await eve.get('rooms.nameExists?roomName=nobody-here')).body.exists).toBe(false)
    expect(refusal(await eve.get('rooms.nameExists'))).toEqual([400, 'error-invalid-params'])
    expect((await bob.get(`rooms.roles?rid=${rid}`)).body.roles).toMatchObject([
      { rid, u: { username: 'ann' }, roles: ['owner'] },
    ])
    expect((await bob.get(`rooms.isMember?roomId=${rid}&userId=${ann.userId}`)).body.isMember).toBe(
      true,
    )
    expect(refusal(await eve.get(`rooms.isMember?roomId=${rid}&username=ann`))).toEqual([
      400,
      'error-room-not-found',
    ])
    expect((await eve.get(`rooms.membersOrderedByRole?roomId=${rid}`)).status).toBe(400)
  })

  it('is archived, left and deleted', async () => {
    const { body } = await ann.post('channels.create', { name: 'short', members: ['bob'] })
    const roomId = body.channel._id
    const change = (who: RestClient, action: string) =>
      who.post('rooms.changeArchivationState', { rid: roomId, action })
    expect((await change(ann, 'archive')).body).toEqual({ success: true })
    expect(refusal(await change(ann, 'archive'))).toEqual([400, 'error-room-archived'])
    expect(refusal(await change(ann, 'burn'))).toEqual([400, 'invalid-params'])
    expect((await change(test.admin, 'unarchive')).body).toEqual({ success: true })
    expect((await bob.post('rooms.leave', { roomName: 'short' })).body).toEqual({ success: true })
    expect(refusal(await ann.post('rooms.leave', { roomId }))).toEqual([
      400,
      'error-you-are-last-owner',
    ])
    const since = new Date(0).toISOString()
    const removed = (await bob.get(`subscriptions.get?updatedSince=${since}`)).body.remove
    expect(removed).toHaveLength(1)
    expect(refusal(await bob.post('rooms.delete', { roomId }))).toEqual([400, 'error-not-allowed'])
    expect((await ann.post('rooms.delete', { roomId })).body).toEqual({ success: true })
    expect(refusal(await ann.post('rooms.delete', { roomId }))).toEqual([400, 'error-invalid-room'])
    expect((await ann.get(`rooms.get?updatedSince=${since}`)).body.remove).toMatchObject([
      { _id: roomId },
    ])
  })
})

describe('a direct conversation', () => {
  it.each(['im', 'dm'])('is listed, counted and described under %s', async (prefix) => {
    const { ims } = (await ann.get(`${prefix}.list`)).body
    expect(ims).toMatchObject([{ _id: directId, t: 'd', usernames: ['ann', 'bob'] }])
    const members = await bob.get(`${prefix}.members?roomId=${directId}`)
    expect(members.body).toMatchObject({
      members: [
        { username: 'ann', subscription: { _id: expect.any(String) } },
        { username: 'bob' },
      ],
      total: 2,
    })
    expect((await ann.get(`${prefix}.members?username=bob&filter=an`)).body.total).toBe(1)
    expect((await ann.get(`${prefix}.counters?username=bob`)).body).toMatchObject({ joined: true })
    expect(refusal(await eve.get(`${prefix}.members?roomId=${directId}`))).toEqual([
      400,
      'invalid-channel',
    ])
    expect(refusal(await ann.get(`${prefix}.members`))).toEqual([
      400,
      'error-room-param-not-provided',
    ])
    expect(refusal(await ann.get(`${prefix}.list.everyone`))[0]).toBe(403)
    expect((await test.admin.get(`${prefix}.list.everyone`)).body.total).toBe(1)
  })

  it('is closed and opened again', async () => {
    const room = { roomId: directId }
    expect((await ann.post('im.close', room)).body).toEqual({ success: true })
    expect((await ann.post('im.close', room)).body.error).toMatch(
      /^The direct message room, bob, is/,
    )
    expect((await ann.post('im.open', room)).body).toEqual({ success: true })
    expect(await ownSub(ann, directId)).toMatchObject({ open: true })
    expect(refusal(await eve.post('im.open', room))).toEqual([403, 'unauthorized'])
  })

  it('is blocked by one side', async () => {
    const block = (value: unknown) => ann.post('im.blockUser', { roomId: directId, block: value })
    expect((await block(true)).body).toEqual({ success: true })
    expect(await ownSub(ann, directId)).toMatchObject({ blocker: true })
    expect(
      (await bob.post('chat.sendMessage', { message: { rid: directId, msg: 'x' } })).body.error,
    ).toBe('room_is_blocked')
    expect((await block(false)).body).toEqual({ success: true })
    expect(refusal(await block('x'))).toEqual([400, 'invalid-params'])
  })

  it('of two is not left, of three it is, and administrators delete it', async () => {
    expect(refusal(await ann.post('im.leave', { roomId: directId }))).toEqual([
      400,
      'error-not-allowed',
    ])
    const { body } = await ann.post('im.create', { usernames: 'bob,eve' })
    const roomId = body.room.rid
    expect((await eve.post('im.leave', { roomId })).body).toEqual({ success: true })
    expect((await bob.get(`rooms.info?roomId=${roomId}`)).body.room).toMatchObject({
      usersCount: 2,
      usernames: ['ann', 'bob'],
    })
    expect(refusal(await bob.post('im.setTopic', { roomId, topic: 'x' }))).toEqual([
      400,
      'error-action-not-allowed',
    ])
    expect(refusal(await ann.post('im.delete', { roomId }))).toEqual([400, 'error-not-allowed'])
    expect((await test.admin.post('im.delete', { roomId })).body).toEqual({ success: true })
    expect(await ownSub(ann, roomId)).toBeNull()
  })
})
