import { rmSync } from 'node:fs'
import { rest, type RestPerson } from '../tests/e2e/rest'
import { startServer, type TestServer } from '../tests/e2e/server'
import { launchClient, signedInStorage } from '../tests/mp/client/client'
import type { MiniProgram } from '../tests/mp/host/handle'
import { launchMiniProgram } from '../tests/mp/host/launch'
import { defineBench } from './lib/bench'
import { buildNaive } from './lib/buildNaive'
import { startBrowser, stopBrowser } from './lib/h5Pages'
import { inParallel } from './lib/hubLoad'

const rooms = { 20: 'book-club', 500: 'lunch', 2000: 'release-notes' } as const
const sizes = [20, 500, 2000] as const

type Size = (typeof sizes)[number]

type State = {
  server: TestServer
  bob: RestPerson
  carlos: RestPerson
  storage: Record<string, unknown>
  naive: string
}

const setUp = async (): Promise<State> => {
  await startBrowser()
  const server = await startServer()
  const bob = await rest(server.url).signIn('bob')
  const carlos = await rest(server.url).signIn('carlos')
  for (const size of sizes) {
    const roomId = await bob.roomId(rooms[size])
    const missing = Math.max(0, size - (await bob.history(roomId)).length)
    const texts = Array.from({ length: missing }, (_, index) => `filling ${index}`)
    await inParallel(texts, 16, (text) => bob.send(roomId, text))
  }
  const storage = await signedInStorage(server, 'alice')
  return { server, bob, carlos, storage, naive: buildNaive() }
}

/** Scrolls up until the room begins, and returns to the newest message. */
const loadAll = async (program: MiniProgram): Promise<void> => {
  const messages = program.id('messages')
  await messages.evaluate(async (element) => {
    for (let tries = 0; ; tries += 1) {
      const top = element.querySelector('[id$="--history-state"]')?.textContent ?? ''
      if (top.includes('会话的开头')) break
      if (tries > 6000) throw new Error('the beginning of the room was not reached')
      element.scrollTop = element.scrollHeight
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  })
  await messages.evaluate((element) => element.scrollBy(0, -1))
  await program.tap('pill')
  await program.id('pill').waitFor({ state: 'detached' })
}

const named = (
  name: string,
  { calls, bytes, childObservers }: Awaited<ReturnType<MiniProgram['meter']>>,
): Record<string, number> => ({
  [`${name}Calls`]: calls,
  [`${name}Bytes`]: bytes,
  [`${name}Observers`]: childObservers,
})

let number = 0

/** The second message of a person in a row: the first one begins a group. */
const measureOurs = async (state: State, size: Size): Promise<Record<string, number>> => {
  const { server, bob, carlos, storage } = state
  const program = await launchClient(server, { storage })
  try {
    const roomId = await bob.roomId(rooms[size])
    await program.tap(`room-${roomId}`)
    await program.id('composer').waitFor()
    await program.find('[id*="m-"]').first().waitFor()
    await program.id('connection').waitFor({ state: 'detached' })
    if (size > 20) await loadAll(program)
    const receive = async () => {
      const text = `今天下午的会议改到三点半，请大家准时参加。${(number += 1)}`
      await program.resetMeter()
      await carlos.send(roomId, text)
      await program.find('[id*="m-"]').filter({ hasText: text }).waitFor()
      return program.meter()
    }
    await receive()
    return named(`message${size}`, await receive())
  } finally {
    await program.end()
  }
}

const measureNaive = async ({ naive }: State): Promise<Record<string, number>> => {
  const program = await launchMiniProgram(naive)
  // 2,000 components take their time.
  program.page.setDefaultTimeout(60_000)
  const found: Record<string, number> = {}
  try {
    for (const size of sizes) {
      await program.tap(`fill-${size}`)
      await program.resetMeter()
      await program.tap('push')
      Object.assign(found, named(`naive${size}`, await program.meter()))
    }
  } finally {
    await program.end()
  }
  return found
}

const metricsOf = (name: string, size: Size, isOurs: boolean) => {
  const label = `one message into ${size}`
  const more = isOurs ? {} : { subject: 'a component per message, one v-for' }
  const target = (value: number): { target?: number } => (isOurs ? { target: value } : {})
  return {
    [`${name}${size}Calls`]: {
      label,
      unit: 'setData calls',
      better: 'lower',
      ...more,
      ...target(1),
    },
    [`${name}${size}Bytes`]: { label, unit: 'bytes', better: 'lower', ...more, ...target(300) },
    [`${name}${size}Observers`]: {
      label,
      unit: 'observers',
      better: 'lower',
      ...more,
      ...target(0),
    },
  } as const
}

export const bench = defineBench<State>({
  name: 'setdata',
  title:
    'setData of the mini-program build on glass-easel; more actions are tests (tests/mp/client)',
  // The same each time.
  repeats: 1,
  metrics: Object.assign(
    {},
    ...sizes.map((size) => ({
      ...metricsOf('message', size, true),
      ...metricsOf('naive', size, false),
    })),
  ) as ReturnType<typeof metricsOf>,
  setUp,
  async measure(state) {
    const found: Record<string, number> = await measureNaive(state)
    for (const size of sizes) Object.assign(found, await measureOurs(state, size))
    return found
  },
  tearDown: async ({ server, naive }) => {
    await stopBrowser()
    await server.stop()
    rmSync(naive, { recursive: true, force: true })
  },
})
