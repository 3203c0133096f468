import { confirm } from '../../../../src/platform/ui'

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
