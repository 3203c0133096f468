// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return */
import { type RestClient, type Json, usePeople } from './support'

let ann: RestClient
let bob: RestClient

usePeople(['ann', 'bob'], (opened) => ({ ann, bob } = opened))

describe('rooms and messages', () => {
  const send = (client: RestClient, rid: string, msg: string, fields: object = {}) =>
    client.post('chat.sendMessage', { message: { rid, msg, ...fields } })

  it('are created, listed with deltas and read', async () => {
    const created = await ann.post('channels.create', { name: 'deltas', members: ['bob', 'ghost'] })
    const rid = created.body.channel._id as string
    expect(created.body.channel).toMatchObject({ t: 'c', name: 'deltas', usersCount: 2, msgs: 0 })
    const first = (await bob.get('subscriptions.get')).body
    const since = first.update
      .map((one: { _updatedAt: string }) => one._updatedAt)
      .sort()
      .at(-1)
    expect((await bob.get(`subscriptions.get?updatedSince=${since}`)).body.update).toEqual([])
    await send(ann, rid, 'hi @bob')
    const delta = (await bob.get(`subscriptions.get?updatedSince=${since}`)).body
    expect(delta).toMatchObject({
      update: [{ rid, alert: true, unread: 1, userMentions: 1 }],
      remove: [],
    })
    const rooms = (await bob.get(`rooms.get?updatedSince=${since}`)).body
    expect(rooms.update).toMatchObject([{ _id: rid, msgs: 1, lastMessage: { msg: 'hi @bob' } }])
    expect((await bob.post('subscriptions.read', { rid })).body).toEqual({ success: true })
    expect((await bob.get(`subscriptions.getOne?roomId=${rid}`)).body.subscription).toMatchObject({
      alert: false,
      unread: 0,
    })
    expect((await bob.get('subscriptions.getOne?roomId=nowhere')).body.subscription).toBeNull()
    expect(await bob.post('subscriptions.read', { rid: 'nowhere' })).toMatchObject({
      status: 400,
      body: { error: 'error-invalid-subscription' },
    })
    expect((await bob.get('rooms.get?updatedSince=never')).status).toBe(400)
    expect((await bob.get(`rooms.info?roomId=${rid}`)).body.room.name).toBe('deltas')
    expect(await ann.post('channels.create', { name: 'deltas' })).toMatchObject({
      body: { errorType: 'error-duplicate-channel-name' },
    })
    expect(await ann.post('groups.create', { name: 'no blanks' })).toMatchObject({
      body: { errorType: 'error-invalid-room-name' },
    })
  })

  it('of a private group are for its members', async () => {
    const { body } = await ann.post('groups.create', { name: 'private' })
    const rid = body.group._id as string
    const { body: sent } = await send(ann, rid, 'secret')
    expect(await bob.get(`groups.history?roomId=${rid}`)).toMatchObject({
      status: 400,
      body: { errorType: 'error-room-not-found' },
    })
    expect((await bob.get(`rooms.info?roomId=${rid}`)).status).toBe(400)
    expect((await bob.get(`chat.getMessage?msgId=${sent.message._id}`)).status).toBe(400)
    expect(await bob.get(`chat.syncMessages?roomId=${rid}&lastUpdate=2020-01-01`)).toMatchObject({
      body: { errorType: 'error-not-allowed' },
    })
    expect(await send(bob, rid, 'let me in')).toMatchObject({
      status: 400,
      body: { success: false, error: 'error-not-allowed' },
    })
    expect(await bob.post('chat.delete', { roomId: rid, msgId: sent.message._id })).toMatchObject({
      body: { errorType: 'error-action-not-allowed' },
    })
    expect(await ann.get(`channels.history?roomId=${rid}`)).toMatchObject({
      body: { errorType: 'error-room-not-found' },
    })
  })

  it('between two people are found again by either side', async () => {
    const { body } = await ann.post('im.create', { username: 'bob' })
    const { rid } = body.room
    expect(rid).toBe([ann.userId, bob.userId].sort().join(''))
    expect((await bob.post('dm.create', { usernames: 'ann' })).body.room.rid).toBe(rid)
    const self = await ann.post('im.create', { username: 'ann' })
    expect(self.body.room.uids).toEqual([ann.userId])
    expect(await ann.post('im.create', { username: 'ghost' })).toMatchObject({
      body: { errorType: 'error-invalid-user' },
    })
    await send(ann, rid, 'psst')
    expect((await bob.get(`im.history?roomId=${rid}`)).body.messages).toMatchObject([
      { msg: 'psst' },
    ])
  })

  it('answer a repeated id with 400, and the message is there', async () => {
    await send(ann, 'GENERAL', 'once', { _id: 'fixedMessageId001' })
    const again = await send(ann, 'GENERAL', 'once', { _id: 'fixedMessageId001' })
    expect([again.status, again.body.success]).toEqual([400, false])
    expect((await bob.get('chat.getMessage?msgId=fixedMessageId001')).body.message.msg).toBe('once')
    expect((await bob.get('chat.getMessage?msgId=unknown')).body).toEqual({ success: false })
  })

  it('refuse bad sends with their texts', async () => {
    expect((await ann.post('chat.sendMessage', { message: { msg: 'x' } })).body.error).toBe(
      "The 'rid' property on the message object is missing.",
    )
    expect((await send(ann, 'GENERAL', 'x', { t: 'uj' })).body.error).toBe(
      "Cannot send system messages using 'chat.sendMessage'",
    )
    expect((await send(ann, 'GENERAL', 'x'.repeat(5001))).body.errorType).toBe(
      'error-message-size-exceeded',
    )
    expect((await send(ann, 'GENERAL', '')).body.errorType).toBe('error-invalid-message')
    expect((await send(ann, 'GENERAL', 'x', { ts: 1 })).body.errorType).toBe('invalid-params')
    expect((await send(ann, 'nowhere', 'x')).body.error).toBe('error-invalid-room')
  })

  it('are edited and deleted by their author', async () => {
    const { body } = await send(ann, 'GENERAL', 'frist')
    const msgId = body.message._id as string
    const edited = await ann.post('chat.update', { roomId: 'GENERAL', msgId, text: 'first' })
    expect(edited.body.message).toMatchObject({ msg: 'first', editedBy: { username: 'ann' } })
    expect((await ann.post('chat.update', { roomId: 'x', msgId, text: 'y' })).status).toBe(400)
    expect(
      (await bob.post('chat.update', { roomId: 'GENERAL', msgId, text: 'y' })).body.errorType,
    ).toBe('error-action-not-allowed')
    const removed = await ann.post('chat.delete', { roomId: 'GENERAL', msgId })
    expect(removed.body).toMatchObject({
      _id: msgId,
      message: { _id: msgId, rid: 'GENERAL' },
      ts: expect.stringMatching(/^\d+$/),
    })
    expect((await ann.post('chat.delete', { roomId: 'GENERAL', msgId })).body.error).toBe(
      `No message found with the id of "${msgId}".`,
    )
    const sync = await bob.get('chat.syncMessages?roomId=GENERAL&type=DELETED&next=0')
    expect(sync.body.result.deleted.map((one: { _id: string }) => one._id)).toContain(msgId)
  })
})

describe('history', () => {
  const texts = (answer: { body: Json }): string[] =>
    answer.body.messages.map((message: { msg: string }) => message.msg)

  const fill = async (path: string, name: string, kind: string) => {
    const created = await ann.post(path, path === 'im.create' ? { username: name } : { name })
    const room = created.body[kind]
    const rid = room.rid ?? room._id
    const times: string[] = []
    for (const msg of ['m1', 'm2', 'm3']) {
      const { body } = await ann.post('chat.sendMessage', {
        message: { rid, msg, _id: `${rid}-${msg}` },
      })
      times.push(body.message.ts)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await ann.post('chat.sendMessage', { message: { rid, msg: 'reply', tmid: `${rid}-m1` } })
    return { rid, times }
  }

  it.each([
    ['channels', 'channels.create', 'history-c', 'channel', false],
    ['groups', 'groups.create', 'history-p', 'group', true],
    ['im', 'im.create', 'bob', 'room', false],
  ])('of %s has its own default for thread replies', async (family, path, name, kind, replies) => {
    const { rid } = await fill(path, name, kind)
    const page = await ann.get(`${family}.history?roomId=${rid}&count=4`)
    expect(texts(page).includes('reply')).toBe(replies)
    expect(
      texts(await ann.get(`${family}.history?roomId=${rid}&showThreadMessages=true`)),
    ).toContain('reply')
    expect(
      texts(await ann.get(`${family}.history?roomId=${rid}&showThreadMessages=false`)),
    ).not.toContain('reply')
  })

  it('is bounded exclusively, or inclusively when asked, and paged from the newest', async () => {
    const { rid, times } = await fill('channels.create', 'history-bounds', 'channel')
    const ask = async (query: string) =>
      texts(await ann.get(`channels.history?roomId=${rid}&${query}`))
    expect(await ask('count=2')).toEqual(['m3', 'm2'])
    expect(await ask('count=2&offset=2')).toEqual(['m1'])
    expect(await ask(`latest=${times[2]}&inclusive=true&oldest=${times[0]}`)).toEqual([
      'm3',
      'm2',
      'm1',
    ])
    expect(await ask(`latest=${times[0]}`)).toEqual([])
    const unread = await ann.get(
      `channels.history?roomId=${rid}&count=1&unreads=true&oldest=1970-01-01`,
    )
    expect(unread.body).toMatchObject({
      messages: [{ msg: 'm3' }],
      firstUnread: { msg: 'm1' },
      unreadNotLoaded: 2,
    })
    expect((await ann.get(`channels.history?roomId=${rid}&latest=never`)).status).toBe(400)
  })
})
