import { openRoom, shows } from '../../browser/operate'
import { useWorldWithPhone } from './client'
import { countsOf, printFigure } from './figures'

jest.setTimeout(60_000)

const burst = 200

const world = useWorldWithPhone()

/** The most setData calls within any second. */
function peakOf(calls: readonly { at: number }[]): number {
  const within = ({ at }: { at: number }) =>
    calls.filter((call) => call.at >= at && call.at < at + 1000).length
  return Math.max(0, ...calls.map(within))
}

test('200 messages at once are at most ten setData calls a second, and the newest is shown', async () => {
  const { bob, program } = world
  const roomId = await bob.roomId('lunch')
  await openRoom(program, roomId)
  await program.resetMeter()
  const startedAt = Date.now()
  const numbers = Array.from({ length: burst }, (_, index) => index)
  const sender = async (): Promise<void> => {
    for (let next = numbers.shift(); next !== undefined; next = numbers.shift()) {
      await bob.send(roomId, `burst ${next}`)
    }
  }
  await Promise.all(Array.from({ length: 16 }, sender))
  const sentMs = Date.now() - startedAt
  const newest = (await bob.history(roomId)).at(-1)
  await shows(program, newest?.msg ?? '')
  const meter = await program.meter()
  printFigure(
    `${burst} messages sent within ${sentMs} ms`,
    `${countsOf(meter)}, at most ${peakOf(meter.perCall)} calls in a second`,
  )
  expect(peakOf(meter.perCall)).toBeLessThanOrEqual(10)
  expect(peakOf(meter.perCall)).toBeGreaterThan(0)
})
