import { openRoom, send, shows } from '../../browser/operate'
import { rest, type RestPerson } from '../../e2e/rest'
import type { MiniProgram } from '../host/handle'
import type { Meter } from '../host/bundle'
import { loadAllHistory, startPhone, useWorld } from './client'
import { countsOf, describeCalls, printFigure } from './figures'

jest.setTimeout(60_000)

let bob: RestPerson
let carlos: RestPerson
let program: MiniProgram
let number = 0

const world = useWorld(async (made) => {
  bob = made.bob
  carlos = await rest(made.server.url).signIn('carlos')
})

beforeEach(async () => {
  program = await startPhone(world)
})

afterEach(() => program.end())

/** Makes the room hold this many messages on the server. */
async function fill(roomId: string, count: number): Promise<void> {
  const missing = count - (await bob.history(roomId)).length
  const texts = Array.from({ length: Math.max(0, missing) }, (_, index) => `filling ${index}`)
  const one = async (): Promise<void> => {
    for (let text = texts.pop(); text !== undefined; text = texts.pop()) {
      await bob.send(roomId, text)
    }
  }
  await Promise.all(Array.from({ length: 16 }, one))
}

/** Counts what one message of this person costs from its arrival until the screen is quiet. */
async function measure(person: RestPerson, roomId: string, text: string): Promise<Meter> {
  await program.resetMeter()
  await person.send(roomId, text)
  await shows(program, text)
  return program.meter()
}

describe.each([
  [20, 'book-club'],
  [500, 'lunch'],
  [2000, 'release-notes'],
])('an open room that holds %i messages', (size, name) => {
  it('draws one more with one small setData and wakes no other component', async () => {
    const roomId = await bob.roomId(name)
    await fill(roomId, size)
    await openRoom(program, roomId)
    if (size > 20) await loadAllHistory(program)
    const texts = [
      '今天下午的会议改到三点半，请大家准时参加。',
      'The meeting starts at half past three pm.',
      'See https://example.com/a?b=c for more ',
    ]
    for (const text of texts) {
      const first = await measure(carlos, roomId, `${text}${(number += 1)}`)
      const second = await measure(carlos, roomId, `${text}${(number += 1)}`)
      const figures = [
        ['first of a group', first],
        ['one message', second],
      ] as const
      for (const [what, meter] of figures) {
        printFigure(`${what} into a room of ${size}`, countsOf(meter))
        expect({ calls: describeCalls(meter), observers: meter.childObservers }).toEqual({
          calls: [expect.any(String)],
          observers: 0,
        })
        expect(meter.bytes).toBeLessThanOrEqual(300)
      }
      await measure(bob, roomId, `Somebody else ${(number += 1)}`)
    }
    await program.close()
  })
})

it('opens the list and a room with few calls', async () => {
  await program.id('connection').waitFor({ state: 'detached' })
  const start = await program.meter()
  printFigure('start and the list of 10 conversations', countsOf(start))
  expect(start.max).toBeLessThanOrEqual(8 * 1024)
  expect(start.calls).toBeLessThanOrEqual(10)
  await program.resetMeter()
  await openRoom(program, 'GENERAL')
  const room = await program.meter()
  printFigure('opening a room', countsOf(room))
  expect(room.max).toBeLessThanOrEqual(8 * 1024)
  expect(room.calls).toBeLessThanOrEqual(20)
  await program.close()
})

it('draws a typed character with one small setData', async () => {
  await openRoom(program, 'GENERAL')
  await program.fill('composer', '你')
  await program.resetMeter()
  await program.fill('composer', '你好')
  const meter = await program.meter()
  printFigure('one typed character', countsOf(meter))
  expect({ calls: describeCalls(meter) }).toEqual({ calls: [expect.any(String)] })
  expect(meter.bytes).toBeLessThanOrEqual(200)
  await program.close()
})

it('draws nothing of other rooms while a room is open', async () => {
  await openRoom(program, 'GENERAL')
  await program.resetMeter()
  await bob.send(await bob.roomId('alice'), 'in another room')
  const marker = `in the open room ${(number += 1)}`
  await bob.send('GENERAL', marker)
  await shows(program, marker)
  const meter = await program.meter()
  printFigure('a message into another room', `${meter.calls - 1} calls`)
  expect(describeCalls(meter)).toEqual([expect.stringContaining('MessageChunk')])
  await program.close()
})

it('sends a message of its own with few small calls', async () => {
  await openRoom(program, 'GENERAL')
  await program.fill('composer', 'my own words')
  await program.resetMeter()
  await program.tap('send')
  await shows(program, 'my own words')
  const meter = await program.meter()
  printFigure('an own message, from the tap until it is sent', countsOf(meter))
  expect(meter.calls).toBeLessThanOrEqual(6)
  await program.close()
})

it('keeps the drawn nodes of a long room below 800 and 20 deep', async () => {
  await openRoom(program, await bob.roomId('release-notes'))
  await loadAllHistory(program)
  const { nodes, depth } = await program.page.evaluate(() => {
    const page = Array.from(document.querySelectorAll('.mp-page')).at(-1)
    const all = Array.from(page?.querySelectorAll('*') ?? [])
    const depthOf = (element: Element): number => {
      let level = 0
      for (let at: Element | null = element; at && at !== page; at = at.parentElement) level += 1
      return level
    }
    return { nodes: all.length, depth: Math.max(...all.map(depthOf)) }
  })
  printFigure('nodes of a room with 2000 messages', `${nodes} nodes, ${depth} deep`)
  expect(nodes).toBeLessThanOrEqual(800)
  expect(depth).toBeLessThanOrEqual(20)
  await send(program, 'still usable')
  await shows(program, 'still usable')
  await program.close()
})
