import { shallowRef } from 'vue'
import { useChunkWindow } from '../../../../src/components/message/useChunkWindow'
import { maxMounted, type ViewChunk } from '../../../../src/stores/roomView'
import { flush } from '../support/fakeClock'
import { deferred } from '../stores/support/client'

const chunk = (number: number): ViewChunk => ({ key: `c${number}`, rows: [], hasGap: false })
/** Chunks c<count> to c1, newest first; each is 100 px plus its number high. */
const chunksOf = (count: number) => Array.from({ length: count }, (_, i) => chunk(count - i))

function setUp(count: number) {
  const chunks = shallowRef<readonly ViewChunk[]>(chunksOf(count))
  const loadOlder = jest.fn()
  const heightOf = (key: string): number => 100 + Number(key.slice(1))
  const measure = jest.fn(() => Promise.resolve(view.mounted.value.map(({ key }) => heightOf(key))))
  const view: ReturnType<typeof useChunkWindow> = useChunkWindow({
    ...{ chunks, loadOlder },
    measure: () => measure(),
    measureStaged: () => Promise.resolve(heightOf(view.staged.value?.key ?? 'c0')),
    follow: () => undefined,
  })
  const keys = () => view.mounted.value.map(({ key }) => key).join(' ')
  const pads = () => [view.newerPad.value, view.olderPad.value]
  return { chunks, loadOlder, measure, view, keys, pads }
}

test('the newest chunks are drawn, at most six', () => {
  const { view, keys, pads } = setUp(9)
  expect(keys()).toBe('c9 c8 c7 c6 c5 c4')
  expect(view.mounted.value).toHaveLength(maxMounted)
  expect([view.isAtStart.value, pads()]).toEqual([true, [0, 0]])
})

test('moving to the older end keeps the height of what leaves', async () => {
  const { view, keys, pads } = setUp(9)
  await view.showOlder()
  expect([keys(), pads()]).toEqual(['c8 c7 c6 c5 c4 c3', [109, 0]])
  await view.showOlder()
  expect([keys(), pads(), view.isAtStart.value]).toEqual(['c7 c6 c5 c4 c3 c2', [217, 0], false])
  await view.showNewer()
  expect([keys(), pads()]).toEqual(['c8 c7 c6 c5 c4 c3', [109, 102]])
  await view.showNewer()
  expect([keys(), view.isAtStart.value]).toEqual(['c9 c8 c7 c6 c5 c4', true])
  await view.showNewer()
  expect([keys(), view.isAtStart.value]).toEqual(['c9 c8 c7 c6 c5 c4', true])
})

test('at the oldest known chunk history is asked for', async () => {
  const { view, loadOlder } = setUp(7)
  await view.showOlder()
  expect(loadOlder).not.toHaveBeenCalled()
  await view.showOlder()
  expect(loadOlder).toHaveBeenCalledTimes(1)
})

test('an empty list asks for history and draws nothing', async () => {
  const { view, loadOlder, keys } = setUp(0)
  await view.showOlder()
  expect([loadOlder.mock.calls.length, keys()]).toEqual([1, ''])
})

test('one move at a time', async () => {
  const { view, measure, keys } = setUp(12)
  const slow = deferred<number[]>()
  measure.mockReturnValueOnce(slow.promise)
  const moves = [view.showOlder(), view.showOlder(), view.showNewer()]
  slow.resolve([1, 2, 3, 4, 5, 6])
  await Promise.all(moves)
  expect([keys().split(' ')[0], measure.mock.calls.length]).toEqual(['c11', 1])
})

test('a measurement that fails does not stop the next move', async () => {
  const { view, measure, keys } = setUp(9)
  measure.mockReturnValueOnce(Promise.reject(new Error('no view')))
  await expect(view.showOlder()).rejects.toThrow('no view')
  await view.showOlder()
  expect(keys().split(' ')[0]).toBe('c8')
})

test.each([[[1, 2]], [[]]])('heights that do not fit, %j, are not taken', async (heights) => {
  const { view, measure, pads } = setUp(9)
  measure.mockReturnValueOnce(Promise.resolve(heights))
  await view.showOlder()
  expect(pads()).toEqual([0, 0])
})

test('heights taken while the list changed are not given to other chunks', async () => {
  const { view, chunks, measure, pads } = setUp(9)
  const slow = deferred<number[]>()
  measure.mockReturnValueOnce(slow.promise)
  const move = view.showOlder()
  chunks.value = [chunk(10), ...chunks.value] as never
  slow.resolve([1, 2, 3, 4, 5, 6])
  await move
  measure.mockReturnValueOnce(Promise.resolve([]))
  await view.showOlder()
  expect([view.mounted.value[0]?.key, pads()]).toEqual(['c8', [0, 0]])
})

test('a new chunk at the front moves nothing while older ones are read', async () => {
  const { view, chunks, keys, pads } = setUp(9)
  await view.showOlder()
  chunks.value = [chunk(10), ...chunks.value] as never
  expect([keys(), pads()[0]]).toEqual(['c8 c7 c6 c5 c4 c3', 109])
})

test('at the newest end a new chunk is drawn at once', async () => {
  const { chunks, keys } = setUp(9)
  chunks.value = [chunk(10), ...chunks.value] as never
  await flush()
  expect(keys()).toBe('c10 c9 c8 c7 c6 c5')
})

test('reset draws the newest chunks', async () => {
  const { view, keys } = setUp(9)
  await view.showOlder()
  view.reset()
  expect([keys(), view.isAtStart.value]).toEqual(['c9 c8 c7 c6 c5 c4', true])
})

test('when the first drawn chunk is deleted the rest stays', async () => {
  const { view, chunks, keys } = setUp(12)
  for (let i = 0; i < 3; i++) await view.showOlder()
  expect(keys()).toBe('c9 c8 c7 c6 c5 c4')
  chunks.value = chunks.value.filter(({ key }) => key !== 'c9' && key !== 'c8')
  expect(keys()).toBe('c7 c6 c5 c4 c3 c2')
})

test('a room that is loaded anew begins at its newest message, though its keys are the same', async () => {
  const { view, chunks, keys, pads } = setUp(9)
  await view.showOlder()
  chunks.value = []
  chunks.value = chunksOf(9)
  expect([keys(), view.isAtStart.value, pads()]).toEqual(['c9 c8 c7 c6 c5 c4', true, [0, 0]])
})

test('a move that is still measuring does not happen after a reset', async () => {
  const { view, keys, measure } = setUp(9)
  await view.showOlder()
  const measured = deferred<number[]>()
  measure.mockReturnValueOnce(measured.promise)
  const moving = view.showOlder()
  view.reset()
  measured.resolve([])
  await moving
  expect(keys()).toBe('c9 c8 c7 c6 c5 c4')
})
