import { eventually } from '../../browser/eventually'
import { openRoom, patience, rows, shows } from '../../browser/operate'
import { scroll, watchMiddle, type Step } from '../../browser/scrolling'
import type { StoredMessage } from '../../e2e/rest'
import { useWorldWithPhone } from './client'

jest.setTimeout(60_000)

/** Pixels per step: less than the list's height, so that no message is skipped. */
const step = 600
const tolerance = 0.5
/** Messages from the newest on: more than three pages, and more than is drawn at once. */
const farUp = 200
const maxElements = 800
const maxDepth = 20

let roomId: string
let stored: StoredMessage[]
const seen = new Set<string>()

const world = useWorldWithPhone(async ({ alice }) => {
  roomId = await alice.roomId('release-notes')
  stored = (await alice.history(roomId)).filter(({ t }) => t === undefined)
})

beforeAll(() => openRoom(world.program, roomId))

/** Scrolls; everything that must hold at every step is checked here. */
async function turn(px: number, steps = 1): Promise<Step> {
  const taken = await scroll(world.program.id('messages'), px, steps)
  for (const { shift, elements, depth, ids } of taken) {
    expect(shift).toBeLessThan(tolerance)
    expect(elements).toBeLessThanOrEqual(maxElements)
    expect(depth).toBeLessThanOrEqual(maxDepth)
    checkOrder(ids)
  }
  return taken.at(-1) as Step
}

/** What is drawn is one uninterrupted piece of what the server has. */
function checkOrder(ids: readonly string[]): void {
  const start = stored.findIndex(({ _id }) => _id === ids[0])
  expect(start).toBeGreaterThanOrEqual(0)
  expect(ids).toEqual(stored.slice(start, start + ids.length).map(({ _id }) => _id))
  for (const id of ids) seen.add(id)
}

it('scrolls up through several pages of history without a jump of one pixel', async () => {
  expect(stored.length).toBeGreaterThanOrEqual(1000)
  await turn(step, 50)
  expect(seen.size).toBeGreaterThanOrEqual(farUp)
})

it('scrolls back to the newest message without a jump of one pixel', async () => {
  const now = await turn(-step, 100)
  expect(now.isAtNewest).toBe(true)
  expect(now.ids.at(-1)).toBe(stored.at(-1)?._id)
  await world.program.id('pill').waitFor({ state: 'detached' })
})

it('stands still for a reader further up while messages come in, counts them and leads to the newest', async () => {
  const { bob, program } = world
  await turn(step, 4)
  const standing = watchMiddle(program.id('messages'))
  for (let count = 1; count <= 5; count += 1) await bob.send(roomId, `incoming ${count}`)
  await eventually(async () => expect(await program.text('pill')).toBe('5 条新消息'), patience)
  await program.page.evaluate(() => window.dispatchEvent(new Event('stop-watching')))
  expect(await standing).toBeLessThan(tolerance)
  expect((await rows(program)).map(({ text }) => text)).not.toContain('incoming 1')

  await program.tap('pill')
  await shows(program, 'incoming 5')
  await program.id('pill').waitFor({ state: 'detached' })
  const composer = await program.id('composer').boundingBox()
  await eventually(async () => {
    const newest = (await rows(program)).at(-1)
    expect(newest?.text).toBe('incoming 5')
    expect(newest?.bottom).toBeLessThanOrEqual(composer?.y ?? 0)
  })
  expect(await program.takeComplaints()).toEqual([])
})
