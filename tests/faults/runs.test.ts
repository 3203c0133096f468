import { ways } from '../e2e/server'
import { noFaults, runSeed, type RunReport } from './run'
import { createWorld, type World } from './world'
import { faultKinds } from './faultProxy'

// Three clients chat through breaking networks with real servers. IM_FAULT_SEEDS takes a number of runs ("100") or one
// range ("17-17", "1-200"); without it as many run as fit into the time of an ordinary test run.

const ordinaryMs = 45_000

function seedsOf(text: string | undefined): readonly number[] {
  const [first, last] = (text ?? '1-100').split('-').map(Number)
  if (first === undefined || Number.isNaN(first))
    throw new Error('IM_FAULT_SEEDS is "100" or "1-100"')
  const from = last === undefined ? 1 : first
  return Array.from({ length: (last ?? first) - from + 1 }, (_, index) => from + index)
}

const asked = process.env.IM_FAULT_SEEDS
const seeds = seedsOf(asked)

describe.each(ways)('over %s:', (way) => {
  let world: World

  beforeAll(async () => {
    world = await createWorld(way)
  }, 60_000)
  afterAll(() => world.stop())

  test(
    'three clients, their caches and the server agree after every seeded run',
    async () => {
      const reports: RunReport[] = []
      const failures: string[] = []
      const end = Date.now() + ordinaryMs
      for (const seed of seeds) {
        if (asked === undefined && Date.now() > end) break
        await runSeed(world, seed).then(
          (report) => reports.push(report),
          (error: unknown) => {
            failures.push(String(error))
            process.stderr.write(`${String(error)}\n`)
          },
        )
      }
      process.stdout.write(`${summary(way, reports, failures)}\n`)
      expect(failures).toEqual([])
      // Runs in which nothing broke would prove nothing.
      const faults = faultKinds.reduce((sum, kind) => sum + total(reports, kind), 0)
      expect(faults).toBeGreaterThan(reports.length)
    },
    asked === undefined ? 300_000 : seeds.length * 60_000,
  )
})

function total(reports: readonly RunReport[], kind: keyof typeof noFaults): number {
  return reports.reduce((sum, { faults }) => sum + faults[kind], 0)
}

function summary(way: string, reports: readonly RunReport[], failures: readonly string[]): string {
  const sum = (key: 'messages' | 'restarts' | 'kills'): number =>
    reports.reduce((all, report) => all + report[key], 0)
  const slowest = Math.max(0, ...reports.map(({ healedInMs }) => healedInMs))
  return JSON.stringify({
    ...{ way, runs: reports.length, failed: failures.length },
    ...{ messages: sum('messages'), restarts: sum('restarts'), kills: sum('kills') },
    faults: Object.fromEntries(faultKinds.map((kind) => [kind, total(reports, kind)])),
    slowestToAgreeMs: slowest,
  })
}
