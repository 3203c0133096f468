import { createTimeline } from '../../../../src/timeline/timeline'
import { allRows, checkInvariants, visibleRows } from './checkInvariants'
import { makeMessage, makeOptions, MINUTE, own, page, series, START } from './samples'
import { ids, rowOf, opened } from './views'

describe('the outbox', () => {
  const waiting = (id: string) => makeMessage(id, 2000 * MINUTE, own)

  test('waiting messages stand behind everything in the order of sending', () => {
    const timeline = opened(2)
    timeline.setPending(waiting('z'), 'sending')
    timeline.setPending(waiting('a'), 'waiting')
    timeline.upsert([makeMessage('live', 3000 * MINUTE)])
    timeline.setPending(waiting('z'), 'failed')
    expect(visibleRows(timeline).map((row) => [row.id, row.state])).toEqual([
      ['m000998', ''],
      ['m000999', ''],
      ['live', ''],
      ['z', 'failed'],
      ['a', 'waiting'],
    ])
  })

  test("the server's copy takes the place of the waiting one: same chunk, same index, no other row changed", () => {
    const timeline = opened(5)
    timeline.setPending(waiting('z'), 'sending')
    const [key, before] = [timeline.chunks[0]!.key, [...timeline.chunks[0]!.rows]]
    timeline.takeChanges()
    timeline.upsert([makeMessage('z', 1001 * MINUTE, own)], 'answer')
    timeline.upsert([makeMessage('z', 1001 * MINUTE, own)])
    expect(timeline.takeChanges()).toEqual({ chunksChanged: false, dirtyKeys: new Set([key]) })
    const after = timeline.chunks[0]!.rows
    expect(after.map((row) => row.id)).toEqual(before.map((row) => row.id))
    expect(after.filter((row, i) => row !== before[i]).map((row) => [row.id, row.state])).toEqual([
      ['z', ''],
    ])
  })

  test("a message that the server put elsewhere stands where the server's time says", () => {
    const timeline = opened(5)
    timeline.setPending(waiting('first'), 'sending')
    timeline.setPending(waiting('second'), 'sending')
    timeline.upsert([makeMessage('second', 998 * MINUTE + 1, own)])
    expect(ids(timeline).slice(-4)).toEqual(['m000998', 'second', 'm000999', 'first'])
    checkInvariants(timeline, makeOptions())
  })

  test('a state that comes after the confirmation changes nothing', () => {
    const timeline = opened(1)
    timeline.upsert([makeMessage('z', 1001 * MINUTE, own)])
    timeline.setPending(waiting('z'), 'failed')
    expect(rowOf(timeline, 'z').state).toBe('')
    timeline.dropPending('z')
    expect(ids(timeline)).toContain('z')
  })

  test('a dropped message is gone without a trace and may be sent again', () => {
    const timeline = opened(1)
    timeline.setPending(waiting('z'), 'failed')
    timeline.dropPending('z')
    expect(allRows(timeline).map((row) => row.id)).toEqual(['m000999'])
    timeline.setPending(waiting('z'), 'waiting')
    expect(ids(timeline)).toEqual(['m000999', 'z'])
  })

  test('an attempt that turns out to have arrived before the loaded history waits for its page', () => {
    const timeline = opened(5)
    timeline.setPending(waiting('z'), 'sending')
    const copy = makeMessage('z', 10 * MINUTE, own)
    timeline.upsert([copy], 'answer')
    expect(ids(timeline)).not.toContain('z')
    timeline.insertHistory(page([copy, ...series(11, 995)]))
    expect(ids(timeline)[0]).toBe('z')
  })
})

describe('holding', () => {
  test('newer messages are kept back and counted until the reader returns', () => {
    const timeline = opened(5)
    timeline.hold()
    timeline.upsert(series(1000, 1003))
    expect(timeline.takeChanges()).toEqual({ chunksChanged: false, dirtyKeys: new Set() })
    expect(timeline.heldCount).toBe(3)
    expect(timeline.newestAt).toBe(START + 1002 * MINUTE)
    timeline.remove(['m001001'])
    expect(timeline.heldCount).toBe(2)
    timeline.release()
    expect(ids(timeline).slice(-2)).toEqual(['m001000', 'm001002'])
    expect([timeline.heldCount, timeline.isHolding]).toEqual([0, false])
  })

  test('older messages and edits are shown at once', () => {
    const timeline = opened(5)
    timeline.hold()
    timeline.insertHistory(page(series(990, 996)))
    timeline.upsert([
      makeMessage('m000999', 999 * MINUTE, { text: 'edited', updatedAt: START * 2 }),
    ])
    expect(ids(timeline)).toHaveLength(10)
    expect(rowOf(timeline, 'm000999').text).toBe('edited')
  })

  test('an own new message shows everything; another state of an old one does not', () => {
    const timeline = opened(5)
    timeline.setPending(makeMessage('p', 0, own), 'waiting')
    timeline.hold()
    timeline.upsert(series(1000, 1002))
    timeline.setPending(makeMessage('p', 0, own), 'sending')
    expect(timeline.heldCount).toBe(2)
    timeline.setPending(makeMessage('q', 0, own), 'waiting')
    expect(ids(timeline).slice(-4)).toEqual(['m001000', 'm001001', 'p', 'q'])
  })

  test('a confirmed own message does not draw the held ones in', () => {
    const timeline = opened(5)
    timeline.setPending(makeMessage('p', 0, own), 'sending')
    timeline.hold()
    timeline.upsert([makeMessage('live', 1000 * MINUTE)])
    timeline.upsert([makeMessage('p', 1001 * MINUTE, own)])
    expect(ids(timeline).slice(-2)).toEqual(['m000999', 'p'])
    timeline.release()
    expect(ids(timeline).slice(-3)).toEqual(['m000999', 'live', 'p'])
  })

  test('an empty room keeps nothing back', () => {
    const timeline = createTimeline(makeOptions())
    timeline.hold()
    timeline.upsert([makeMessage('a', 1)])
    expect([timeline.isHolding, ids(timeline)]).toEqual([false, ['a']])
  })
})

describe('what is loaded', () => {
  test('an edit of a message from before the loaded history is left to its page', () => {
    const timeline = opened(5)
    timeline.upsert([makeMessage('ancient', 1, { updatedAt: START * 2 })])
    expect(timeline.get('ancient')).toBeUndefined()
    expect(timeline.oldestAt).toBe(START + 995 * MINUTE)
    timeline.insertHistory(page([makeMessage('ancient', 1, { updatedAt: START * 2 })], true))
    expect([timeline.oldestAt, timeline.hasOldest]).toEqual([START + 1, true])
  })

  test('with the whole history loaded nothing is left out', () => {
    const timeline = createTimeline(makeOptions())
    timeline.insertHistory(page([makeMessage('b', 5)], true))
    timeline.upsert([makeMessage('a', 1)])
    expect(ids(timeline)).toEqual(['a', 'b'])
  })

  test('an old message that came live before the first page waits for the page that holds it', () => {
    const timeline = createTimeline(makeOptions())
    timeline.upsert([makeMessage('ancient', 1), makeMessage('m001000', 1000 * MINUTE)])
    timeline.insertHistory(page(series(998, 1000)))
    expect(ids(timeline)).toEqual(['m000998', 'm000999', 'm001000'])
  })

  test('an empty room is empty', () => {
    const timeline = createTimeline(makeOptions())
    timeline.insertHistory(page([], true))
    expect(timeline).toMatchObject({ size: 0, newestAt: 0, oldestAt: 0, latestUpdatedAt: 0 })
    expect(timeline.chunks).toEqual([])
  })
})

describe('the watermark', () => {
  const at = (minutes: number) => START + minutes * MINUTE

  test('follows the first page and the feed, and never an answer that may have overtaken the feed', () => {
    const timeline = opened(5)
    expect(timeline.latestUpdatedAt).toBe(at(999))
    timeline.upsert(series(1005, 1006), 'answer')
    timeline.insertHistory(page([makeMessage('a', 1, { updatedAt: at(2000) })]))
    expect(timeline.latestUpdatedAt).toBe(at(999))
    timeline.upsert(series(1001, 1002))
    expect(timeline.latestUpdatedAt).toBe(at(1001))
  })

  test('stands still from the loss of the connection until everything was caught up', () => {
    const timeline = opened(5)
    timeline.markStale()
    timeline.upsert(series(1005, 1006))
    expect(timeline.latestUpdatedAt).toBe(at(999))
    timeline.upsert(series(1000, 1005))
    timeline.markCaughtUp()
    expect(timeline.latestUpdatedAt).toBe(at(1005))
  })
})

describe('cost', () => {
  /** Counts how often the list looks at any message's time, which is what comparing and drawing means. */
  function countedAppends(size: number): number {
    let reads = 0
    const counted = series(0, size + 100).map((message) => {
      const { sentAt } = message
      return Object.defineProperty(message, 'sentAt', {
        get: () => {
          reads++
          return sentAt
        },
      })
    })
    const timeline = createTimeline(makeOptions())
    timeline.insertHistory(page(counted.slice(0, size)))
    reads = 0
    for (const message of counted.slice(size)) timeline.upsert([message])
    expect(timeline.size).toBe(size + 100)
    return reads
  }

  test('appending looks at as many messages in a room of 100,000 as in one of 100', () => {
    const small = countedAppends(100)
    expect(small).toBeGreaterThan(100)
    expect(countedAppends(100_000)).toBe(small)
  })

  test('each message is labelled once, and a live one touches one chunk', () => {
    const options = makeOptions()
    let labels = 0
    const day = (at: number) => {
      labels++
      return options.labels.day(at)
    }
    const timeline = createTimeline({ ...options, labels: { ...options.labels, day } })
    timeline.insertHistory(page(series(0, 2000)))
    for (const message of series(2000, 2100)) {
      timeline.takeChanges()
      timeline.upsert([message])
      expect(timeline.takeChanges().dirtyKeys.size).toBe(1)
    }
    expect(labels).toBe(2100)
  })

  test('a room of 100,000 messages that came in pages is in order', () => {
    const timeline = createTimeline(makeOptions())
    for (let from = 100_000 - 50; from >= 0; from -= 50) {
      timeline.insertHistory(page(series(from, from + 50), from === 0))
    }
    expect(timeline.size).toBe(100_000)
    checkInvariants(timeline, makeOptions())
  })
})

test('of two messages in one millisecond a page brings the second into the piece that has the first', () => {
  const timeline = opened(10)
  const [first, second] = [makeMessage('b', 500), makeMessage('a', 500)]
  timeline.insertPage({ messages: [makeMessage('old', 400)], from: START + 400, to: START + 400 })
  timeline.insertPage({ messages: [first], from: START + 500, to: START + 500 })
  timeline.insertPage({
    messages: [makeMessage('old', 400), second],
    from: START + 400,
    to: START + 500,
    joinsAt: START + 400,
  })
  expect(ids(timeline).slice(0, 3)).toEqual(['old', 'a', 'b'])
  checkInvariants(timeline, makeOptions())
})
