import { createRetries } from '../../../../src/stores/retries'
import { createFakeClock } from '../support/fakeClock'

function setUp(failures: number) {
  const clock = createFakeClock(0)
  const attempts: number[] = []
  const retries = createRetries(clock, () => {
    attempts.push(clock.now())
    return attempts.length > failures ? Promise.resolve() : Promise.reject(new Error('no'))
  })
  return { clock, attempts, retries }
}

test('work is tried again after growing waits until it does not reject', async () => {
  const { clock, attempts, retries } = setUp(6)
  retries.start()
  await clock.elapse(600_000)
  expect(attempts).toEqual([0, 1_000, 4_000, 14_000, 44_000, 74_000, 104_000])
  expect(clock.timerCount).toBe(0)
})

test('a new start begins with the shortest wait, and nothing runs beside it', async () => {
  const { clock, attempts, retries } = setUp(4)
  retries.start()
  await clock.elapse(10_000)
  retries.start(500)
  await clock.elapse(600_000)
  expect(attempts).toEqual([0, 1_000, 4_000, 10_500, 11_500])
})

test('once stopped nothing is tried, not even after an attempt that was under way', async () => {
  const { clock, attempts, retries } = setUp(9)
  retries.start()
  retries.stop()
  await clock.elapse(600_000)
  expect(attempts).toEqual([0])
})
