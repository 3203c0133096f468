import { createNamedRoom, openDirectRoom } from '../../../../server/embedded/domain/createRoom'
import { deleteMessage } from '../../../../server/embedded/domain/deleteMessage'
import { sendMessage, sendSoon } from '../../../../server/embedded/domain/sendMessage'
import type { RoomDoc, UserDoc } from '../../../../server/embedded/documents'
import { useUsers } from './appSupport'
import type { Heard, TestApp } from './support'

let test: TestApp
let ann: UserDoc
let bob: UserDoc
let eve: UserDoc
let room: RoomDoc

useUsers(['ann', 'bob', 'eve'], (opened) => ({ test, ann, bob, eve } = opened))
beforeEach(() => {
  room = createNamedRoom(test.app, { t: 'c', name: 'team', owner: ann, members: [bob, eve] })
})

const send = (user: UserDoc, fields: Record<string, unknown>) =>
  sendMessage(test.app, user, { rid: room._id, msg: 'hello', ...fields })
const sub = (user: UserDoc, rid = room._id) => test.app.store.subscriptions.get(rid, user._id)!
const saved = () => test.app.store.rooms.get(room._id)!
const changeRoom = (fields: Partial<RoomDoc>) =>
  test.app.store.rooms.update({ ...saved(), ...fields })
const refusal = (work: () => unknown): { message: string; code?: unknown } => {
  try {
    work()
  } catch (error) {
    return error as { message: string; code?: unknown }
  }
  throw new Error('was not refused')
}
const kinds = (heard: Heard[]) => heard.map(({ args }) => args[0])

describe('the send pipeline', () => {
  it('stores the message with what the server derives and counts it on the room', () => {
    const text = 'hi @bob and @all in #team, @nobody: https://example.com/a *now*'
    const message = send(ann, { msg: text, _id: 'clientId' })!
    expect(message).toMatchObject({
      _id: 'clientId',
      rid: room._id,
      u: { _id: ann._id, username: 'ann', name: 'ANN' },
      mentions: [
        { _id: bob._id, username: 'bob', name: 'BOB', type: 'user' },
        { _id: 'all', username: 'all' },
      ],
      channels: [{ _id: room._id, name: 'team', fname: 'team' }],
      urls: [{ url: 'https://example.com/a', meta: {} }],
    })
    expect(JSON.stringify(message.md)).toContain('"BOLD"')
    expect(test.app.store.messages.get('clientId')).toEqual(message)
    expect(saved()).toMatchObject({ msgs: 1, lm: message.ts, lastMessage: { _id: 'clientId' } })
  })

  it('does nothing at all with an id that is known', () => {
    send(ann, { _id: 'same', msg: 'first' })
    const events = test.hear('room-messages', room._id)
    expect(send(ann, { _id: 'same', msg: 'second' })).toBeUndefined()
    expect(events).toEqual([])
    expect(test.app.store.messages.get('same')!.msg).toBe('first')
    expect(saved().msgs).toBe(1)
  })

  it.each([
    ['no text', { msg: '' }, 'error-invalid-message'],
    ['only spaces', { msg: ' \n ' }, 'error-invalid-message'],
    ['too long a text', { msg: 'x'.repeat(5001) }, 'error-message-size-exceeded'],
    ['an empty id', { _id: '' }, 'error-invalid-message'],
    ['tshow outside of a thread', { tshow: true }, 'invalid-params'],
    ['a thread that does not exist', { tmid: 'nothing' }, 'error-invalid-message'],
    [
      'a script as attachment link',
      { attachments: [{ title_link: 'javascript:alert(1)' }] },
      'error-invalid-message',
    ],
  ])('refuses %s', (_name, fields, code) => {
    expect(refusal(() => send(ann, fields)).code).toBe(code)
    expect(saved().msgs).toBe(0)
  })

  it('takes a text of exactly the limit', () => {
    expect(send(ann, { msg: 'x'.repeat(5000) })).toBeDefined()
  })

  it('keeps a client time within 10 s, replaces it within 60 s and refuses it beyond', () => {
    const now = test.clock.now()
    expect(send(ann, { ts: new Date(now - 9000) })!.ts.getTime()).toBe(now - 9000)
    expect(send(ann, { ts: new Date(now + 30_000) })!.ts.getTime()).toBe(now)
    expect(refusal(() => send(ann, { ts: new Date(now - 61_000) })).code).toBe(
      'error-message-ts-out-of-sync',
    )
    expect(refusal(() => send(ann, { ts: new Date(Number.NaN) })).code).toBe(
      'error-message-ts-out-of-sync',
    )
  })

  it.each<[string, () => void, string]>([
    [
      'a read-only room',
      () => changeRoom({ ro: true }),
      "You can't send messages because the room is readonly.",
    ],
    ['a muted person', () => changeRoom({ muted: ['bob'] }), 'You_have_been_muted'],
    ['an archived room', () => changeRoom({ archived: true }), 'room_is_archived'],
  ])(
    'refuses %s with its text, also as a line that only the author sees',
    (_name, prepare, text) => {
      prepare()
      const lines = test.hear('notify-user', `${bob._id}/message`)
      expect(refusal(() => send(bob, {})).message).toBe(text)
      expect(lines).toHaveLength(1)
      expect(lines[0]!.args[0]).toMatchObject({
        rid: room._id,
        private: true,
        u: { _id: 'rocket.cat' },
      })
      expect(saved().msgs).toBe(0)
    },
  )

  it('gives each message of one millisecond a time of its own, so that every client shows one order', () => {
    const first = send(ann, {})!
    const second = send(bob, {})!
    expect(first.ts.getTime()).toBe(test.clock.now())
    expect(second.ts.getTime()).toBe(test.clock.now() + 1)
    test.clock.advance(5)
    expect(send(ann, {})!.ts.getTime()).toBe(test.clock.now())
  })

  it('tells a refused sender why, also when others send at the same moment', async () => {
    changeRoom({ muted: ['bob'] })
    const told = test.hear('notify-user', `${bob._id}/message`)
    const messages = test.hear('room-messages', room._id)
    const refused = sendSoon(test.app, bob, { rid: room._id, msg: 'hello' })
    const sent = sendSoon(test.app, ann, { rid: room._id, msg: 'hello' })
    await expect(refused).rejects.toThrow('You_have_been_muted')
    expect(await sent).toMatchObject({ u: { username: 'ann' } })
    expect(told.map(({ args }) => args[0])).toMatchObject([{ msg: 'You_have_been_muted' }])
    expect(messages).toHaveLength(1)
    expect(saved().msgs).toBe(1)
  })

  it('stores one of two messages with the same id that come at the same moment', async () => {
    const twice = await Promise.all(
      ['first', 'second'].map((msg) =>
        sendSoon(test.app, ann, { rid: room._id, _id: 'same', msg }),
      ),
    )
    expect(twice.map((message) => message?.msg)).toEqual(['first', undefined])
    expect(saved()).toMatchObject({ msgs: 1, lastMessage: { msg: 'first' } })
  })

  it('lets owners write in a read-only room', () => {
    changeRoom({ ro: true })
    expect(send(ann, {})).toBeDefined()
  })

  it('refuses unknown rooms, and private ones of others', () => {
    const secret = createNamedRoom(test.app, { t: 'p', name: 'secret', owner: ann, members: [] })
    expect(refusal(() => send(bob, { rid: 'nowhere' })).message).toBe('error-invalid-room')
    expect(refusal(() => send(bob, { rid: secret._id })).message).toBe('error-not-allowed')
  })

  it('lets non-members post into a public channel without making them members', () => {
    const stranger = test.user('stranger')
    expect(send(stranger, {})).toBeDefined()
    expect(test.app.store.subscriptions.get(room._id, stranger._id)).toBeUndefined()
  })

  it('refuses another name or picture than the own one', () => {
    expect(refusal(() => send(ann, { alias: 'The Boss' })).message).toBe('Not enough permission')
    expect(refusal(() => send(ann, { avatar: 'https://example.com/x.png' })).message).toBe(
      'Not enough permission',
    )
  })

  it('refuses @all from who may not notify everybody', () => {
    const guest = test.user('guest', ['guest'])
    test.app.store.subscriptions.insert({
      ...sub(bob),
      _id: 'g',
      u: { _id: guest._id, username: 'guest' },
    })
    expect(refusal(() => send(guest, { msg: 'hey @all' })).code).toBe('error-action-not-allowed')
    expect(saved().msgs).toBe(0)
  })
})

describe('what a new message changes for the members', () => {
  it('marks the room unread for everybody else and counts nothing in a channel', () => {
    send(ann, {})
    expect(sub(bob)).toMatchObject({ alert: true, open: true, unread: 0, userMentions: 0 })
    expect(sub(ann)).toMatchObject({ alert: false, unread: 0, ls: new Date(test.clock.now()) })
  })

  it('counts a mention for the mentioned one only', () => {
    send(ann, { msg: 'ping @bob' })
    expect(sub(bob)).toMatchObject({ unread: 1, userMentions: 1, groupMentions: 0 })
    expect(sub(eve)).toMatchObject({ unread: 0, userMentions: 0, alert: true })
  })

  it('counts @all for everybody, unless somebody is named', () => {
    send(ann, { msg: '@all lunch' })
    expect(sub(bob)).toMatchObject({ unread: 1, groupMentions: 1, userMentions: 0 })
    send(ann, { msg: '@all and @eve' })
    expect(sub(bob)).toMatchObject({ unread: 1, groupMentions: 1 })
    expect(sub(eve)).toMatchObject({ unread: 2, groupMentions: 1, userMentions: 1 })
  })

  it('counts a highlighted word like a mention', () => {
    test.app.store.subscriptions.update({ ...sub(bob), userHighlights: ['Deadline'] })
    send(ann, { msg: 'the deadline moved' })
    expect(sub(bob)).toMatchObject({ unread: 1, userMentions: 1 })
  })

  it('counts every direct message and opens the conversation of the other side', () => {
    const { room: direct } = openDirectRoom(test.app, [ann, bob], ann)
    expect(sub(bob, direct._id).open).toBe(false)
    send(ann, { rid: direct._id })
    send(ann, { rid: direct._id, msg: '@bob you there?' })
    expect(sub(bob, direct._id)).toMatchObject({
      open: true,
      alert: true,
      unread: 2,
      userMentions: 1,
    })
  })

  it('sends the room to every member and each subscription only when it visibly changed', () => {
    const message = test.hear('room-messages', room._id)
    const rooms = test.hear('notify-user', `${bob._id}/rooms-changed`)
    const subs = test.hear('notify-user', `${bob._id}/subscriptions-changed`)
    const own = test.hear('notify-user', `${ann._id}/subscriptions-changed`)
    send(ann, {})
    send(ann, {})
    expect(message).toHaveLength(2)
    expect(kinds(rooms)).toEqual(['updated', 'updated'])
    expect(kinds(subs)).toEqual(['updated'])
    expect(own).toEqual([])
    send(ann, { msg: '@bob' })
    expect(subs).toHaveLength(2)
    send(bob, {})
    expect(subs[2]!.args[1]).toMatchObject({ alert: false, unread: 0, userMentions: 0 })
  })

  it('tells nobody of a message whose transaction fails', () => {
    const events = test.hear('room-messages', room._id)
    expect(() =>
      test.app.store.write(() => {
        send(ann, { _id: 'lost' })
        throw new Error('disk full')
      }),
    ).toThrow('disk full')
    expect(events).toEqual([])
    expect(test.app.store.messages.get('lost')).toBeUndefined()
    expect(saved().msgs).toBe(0)
  })
})

describe('thread replies', () => {
  it('count on the root, reach its followers and leave the room list alone', () => {
    const root = send(ann, { _id: 'root' })!
    send(bob, { _id: 'r1', tmid: 'root', msg: 'reply' })
    expect(test.app.store.messages.get('root')).toMatchObject({
      tcount: 1,
      replies: [ann._id, bob._id],
    })
    expect(saved()).toMatchObject({ msgs: 2, lm: root.ts, lastMessage: { _id: 'root' } })
    expect(sub(ann)).toMatchObject({ tunread: ['root'], alert: true, unread: 0 })
    expect(sub(eve).tunread).toBeUndefined()
  })

  it('keep the last message of the room the same as the root that they count on', () => {
    send(ann, { _id: 'root' })
    send(bob, { _id: 'reply', tmid: 'root' })
    expect(saved().lastMessage).toEqual(test.app.store.messages.get('root'))
    expect(saved().lastMessage).toMatchObject({ _id: 'root', tcount: 1 })
    deleteMessage(test.app, bob, test.app.store.messages.get('reply')!)
    expect(saved().lastMessage).toEqual(test.app.store.messages.get('root'))
    expect(saved().lastMessage).toMatchObject({ _id: 'root', tcount: 0 })
  })

  it('go to the root when they answer a reply, and mark the mentioned', () => {
    send(ann, { _id: 'root' })
    send(bob, { _id: 'r1', tmid: 'root' })
    expect(send(bob, { tmid: 'r1', msg: '@eve look' })!.tmid).toBe('root')
    expect(sub(eve)).toMatchObject({ tunread: ['root'], tunreadUser: ['root'] })
  })

  it('with tshow are also messages of the room', () => {
    send(ann, { _id: 'root' })
    send(bob, { _id: 'r1', tmid: 'root', tshow: true })
    expect(saved().lastMessage!._id).toBe('r1')
  })
})

describe('desktop notifications', () => {
  const connect = (user: UserDoc) => {
    test.app.presence.connectionStatus(user, `c-${user.username}`, 'online')
    return test.hear('notify-user', `${user._id}/notification`)
  }

  it('reach connected members, not the author', () => {
    const forBob = connect(bob)
    const forAnn = connect(ann)
    const forEve = test.hear('notify-user', `${eve._id}/notification`)
    send(ann, { _id: 'm1', msg: 'news' })
    expect(forBob[0]!.args[0]).toEqual({
      title: '#team',
      text: 'ann: news',
      payload: {
        _id: 'm1',
        rid: room._id,
        sender: { _id: ann._id, username: 'ann', name: 'ANN' },
        type: 'c',
        name: 'team',
        message: { msg: 'news' },
      },
    })
    expect([...forAnn, ...forEve]).toEqual([])
  })

  it('respect the level that the member chose', () => {
    const forBob = connect(bob)
    test.app.store.subscriptions.update({ ...sub(bob), desktopNotifications: 'mentions' })
    send(ann, {})
    expect(forBob).toHaveLength(0)
    send(ann, { msg: '@bob' })
    expect(forBob).toHaveLength(1)
    test.app.store.subscriptions.update({ ...sub(bob), desktopNotifications: 'nothing' })
    send(ann, { msg: '@bob' })
    expect(forBob).toHaveLength(1)
  })
})
