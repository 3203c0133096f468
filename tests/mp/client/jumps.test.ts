import { eventually } from '../../browser/eventually'
import { conversations, openRoom, patience, rows, shows } from '../../browser/operate'
import { scroll } from '../../browser/scrolling'
import type { StoredMessage } from '../../e2e/rest'
import { useWorldWithPhone } from './client'

jest.setTimeout(120_000)

const step = 500

let roomId: string
let stored: StoredMessage[]

const world = useWorldWithPhone(async ({ bob, server }) => {
  roomId = await bob.roomId('release-notes')
  const words = async () => (await bob.history(roomId)).filter(({ t }) => t === undefined)
  const quoted = (await words()).at(-300)
  await bob.send(roomId, `[ ](${server.url}/channel/release-notes?msg=${quoted?._id}) about this`)
  stored = await words()
})

beforeAll(() => openRoom(world.program, roomId))

const at = (back: number): StoredMessage => stored[stored.length - back] as StoredMessage

/** Where a message's middle is between the list's top (0) and bottom (1). */
async function heightOf(id: string): Promise<number> {
  const list = await world.program.id('messages').boundingBox()
  const row = (await rows(world.program)).find((one) => one.id === id)
  if (!list || !row) return NaN
  return ((row.top + row.bottom) / 2 - list.y) / list.height
}

it('opens the message that a reply quotes in the middle of the screen, and shows no address', async () => {
  const { program } = world
  await shows(program, 'about this')
  await program.tap(`m-${at(1)._id}`)
  await eventually(async () => {
    const height = await heightOf(at(301)._id)
    expect(height).toBeGreaterThan(0.25)
    expect(height).toBeLessThan(0.75)
  }, patience)
})

it('fills the gap below while somebody reads down, in order and without leaving a message out', async () => {
  const { program } = world
  const order = new Map(stored.map(({ _id }, index) => [_id, index]))
  const seen = new Set<string>()
  for (let turns = 0; turns < 300; turns += 1) {
    const [taken] = await scroll(program.id('messages'), -step)
    const places = (taken?.ids ?? []).map((id) => order.get(id) ?? -1)
    expect(places).toEqual([...places].sort((a, b) => a - b))
    for (const id of taken?.ids ?? []) seen.add(id)
    if (taken?.isAtNewest && seen.has(at(1)._id)) break
  }
  const newer = stored.slice(stored.length - 301).map(({ _id }) => _id)
  expect(newer.filter((id) => !seen.has(id))).toEqual([])
})

it('comes back to the message that was being read', async () => {
  const { program } = world
  await scroll(program.id('messages'), step, 6)
  // The place of a scroll-view is noted once a second, and not while the list has just got another height.
  await new Promise((resolve) => setTimeout(resolve, 3_500))
  const list = await program.id('messages').boundingBox()
  const first = (await rows(program)).find(({ top }) => top >= (list?.y ?? 0) + 1)
  await program.tap('back')
  await conversations(program).first().waitFor()
  await openRoom(program, roomId)
  await eventually(async () => {
    const row = (await rows(program)).find(({ id }) => id === first?.id)
    expect(Math.abs((row?.top ?? NaN) - (first?.top ?? NaN))).toBeLessThan(2)
  }, patience)
  expect(await program.takeComplaints()).toEqual([])
})
