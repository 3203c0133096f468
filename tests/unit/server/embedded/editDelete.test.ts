import type { MessageDoc, RoomDoc, UserDoc } from '../../../../server/embedded/documents'
import { createNamedRoom } from '../../../../server/embedded/domain/createRoom'
import { deleteMessage } from '../../../../server/embedded/domain/deleteMessage'
import { editMessage } from '../../../../server/embedded/domain/editMessage'
import { readRoom } from '../../../../server/embedded/domain/readRoom'
import { sendMessage } from '../../../../server/embedded/domain/sendMessage'
import { useUsers } from './appSupport'
import type { TestApp } from './support'

let test: TestApp
let ann: UserDoc
let bob: UserDoc
let room: RoomDoc

useUsers(['ann', 'bob'], (opened) => ({ test, ann, bob } = opened))
beforeEach(() => {
  room = createNamedRoom(test.app, { t: 'c', name: 'team', owner: ann, members: [bob] })
})

const send = (user: UserDoc, _id: string, fields: object = {}) =>
  sendMessage(test.app, user, { rid: room._id, msg: `text ${_id}`, _id, ...fields })!
const message = (id: string): MessageDoc => test.app.store.messages.get(id)!
const saved = () => test.app.store.rooms.get(room._id)!
const sub = (user: UserDoc) => test.app.store.subscriptions.get(room._id, user._id)!
const code = (work: () => unknown): unknown => {
  try {
    work()
  } catch (error) {
    return (error as { code?: unknown }).code ?? (error as Error).message
  }
  return undefined
}

describe('editing', () => {
  it('changes text and everything derived from it, and sends message and room again', () => {
    send(bob, 'm1')
    const messages = test.hear('room-messages', room._id)
    const rooms = test.hear('notify-user', `${ann._id}/rooms-changed`)
    const after = editMessage(test.app, bob, message('m1'), 'now @ann')
    expect(after).toMatchObject({
      msg: 'now @ann',
      mentions: [{ _id: ann._id }],
      editedBy: { _id: bob._id, username: 'bob' },
    })
    expect(message('m1')).toEqual(after)
    expect(messages[0]!.args[0]).toEqual(after)
    expect(rooms[0]!.args[1]).toMatchObject({ lastMessage: { _id: 'm1', msg: 'now @ann' } })
    expect(sub(ann).userMentions).toBe(0)
  })

  it('sends no room when it was not the last message', () => {
    send(bob, 'm1')
    send(bob, 'm2')
    const rooms = test.hear('notify-user', `${ann._id}/rooms-changed`)
    editMessage(test.app, bob, message('m1'), 'changed')
    expect(rooms).toEqual([])
  })

  it('with the same text changes nothing', () => {
    const before = send(bob, 'm1')
    const messages = test.hear('room-messages', room._id)
    expect(editMessage(test.app, bob, message('m1'), before.msg)).toEqual(before)
    expect(messages).toEqual([])
  })

  it('is for the author and for owners', () => {
    send(ann, 'm1')
    send(bob, 'm2')
    expect(code(() => editMessage(test.app, bob, message('m1'), 'x'))).toBe(
      'error-action-not-allowed',
    )
    expect(code(() => editMessage(test.app, ann, message('m2'), 'x'))).toBeUndefined()
  })

  it('refuses empty and oversized text, system lines, and everything after the time limit', () => {
    send(bob, 'm1')
    expect(code(() => editMessage(test.app, bob, message('m1'), ' '))).toBe('error-invalid-message')
    expect(code(() => editMessage(test.app, bob, message('m1'), 'x'.repeat(5001)))).toBe(
      'error-message-size-exceeded',
    )
    const system = { ...message('m1'), t: 'uj' }
    expect(code(() => editMessage(test.app, bob, system, 'x'))).toBe('error-action-not-allowed')
    test.app.settings.set('Message_AllowEditing_BlockEditInMinutes', 5)
    test.clock.advance(5 * 60_000 + 1)
    expect(code(() => editMessage(test.app, bob, message('m1'), 'x'))).toBe(
      'error-message-editing-blocked',
    )
  })
})

describe('deleting', () => {
  it('removes the message, leaves a stub, and recomputes the room', () => {
    send(bob, 'm1')
    send(bob, 'm2')
    const gone = test.hear('notify-room', `${room._id}/deleteMessage`)
    const rooms = test.hear('notify-user', `${ann._id}/rooms-changed`)
    deleteMessage(test.app, bob, message('m2'))
    expect(test.app.store.messages.get('m2')).toBeUndefined()
    expect(gone[0]!.args).toEqual([{ _id: 'm2' }])
    expect(rooms[0]!.args[1]).toMatchObject({ msgs: 1, lastMessage: { _id: 'm1' } })
    expect(test.app.store.trash.since('messages', room._id, 0)).toMatchObject([{ _id: 'm2' }])
    deleteMessage(test.app, bob, message('m1'))
    expect(saved().lastMessage).toBeUndefined()
    expect(saved().msgs).toBe(0)
  })

  it('keeps the root of a thread as an empty line and lowers the count for a reply', () => {
    send(ann, 'root')
    send(bob, 'r1', { tmid: 'root' })
    const gone = test.hear('notify-room', `${room._id}/deleteMessage`)
    deleteMessage(test.app, ann, message('root'))
    expect(message('root')).toMatchObject({ t: 'rm', msg: '', tcount: 1, urls: [], mentions: [] })
    expect(gone).toEqual([])
    deleteMessage(test.app, bob, message('r1'))
    expect(message('root')).toMatchObject({ tcount: 0 })
    expect(message('root').tlm).toBeUndefined()
    expect(gone).toHaveLength(1)
  })

  it('keeps every message as an empty line when the workspace shows deletions', () => {
    test.app.settings.set('Message_ShowDeletedStatus', true)
    send(bob, 'm1')
    const messages = test.hear('room-messages', room._id)
    deleteMessage(test.app, bob, message('m1'))
    expect(messages[0]!.args[0]).toMatchObject({ _id: 'm1', t: 'rm', msg: '' })
  })

  it('is refused for messages of others, after the time limit and in read-only rooms', () => {
    send(ann, 'm1')
    send(bob, 'm2')
    expect(code(() => deleteMessage(test.app, bob, message('m1')))).toBe('error-action-not-allowed')
    test.app.store.rooms.update({ ...saved(), ro: true })
    expect(code(() => deleteMessage(test.app, bob, message('m2')))).toBe('error-action-not-allowed')
    test.app.store.rooms.update({ ...saved(), ro: false })
    test.app.settings.set('Message_AllowDeleting_BlockDeleteInMinutes', 1)
    test.clock.advance(60_010)
    expect(code(() => deleteMessage(test.app, bob, message('m2')))).toBe('error-action-not-allowed')
    expect(code(() => deleteMessage(test.app, ann, message('m2')))).toBeUndefined()
  })
})

describe('reading', () => {
  it('reaches to the last message of a burst, whose time is ahead of the clock', () => {
    for (let count = 0; count < 5; count += 1) send(ann, `m${count}`)
    expect(saved().lm!.getTime()).toBeGreaterThan(test.clock.now())
    readRoom(test.app, room._id, bob)
    expect(sub(bob).ls).toEqual(saved().lm)
  })

  it('resets the counters and tells the own connections', () => {
    send(ann, 'm1', { msg: '@bob' })
    const events = test.hear('notify-user', `${bob._id}/subscriptions-changed`)
    test.clock.advance(10)
    readRoom(test.app, room._id, bob)
    const now = new Date(test.clock.now())
    expect(events[0]!.args[1]).toMatchObject({ alert: false, unread: 0, userMentions: 0, ls: now })
    expect(sub(bob)).toMatchObject({ alert: false, unread: 0, ls: now })
  })

  it('keeps the room in bold while a thread is unread, unless threads are read too', () => {
    send(bob, 'root')
    send(ann, 'r1', { tmid: 'root' })
    readRoom(test.app, room._id, bob)
    expect(sub(bob)).toMatchObject({ alert: true, tunread: ['root'] })
    const events = test.hear('notify-user', `${bob._id}/subscriptions-changed`)
    readRoom(test.app, room._id, bob, true)
    expect(sub(bob).alert).toBe(false)
    expect(events[0]!.args[1]).not.toHaveProperty('tunread')
  })

  it('is refused to who is not a member', () => {
    expect(code(() => readRoom(test.app, room._id, test.user('eve')))).toBe(
      'error-invalid-subscription',
    )
  })
})
