import { DdpError, TransportError } from '../../../../src/realtime/ddpError'
import { createPresenceWatch, type PresenceChange } from '../../../../src/realtime/presenceWatch'
import { createFakeClock, flush } from '../support/fakeClock'

type Sent = { userIds: readonly string[]; change: PresenceChange }

function setUp() {
  const clock = createFakeClock()
  const sent: Sent[] = []
  const answers: { resolve(): void; reject(error: Error): void }[] = []
  let isHeld = false
  const watch = createPresenceWatch({
    clock,
    send(userIds, change) {
      sent.push({ userIds, change })
      if (!isHeld) return Promise.resolve()
      return new Promise<void>((resolve, reject) => answers.push({ resolve, reject }))
    },
  })
  const hold = (): void => {
    isHeld = true
  }
  /** Which of the promises are settled, in order. */
  const settled = async (...promises: Promise<void>[]): Promise<boolean[]> => {
    const states = promises.map(() => false)
    promises.forEach((promise, index) => void promise.then(() => (states[index] = true)))
    await flush()
    return states
  }
  return { clock, sent, answers, watch, hold, settled }
}

describe('the people who are watched', () => {
  it('are told at once, and changes of the next half second together, as a difference', async () => {
    const { clock, sent, watch, settled } = setUp()
    watch.start()
    const first = watch.want(['a', 'b'])
    await clock.elapse(0)
    expect(sent).toEqual([{ userIds: ['a', 'b'], change: { added: ['a', 'b'], removed: [] } }])
    const second = watch.want(['b', 'c'])
    await clock.elapse(499)
    const third = watch.want(['b', 'd'])
    expect([sent.length, await settled(first, second, third)]).toEqual([1, [true, false, false]])
    await clock.elapse(1)
    expect(sent[1]).toEqual({ userIds: ['b', 'd'], change: { added: ['d'], removed: ['a'] } })
    expect(await settled(second, third)).toEqual([true, true])
    expect(clock.timerCount).toBe(0)
  })

  it('are not told again when they are the same', async () => {
    const { clock, sent, watch, settled } = setUp()
    watch.start()
    void watch.want(['a', 'b'])
    await clock.elapse(1_000)
    expect(await settled(watch.want(['b', 'a']))).toEqual([true])
    await clock.elapse(1_000)
    expect(sent).toHaveLength(1)
  })

  it('are kept without a connection, and all told again by the next one', async () => {
    const { clock, sent, watch, settled } = setUp()
    const before = watch.want(['a'])
    await clock.elapse(10_000)
    expect([sent, await settled(before)]).toEqual([[], [false]])
    watch.start()
    await clock.elapse(0)
    expect(await settled(before)).toEqual([true])
    watch.stop()
    const between = watch.want(['a', 'b'])
    await clock.elapse(10_000)
    expect([sent.length, await settled(between)]).toEqual([1, [false]])
    watch.start()
    await clock.elapse(0)
    expect(sent[1]?.change).toEqual({ added: ['a', 'b'], removed: [] })
    expect(await settled(between)).toEqual([true])
  })

  it('that change while an answer is awaited are told after it', async () => {
    const { clock, sent, answers, watch, hold, settled } = setUp()
    hold()
    watch.start()
    const first = watch.want(['a'])
    await clock.elapse(0)
    const second = watch.want(['b'])
    await clock.elapse(5_000)
    expect(sent).toHaveLength(1)
    answers[0]!.resolve()
    await clock.elapse(500)
    expect(sent[1]?.change).toEqual({ added: ['b'], removed: ['a'] })
    expect(await settled(first, second)).toEqual([false, false])
    answers[1]!.resolve()
    expect(await settled(first, second)).toEqual([true, true])
  })

  it('are not confirmed by the answer of a connection that is gone', async () => {
    const { clock, sent, answers, watch, hold, settled } = setUp()
    hold()
    watch.start()
    const wanted = watch.want(['a'])
    await clock.elapse(0)
    watch.stop()
    watch.start()
    await clock.elapse(0)
    answers[0]!.resolve()
    expect([sent.length, await settled(wanted)]).toEqual([2, [false]])
    answers[1]!.resolve()
    expect(await settled(wanted)).toEqual([true])
  })

  it.each([
    ['a rate limit names', new DdpError('too-many-requests', '', { timeToReset: 4_000 }), 4_000],
    ['nobody names', new DdpError('not-allowed', '', undefined), 30_000],
    ['nobody answers', new TransportError('timeout'), 30_000],
  ])('are told again after the time that %s', async (_name, error, waitMs) => {
    const { clock, sent, answers, watch, hold } = setUp()
    hold()
    watch.start()
    void watch.want(['a'])
    await clock.elapse(0)
    answers[0]!.reject(error)
    await clock.elapse(waitMs - 1)
    expect(sent).toHaveLength(1)
    await clock.elapse(1)
    expect(sent[1]).toEqual(sent[0])
  })

  it('are told to nobody when there are none', async () => {
    const { clock, sent, watch } = setUp()
    watch.start()
    void watch.want([])
    await clock.elapse(10_000)
    expect(sent).toEqual([])
  })
})
