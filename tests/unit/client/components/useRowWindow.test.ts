import { shallowRef } from 'vue'
import { drawnRows, useRowWindow } from '../../../../src/components/useRowWindow'

const rowHeight = 72

function setUp(count: number) {
  const rows = shallowRef(Array.from({ length: count }, (_, i) => i))
  const view = useRowWindow(rows, rowHeight)
  const total = () => view.above.value + view.shown.value.length * rowHeight + view.below.value
  return { rows, view, total }
}

test('at most forty of two thousand rows are drawn, and the rest is space', () => {
  const { view, total } = setUp(2_000)
  expect([view.shown.value[0], view.shown.value.length]).toEqual([0, drawnRows])
  expect([view.above.value, total()]).toEqual([0, 2_000 * rowHeight])
})

test.each([0, 71, 720, 10_000, 72_000, 143_999, 999_999_999, -50])(
  'scrolled by %i px the rows of three screens are drawn around it, and the height stays',
  (px) => {
    const { view, total } = setUp(2_000)
    view.showAt(px)
    const first = Math.min(1_999, Math.max(0, Math.floor(px / rowHeight)))
    expect(view.shown.value).toContain(first)
    expect(view.shown.value).toContain(Math.min(1_999, first + 15))
    expect(total()).toBe(2_000 * rowHeight)
  },
)

test('a small scroll draws nothing', () => {
  const { view } = setUp(2_000)
  view.showAt(50_000)
  const before = view.shown.value
  view.showAt(50_000 + rowHeight)
  expect(view.shown.value).toBe(before)
})

test('a list that becomes shorter is drawn to its end', () => {
  const { rows, view, total } = setUp(2_000)
  view.showAt(140_000)
  rows.value = rows.value.slice(0, 45)
  expect(view.shown.value.at(-1)).toBe(44)
  expect(total()).toBe(45 * rowHeight)
  rows.value = []
  expect([view.shown.value, total()]).toEqual([[], 0])
})
