import { createLateRealtime } from '../../../../src/realtime/lateRealtime'
import type { Realtime } from '../../../../src/realtime/realtime'
import { FakeChat } from '../stores/support/fakeChat'
import { createFakeRealtime } from '../stores/support/fakeRealtime'
import { createFakeClock, flush } from '../support/fakeClock'

function setUp() {
  const clock = createFakeClock()
  const inner = createFakeRealtime(new FakeChat(clock), 'ann')
  const answers: ((outcome: 'loaded' | 'failed') => void)[] = []
  const realtime = createLateRealtime({
    clock,
    load: () =>
      new Promise<Realtime>((resolve, reject) => {
        answers.push((outcome) => {
          if (outcome === 'loaded') resolve(inner)
          else reject(new Error('no network'))
        })
      }),
  })
  const states: string[] = []
  realtime.onState((state) => states.push(state))
  const answer = async (outcome: 'loaded' | 'failed'): Promise<void> => {
    answers.at(-1)!(outcome)
    await flush()
  }
  return { clock, inner, realtime, states, answer, loadCount: () => answers.length }
}

describe('a connection whose scripts come later', () => {
  it('loads with the first open, once, and is then the loaded one', async () => {
    const { realtime, inner, states, answer, loadCount } = setUp()
    expect(loadCount()).toBe(0)
    realtime.open()
    realtime.open()
    await answer('loaded')
    inner.goLive()
    expect([states, realtime.state, realtime.generation]).toEqual([
      ['connecting', 'live'],
      'live',
      1,
    ])
    realtime.close()
    realtime.open()
    expect([loadCount(), inner.opens]).toEqual([1, 2])
  })

  it('loads again with back-off when that failed', async () => {
    const { realtime, states, clock, answer, loadCount, inner } = setUp()
    realtime.open()
    await answer('failed')
    expect([states, clock.timerCount]).toEqual([['connecting', 'offline'], 1])
    await clock.elapse(1_000)
    expect(loadCount()).toBe(2)
    await answer('loaded')
    expect([inner.opens, realtime.state]).toEqual([1, 'connecting'])
  })

  it('loads again at once when it is asked to look, and only once', async () => {
    const { realtime, clock, answer, loadCount, inner } = setUp()
    realtime.checkNow()
    expect(loadCount()).toBe(0)
    realtime.open()
    await answer('failed')
    realtime.checkNow()
    realtime.checkNow()
    expect([loadCount(), clock.timerCount]).toEqual([2, 0])
    await answer('loaded')
    expect(inner.opens).toBe(1)
  })

  it.each(['loaded', 'failed'] as const)(
    'stays closed when that was %s too late',
    async (outcome) => {
      const { realtime, states, answer, inner, clock } = setUp()
      realtime.open()
      realtime.close()
      await answer(outcome)
      expect([inner.opens, states, clock.timerCount]).toEqual([0, ['connecting', 'offline'], 0])
    },
  )

  it('opens the rooms that were wanted before, and not those that were given up', async () => {
    const { realtime, inner, answer } = setUp()
    const [kept, given] = [realtime.openRoom('kept'), realtime.openRoom('given')]
    given.dispose()
    await expect(given.ready).rejects.toMatchObject({ failure: 'closed' })
    realtime.open()
    await answer('loaded')
    expect(inner.openedRooms).toEqual(['kept'])
    inner.goLive()
    await expect(kept.ready).resolves.toBeUndefined()
    kept.dispose()
    expect(inner.openedRooms).toEqual([])
  })

  it('tells whom to watch once it is there', async () => {
    const { realtime, inner, answer } = setUp()
    const early = realtime.watchPresence(['bob'])
    realtime.open()
    await answer('loaded')
    inner.goLive()
    await early
    await realtime.watchPresence(['cid'])
    expect(inner.watched).toEqual([['bob'], ['cid']])
  })

  it('hands on frames and typing, and drops typing before', async () => {
    const { realtime, inner, answer } = setUp()
    const frames: unknown[] = []
    realtime.onFrame((frame) => frames.push(frame))
    realtime.sendTyping('r', true)
    realtime.open()
    await answer('loaded')
    realtime.sendTyping('r', false)
    const frame = { collection: 'c', eventName: 'e', args: [] }
    inner.receive(frame)
    expect([frames, inner.typing]).toEqual([[frame], [['r', false]]])
  })
})
