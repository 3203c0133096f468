// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return */
import { refusal } from './refusals'
import { openDdp, type DdpClient, type RestClient, type TestServer, usePeople } from './support'

let test: TestServer
let ann: RestClient
let bob: RestClient
let eve: RestClient
let socket: DdpClient
let rid: string

afterAll(() => socket.close())
usePeople(['ann', 'bob', 'eve'], (opened) => ({ test, ann, bob, eve } = opened))
beforeAll(async () => {
  rid = (await ann.post('groups.create', { name: 'team', members: ['bob'] })).body.group._id
  socket = await openDdp(test.server.url, bob)
  await socket.subscribe('stream-room-messages', rid, false)
  await socket.subscribe('stream-notify-user', `${bob.userId}/subscriptions-changed`, false)
})

const send = async (msg: string, fields: object = {}, who = ann): Promise<string> =>
  (await who.post('chat.sendMessage', { message: { rid, msg, ...fields } })).body.message._id
const stored = async (msgId: string) =>
  (await ann.get(`chat.getMessage?msgId=${msgId}`)).body.message
const heard = async (matches: (message: Record<string, unknown>) => boolean) =>
  (
    await socket.next(
      (frame) => frame.collection === 'stream-room-messages' && matches(frame.fields.args[0]),
    )
  ).fields.args[0]
const texts = (list: { msg: string }[]) => list.map((one) => one.msg)

describe('a reaction', () => {
  it('is added, toggled and taken back, and members hear it', async () => {
    const messageId = await send('react to me')
    const react = (fields: object, who = bob) => who.post('chat.react', { messageId, ...fields })
    expect((await react({ emoji: ':smile:', shouldReact: true })).body).toEqual({ success: true })
    const event = await heard((one) => one._id === messageId && one.reactions !== undefined)
    expect(event.reactions).toEqual({ ':smile:': { usernames: ['bob'] } })
    await react({ emoji: 'smile', shouldReact: true })
    await react({ reaction: 'smile' }, ann)
    expect((await stored(messageId)).reactions).toEqual({
      ':smile:': { usernames: ['bob', 'ann'] },
    })
    await react({ emoji: 'smile' })
    await react({ emoji: ':smile:', shouldReact: false }, ann)
    expect(await stored(messageId)).not.toHaveProperty('reactions')
  })

  it('is refused for no emoji, for strangers and where nobody writes', async () => {
    const messageId = await send('no')
    const react = (emoji: string, who = bob) => who.post('chat.react', { messageId, emoji })
    expect(refusal(await react('not an emoji'))).toEqual([400, 'error-not-allowed'])
    expect(refusal(await react('__proto__'))).toEqual([200, undefined])
    expect(refusal(await react('smile', eve))).toEqual([400, 'error-not-allowed'])
    expect(refusal(await bob.post('chat.react', { messageId }))).toEqual([400, 'invalid-params'])
    await ann.post('groups.setReadOnly', { roomId: rid, readOnly: true })
    expect((await react('heart')).status).toBe(400)
    await ann.post('rooms.saveRoomSettings', { rid, reactWhenReadOnly: true })
    expect((await react('heart')).status).toBe(200)
    await ann.post('rooms.saveRoomSettings', { rid, readOnly: false })
  })
})

describe('a mark', () => {
  it('with a star is for the own eyes', async () => {
    const messageId = await send('starred')
    expect((await bob.post('chat.starMessage', { messageId })).body).toEqual({ success: true })
    const list = async (who: RestClient) =>
      (await who.get(`chat.getStarredMessages?roomId=${rid}`)).body
    expect(await list(bob)).toMatchObject({
      total: 1,
      messages: [{ starred: [{ _id: bob.userId }] }],
    })
    expect((await list(ann)).total).toBe(0)
    expect((await stored(messageId)).starred).toEqual([])
    await bob.post('chat.unStarMessage', { messageId })
    expect((await list(bob)).total).toBe(0)
    expect((await eve.post('chat.starMessage', { messageId })).body).toEqual({ success: true })
    expect(refusal(await eve.get(`chat.getStarredMessages?roomId=${rid}`))).toEqual([
      400,
      'error-not-allowed',
    ])
    expect(refusal(await bob.post('chat.starMessage', {}))).toEqual([400, 'invalid-params'])
  })

  it('with a pin is for all, with a line that shows the message', async () => {
    const messageId = await send('important')
    expect(refusal(await bob.post('chat.pinMessage', { messageId }))).toEqual([
      400,
      'not-authorized',
    ])
    const pinned = await ann.post('chat.pinMessage', { messageId })
    expect(pinned.body.message).toMatchObject({
      t: 'message_pinned',
      attachments: [{ text: 'important', author_name: 'ann' }],
    })
    expect(await heard((one) => one._id === messageId && one.pinned === true)).toMatchObject({
      pinnedBy: { username: 'ann' },
    })
    await heard((one) => one.t === 'message_pinned')
    expect((await ann.post('chat.pinMessage', { messageId })).body.message._id).toBe(messageId)
    const list = await bob.get(`chat.getPinnedMessages?roomId=${rid}`)
    expect(list.body).toMatchObject({ count: 1, offset: 0, total: 1 })
    expect((await bob.get(`groups.messages?roomId=${rid}&pinned=true`)).body.total).toBe(1)
    expect((await ann.post('chat.unPinMessage', { messageId })).body).toEqual({ success: true })
    expect(await stored(messageId)).not.toHaveProperty('pinned')
    expect(refusal(await ann.post('chat.pinMessage', { messageId: 'none' }))).toEqual([
      400,
      'error-action-not-allowed',
    ])
  })

  it('of a complaint or of somebody ignored is kept', async () => {
    const messageId = await send('rude')
    const report = (description: string, who = bob) =>
      who.post('chat.reportMessage', { messageId, description })
    expect((await report('it is rude')).body).toEqual({ success: true })
    expect(refusal(await report('  '))).toEqual([400, 'error-invalid-description'])
    expect(refusal(await report('x', eve))).toEqual([400, 'error-invalid-message_id'])
    const ignore = (userId: string, value: string) =>
      bob.get(`chat.ignoreUser?rid=${rid}&userId=${userId}&ignore=${value}`)
    expect((await ignore(ann.userId, 'true')).body).toEqual({ success: true })
    const own = async () =>
      (await bob.get(`subscriptions.getOne?roomId=${rid}`)).body.subscription.ignored
    expect(await own()).toEqual([ann.userId])
    await ignore(ann.userId, 'false')
    expect(await own()).toEqual([])
    expect(refusal(await ignore(eve.userId, 'true'))).toEqual([400, 'error-invalid-subscription'])
    expect(refusal(await ignore(ann.userId, 'maybe'))).toEqual([400, 'error-invalid-params'])
  })
})

describe('lists of messages', () => {
  it('are of mentions, all messages and deleted ones', async () => {
    const id = await send('hello @bob')
    const mentions = await bob.get(`chat.getMentionedMessages?roomId=${rid}`)
    expect(texts(mentions.body.messages)).toEqual(['hello @bob'])
    const byId = await ann.get(`groups.messages?roomName=team&mentionIds=${bob.userId}`)
    expect(byId.body.total).toBe(1)
    const all = await ann.get(`groups.messages?roomId=${rid}&count=1`)
    expect(all.body).toMatchObject({ messages: [{ _id: id }], count: 1 })
    expect(all.body.total).toBeGreaterThan(1)
    const oldest = await ann.get(`groups.messages?roomId=${rid}&count=1&sort={"ts":1}`)
    expect(oldest.body.messages[0]._id).not.toBe(id)
    expect(refusal(await ann.get(`groups.messages?roomId=${rid}&sort=x`))).toEqual([
      400,
      'error-invalid-sort',
    ])
    const since = new Date(0).toISOString()
    await ann.post('chat.delete', { roomId: rid, msgId: id })
    const gone = await bob.get(`chat.getDeletedMessages?roomId=${rid}&since=${since}`)
    expect(gone.body).toMatchObject({ messages: [{ _id: id }], total: 1 })
    expect((await bob.get(`chat.getDeletedMessages?roomId=${rid}&since=x`)).status).toBe(400)
    expect(refusal(await eve.get(`groups.messages?roomId=${rid}`))).toEqual([
      400,
      'error-room-not-found',
    ])
    const direct = (await ann.post('im.create', { username: 'bob' })).body.room.rid
    await ann.post('chat.sendMessage', { message: { rid: direct, msg: 'psst' } })
    for (const query of [`roomId=${direct}`, 'username=ann']) {
      expect(texts((await bob.get(`im.messages?${query}`)).body.messages)).toEqual(['psst'])
    }
    expect(refusal(await eve.get(`dm.messages?roomId=${direct}`))).toEqual([400, 'invalid-channel'])
  })
})

describe('chat.postMessage', () => {
  it('writes to rooms, channels and people by name', async () => {
    const post = (body: object, who = ann) => who.post('chat.postMessage', body)
    const answer = await post({ roomId: rid, text: 'posted' })
    expect(answer.body).toMatchObject({
      channel: rid,
      ts: expect.any(Number),
      message: { msg: 'posted', rid, groupable: false },
    })
    expect((await post({ channel: '#general', text: 'hi' }, eve)).body.message.rid).toBe('GENERAL')
    const direct = await post({ channel: '@bob', text: 'psst' })
    expect(direct.body).toMatchObject({ channel: '@bob', message: { msg: 'psst' } })
    const both = await post({ channel: ['team', '@bob'], text: 'twice' })
    expect(both.body.channel).toBe('team')
    expect(refusal(await post({ channel: '#nowhere', text: 'x' }))).toEqual([
      400,
      'invalid-channel',
    ])
    expect(refusal(await post({ roomId: rid, text: 'x' }, eve))).toEqual([400, 'invalid-channel'])
    expect(refusal(await post({ roomId: rid, text: 'x', alias: 'Boss' }))).toEqual([
      400,
      'Not enough permission',
    ])
    expect(refusal(await post({ roomId: rid, text: 'x'.repeat(5001) }))).toEqual([
      400,
      'error-message-size-exceeded',
    ])
    expect(refusal(await post({ text: 'x' }))).toEqual([400, 'invalid-params'])
    expect(
      (await post({ roomId: rid, text: 'x', attachments: [{ title_link: 'javascript:1' }] }))
        .status,
    ).toBe(400)
  })
})

describe('a link to a message', () => {
  it('becomes a quote of what its author may read', async () => {
    const { url } = test.server
    const first = await send('original')
    const link = `${url}/group/team?msg=${first}`
    const second = await stored(await send(`[ ](${link}) I agree`))
    expect(second.attachments).toMatchObject([
      { text: 'original', author_name: 'ann', message_link: link },
    ])
    expect(second.urls).toMatchObject([{ url: link, ignoreParse: true }])
    const nested = await stored(await send(`[ ](${url}/group/team?msg=${second._id}) me too`))
    expect(nested.attachments[0].attachments).toMatchObject([{ text: 'original' }])
    const third = await stored(await send(`[ ](${url}/group/team?msg=${nested._id}) three`))
    expect(third.attachments[0].attachments[0].attachments).toEqual([])
    const body = { roomId: rid, msgId: second._id, text: 'no quote' }
    expect((await ann.post('chat.update', body)).body.message.attachments).toEqual([])
    const spy = await eve.post('chat.sendMessage', {
      message: { rid: 'GENERAL', msg: `[ ](${link}) what is it` },
    })
    expect(spy.body.message).not.toHaveProperty('attachments')
  })
})

describe('threads', () => {
  it('are listed, read, followed and synchronised', async () => {
    const tmid = await send('root')
    await send('first', { tmid }, bob)
    await send('second', { tmid })
    const list = async (query: string, who = bob) =>
      (await who.get(`chat.getThreadsList?rid=${rid}${query}`)).body
    expect(await list('')).toMatchObject({ threads: [{ _id: tmid, tcount: 2 }], total: 1 })
    expect((await list('&type=following')).total).toBe(1)
    expect((await list('&type=unread')).total).toBe(1)
    expect((await list('&text=roo')).total).toBe(1)
    expect((await list('&text=100%25')).total).toBe(0)
    const replies = await bob.get(`chat.getThreadMessages?tmid=${tmid}`)
    expect(texts(replies.body.messages)).toEqual(['first', 'second'])
    expect((await bob.post('chat.readThread', { tmid })).body).toEqual({ success: true })
    expect((await list('&type=unread')).total).toBe(0)
    const mine = (await bob.get(`subscriptions.getOne?roomId=${rid}`)).body.subscription
    expect(mine).not.toHaveProperty('tunread')
    expect((await bob.post('chat.unfollowMessage', { mid: tmid })).status).toBe(200)
    expect((await stored(tmid)).replies).toEqual([ann.userId])
    await send('third', { tmid })
    expect((await list('&type=unread')).total).toBe(0)
    expect((await bob.post('chat.followMessage', { mid: tmid })).status).toBe(200)
    expect((await list('&type=following')).total).toBe(1)
    const since = new Date(0).toISOString()
    const synced = await bob.get(`chat.syncThreadMessages?tmid=${tmid}&updatedSince=${since}`)
    expect(texts(synced.body.messages.update)).toEqual(['first', 'second', 'third'])
    const threads = await bob.get(`chat.syncThreadsList?rid=${rid}&updatedSince=${since}`)
    expect(threads.body.threads.update).toMatchObject([{ _id: tmid }])
  })

  it('are refused to strangers and for what is no thread or time', async () => {
    const tmid = await send('root two')
    const since = new Date(0).toISOString()
    for (const path of [
      `chat.getThreadsList?rid=${rid}`,
      `chat.getThreadMessages?tmid=${tmid}`,
      `chat.syncThreadsList?rid=${rid}&updatedSince=${since}`,
      `chat.syncThreadMessages?tmid=${tmid}&updatedSince=${since}`,
    ]) {
      expect(refusal(await eve.get(path))).toEqual([400, 'error-not-allowed'])
    }
    expect(refusal(await bob.get(`chat.syncThreadsList?rid=${rid}&updatedSince=x`))).toEqual([
      400,
      'error-updatedSince-param-invalid',
    ])
    expect(refusal(await bob.get(`chat.getThreadsList?rid=${rid}&type=mine`))).toEqual([
      400,
      'error-invalid-params',
    ])
    expect(refusal(await eve.post('chat.followMessage', { mid: tmid }))).toEqual([
      400,
      'error-invalid-message',
    ])
    expect(refusal(await eve.post('chat.readThread', { tmid }))).toEqual([400, 'error-not-allowed'])
  })
})

describe('discussions', () => {
  it('start from a message, count their messages in the parent and go with it', async () => {
    const pmid = await send('a big topic', {}, bob)
    const create = (fields: object, who = ann) =>
      who.post('rooms.createDiscussion', { prid: rid, t_name: '大话题', ...fields })
    const { discussion } = (await create({ pmid, users: ['eve'], reply: 'let us talk' })).body
    expect(discussion).toMatchObject({ prid: rid, t: 'p', fname: '大话题', usersCount: 3, msgs: 1 })
    expect(discussion).toMatchObject({ topic: 'team', description: 'a big topic', inserted: true })
    const link = await heard((one) => one.drid === discussion._id && one.dcount === 1)
    expect(link).toMatchObject({
      t: 'discussion-created',
      msg: '大话题',
      attachments: [{ text: 'a big topic' }],
    })
    expect((await create({ pmid })).body.discussion).toMatchObject({
      _id: discussion._id,
      inserted: false,
    })
    const listed = (await bob.get(`rooms.getDiscussions?roomId=${rid}`)).body
    expect(listed).toMatchObject({ discussions: [{ _id: discussion._id }], total: 1 })
    expect((await bob.get(`chat.getDiscussions?roomId=${rid}&text=话题`)).body).toMatchObject({
      messages: [{ drid: discussion._id, dcount: 1 }],
    })
    expect((await bob.get(`rooms.info?roomId=${discussion._id}`)).body.parent).toMatchObject({
      _id: rid,
      name: 'team',
    })
    expect(refusal(await create({ prid: discussion._id }))).toEqual([
      400,
      'error-nested-discussion',
    ])
    expect(refusal(await create({ pmid: 'none' }))).toEqual([400, 'error-invalid-message'])
    expect(refusal(await create({}, eve))).toEqual([400, 'error-invalid-room'])
    expect(refusal(await create({ t_name: '' }))).toEqual([400, 'invalid-params'])
    await ann.post('chat.delete', { roomId: rid, msgId: link._id })
    expect((await ann.get(`rooms.info?roomId=${discussion._id}`)).status).toBe(400)
  })
})

describe('pruning', () => {
  it('removes what it is told to and tells of it in one event', async () => {
    const { body } = await ann.post('channels.create', { name: 'prune', members: ['bob'] })
    const roomId = body.channel._id
    const into = async (msg: string, who = ann) =>
      (await who.post('chat.sendMessage', { message: { rid: roomId, msg } })).body.message._id
    const kept = await into('pinned')
    await ann.post('chat.pinMessage', { messageId: kept })
    const removed = await into('by bob', bob)
    await socket.subscribe('stream-notify-room', `${roomId}/deleteMessageBulk`, false)
    const span = { roomId, oldest: '2000-01-01', latest: '2100-01-01' }
    const clean = (fields: object, who = test.admin) =>
      who.post('rooms.cleanHistory', { ...span, ...fields })
    expect(refusal(await clean({}, ann))).toEqual([400, 'error-not-allowed'])
    expect(refusal(await clean({ latest: 'x' }))).toEqual([400, 'error-latest-param-invalid'])
    expect(refusal(await clean({ limit: -1 }))).toEqual([400, 'invalid-params'])
    expect((await clean({ users: ['nobody'] })).body).toMatchObject({ _id: roomId, count: 0 })
    expect((await clean({ users: ['bob'], excludePinned: true })).body.count).toBe(1)
    const event = await socket.event('stream-notify-room', `${roomId}/deleteMessageBulk`)
    expect(event.fields.args[0]).toMatchObject({
      rid: roomId,
      excludePinned: true,
      users: ['bob'],
      ids: [removed],
    })
    const room = (await ann.get(`rooms.info?roomId=${roomId}`)).body.room
    expect(room.msgs).toBe(2)
    expect((await clean({ limit: 1, inclusive: true })).body.count).toBe(1)
  })
})
