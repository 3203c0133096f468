import type { RoomDoc, UserDoc } from '../../../../server/embedded/documents'
import { banUser } from '../../../../server/embedded/domain/bans'
import { createDiscussion } from '../../../../server/embedded/domain/createDiscussion'
import { createNamedRoom } from '../../../../server/embedded/domain/createRoom'
import { createTeam } from '../../../../server/embedded/domain/createTeam'
import { removeUser } from '../../../../server/embedded/domain/membership'
import { saveRoomSettings } from '../../../../server/embedded/domain/saveRoomSettings'
import { sendMessage } from '../../../../server/embedded/domain/sendMessage'
import { roleById, takeRole } from '../../../../server/embedded/domain/workspaceRoles'
import { signedInConnection } from './ddpSupport'
import { openTestApp, type Json, type TestApp } from './support'

let test: TestApp
let ann: UserDoc
let bob: UserDoc
beforeEach(() => {
  test = openTestApp()
  ann = test.user('ann', ['user', 'admin'])
  bob = test.user('bob')
})
afterEach(() => test.close())

const stored = (room: RoomDoc): RoomDoc => test.app.store.rooms.get(room._id)!

/** What bob hears of a room on its streams from now on, by event name. */
const listen = async (rid: string) => {
  const bobs = await signedInConnection(test, bob)
  const events = [rid, `${rid}/user-activity`, `${rid}/deleteMessage`]
  for (const [index, eventName] of events.entries()) {
    const name = index === 0 ? 'stream-room-messages' : 'stream-notify-room'
    bobs.receive({ msg: 'sub', id: eventName, name, params: [eventName, false] })
  }
  await bobs.settle()
  expect(bobs.frames.filter(({ msg }) => msg === 'ready')).toHaveLength(events.length)
  const heard = (): string[] =>
    bobs.frames
      .filter(({ msg, collection }) => msg === 'changed' && collection !== 'stream-notify-user')
      .map((frame: Json) => (frame.fields as { eventName: string }).eventName)
  return { ...bobs, heard }
}

/** Ann writes, types, and removes a message. */
const act = (rid: string): void => {
  sendMessage(test.app, ann, { rid, msg: 'between us' })
  test.app.events.bus.emit('notify-room', `${rid}/user-activity`, ['ann', ['user-typing'], {}])
  test.app.events.messageDeleted(rid, 'gone')
}

const members = { members: [] as UserDoc[] }

describe('who listens to a room and may not see it any more hears nothing of it', () => {
  it('after the channel became private', async () => {
    const room = createNamedRoom(test.app, { t: 'c', name: 'open', owner: ann, ...members })
    const bobs = await listen(room._id)
    act(room._id)
    expect(bobs.heard()).toHaveLength(3)
    saveRoomSettings(test.app, ann, stored(room), { roomType: 'p' })
    const before = bobs.heard().length
    act(room._id)
    expect(bobs.heard()).toHaveLength(before)
  })

  it.each([
    ['removed', removeUser],
    ['banned', banUser],
  ])('after being %s', async (_how, exclude) => {
    const room = createNamedRoom(test.app, { t: 'p', name: 'group', owner: ann, members: [bob] })
    const bobs = await listen(room._id)
    exclude(test.app, stored(room), ann, bob)
    const before = bobs.heard().length
    act(room._id)
    expect(bobs.heard()).toHaveLength(before)
  })

  it('after leaving the room above a discussion', async () => {
    const room = createNamedRoom(test.app, { t: 'p', name: 'group', owner: ann, members: [bob] })
    const { room: discussion } = createDiscussion(test.app, ann, {
      prid: room._id,
      title: 'about it',
      members: [],
    })
    const bobs = await listen(discussion._id)
    removeUser(test.app, stored(room), ann, bob)
    act(discussion._id)
    expect(bobs.heard()).toEqual([])
  })

  it('after the team of a channel became private', async () => {
    const team = createTeam(test.app, ann, {
      name: 'crew',
      type: 0,
      owner: ann,
      members: [],
      room: {},
    })
    const room = createNamedRoom(test.app, {
      t: 'c',
      name: 'deck',
      owner: ann,
      teamId: team._id,
      ...members,
    })
    const bobs = await listen(room._id)
    saveRoomSettings(test.app, ann, test.app.store.rooms.get(team.roomId)!, { roomType: 'p' })
    act(room._id)
    expect(bobs.heard()).toEqual([])
  })

  it('after losing the role that opened the channel', async () => {
    const room = createNamedRoom(test.app, { t: 'c', name: 'open', owner: ann, ...members })
    const bobs = await listen(room._id)
    takeRole(test.app, ann, { role: roleById('user')!, target: bob, rid: undefined })
    act(room._id)
    expect(bobs.heard()).toEqual([])
  })
})

it('who may still see a room hears it on after access was checked again', async () => {
  const room = createNamedRoom(test.app, { t: 'c', name: 'open', owner: ann, members: [] })
  const bobs = await listen(room._id)
  test.app.events.accessChanged()
  act(room._id)
  expect(bobs.heard()).toHaveLength(3)
})
