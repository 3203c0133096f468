import { createFlusher } from '../../../../src/stores/flusher'
import { createFakeClock } from '../support/fakeClock'

function setUp(intervalMs = 100) {
  const clock = createFakeClock()
  const times: number[] = []
  const startedAt = clock.now()
  const flush = () => void times.push(clock.now() - startedAt)
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

describe('with a budget of ten components a second', () => {
  function setUpBudget(costs: () => number) {
    const clock = createFakeClock()
    const drawn: { at: number; cost: number }[] = []
    const startedAt = clock.now()
    const flush = () => void drawn.push({ at: clock.now() - startedAt, cost: costs() })
    const flusher = createFlusher({ clock, intervalMs: 100, maxPerSecond: 10, cost: costs, flush })
    /** The most that was drawn within any second. */
    const peak = () =>
      Math.max(
        ...drawn.map(({ at }) =>
          drawn
            .filter((one) => one.at >= at && one.at < at + 1000)
            .reduce((sum, { cost }) => sum + cost, 0),
        ),
      )
    return { clock, drawn, flusher, peak }
  }

  test('flushes that draw four each never draw more than ten within a second, and the last change is drawn', async () => {
    const { clock, drawn, flusher, peak } = setUpBudget(() => 4)
    for (let i = 0; i < 300; i++) {
      flusher.mark()
      await clock.elapse(10)
    }
    await clock.elapse(1_100)
    expect(peak()).toBeLessThanOrEqual(10)
    expect(drawn.length).toBeGreaterThanOrEqual(6)
    expect([drawn.at(-1)!.at >= 2_990, clock.timerCount]).toEqual([true, 0])
  })

  test('what became dearer while it waited is looked at again', async () => {
    let cost = 1
    const { clock, flusher, peak } = setUpBudget(() => cost)
    for (let i = 0; i < 100; i++) {
      flusher.mark()
      await clock.elapse(10)
      cost = 1 + Math.floor(i / 15)
    }
    await clock.elapse(2_000)
    expect(peak()).toBeLessThanOrEqual(10)
  })

  test('one flush that is dearer than the whole budget comes after a quiet second', async () => {
    const { clock, drawn, flusher } = setUpBudget(() => 12)
    flusher.mark()
    await clock.elapse(200)
    flusher.mark()
    await clock.elapse(1_000)
    expect(drawn.map(({ at }) => at)).toEqual([0, 1_000])
  })

  test('what is drawn late counts from when it was drawn, so a busy phone does not draw more in any second', async () => {
    const clock = createFakeClock()
    const drawnAt: number[] = []
    // The first drawing of each ten takes 80 ms, the others none: the widest jitter for the second after it.
    const flush = () =>
      new Promise<void>((resolve) => {
        const draw = (): void => {
          drawnAt.push(clock.now())
          resolve()
        }
        clock.setTimeout(draw, drawnAt.length % 10 === 0 ? 80 : 0)
      })
    const flusher = createFlusher({ clock, intervalMs: 100, maxPerSecond: 10, flush })
    for (let i = 0; i < 400; i++) {
      flusher.mark()
      await clock.elapse(10)
    }
    const within = (at: number) => drawnAt.filter((one) => one >= at && one < at + 1_000).length
    expect(drawnAt.length).toBeGreaterThanOrEqual(30)
    expect(Math.max(...drawnAt.map(within))).toBe(10)
  })
})
