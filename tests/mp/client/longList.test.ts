import { eventually } from '../../browser/eventually'
import { conversations, patience } from '../../browser/operate'
import { useWorldWithPhone } from './client'
import { countsOf, describeCalls, printFigure } from './figures'

jest.setTimeout(180_000)

const count = 2_000

const world = useWorldWithPhone(async ({ bob }) => {
  const names = Array.from({ length: count }, (_, index) => `long-list-${index}`)
  const one = async (): Promise<void> => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      await bob.post('channels.create', { name, members: ['alice'] })
    }
  }
  await Promise.all(Array.from({ length: 16 }, one))
})

beforeAll(() => world.program.id('connection').waitFor({ state: 'detached' }))

async function topLine(): Promise<string> {
  return (await conversations(world.program).first().textContent()) ?? ''
}

it('draws at most 40 of 2,000 conversations', async () => {
  await eventually(
    async () => expect(await conversations(world.program).count()).toBe(40),
    patience,
  )
})

it.each([
  ['from the second line', 'long-list-7'],
  ['from far below the window', 'long-list-1999'],
  ['from the first line', 'long-list-1999'],
])('a conversation moves to the top %s with one setData of bounded size', async (where, name) => {
  const { bob, program } = world
  const roomId = await bob.roomId(name)
  // What was told before is drawn before it is counted.
  await eventually(async () => {
    await program.resetMeter()
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect((await program.meter()).calls).toBe(0)
  }, patience)
  await program.resetMeter()
  const text = `to the top ${where}`
  await bob.send(roomId, text)
  await eventually(async () => expect(await topLine()).toContain(text), patience)
  const meter = await program.meter()
  printFigure(`a move to the top of ${count} conversations ${where}`, countsOf(meter))

  expect(describeCalls(meter)).toEqual([expect.any(String)])
  expect(meter.bytes).toBeLessThanOrEqual(12 * 1024)
})
