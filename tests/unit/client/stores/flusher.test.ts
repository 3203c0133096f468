import { createFlusher } from '../../../../src/stores/flusher'
import { createFakeClock } from '../support/fakeClock'

function setUp(intervalMs = 100) {
  const clock = createFakeClock()
  const times: number[] = []
  const startedAt = clock.now()
  const flush = () => times.push(clock.now() - startedAt)
  return { clock, times, flusher: createFlusher({ clock, intervalMs, flush }) }
}

test('a change after a quiet time is drawn at once', async () => {
  const { clock, times, flusher } = setUp()
  flusher.mark()
  expect(times).toEqual([0])
  await clock.elapse(500)
  flusher.mark()
  expect(times).toEqual([0, 500])
  expect(clock.timerCount).toBe(0)
})

test('a burst of 200 within a second is ten updates, and the last change is in the last one', async () => {
  const { clock, times, flusher } = setUp()
  for (let i = 0; i < 200; i++) {
    flusher.mark()
    await clock.elapse(5)
  }
  await clock.elapse(100)
  expect(times.length).toBeLessThanOrEqual(11)
  expect(times[times.length - 1]).toBeGreaterThanOrEqual(995)
})

test('flushing now draws what waits, and nothing when nothing waits', async () => {
  const { clock, times, flusher } = setUp()
  flusher.flushNow()
  expect(times).toEqual([])
  flusher.mark()
  flusher.mark()
  flusher.flushNow()
  expect(times).toEqual([0, 0])
  await clock.elapse(1_000)
  expect([times.length, clock.timerCount]).toEqual([2, 0])
})

test('a clock that is set back delays nothing for longer than the interval', async () => {
  const { clock, times, flusher } = setUp()
  flusher.mark()
  clock.jump(-3_600_000)
  flusher.mark()
  await clock.elapse(100)
  expect(times).toHaveLength(2)
})

test('a change that the drawing itself causes is drawn too', async () => {
  const clock = createFakeClock()
  let count = 0
  const flusher = createFlusher({
    ...{ clock, intervalMs: 50 },
    flush: () => {
      count += 1
      if (count === 1) flusher.mark()
    },
  })
  flusher.mark()
  await clock.elapse(50)
  expect(count).toBe(2)
})
