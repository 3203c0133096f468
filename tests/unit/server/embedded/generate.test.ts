import { generate } from '../../../../server/embedded/demo/generate'
import { memberFaults, messagesOf, roomFaults } from '../../../durability/recompute'
import { openTestApp, type TestApp } from './support'

const sizes = { users: 30, rooms: 40, messages: 4000, seed: 7 }

let test: TestApp
beforeEach(() => {
  test = openTestApp()
})
afterEach(() => test.close())

const roomsOf = ({ app }: TestApp) =>
  (['c', 'p', 'd'] as const)
    .flatMap((t) => app.store.rooms.ofType(t))
    .filter(({ _id }) => _id !== 'GENERAL')

const make = (target: TestApp, seed = sizes.seed): void =>
  generate(target.app, { ...sizes, seed }, () => undefined)

describe('generated workspaces', () => {
  it('have the sizes that were asked for, of every kind', () => {
    make(test)
    const rooms = roomsOf(test)
    const messages = rooms.flatMap(({ _id }) => messagesOf(test.app, _id))
    expect(rooms.length).toBe(sizes.rooms)
    expect(new Set(rooms.map(({ t }) => t))).toEqual(new Set(['c', 'p', 'd']))
    expect(messages.length).toBe(sizes.messages)
    expect(messages.some(({ tcount }) => (tcount ?? 0) > 0)).toBe(true)
    expect(messages.some(({ reactions }) => reactions !== undefined)).toBe(true)
    expect(messages.some(({ mentions }) => (mentions?.length ?? 0) > 0)).toBe(true)
    expect(messages.some(({ msg }) => /\p{Script=Han}/u.test(msg))).toBe(true)
  })

  it('have the counters that their messages give', () => {
    make(test)
    const { app } = test
    let unread = 0
    for (const room of roomsOf(test)) {
      expect(roomFaults(app, room)).toEqual([])
      const messages = messagesOf(app, room._id)
      for (const member of app.store.subscriptions.ofRoom(room._id)) {
        const arrived = messages.filter(({ ts }) => ts > (member.ls ?? room.ts))
        expect(memberFaults(room, member, arrived)).toEqual([])
        unread += member.unread
      }
    }
    expect(unread).toBeGreaterThan(0)
  })

  it('have words that are found', () => {
    make(test)
    const found = test.app.store.driver.get<{ n: number }>(
      `SELECT count(*) AS n FROM message_words w JOIN messages m ON m.seq = w.rowid
       WHERE message_words MATCH '"会议"'`,
    )
    expect(found?.n).toBeGreaterThan(0)
  })

  it('are the same for the same seed, and others for another', () => {
    const other = openTestApp()
    make(test)
    make(other)
    const textsOf = (target: TestApp) =>
      roomsOf(target).map(({ _id }) => messagesOf(target.app, _id).map(({ msg }) => msg))
    expect(textsOf(other)).toEqual(textsOf(test))
    make(other, 8)
    expect(textsOf(other).length).toBe(2 * sizes.rooms)
    other.close()
  })

  it('are refused twice, and nothing is left of the second', () => {
    make(test)
    expect(() => make(test)).toThrow(RangeError)
    expect(roomsOf(test).length).toBe(sizes.rooms)
  })

  it('keep the indexes of messages', () => {
    const indexes = () =>
      test.app.store.driver
        .all<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'index' ORDER BY name")
        .map(({ name }) => name)
    const before = indexes()
    make(test)
    expect(indexes()).toEqual(before)
  })
})
