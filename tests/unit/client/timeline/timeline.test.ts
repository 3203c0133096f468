import { createTimeline } from '../../../../src/timeline/timeline'
import { CHUNK_SIZE } from '../../../../src/timeline/types'
import { checkInvariants, visibleRows } from './checkInvariants'
import { DAY, makeMessage, makeOptions, MINUTE, own, page, series, START } from './samples'
import { ids, rowOf, sizes, opened, complete } from './views'

describe('order', () => {
  test('messages are shown by time and then by id, whatever order they come in', () => {
    const timeline = createTimeline(makeOptions())
    timeline.insertHistory(
      page([makeMessage('b', 5), makeMessage('c', 9), makeMessage('a', 5), makeMessage('c', 9)]),
    )
    timeline.upsert([makeMessage('d', 7), makeMessage('d', 7)])
    expect(ids(timeline)).toEqual(['a', 'b', 'd', 'c'])
  })

  test('an older copy never replaces a newer one, also when it comes by another way', () => {
    const timeline = opened(1)
    const edited = makeMessage('x', 5e8, {
      text: 'new',
      updatedAt: START + 6e8,
      editedAt: START + 6e8,
    })
    timeline.upsert([edited])
    timeline.upsert([makeMessage('x', 5e8, { text: 'old' })], 'answer')
    timeline.insertHistory(page([makeMessage('x', 5e8, { text: 'old' })]))
    expect(rowOf(timeline, 'x')).toMatchObject({ text: 'new', isEdited: true })
  })

  test('an edit puts a new row object at the same index and leaves the other rows alone', () => {
    const timeline = opened(10)
    const before = [...timeline.chunks[0]!.rows]
    const message = timeline.get(before[4]!.id)!
    timeline.upsert([{ ...message, text: 'edited', updatedAt: message.updatedAt + 1 }])
    const after = timeline.chunks[0]!.rows
    expect(after[4]!.text).toBe('edited')
    expect(before[4]!.text).not.toBe('edited')
    expect(after.filter((row, i) => row !== before[i])).toEqual([after[4]])
  })

  test('thread replies are known but shown only where their author asked for it', () => {
    const timeline = opened(0)
    timeline.upsert([
      makeMessage('hidden', 1, { threadId: 'root' }),
      makeMessage('shown', 2, { threadId: 'root', isShownInRoom: true }),
    ])
    expect(ids(timeline)).toEqual(['shown'])
    expect(timeline.get('hidden')?.id).toBe('hidden')
    expect(timeline.size).toBe(1)
  })

  test('a type that shows nothing has no row, and a special type without a line is an ordinary message', () => {
    const timeline = opened(0)
    timeline.upsert([
      makeMessage('a', 1, { system: 'silent' }),
      makeMessage('b', 2, { system: 'plain' }),
      makeMessage('c', 3, { system: 'uj', text: 'ann' }),
    ])
    expect(visibleRows(timeline).map((row) => [row.kind, row.text])).toEqual([
      ['message', 'text of b'],
      ['system', 'uj ann'],
    ])
  })

  test('a message with a file and no text shows the name of the file', () => {
    const timeline = opened(0)
    timeline.upsert([makeMessage('a', 1, { text: '', fileName: 'cat.png' })])
    expect(rowOf(timeline, 'a').text).toBe('cat.png')
  })
})

describe('chunks', () => {
  test('the first page is cut from its newest message backwards, with room for ten more', () => {
    expect(sizes(opened(50))).toEqual([10, 20, 20])
  })

  test('a live message goes to the newest chunk while it has room, else to a new one in front', () => {
    const timeline = opened(CHUNK_SIZE / 2)
    timeline.upsert(series(1000, 1010))
    expect(sizes(timeline)).toEqual([20])
    expect(timeline.takeChanges()).toEqual({
      chunksChanged: false,
      dirtyKeys: new Set([timeline.chunks[0]!.key]),
    })
    timeline.upsert(series(1010, 1011))
    expect(sizes(timeline)).toEqual([1, 20])
    expect(timeline.takeChanges()).toEqual({
      chunksChanged: true,
      dirtyKeys: new Set([timeline.chunks[0]!.key]),
    })
  })

  test('a page of history makes new chunks and changes no row of the others within a group', () => {
    const timeline = opened(40)
    const before = timeline.chunks.map((chunk) => [...chunk.rows])
    timeline.insertHistory(page(series(930, 961)))
    expect(sizes(timeline)).toEqual([10, 20, 10, 20, 10])
    const changed = before.flatMap((rows, c) =>
      rows.filter((row, i) => row !== timeline.chunks[c]!.rows[i]),
    )
    expect(changed).toEqual([])
  })

  test('a message in the middle of a full chunk splits it in halves', () => {
    const timeline = opened(60)
    timeline.upsert([makeMessage('late', 965 * MINUTE + 1)])
    expect(sizes(timeline)).toEqual([10, 20, 11, 10, 10])
    checkInvariants(timeline, makeOptions())
  })

  test('what did not change is not reported, and reports are given once', () => {
    const timeline = opened(30)
    timeline.upsert(series(990, 1000))
    timeline.insertHistory(page(series(980, 1000)))
    timeline.remove(['nobody'])
    timeline.dropPending('nobody')
    expect(timeline.takeChanges()).toEqual({ chunksChanged: false, dirtyKeys: new Set() })
  })
})

describe('labels', () => {
  test('the first row of a day has its separator and begins a group', () => {
    const timeline = complete()
    timeline.upsert([
      makeMessage('a', DAY - MINUTE),
      makeMessage('b', DAY),
      makeMessage('c', DAY + 1),
    ])
    expect(visibleRows(timeline).map((row) => [row.day !== '', row.isHead])).toEqual([
      [true, true],
      [true, true],
      [false, false],
    ])
  })

  test('a group ends with another author, a pause, a system line, and where the server asks for it', () => {
    const timeline = complete()
    const bob = { author: { id: 'bob', username: 'bob', name: 'Bob' } }
    timeline.upsert([
      makeMessage('a', 0),
      makeMessage('b', 1),
      makeMessage('c', 2, bob),
      makeMessage('d', 2 + 5 * MINUTE, bob),
      makeMessage('e', 3 + 10 * MINUTE, bob),
      makeMessage('f', 4 + 10 * MINUTE, { ...bob, system: 'uj' }),
      makeMessage('g', 5 + 10 * MINUTE, bob),
      makeMessage('h', 6 + 10 * MINUTE, { ...bob, isGroupable: false }),
      makeMessage('i', 7 + 10 * MINUTE, { author: { ...bob.author, name: 'Alias' } }),
    ])
    const heads = visibleRows(timeline).filter((row) => row.isHead)
    expect(heads.map((row) => row.id)).toEqual(['a', 'c', 'e', 'g', 'h', 'i'])
  })

  test('when the head of a group or the first of a day goes, the next row takes its place', () => {
    const timeline = complete()
    timeline.upsert([makeMessage('a', 0), makeMessage('b', 1)])
    timeline.remove(['a'])
    expect(rowOf(timeline, 'b').isHead).toBe(true)
    expect(rowOf(timeline, 'b').day).toMatch(/^day/)
  })

  test('labels are made anew when the language changes', () => {
    const options = makeOptions()
    let language = 'en'
    const day = (at: number) => `${language} ${options.labels.day(at)}`
    const timeline = createTimeline({ ...options, labels: { ...options.labels, day } })
    timeline.insertHistory(page([makeMessage('a', 0)], true))
    language = 'zh'
    timeline.relabel()
    expect(rowOf(timeline, 'a').day).toMatch(/^zh/)
  })

  test('the oldest row has neither day nor head while older messages may come, and both once none can', () => {
    const timeline = opened(3)
    expect(rowOf(timeline, 'm000997')).toMatchObject({ day: '', isHead: false })
    timeline.insertHistory(page([], true))
    expect(rowOf(timeline, 'm000997').isHead).toBe(true)
    expect(rowOf(timeline, 'm000997').day).toMatch(/^day/)
  })
})

describe('the line above the first unread message', () => {
  const seen = START + 995 * MINUTE

  test('stands above the first later message of somebody else and stays there', () => {
    const timeline = opened(10, seen)
    expect(timeline.firstUnreadId).toBe('m000996')
    timeline.upsert(series(1000, 1002))
    timeline.upsert([makeMessage('mine', 995 * MINUTE + 1, own)])
    expect(visibleRows(timeline).filter((row) => row.isFirstUnread)).toHaveLength(1)
    expect(rowOf(timeline, 'm000996').isFirstUnread).toBe(true)
  })

  test('is not guessed before history reaches back to the last visit', () => {
    const timeline = opened(3, seen)
    expect(timeline.firstUnreadId).toBeUndefined()
    timeline.insertHistory(page(series(990, 998)))
    expect(timeline.firstUnreadId).toBe('m000996')
  })

  test('is above the first message of all in a room that was never read', () => {
    const timeline = createTimeline(makeOptions(0))
    timeline.insertHistory(page([makeMessage('mine', 1, own), makeMessage('a', 2)], true))
    expect(timeline.firstUnreadId).toBe('a')
  })

  test('moves on when its message is deleted', () => {
    const timeline = opened(10, seen)
    timeline.remove(['m000996'])
    expect(timeline.firstUnreadId).toBe('m000997')
    expect(rowOf(timeline, 'm000997').isFirstUnread).toBe(true)
  })

  test('never comes when nothing was unread at opening', () => {
    const timeline = opened(10)
    timeline.upsert(series(1000, 1002))
    expect(timeline.firstUnreadId).toBeUndefined()
  })
})

describe('deleting', () => {
  test('a deleted message leaves a tombstone, so that the indexes of the others stay', () => {
    const timeline = opened(10)
    const before = timeline.chunks[0]!.rows.map((row) => row.id)
    timeline.remove([before[3]!])
    expect(timeline.chunks[0]!.rows.map((row) => row.id)).toEqual(before)
    expect(timeline.chunks[0]!.rows[3]).toMatchObject({ kind: 'gone', text: '', name: '', day: '' })
    expect(timeline.get(before[3]!)).toBeUndefined()
    expect(timeline.size).toBe(9)
  })

  test('a chunk of nothing but tombstones goes', () => {
    const timeline = opened(35)
    timeline.remove(series(965, 970).map((message) => message.id))
    expect(sizes(timeline)).toEqual([10, 20])
    expect(timeline.takeChanges().chunksChanged).toBe(true)
  })

  test('a late answer does not bring a deleted message back, not even when the deletion came first', () => {
    const timeline = opened(3)
    timeline.remove(['m000999', 'm001000'])
    timeline.insertHistory(page(series(997, 1001)))
    timeline.upsert(series(999, 1001))
    timeline.setPending(makeMessage('m001000', 0, own), 'sending')
    expect(ids(timeline)).toEqual(['m000997', 'm000998'])
  })

  test('pruning takes what lies between the bounds, of the users named', () => {
    const range = { ids: undefined, after: START + 991 * MINUTE, before: START + 998 * MINUTE }
    const timeline = opened(10)
    timeline.upsert([makeMessage('mine', 995 * MINUTE + 1, own)])
    timeline.prune({ ...range, users: ['ann'] })
    expect(ids(timeline)).toEqual(['m000990', 'm000991', 'mine', 'm000998', 'm000999'])
    timeline.prune({ ...range, users: [] })
    expect(timeline.get('mine')).toBeUndefined()
    timeline.prune({ ...range, ids: ['m000999'], users: [] })
    expect(ids(timeline)).toEqual(['m000990', 'm000991', 'm000998'])
  })
})
