import { ApiError } from '../../../../src/api/apiError'
import type { Repository } from '../../../../src/rocketchat/repository'
import type { Message } from '../../../../src/rocketchat/types'
import { createRoomHistory } from '../../../../src/stores/roomHistory'
import { createRoomJumps } from '../../../../src/stores/roomJumps'
import type { OpenRoom } from '../../../../src/stores/openRoom'
import { createTimeline } from '../../../../src/timeline/timeline'
import { createFakeClock, flush } from '../support/fakeClock'
import { makeMessage, makeOptions, START } from '../timeline/samples'

/** A server that keeps messages m0 to m<count - 1>, one per second, and can refuse. */
function setUp(count: number, lastSeenAt?: number) {
  const all = Array.from({ length: count }, (_, i) => makeMessage(`m${i}`, i * 1000))
  const server = { refusal: undefined as unknown, calls: 0, wait: Promise.resolve() }
  const ask = async (): Promise<void> => {
    server.calls += 1
    await server.wait
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- whatever the test wants refused
    if (server.refusal) throw server.refusal
  }
  const repository = {
    async loadHistory(_kind: string, _id: string, range: { before?: number; count: number }) {
      await ask()
      const before = all.filter(({ sentAt }) => sentAt <= (range.before ?? Infinity))
      return { messages: before.slice(-range.count), hasOldest: before.length <= range.count }
    },
    async loadNewer(_id: string, from: number, most: number) {
      await ask()
      const after = all.filter(({ sentAt }) => sentAt >= from)
      return { messages: after.slice(0, most), hasNewest: after.length <= most }
    },
    async loadSurrounding(_id: string, id: string, most: number) {
      await ask()
      const index = all.findIndex((message) => message.id === id)
      if (index < 0) return undefined
      const start = Math.max(0, index - most / 2)
      const messages = all.slice(start, index + most / 2)
      return { messages, hasOlder: start > 0, hasNewer: index + most / 2 < all.length }
    },
  } as unknown as Repository
  const timeline = createTimeline(makeOptions(lastSeenAt))
  const state = { isClosed: false }
  const history = createRoomHistory({
    ...{ roomId: 'room', kind: 'channel', repository, timeline },
    isClosed: () => state.isClosed,
    onReceived: () => undefined,
    present: (message: Message) => message,
  })
  const ids = () =>
    [...timeline.chunks].reverse().flatMap(({ rows }) => rows.map(({ id }) => Number(id.slice(1))))
  const gaps = () => timeline.chunks.filter(({ hasGap }) => hasGap).map(({ key }) => key)
  return { all, server, timeline, state, history, ids, gaps }
}

const range = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => from + index)
const refusal = new ApiError({ status: 0, code: '', message: 'refused', isNetwork: true })

test('a message far back comes with what surrounds it, between gaps that fill from both sides', async () => {
  const { history, ids, gaps } = setUp(400)
  await history.loadNewest()
  expect(await history.reach('m100')).toBe(true)
  expect(ids()).toEqual([...range(75, 125), ...range(350, 400)])
  const [key = ''] = gaps()
  await history.fillGap(key, 'older')
  expect(ids()).toEqual([...range(75, 174), ...range(350, 400)])
  await history.fillGap(gaps()[0] ?? '', 'newer')
  expect(ids()).toEqual([...range(75, 174), ...range(301, 400)])
  for (let pages = 0; pages < 4 && gaps()[0] !== undefined; pages++) {
    await history.fillGap(gaps()[0] ?? '', 'newer')
  }
  expect([ids(), gaps()]).toEqual([range(75, 400), []])
  await history.loadOlder()
  expect(ids()[0]).toBe(26)
})

test('a message that the server does not have is not reached, and a gap that is gone loads nothing', async () => {
  const { history, ids, server } = setUp(100)
  await history.loadNewest()
  expect(await history.reach('m999')).toBe(false)
  const calls = server.calls
  await history.fillGap('c999', 'newer')
  expect([server.calls, ids()]).toEqual([calls, range(50, 100)])
})

test('a refusal is told, changes nothing and does not stand in the way of the next attempt', async () => {
  const { history, ids, server } = setUp(400)
  await history.loadNewest()
  server.refusal = refusal
  for (const attempt of [
    () => history.loadOlder(),
    () => history.reach('m100'),
    () => history.reachTime(START),
  ]) {
    await expect(attempt()).rejects.toBe(refusal)
  }
  expect(ids()).toEqual(range(350, 400))
  server.refusal = undefined
  await history.loadOlder()
  expect(ids()[0]).toBe(301)
})

test('an answer for a room that was left changes nothing', async () => {
  const { history, ids, state } = setUp(400)
  await history.loadNewest()
  const reaching = history.reach('m100')
  state.isClosed = true
  expect(await reaching).toBe(false)
  expect(ids()).toEqual(range(350, 400))
})

test('what changes while a page is under way is not undone by the page', async () => {
  const { history, timeline, server, all } = setUp(100)
  let answer: () => void = () => undefined
  server.wait = new Promise((resolve) => (answer = resolve))
  const loading = history.loadNewest()
  const edited = { ...all[80]!, text: 'edited', updatedAt: all[80]!.updatedAt + 5 }
  timeline.upsert([edited])
  history.noteChanges([edited])
  answer()
  await loading
  expect(timeline.get('m80')?.text).toBe('edited')
})

test('a time leads to the first message from then on, and one after all messages to none', async () => {
  const { history } = setUp(400)
  await history.loadNewest()
  expect(await history.reachTime(START + 100_500)).toBe('m101')
  expect(await history.reachTime(START + 500_000)).toBeUndefined()
})

describe('jumps', () => {
  function setUpJumps(count: number, lastSeenAt = Infinity) {
    const world = setUp(count, lastSeenAt)
    const clock = createFakeClock()
    const { timeline, history } = world
    const room = { timeline, history, isLoaded: true, isCurrent: true } as unknown as OpenRoom
    const open = { room: room as OpenRoom | undefined }
    const marks = { count: 0 }
    const jumps = createRoomJumps({
      clock,
      room: () => open.room,
      lastSeenAt: () => lastSeenAt,
      leaveNewest: () => timeline.hold(),
      isAtNewest: () => !timeline.isHolding,
      mark: () => void (marks.count += 1),
      flush: () => undefined,
    })
    return { ...world, clock, room, open, jumps, marks }
  }

  test('a jump names where the list shall go and marks the message for a while', async () => {
    const { history, jumps, timeline, clock } = setUpJumps(400)
    await history.loadNewest()
    expect(await jumps.actions.jumpTo('m100')).toBe('there')
    expect(jumps.state.target.value).toEqual({ id: 'm100', offset: undefined })
    const marked = () =>
      timeline.chunks.flatMap(({ rows }) => rows.filter((row) => row.isTarget).map(({ id }) => id))
    expect([marked(), timeline.isHolding]).toEqual([['m100'], true])
    await clock.elapse(10_000)
    expect(marked()).toEqual([])
  })

  test('a message that is not there and a refusal are told apart, and both can be tried again', async () => {
    const { history, jumps, server } = setUpJumps(400)
    await history.loadNewest()
    expect(await jumps.actions.jumpTo('m999')).toBe('missing')
    server.refusal = refusal
    expect(await jumps.actions.jumpTo('m100')).toBe('failed')
    expect([jumps.state.target.value, jumps.state.isJumping.value]).toEqual([undefined, false])
    server.refusal = undefined
    expect(await jumps.actions.jumpTo('m100')).toBe('there')
  })

  test('one jump at a time, and one of a room that was left goes nowhere', async () => {
    const { history, jumps, open } = setUpJumps(400)
    await history.loadNewest()
    const first = jumps.actions.jumpTo('m100')
    expect(await jumps.actions.jumpTo('m200')).toBe('failed')
    open.room = undefined
    expect(await first).toBe('missing')
    expect(jumps.state.target.value).toBeUndefined()
    expect(await jumps.actions.jumpTo('m100')).toBe('failed')
  })

  test('the first unread message is found in history that is not loaded, and named once as new above', async () => {
    const { history, jumps, room, clock, marks } = setUpJumps(400, START + 100_000)
    await history.loadNewest()
    jumps.publish(room)
    expect([jumps.cost(room), jumps.state.unreadAbove.value]).toEqual([0, undefined])
    await clock.elapse(500)
    expect([jumps.cost(room), marks.count]).toEqual([1, 1])
    jumps.publish(room)
    expect(jumps.state.unreadAbove.value).toMatchObject({ isMore: true })
    expect(jumps.cost(room)).toBe(0)
    expect(await jumps.actions.jumpToFirstUnread()).toBe('there')
    expect([jumps.state.target.value?.id, jumps.state.unreadAbove.value]).toEqual([
      'm101',
      undefined,
    ])
    await flush()
  })

  test('unread messages below the place that is returned to are counted below, and above only from the newest', async () => {
    const { history, timeline, jumps, room, clock } = setUpJumps(40, START + 34_000)
    await history.loadNewest()
    expect(await jumps.actions.returnTo({ id: 'm10', offset: 0 })).toBe('there')
    expect(jumps.cost(room)).toBe(1)
    jumps.publish(room)
    await clock.elapse(1_000)
    jumps.publish(room)
    const said = () => [jumps.state.unreadAbove.value, jumps.state.unreadBelow.value]
    expect([jumps.cost(room), ...said()]).toEqual([0, undefined, { count: 5, isMore: false }])
    timeline.release()
    jumps.publish(room)
    expect(said()).toEqual([undefined, undefined])
    await clock.elapse(500)
    jumps.publish(room)
    expect(said()).toEqual([{ count: 5, isMore: false }, undefined])
  })

  test('unread messages above the place that is returned to are named above', async () => {
    const { history, jumps, room, clock } = setUpJumps(40, START + 4_000)
    await history.loadNewest()
    await jumps.actions.returnTo({ id: 'm30', offset: 0 })
    jumps.publish(room)
    await clock.elapse(500)
    jumps.publish(room)
    expect(jumps.state.unreadAbove.value).toEqual({ count: 35, isMore: false })
    expect(jumps.state.unreadBelow.value).toBeUndefined()
  })
})
