import { choose, confirm } from '../../../../src/platform/ui'

type Modal = { confirmColor: string; success(answer: { confirm: boolean }): void; fail(): void }

const before = { uni: Reflect.get(globalThis, 'uni') as unknown, env: process.env.UNI_PLATFORM }
const question = { content: 'Really?', confirmText: 'Yes', cancelText: 'No' }

function answerWith(answer: (modal: Modal) => void): Modal[] {
  const shown: Modal[] = []
  const showModal = (modal: Modal): void => {
    shown.push(modal)
    answer(modal)
  }
  Reflect.set(globalThis, 'uni', { showModal })
  return shown
}

afterEach(() => {
  Reflect.set(globalThis, 'uni', before.uni)
  process.env.UNI_PLATFORM = before.env
})

test.each([
  ['h5', 'var(--danger)', 'var(--accent)'],
  ['mp-weixin', '#c6283c', '#1766d6'],
] as const)(
  'on %s only a question that destroys something has a red button',
  async (platform, danger, accent) => {
    process.env.UNI_PLATFORM = platform
    const shown = answerWith((modal) => modal.success({ confirm: true }))
    expect(await confirm({ ...question, isDestructive: true })).toBe(true)
    expect(await confirm(question)).toBe(true)
    expect(shown.map(({ confirmColor }) => confirmColor)).toEqual([danger, accent])
  },
)

test('a question that cannot be shown or is answered with no is a no', async () => {
  answerWith((modal) => modal.fail())
  expect(await confirm(question)).toBe(false)
  answerWith((modal) => modal.success({ confirm: false }))
  expect(await confirm(question)).toBe(false)
})

type Sheet = { itemList: string[]; success(answer: { tapIndex: number }): void; fail(): void }

test('a phone offers many choices by sixes, because WeChat shows no more', async () => {
  process.env.UNI_PLATFORM = 'mp-weixin'
  const shown: string[][] = []
  const taps = [5, 5, 1, 0, 5, -1]
  const showActionSheet = ({ itemList, success, fail }: Sheet): void => {
    shown.push(itemList)
    const tapIndex = taps.shift() ?? -1
    if (tapIndex < 0 || itemList.length > 6) fail()
    else success({ tapIndex })
  }
  Reflect.set(globalThis, 'uni', { showActionSheet })
  const items = Array.from('abcdefghijkl', (label) => ({ label }))
  expect(await choose(items, 'No')).toBe(11)
  expect(shown.map((labels) => labels.join(''))).toEqual(['abcde…', 'fghij…', 'kl'])
  expect(await choose(items.slice(0, 6), 'No')).toBe(0)
  expect(await choose(items.slice(0, 7), 'No')).toBe(-1)
  expect(shown.slice(3).map((labels) => labels.join(''))).toEqual(['abcdef', 'abcde…', 'fg'])
})
